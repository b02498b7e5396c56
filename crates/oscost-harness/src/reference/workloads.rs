//! The frozen workloads. A number of the past is held against what these took
//! in the same milliseconds, so none of them is ever changed, not even for the
//! better: whoever needs another adds one with a new version, and the old ones
//! stay. What they call in `oscost-sys` and `nix` does one system call each.
//!
//! They are part of every program and of no catalogue.

use std::hint::black_box;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use nix::unistd::{getppid, pipe, read, write};
use oscost_record::{Aspect, TaskKind, Tier};
use oscost_sys::map::{Ballast, page_size};

use crate::Failure;
use crate::alone::calls;
use crate::case::{Place, Row, Setting, Suite};
use crate::failure::During as _;
use crate::proof::Expect;
use crate::work::{Audit, Evidence, Measure, Work};

/// All versions of all workloads.
pub const SUITE: Suite = Suite {
    name: "reference",
    families: &[ROWS],
};

/// 500 dependent multiplications, additions and shifts.
pub(super) const COMPUTE: &str = "compute@1";
/// 16 pages asked of the kernel, written, and given back.
pub(super) const MEMORY: &str = "memory@1";
/// One system call that does next to nothing: `getppid`.
pub(super) const SYSCALL: &str = "syscall@1";
/// A byte to a thread on the same CPU and back, through two pipes.
pub(super) const PIPE: &str = "pipe@1";
/// The 15th number of Fibonacci by calls: short instructions, few of which wait
/// for another, and calls, pushes and returns. Who shares the core shows here.
pub(super) const CALLS: &str = "calls@1";

const ROWS: &[Row] = &[
    row(COMPUTE, "computation", |_| Ok(compute())),
    row(MEMORY, "mapping", |_| Ok(memory())),
    row(SYSCALL, "call", |_| Ok(syscall())),
    row(PIPE, "round trip", |_| round_trip()),
    row(CALLS, "number", |_| Ok(recursion())),
];

const fn row(
    operation: &'static str,
    per: &'static str,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title: operation,
        question: "How quick is the machine in these milliseconds?",
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
        expect: |_| Expect::COUNT,
        build,
    }
}

fn compute() -> Measure {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    calls(move || {
        let mut x = black_box(state);
        for _ in 0..500 {
            // Knuth's MMIX generator, and a shift that depends on it.
            x = x
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            x ^= x >> 33;
        }
        state = black_box(x);
        Ok(())
    })
}

fn memory() -> Measure {
    calls(|| {
        let pages = Ballast::new(16 * page_size()).during("mmap(MAP_PRIVATE)")?;
        black_box(pages.cell(15));
        Ok(())
    })
}

fn syscall() -> Measure {
    calls(|| {
        black_box(getppid());
        Ok(())
    })
}

fn recursion() -> Measure {
    calls(|| match fibonacci(black_box(15)) {
        610 => Ok(()),
        other => Err(Failure::Fail(format!("the 15th is 610, not {other}"))),
    })
}

#[inline(never)]
fn fibonacci(n: u64) -> u64 {
    // Hidden from the compiler, or it makes a loop of one of the two calls.
    match n {
        0 | 1 => n,
        _ => black_box(fibonacci(n - 1)) + black_box(fibonacci(n - 2)),
    }
}

fn round_trip() -> Result<Measure, Failure> {
    let (far_reads, near_writes) = pipe().during("pipe")?;
    let (near_reads, far_writes) = pipe().during("pipe")?;
    let echoed = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&echoed);
    std::thread::Builder::new()
        .spawn(move || {
            let mut byte = [0];
            while read(&far_reads, &mut byte) == Ok(1) {
                count.fetch_add(1, Ordering::Relaxed);
                if write(&far_writes, &byte) != Ok(1) {
                    break;
                }
            }
        })
        .during("pthread_create")?;
    Ok(Measure::Timed(Box::new(RoundTrip {
        to: near_writes,
        from: near_reads,
        echoed,
    })))
}

struct RoundTrip {
    to: OwnedFd,
    from: OwnedFd,
    /// Counted by the other thread.
    echoed: Arc<AtomicU64>,
}

impl Work for RoundTrip {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        let mut byte = [0x5a];
        for _ in 0..ops {
            write(&self.to, &byte).during("write(pipe)")?;
            if read(&self.from, &mut byte).during("read(pipe)")? != 1 {
                return Err(Failure::Fail("the other end of the pipe is gone".into()));
            }
        }
        Ok(())
    }
}

impl Evidence for RoundTrip {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(self.echoed.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_does_what_it_is_asked_for_and_counts_it() {
        for case in SUITE.cases() {
            let measure = (case.row.build)(&case.setting(Vec::new())).unwrap();
            let Measure::Timed(mut work) = measure else {
                panic!("{} is not timed", case.info.id);
            };
            let before = work.audit().unwrap().done;
            work.run(100).unwrap();
            assert_eq!(work.audit().unwrap().done - before, 100, "{}", case.info.id);
        }
    }

    #[test]
    fn every_name_has_a_version() {
        for case in SUITE.cases() {
            let (_, version) = case.info.operation.split_once('@').unwrap();
            assert!(version.parse::<u32>().unwrap() > 0, "{}", case.info.id);
        }
    }
}
