//! Groups of twenty senders and twenty receivers, every sender with a message
//! for every receiver of its group: what `hackbench` and `perf bench sched
//! messaging` made a load that people know. One operation is a loop of a group, in
//! which each of its 400 messages is sent and received.
//!
//! The tasks are there before the clock runs and stay for the next sample; to
//! make and to reap them is not timed.

mod group;
mod hall;

use std::sync::Arc;

use oscost_harness::{Audit, Axis, Evidence, Failure, Measure, Need, Row, Setting, Work, limits};
use oscost_record::{Aspect, Peers, TaskKind};

use crate::{account, needs, row};
use group::{Crowd, MESSAGES_A_LOOP, TASKS, Way};
use hall::Hall;

const ROW: Row = Row {
    aspect: Aspect::Talk,
    per: "400 messages",
    axes: &[Axis {
        name: "groups",
        unit: "",
        core: &[1],
        full: &[10],
    }],
    ..row::ROW
};

const PROCESSES: Row = Row {
    task: TaskKind::Process,
    peers: Some(Peers::Processes),
    needs: |setting| with_channels(needs::of_processes(tasks(setting)), setting),
    ..ROW
};

const THREADS: Row = Row {
    task: TaskKind::Thread,
    peers: Some(Peers::Threads),
    needs: |setting| with_channels(needs::of_threads(tasks(setting)), setting),
    ..ROW
};

pub(crate) const ROWS: &[Row] = &[
    Row {
        operation: "messaging/socket/process",
        title: "groups of 40 over socket pairs",
        question: "How long do 400 messages of 100 bytes take that 20 processes of a group send to 20 others through socket pairs?",
        build: |setting| messaging(setting, Way::Socket),
        ..PROCESSES
    },
    Row {
        operation: "messaging/socket/thread",
        title: "groups of 40 over socket pairs",
        question: "How long do 400 messages of 100 bytes take that 20 threads of a group send to 20 others through socket pairs?",
        build: |setting| threads(setting, Way::Socket),
        ..THREADS
    },
    Row {
        operation: "messaging/pipe/process",
        title: "groups of 40 over pipes",
        question: "How long do 400 messages of 100 bytes take that 20 processes of a group send to 20 others through pipes?",
        build: |setting| messaging(setting, Way::Pipe),
        ..PROCESSES
    },
    Row {
        operation: "messaging/pipe/thread",
        title: "groups of 40 over pipes",
        question: "How long do 400 messages of 100 bytes take that 20 threads of a group send to 20 others through pipes?",
        build: |setting| threads(setting, Way::Pipe),
        ..THREADS
    },
];

/// Loops of a sample: as many as `hackbench` and `perf bench sched messaging` have
/// unless told otherwise. It decides what comes out: all begin with nothing to
/// receive, and pipes have room for what a group sends in 33 loops, sockets for
/// some 14; in a thousand loops at once a message takes a quarter less.
const LOOPS: u64 = 100;

fn tasks(setting: &Setting) -> u64 {
    setting.of("groups") * TASKS as u64
}

/// A channel for each receiver, both ends of which are open in all tasks.
fn with_channels(mut needs: Vec<Need>, setting: &Setting) -> Vec<Need> {
    needs.push(Need::RaisedDescriptors(tasks(setting) + 100));
    needs
}

struct Messaging {
    hall: Arc<Hall>,
    crowd: Crowd,
    groups: u64,
}

fn messaging(setting: &Setting, way: Way) -> Result<Measure, Failure> {
    let messaging = Messaging::new(setting.of("groups"), way, Crowd::of_processes)?;
    Ok(Measure::Timed(Box::new(messaging)))
}

fn threads(setting: &Setting, way: Way) -> Result<Measure, Failure> {
    let messaging = Messaging::new(setting.of("groups"), way, Crowd::of_threads)?;
    Ok(Measure::Timed(Box::new(messaging)))
}

type Gather = fn(usize, Way, &Arc<Hall>) -> Result<Crowd, Failure>;

impl Messaging {
    /// Everybody is there and waits when this returns.
    fn new(groups: u64, way: Way, gather: Gather) -> Result<Self, Failure> {
        limits::raise()?;
        let count = usize::try_from(groups).unwrap_or(usize::MAX);
        let hall = Arc::new(Hall::new(count.saturating_mul(TASKS))?);
        let crowd = gather(count, way, &hall)?;
        hall.await_all(|| crowd.has_lost_one())
            .map_err(|failure| crowd.reason(failure))?;
        Ok(Self {
            hall,
            crowd,
            groups,
        })
    }
}

impl Work for Messaging {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        let loops = ops / self.groups;
        if loops * self.groups != ops {
            return Err(Failure::Fail(format!(
                "{ops} loops cannot be shared out among {} groups",
                self.groups
            )));
        }
        self.hall.open(loops)?;
        let came = self.hall.await_all(|| self.crowd.has_lost_one());
        came.map_err(|failure| self.crowd.reason(failure))
    }

    /// Also to warm up: through pipes a cold sample of threads takes a tenth longer than
    /// the next, one of processes a fifth.
    fn granule(&self) -> u64 {
        LOOPS * self.groups
    }
}

impl Evidence for Messaging {
    fn audit(&mut self) -> Result<Audit, Failure> {
        let (sent, received) = (self.hall.sent(), self.hall.received());
        if sent != received || received % MESSAGES_A_LOOP != 0 {
            return Err(Failure::Fail(format!(
                "{sent} messages were sent, and {received} received"
            )));
        }
        account::audit(received / MESSAGES_A_LOOP, [].into())
    }
}

impl Drop for Messaging {
    fn drop(&mut self) {
        let has_failed = self.crowd.has_lost_one();
        self.hall.close();
        self.crowd.leave(has_failed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_arrive(way: Way, gather: Gather) {
        let mut messaging = Messaging::new(2, way, gather).unwrap();
        assert_eq!(messaging.audit().unwrap().done, 0);
        for loops in [1, 3] {
            messaging.run(2 * loops).unwrap();
        }
        // Two groups had four loops each, with 20 messages for each of 20.
        assert_eq!(messaging.audit().unwrap().done, 2 * 4);
        assert_eq!(messaging.hall.received(), 2 * 4 * 20 * 20);
        assert!(messaging.run(1).is_err());
    }

    #[test]
    fn every_message_arrives_once() {
        for way in [Way::Socket, Way::Pipe] {
            all_arrive(way, Crowd::of_processes);
            all_arrive(way, Crowd::of_threads);
        }
    }

    #[test]
    fn a_message_that_was_not_sent_is_missed() {
        let mut messaging = Messaging::new(1, Way::Pipe, Crowd::of_threads).unwrap();
        messaging.run(1).unwrap();
        messaging.hall.count_sent(1);
        assert!(messaging.audit().is_err());
    }
}
