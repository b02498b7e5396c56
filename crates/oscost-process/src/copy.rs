//! Copy-on-write: the first write to a page after a fork, and the same write
//! where nothing is shared, to hold it against.
//!
//! The child of the fork writes, one page after the other, and times each
//! write. Its parent keeps the old pages, so that they are the same for the
//! next fork: a huge page that was written after a fork is one no more.

use std::hint::black_box;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use oscost_harness::{
    Audit, During as _, Evidence, Expect, Failure, Measure, Need, ParallelWork, Place, Row, usage,
};
use oscost_record::{Aspect, Bytes, TaskKind, Tier};
use oscost_sys::counter::Ticks;
use oscost_sys::fork::fork;
use oscost_sys::map::{Ballast, SharedPage, page_size};

use crate::child::{self, reap};
use crate::create::burden::huge_ballast;

/// Pages that a child writes, at most, beside one that warms it up.
const PAGES: usize = 512;
/// Of huge ones.
const HUGE_BYTES: usize = 64 << 20;

const ROW: Row = Row {
    operation: "copy-on-write/small",
    title: "first write after fork",
    question: "What does the first write to a page cost after a fork, which makes the kernel copy the page?",
    task: TaskKind::Process,
    aspect: Aspect::Touch,
    per: "page",
    tier: Tier::Core,
    axes: &[],
    place: Place::OneCpu,
    peers: None,
    control: Some("control/write/small"),
    claims: &[4],
    needs: |_| vec![COUNTED],
    expect: |_| Expect::COUNT,
    build: |_| measure(small()?, true),
};

const HUGE: Row = Row {
    operation: "copy-on-write/huge",
    title: "first write, huge page",
    question: "What does the first write to a huge page cost after a fork, which makes the kernel copy it or take it apart?",
    tier: Tier::Full,
    control: Some("control/write/huge"),
    needs: |_| {
        vec![
            COUNTED,
            Need::HugePages,
            Need::SmapsRollup,
            // Older kernels copy a huge page as a whole.
            Need::Memory(Bytes(3 * HUGE_BYTES as u64)),
        ]
    },
    build: |_| measure(huge_ballast(HUGE_BYTES)?, true),
    ..ROW
};

/// Page faults are what proves this work.
const COUNTED: Need = Need::Native("its own page faults would be counted along");

pub(crate) const ROWS: &[Row] = &[
    ROW,
    HUGE,
    Row {
        operation: "control/write/small",
        title: "write, nothing shared",
        question: "What does the same write to a page cost without a fork before, so that there is nothing to copy?",
        aspect: Aspect::Control,
        control: None,
        build: |_| measure(small()?, false),
        ..ROW
    },
    Row {
        operation: "control/write/huge",
        title: "write, huge, nothing shared",
        question: "What does the same write to a huge page cost without a fork before, so that there is nothing to copy?",
        aspect: Aspect::Control,
        control: None,
        build: |_| measure(huge_ballast(HUGE_BYTES)?, false),
        ..HUGE
    },
];

fn small() -> Result<Ballast, Failure> {
    Ballast::new((PAGES + 1) * page_size()).during("mmap")
}

struct Writing {
    ballast: Ballast,
    /// Whether a fork comes before.
    shared: bool,
    report: Report,
    written: u64,
}

fn measure(ballast: Ballast, shared: bool) -> Result<Measure, Failure> {
    Ok(Measure::Parallel(Box::new(Writing {
        ballast,
        shared,
        report: Report(SharedPage::with_slots(PAGES + 2).during("mmap(MAP_SHARED)")?),
        written: 0,
    })))
}

/// What whoever wrote tells: page faults, pages, and the time of each.
struct Report(SharedPage);

impl Report {
    fn faults(&self) -> &AtomicU64 {
        &self.0.slot(0).long
    }

    fn pages(&self) -> &AtomicU64 {
        &self.0.slot(1).long
    }

    fn time(&self, page: usize) -> &AtomicU64 {
        &self.0.slot(2 + page).long
    }
}

/// What is in a page before, and what a child writes.
const OLD: u64 = 1;
const NEW: u64 = 2;

/// Writes to each page and takes the time of it. Never inlined, so that a try
/// on one page brings in the code that the others run.
#[inline(never)]
fn write(cells: &[&AtomicU64], times: &mut [Ticks], now: fn() -> Ticks) {
    for (cell, time) in cells.iter().zip(times) {
        let begin = now();
        cell.store(NEW, Relaxed);
        *time = now().since(begin);
    }
}

/// Writes to all pages but the first, which warms everything up, and reports.
fn write_and_report(
    cells: &[&AtomicU64],
    report: &Report,
    now: fn() -> Ticks,
) -> Result<(), Failure> {
    let mut times = black_box([Ticks(0); PAGES]);
    let faults = || Ok::<_, Failure>(usage::this_thread()?.usage.minor_faults);
    faults()?;
    write(&cells[..1], &mut times, now);
    let before = faults()?;
    write(&cells[1..], &mut times, now);
    let after = faults()?;
    let pages = cells[1..].iter().filter(|cell| cell.load(Relaxed) == NEW);
    report.pages().store(pages.count() as u64, Relaxed);
    let faults = after.zip(before).map(|(after, before)| after - before);
    report.faults().store(faults.unwrap_or_default(), Relaxed);
    for (page, time) in times.iter().enumerate() {
        report.time(page).store(time.0, Relaxed);
    }
    Ok(())
}

/// Page faults that something else may cause meanwhile.
const STRAY: u64 = 8;

fn check_faults(expected: u64, faults: u64) -> Result<(), Failure> {
    if (expected..=expected + STRAY).contains(&faults) {
        Ok(())
    } else {
        Err(Failure::Fail(format!(
            "the writes were to cause {expected} page faults, but caused {faults}"
        )))
    }
}

impl Writing {
    /// Writes to so many pages, and gives the time of each.
    fn write(&mut self, pages: usize, now: fn() -> Ticks) -> Result<Vec<Ticks>, Failure> {
        let cells: Vec<&AtomicU64> = (0..=pages).map(|page| self.ballast.cell(page)).collect();
        if self.shared {
            let child = fork(|| u8::from(write_and_report(&cells, &self.report, now).is_err()));
            reap(child.during("fork").map_err(Failure::too_many)?)?;
            if cells.iter().any(|cell| cell.load(Relaxed) != OLD) {
                return Err(Failure::Fail(
                    "what a child wrote after a fork is seen by its parent".into(),
                ));
            }
        } else {
            write_and_report(&cells, &self.report, now)?;
        }
        let expected = if self.shared { pages as u64 } else { 0 };
        check_faults(expected, self.report.faults().load(Relaxed))?;
        self.written += self.report.pages().swap(0, Relaxed);
        let times = (0..pages).map(|page| Ticks(self.report.time(page).load(Relaxed)));
        Ok(times.collect())
    }
}

impl ParallelWork for Writing {
    fn run(&mut self, ops: u64, now: fn() -> Ticks) -> Result<Vec<Ticks>, Failure> {
        let at_once = PAGES.min(self.ballast.pages() - 1);
        let mut left = usize::try_from(ops).unwrap_or(usize::MAX);
        let mut times = Vec::with_capacity(left);
        while left > 0 {
            let pages = left.min(at_once);
            times.extend(self.write(pages, now)?);
            left -= pages;
        }
        Ok(times)
    }
}

impl Evidence for Writing {
    fn audit(&mut self) -> Result<Audit, Failure> {
        child::audit(self.written)
    }
}

#[cfg(test)]
mod tests {
    use oscost_harness::child::Child;
    use oscost_sys::counter;

    use super::*;
    use crate::child::exited_well;

    /// In a process of its own, since the tests beside this one fork, too.
    /// Nothing here may panic: it would end the child as if all were well.
    fn apart(test: fn(Writing) -> Result<(), Failure>) {
        if std::env::var_os("OSCOST_PROBE_RUNNER").is_some() {
            return;
        }
        let writing = Writing {
            ballast: small().unwrap(),
            shared: false,
            report: Report(SharedPage::with_slots(PAGES + 2).unwrap()),
            written: 0,
        };
        let child = Child::bound(|| {
            // The fork that made this process shared the pages.
            for page in 0..writing.ballast.pages() {
                writing.ballast.cell(page).store(OLD, Relaxed);
            }
            test(writing)
        });
        exited_well(child.unwrap().wait().unwrap()).unwrap();
    }

    fn check(holds: bool) -> Result<(), Failure> {
        let fail = || Failure::Fail("a test".into());
        holds.then_some(()).ok_or_else(fail)
    }

    #[test]
    fn writes_that_copy_nothing_cannot_pass_for_copies() {
        assert!(check_faults(100, 0).is_err());
        assert!(check_faults(0, 100).is_err());
        assert!(check_faults(100, 100).is_ok());
        apart(|mut writing| check(writing.run(1000, counter::read)?.len() == 1000));
    }

    #[test]
    fn every_page_is_copied_once_in_a_child() {
        apart(|mut writing| {
            writing.shared = true;
            for _ in 0..3 {
                check(writing.run(700, counter::read)?.len() == 700)?;
            }
            check(writing.audit()?.done == 2100)
        });
    }
}
