//! Barriers: nobody passes until all have come. The one that measures is one of
//! the parties; each counts for itself how often it passed and how often it was
//! the one who is told so, and the counts must agree at every audit.

mod court;

use oscost_harness::{Axis, During as _, Expect, Failure, Measure, Need, Place, Row, Setting};
use oscost_record::{Aspect, TaskKind, Tier};

use court::{Court, Gate};

const fn row(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Thread,
        aspect: Aspect::Lock,
        per: "passage",
        tier: Tier::Full,
        axes: &[Axis {
            name: "parties",
            unit: "",
            core: &[2, 4, 8, 16, 32, 64],
            full: &[],
        }],
        place: Place::Anywhere,
        peers: None,
        control: None,
        claims: &[20],
        needs: |setting| vec![Need::Tasks(setting.value() + 10)],
        // Whoever comes last need not sleep, nor who is late enough to find
        // the gate open: how many that are, the scheduler decides.
        expect: |_| Expect::COUNT,
        build,
    }
}

pub(crate) const ROWS: &[Row] = &[
    row(
        "barrier/pthread",
        "pthread_barrier",
        "What does it cost until all of many threads have come to a pthread_barrier_t and the last has let them pass?",
        |setting| {
            let parties = setting.value();
            let count = u32::try_from(parties).unwrap_or(u32::MAX);
            let gate = oscost_sys::barrier::Barrier::new(count).during("pthread_barrier_init")?;
            Court::measure(gate, parties)
        },
    ),
    row(
        "barrier/std",
        "std::sync::Barrier",
        "What does it cost until all of many threads have come to a std::sync::Barrier and the last has let them pass?",
        |setting| {
            let parties = setting.value();
            let count = usize::try_from(parties).unwrap_or(usize::MAX);
            Court::measure(std::sync::Barrier::new(count), parties)
        },
    ),
];

impl Gate for oscost_sys::barrier::Barrier {
    #[inline]
    fn pass(&self) -> Result<bool, Failure> {
        self.wait().during("pthread_barrier_wait")
    }
}

impl Gate for std::sync::Barrier {
    #[inline]
    fn pass(&self) -> Result<bool, Failure> {
        Ok(self.wait().is_leader())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_row_proves_its_work() {
        crate::proven::every_row_proves_its_work(super::ROWS);
    }
}
