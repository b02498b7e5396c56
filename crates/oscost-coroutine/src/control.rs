//! What remains of the switches when the switch is taken out.

use oscost_harness::{Expect, Failure, Measure, Place, Row, Setting};
use oscost_record::{Aspect, TaskKind, Tier};

use crate::tally::Tally;
use crate::timed::timed;

/// The controls.
pub const ROWS: &[Row] = &[Row {
    operation: "control/loop",
    title: "the loop, with a call",
    question: "What do the loop, a call and the far side's count cost by themselves?",
    task: TaskKind::Coroutine,
    aspect: Aspect::Control,
    per: "round trip",
    tier: Tier::Core,
    axes: &[],
    place: Place::OneCpu,
    peers: None,
    control: None,
    claims: &[],
    needs: |_| Vec::new(),
    expect: |_| Expect::NO_SWITCH,
    build,
}];

fn build(_: &Setting) -> Result<Measure, Failure> {
    let tally = Tally::new();
    Ok(timed(tally, move |ops| {
        for _ in 0..ops {
            call(tally);
        }
        Ok(())
    }))
}

/// Stands where the switch stands.
#[inline(never)]
fn call(tally: Tally) {
    tally.count();
}
