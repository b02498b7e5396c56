//! Passing a turn to another process and getting it back.

use oscost_harness::child::Child;
use oscost_harness::pingpong::{FutexSide, PingPong, PipeSide, Side, be_partner, board};
use oscost_harness::{Audit, Evidence, Expect, Failure, Measure, Place, Row, Setting, Work};
use oscost_record::{Aspect, Peers, TaskKind, Tier};
use oscost_sys::futex::Scope;
use oscost_sys::map::SharedPage;

use oscost_harness::yielding::YieldSide;

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
        task: TaskKind::Process,
        aspect: Aspect::Switch,
        per: "round trip",
        tier: Tier::Core,
        axes: &[],
        place: Place::EveryDistance,
        peers: Some(Peers::Processes),
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
        "What does it cost to pass a turn to another process through a pipe and get it back through another?",
        "control/pipe",
        |setting| with_partner(setting, |_| PipeSide::pair()),
    ),
    row(
        "switch/futex",
        "futex",
        "What does it cost to pass a turn to another process through shared memory and a futex, and get it back?",
        "control/futex",
        |setting| with_partner(setting, |board| FutexSide::pair(board, Scope::Shared)),
    ),
    Row {
        // On two CPUs nobody would have to go for the other to come.
        place: Place::OneCpu,
        ..row(
            "switch/sched-yield",
            "sched_yield",
            "What does it cost to offer the CPU to another process by sched_yield until it has had its turn, and to get it back the same way?",
            "control/sched-yield",
            |setting| with_partner(setting, YieldSide::pair),
        )
    },
];

/// On one CPU a round trip cannot be had without two switches. On two, a party
/// may find its turn before it has gone to sleep.
fn expect_two_switches(setting: &Setting) -> Expect {
    match setting.cpus.len() {
        1 => Expect::switches(2.0, 2.0),
        _ => Expect::switches(0.0, 2.0),
    }
}

/// A game with a partner process.
struct Pair<S: Side> {
    game: PingPong<S>,
    _partner: Child,
}

fn with_partner<S: Side + 'static>(
    setting: &Setting,
    sides: fn(&'static SharedPage) -> Result<(S, S), Failure>,
) -> Result<Measure, Failure> {
    let board = board()?;
    let (near, mut far) = sides(board)?;
    let cpu = setting.cpu(1);
    let mut near = Some(near);
    let partner = Child::bound(|| {
        // The partner's own copy of the near side would keep it from ever
        // seeing the end of the far one.
        drop(near.take());
        be_partner(&mut far, board, cpu)
    })?;
    drop(far);
    let near = near.ok_or_else(|| Failure::Fail("the near side is gone".into()))?;
    Ok(Measure::Timed(Box::new(Pair {
        game: PingPong::new(near, board),
        _partner: partner,
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
