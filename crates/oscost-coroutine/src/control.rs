//! What remains of the switches when the switch is taken out.

use oscost_harness::{Expect, Failure, Measure, Place, Row, Setting};
use oscost_record::{Aspect, TaskKind, Tier};

use crate::tally::Tally;
use crate::timed::timed;

/// The controls.
pub const ROWS: &[Row] = &[Row {
    operation: "control/loop",
    title: "the loop, with a call",
    question: "What do the loop, a call and a count cost by themselves?",
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
        let mut turns = tally.so_far();
        for _ in 0..ops {
            turns = call(turns);
        }
        tally.set(turns);
        Ok(())
    }))
}

/// Stands where the switch stands, and counts as the far sides of the fastest
/// do: in a register.
#[inline(never)]
fn call(turns: u64) -> u64 {
    turns + 1
}
