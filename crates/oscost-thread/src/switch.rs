//! Passing a turn to another thread and getting it back: the same game as
//! between two processes.

use std::thread::JoinHandle;

use oscost_harness::pingpong::{FutexSide, PingPong, PipeSide, Side, be_partner, board};
use oscost_harness::{
    Audit, During as _, Evidence, Expect, Failure, Measure, Place, Row, Setting, Work,
};
use oscost_record::{Aspect, Peers, TaskKind, Tier};
use oscost_sys::futex::Scope;
use oscost_sys::map::SharedPage;

const fn row(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    control: &'static str,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Thread,
        aspect: Aspect::Switch,
        per: "round trip",
        tier: Tier::Core,
        axes: &[],
        place: Place::Each,
        peers: Some(Peers::Threads),
        control: Some(control),
        claims: &[3, 5, 20],
        needs: |_| Vec::new(),
        expect: expect_two_switches,
        build,
    }
}

pub(crate) const ROWS: &[Row] = &[
    row(
        "switch/pipe",
        "pipe",
        "What does it cost to pass a turn to another thread through a pipe and get it back through another?",
        "control/pipe",
        |setting| with_partner(setting, |_| PipeSide::pair()),
    ),
    row(
        "switch/futex",
        "futex",
        "What does it cost to pass a turn to another thread through memory and a futex, and get it back?",
        "control/futex",
        |setting| with_partner(setting, |board| Ok(FutexSide::pair(board, Scope::Private))),
    ),
];

/// On one CPU a round trip cannot be had without two switches. On two, a party
/// may find its turn before it has gone to sleep.
fn expect_two_switches(setting: &Setting) -> Expect {
    match setting.cpus.len() {
        1 => Expect::switches(2.0, 2.0),
        _ => Expect::switches(0.0, 2.0),
    }
}

/// A game with a partner thread.
struct Pair<S: Side> {
    game: PingPong<S>,
    partner: Option<JoinHandle<Result<(), Failure>>>,
}

fn with_partner<S: Side + 'static>(
    setting: &Setting,
    sides: fn(&'static SharedPage) -> Result<(S, S), Failure>,
) -> Result<Measure, Failure> {
    let board = board()?;
    let (near, mut far) = sides(board)?;
    let cpu = setting.cpu(1);
    let partner = std::thread::Builder::new()
        .spawn(move || be_partner(&mut far, board, cpu))
        .during("std::thread::spawn")?;
    Ok(Measure::Timed(Box::new(Pair {
        game: PingPong::new(near, board),
        partner: Some(partner),
    })))
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
        self.game.stop();
        if let Some(partner) = self.partner.take() {
            let _ = partner.join();
        }
    }
}
