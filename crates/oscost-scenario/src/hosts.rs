//! The same request and reply between two threads, between two processes on the
//! loopback device, and between two network namespaces, which are to each other
//! as two hosts are: what it takes to go beyond the one machine that threads are
//! bound to.
//!
//! A namespace belongs to a process, and goes with it; so does the wire.

mod netlink;
mod side;
mod wire;

use oscost_harness::child::Child;
use oscost_harness::pingpong::{self, PingPong, be_partner};
use oscost_harness::thread_pair::ThreadPair;
use oscost_harness::{Audit, Evidence, Failure, Measure, Need, Row, Setting, Work};
use oscost_record::{Aspect, Peers, TaskKind};

use crate::needs;
use crate::row;
use side::{ChannelSide, TcpSide};

const ROW: Row = Row {
    aspect: Aspect::Talk,
    per: "round trip",
    peers: Some(Peers::Processes),
    claims: &[14],
    needs: |_| needs::of_processes(2),
    ..row::ROW
};

pub(crate) const ROWS: &[Row] = &[
    Row {
        operation: "hosts/namespaces",
        title: "TCP between two hosts",
        question: "What does a request and its reply cost between processes in two network namespaces, by TCP over a virtual wire (veth)?",
        needs: |_| {
            let mut needs = needs::of_processes(2);
            needs.push(Need::Native("it does not hand on all that makes a network"));
            needs.push(Need::Root("network namespaces and a wire between them"));
            needs
        },
        build: |_| Ok(Measure::Timed(Box::new(Talk::start(wire::between_hosts)?))),
        ..ROW
    },
    Row {
        operation: "hosts/loopback",
        title: "TCP on the loopback device",
        question: "What does a request and its reply cost between two processes of one host, by TCP on the loopback device?",
        build: |_| Ok(Measure::Timed(Box::new(Talk::start(wire::on_loopback)?))),
        ..ROW
    },
    Row {
        operation: "hosts/threads",
        title: "a channel between threads",
        question: "What does a request and its reply cost between two threads of one process, by channels of the standard library?",
        task: TaskKind::Thread,
        peers: Some(Peers::Threads),
        build: |setting: &Setting| ThreadPair::measure(setting, ChannelSide::pair()),
        ..ROW
    },
];

/// What makes a connection: the near end, and the process at the far end,
/// which does the given part with its own end.
type Connect = fn(&dyn Fn(TcpSide) -> Result<(), Failure>) -> Result<(TcpSide, Child), Failure>;

/// A talk with a process.
struct Talk {
    game: PingPong<TcpSide>,
    _partner: Child,
}

impl Talk {
    fn start(connect: Connect) -> Result<Self, Failure> {
        let board = pingpong::board()?;
        let (side, partner) = connect(&|mut side| be_partner(&mut side, board, None))?;
        Ok(Self {
            game: PingPong::new(side, board),
            _partner: partner,
        })
    }
}

impl Work for Talk {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        self.game.run(ops)
    }
}

impl Evidence for Talk {
    fn audit(&mut self) -> Result<Audit, Failure> {
        self.game.audit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn talks(measure: Measure) {
        let Measure::Timed(mut work) = measure else {
            panic!("not timed");
        };
        work.run(10).unwrap();
        assert_eq!(work.audit().unwrap().done, 10);
    }

    #[test]
    fn processes_and_threads_of_one_host_talk() {
        talks(Measure::Timed(Box::new(
            Talk::start(wire::on_loopback).unwrap(),
        )));
        talks(ThreadPair::measure(&Setting::default(), ChannelSide::pair()).unwrap());
    }

    #[test]
    fn two_hosts_talk_where_they_may_be_made() {
        // In a process of its own: its network is taken away from it.
        let talk = Child::bound(|| {
            let mut talk = Talk::start(wire::between_hosts)?;
            talk.run(10)?;
            match talk.audit()?.done {
                10 => Ok(()),
                other => Err(Failure::Fail(format!("{other}"))),
            }
        });
        let emulated = std::env::var_os("OSCOST_PROBE_RUNNER").is_some();
        match talk.unwrap().finish() {
            // Not root, or no such device.
            Ok(()) | Err(Failure::Skip(_)) => {}
            Err(failure) => assert!(emulated, "{failure}"),
        }
    }

    #[test]
    fn a_partner_that_leaves_fails_the_talk() {
        let (side, partner) = wire::on_loopback(&|_| Ok(())).unwrap();
        let mut game = PingPong::new(side, pingpong::board().unwrap());
        partner.finish().unwrap();
        assert!(game.run(2).is_err());
    }
}
