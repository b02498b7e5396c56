//! Keeping many idle threads: what each holds of memory.

use oscost_harness::memory::{kernel_stack_growth, kernel_stacks, of_this_process};
use oscost_harness::{
    Audit, Axis, During as _, Evidence, Expect, Failure, Level, Measure, Need, Place, Reading, Row,
    Setting,
};
use oscost_record::{Aspect, TaskKind, Tier};
use oscost_sys::pthread::Attributes;

use crate::idle::{self, Crowd};

const fn row(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    axes: &'static [Axis],
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Thread,
        aspect: Aspect::Memory,
        per: "thread",
        tier: Tier::Core,
        axes,
        place: Place::OneCpu,
        peers: None,
        control: None,
        claims: &[7],
        needs: |setting| {
            let mut needs = idle::needs(setting.value());
            needs.push(Need::Native(
                "its own memory would be weighed along with the tasks",
            ));
            needs.push(Need::SmapsRollup);
            needs
        },
        expect: |setting| Expect::tasks(setting.value()),
        build,
    }
}

pub(crate) const ROWS: &[Row] = &[
    row(
        "memory/pthread",
        "pthread",
        "How much memory does each of many idle threads with default stacks hold, its page tables and kernel stack included?",
        &[Axis {
            name: "tasks",
            unit: "",
            core: &[10, 100, 1000, 10_000],
            full: &[],
        }],
        |setting| Ok(weigh(setting, None)),
    ),
    row(
        "memory/pthread-small",
        "pthread, 128 KiB stacks",
        "How much memory does each of many idle threads with stacks of 128 KiB hold, its page tables and kernel stack included?",
        &[Axis {
            name: "tasks",
            unit: "",
            core: &[],
            full: &[10, 100, 1000, 10_000],
        }],
        |setting| {
            let small = Attributes::new()
                .and_then(|attributes| attributes.stack(SMALL))
                .during("pthread_attr_setstacksize")?;
            Ok(weigh(setting, Some(small)))
        },
    ),
];

/// The smallest stack that both architectures allow: aarch64's minimum.
pub(crate) const SMALL: usize = 128 << 10;

struct Idle {
    count: u64,
    crowd: Crowd,
    attributes: Option<Attributes>,
    readings: u64,
}

fn weigh(setting: &Setting, attributes: Option<Attributes>) -> Measure {
    let count = setting.value();
    Measure::Level(Box::new(Idle {
        count,
        crowd: Crowd::new(count),
        attributes,
        readings: 0,
    }))
}

impl Level for Idle {
    fn read(&mut self) -> Result<Reading, Failure> {
        let before = of_this_process()?;
        let stacks_before = kernel_stacks();
        let gathered = self.crowd.gather(self.attributes.as_ref());
        let after = of_this_process();
        let stacks = kernel_stack_growth(stacks_before);
        self.crowd.disperse()?;
        gathered?;
        self.readings += 1;
        Ok(after?.since(&before).per_task(self.count, stacks))
    }
}

impl Evidence for Idle {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(self.readings)
    }
}
