//! What the kernel counts for a task, read by the task itself.

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeVal;
use oscost_record::{Counters, Cpu, Nanos};

use crate::Failure;
use crate::failure::During as _;
use crate::work::Party;

/// The calling thread: where it runs, and its counters so far
/// (`getrusage(RUSAGE_THREAD)`, `getcpu(2)`).
///
/// # Errors
/// What `getrusage(2)` says.
pub fn this_thread() -> Result<Party, Failure> {
    Ok(Party {
        cpu: this_cpu(),
        usage: usage_of(UsageWho::RUSAGE_THREAD)?,
    })
}

/// All threads of the calling process together, which are on no CPU in
/// particular (`getrusage(RUSAGE_SELF)`).
///
/// # Errors
/// What `getrusage(2)` says.
pub fn this_process() -> Result<Party, Failure> {
    Ok(Party {
        cpu: None,
        usage: usage_of(UsageWho::RUSAGE_SELF)?,
    })
}

/// Every child that the calling process has reaped so far.
///
/// # Errors
/// What `getrusage(2)` says.
pub fn reaped_children() -> Result<Counters, Failure> {
    usage_of(UsageWho::RUSAGE_CHILDREN)
}

/// The CPU that the caller is on.
#[must_use]
pub fn this_cpu() -> Option<Cpu> {
    let cpu = nix::sched::sched_getcpu().ok()?;
    u32::try_from(cpu).ok().map(Cpu)
}

fn usage_of(who: UsageWho) -> Result<Counters, Failure> {
    let usage: Usage = getrusage(who).during("getrusage")?;
    let count = |value: i64| u64::try_from(value).ok();
    Ok(Counters {
        voluntary_switches: count(usage.voluntary_context_switches()),
        involuntary_switches: count(usage.involuntary_context_switches()),
        minor_faults: count(usage.minor_page_faults()),
        major_faults: count(usage.major_page_faults()),
        user_time: Some(nanos(usage.user_time())),
        system_time: Some(nanos(usage.system_time())),
        ..Counters::default()
    })
}

fn nanos(time: TimeVal) -> Nanos {
    Nanos(time.tv_sec() as f64 * 1e9 + time.tv_usec() as f64 * 1e3)
}

/// What was counted between two readings of the same task. A count that either
/// reading lacks, or that went back, is absent.
#[must_use]
pub fn between(earlier: &Counters, later: &Counters) -> Counters {
    let count = |a: Option<u64>, b: Option<u64>| b?.checked_sub(a?);
    let time = |a: Option<Nanos>, b: Option<Nanos>| Some(Nanos(b?.0 - a?.0)).filter(|t| t.0 >= 0.0);
    Counters {
        voluntary_switches: count(earlier.voluntary_switches, later.voluntary_switches),
        involuntary_switches: count(earlier.involuntary_switches, later.involuntary_switches),
        minor_faults: count(earlier.minor_faults, later.minor_faults),
        major_faults: count(earlier.major_faults, later.major_faults),
        user_time: time(earlier.user_time, later.user_time),
        system_time: time(earlier.system_time, later.system_time),
        tasks_created: count(earlier.tasks_created, later.tasks_created),
        steal: time(earlier.steal, later.steal),
        parts: later.parts.clone(),
        figures: later.figures.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_sleeps_switches_voluntarily() {
        let before = this_thread().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1));
        let after = this_thread().unwrap();
        let spent = between(&before.usage, &after.usage);
        assert!(spent.voluntary_switches >= Some(1));
        assert!(after.cpu.is_some());
    }

    #[test]
    fn what_was_not_counted_stays_absent() {
        let some = Counters {
            minor_faults: Some(3),
            ..Counters::default()
        };
        assert_eq!(between(&Counters::default(), &some).minor_faults, None);
        assert_eq!(between(&some, &Counters::default()).minor_faults, None);
    }
}
