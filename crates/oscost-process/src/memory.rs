//! Keeping many idle processes: what each holds of memory.

use std::sync::atomic::Ordering::{Acquire, Relaxed};
use std::time::{Duration, Instant};

use nix::unistd::{getpid, pause};
use oscost_harness::child::Child;
use oscost_harness::memory::{kernel_stack_growth, kernel_stacks, of_process};
use oscost_harness::{
    Audit, Axis, During as _, Evidence, Expect, Failure, Level, Measure, Need, Place, Reading, Row,
    Setting,
};
use oscost_record::{Aspect, Bytes, TaskKind, Tier};
use oscost_sys::map::SharedPage;

use crate::child;

pub(crate) const ROWS: &[Row] = &[Row {
    operation: "memory/fork",
    title: "forked process",
    question: "How much memory does each of many idle forked processes hold, its page tables and kernel stack included?",
    task: TaskKind::Process,
    aspect: Aspect::Memory,
    per: "process",
    tier: Tier::Core,
    axes: &[Axis {
        name: "tasks",
        unit: "",
        core: &[10, 100, 1000],
        full: &[10_000],
    }],
    place: Place::OneCpu,
    peers: None,
    control: None,
    claims: &[7],
    needs: |setting| {
        vec![
            Need::Native("its own memory would be weighed along with the tasks"),
            Need::SmapsRollup,
            Need::Tasks(setting.value() + 100),
            // A tenth of it on most machines, a third where a page has 64 KiB.
            Need::Memory(Bytes(setting.value() << 20)),
        ]
    },
    expect: |setting| Expect::tasks(setting.value()),
    build: |setting: &Setting| {
        Ok(Measure::Level(Box::new(Idle {
            count: setting.value(),
            readings: 0,
        })))
    },
}];

struct Idle {
    count: u64,
    readings: u64,
}

/// All children must have come to rest within this.
const PATIENCE: Duration = Duration::from_secs(20);

impl Level for Idle {
    fn read(&mut self) -> Result<Reading, Failure> {
        let page = SharedPage::new().during("mmap(MAP_SHARED)")?;
        let resting = &page.slot(0).long;
        let mut children = Vec::with_capacity(usize::try_from(self.count).unwrap_or(0));
        let before = of_process(getpid())?;
        let stacks_before = kernel_stacks();
        for _ in 0..self.count {
            children.push(Child::bound(|| {
                resting.fetch_add(1, Relaxed);
                loop {
                    pause();
                }
            })?);
        }
        let begin = Instant::now();
        while resting.load(Acquire) < self.count {
            if begin.elapsed() > PATIENCE {
                return Err(Failure::Fail(format!(
                    "only {} of {} processes came to rest",
                    resting.load(Acquire),
                    self.count
                )));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        // Pages that parent and children share count once over all of them, so
        // the parent's own share is part of what has grown.
        let mut all = of_process(getpid())?;
        for child in &children {
            all = all + of_process(child.pid())?;
        }
        let stacks = kernel_stack_growth(stacks_before);
        // Each must have stayed until now.
        children.into_iter().try_for_each(Child::end)?;
        self.readings += 1;
        Ok(all.since(&before).per_task(self.count, stacks))
    }
}

impl Evidence for Idle {
    fn audit(&mut self) -> Result<Audit, Failure> {
        child::audit(self.readings)
    }
}
