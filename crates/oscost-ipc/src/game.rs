//! Passing a turn to a partner and getting it back, whatever passes it: the
//! body of what costs a round trip and is no message.
//!
//! The same calls made by one task alone are what to subtract.

use oscost_harness::alone::calls;
use oscost_harness::pingpong::{PingPong, Side, be_partner, be_partner_thread, board};
use oscost_harness::{Audit, Evidence, Failure, Measure, Setting, Work};
use oscost_record::Peers;

use crate::partner::Partner;

/// The measuring party and its partner.
struct Pair<S: Side> {
    // Dropped before the partner, who may be waiting for its end.
    game: PingPong<S>,
    partner: Partner,
}

/// Round trips with a partner that holds the far side.
///
/// # Errors
/// What starting the partner says.
pub(crate) fn round_trips<N: Side + 'static, F: Side + 'static>(
    setting: &Setting,
    peers: Peers,
    sides: (N, F),
) -> Result<Measure, Failure> {
    Ok(Measure::Timed(Box::new(pair(setting, peers, sides)?)))
}

fn pair<N: Side + 'static, F: Side + 'static>(
    setting: &Setting,
    peers: Peers,
    (near, far): (N, F),
) -> Result<Pair<N>, Failure> {
    let (board, cpu) = (board()?, setting.cpu(1));
    let part = move |mut far: F| {
        if peers == Peers::Threads {
            be_partner_thread(&mut far, board, cpu);
            return Ok(());
        }
        be_partner(&mut far, board, cpu)
    };
    let (near, partner) = Partner::start(peers, near, far, part)?;
    Ok(Pair {
        game: PingPong::new(near, board),
        partner,
    })
}

/// The calls of a round trip, all made by one task that plays both sides.
pub(crate) fn one_task<N: Side + 'static, F: Side + 'static>(
    (mut near, mut far): (N, F),
) -> Measure {
    calls(move || {
        near.pass()?;
        let came = far.await_turn()?;
        far.pass()?;
        match came && near.await_turn()? {
            true => Ok(()),
            false => Err(Failure::Fail("one side takes the other for gone".into())),
        }
    })
}

impl<S: Side> Work for Pair<S> {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        self.game.run(ops)
    }
}

impl<S: Side> Evidence for Pair<S> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        self.game.audit()
    }
}

impl<S: Side> Drop for Pair<S> {
    fn drop(&mut self) {
        // A process is killed; asking it to leave could take as long as a turn.
        if matches!(self.partner, Partner::Thread(_)) {
            self.game.stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use oscost_harness::pingpong::PipeSide;

    use super::*;

    #[test]
    fn one_task_plays_both_sides() {
        let Measure::Timed(mut work) = one_task(PipeSide::pair().unwrap()) else {
            panic!("not timed");
        };
        work.run(10).unwrap();
        assert_eq!(work.audit().unwrap().done, 10);
    }

    #[test]
    fn a_partner_that_dies_fails_the_game() {
        let sides = PipeSide::pair().unwrap();
        let mut pair = pair(&Setting::default(), Peers::Processes, sides).unwrap();
        pair.run(3).unwrap();
        let Partner::Process(child) = &pair.partner else {
            panic!("no process");
        };
        nix::sys::signal::kill(child.pid(), nix::sys::signal::Signal::SIGKILL).unwrap();
        while !pair.partner.has_ended() {
            std::thread::yield_now();
        }
        assert!(pair.run(1).is_err());
    }
}
