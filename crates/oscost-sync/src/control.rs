//! The same loops without the lock: what to subtract.

use oscost_harness::{Expect, Failure, Measure, Place, Row, Setting};
use oscost_record::{Aspect, TaskKind, Tier};

use crate::company::Company;
use crate::contest::{Contest, Exclusive, Kind, Rules};
use crate::locks::Unlocked;
use crate::uncontended::alone;

const fn row(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    per: &'static str,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Thread,
        aspect: Aspect::Control,
        per,
        tier: Tier::Core,
        axes: &[],
        place: Place::OneCpu,
        peers: None,
        control: None,
        claims: &[],
        needs: |_| Vec::new(),
        expect: |_| Expect::NO_SWITCH,
        build,
    }
}

pub(crate) const ROWS: &[Row] = &[
    row(
        "control/unlocked",
        "no lock",
        "What does the loop around a lock cost, with no lock in it?",
        "lock+unlock",
        |_| Ok(alone(Unlocked, Some(Company::new()?))),
    ),
    row(
        "control/turn",
        "no lock, timed turn",
        "What does it cost to time a contender's wait, with no lock and nobody to contend with?",
        "acquisition",
        |_| {
            let arena = Exclusive::new(Unlocked)?;
            Contest::measure(arena, Rules::solitary(), Kind::Threads)
        },
    ),
];

#[cfg(test)]
mod tests {
    #[test]
    fn every_row_proves_its_work() {
        crate::proven::every_row_proves_its_work(super::ROWS);
    }
}
