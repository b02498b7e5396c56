//! What the whole program under test spends: this process with all its
//! threads, and the children that it has reaped.

use std::collections::BTreeMap;

use nix::unistd::Pid;
use oscost_harness::usage::{self, between};
use oscost_harness::{Audit, Failure, Party, memory};
use oscost_record::{Bytes, Counters, Nanos};

/// Everything so far.
fn so_far() -> Result<Counters, Failure> {
    let mut all = usage::this_process()?.usage;
    all.add(&usage::reaped_children()?);
    Ok(all)
}

/// The account of a program of this process and of children that it reaps.
pub(crate) fn audit(done: u64, figures: BTreeMap<String, f64>) -> Result<Audit, Failure> {
    let usage = so_far()?;
    let cpu = usage::this_cpu();
    Ok(Audit {
        done,
        parties: vec![Party { cpu, usage }],
        figures,
    })
}

/// What was spent in stretches of work, without what lies between them.
#[derive(Debug, Default)]
pub(crate) struct Spent {
    sum: Counters,
}

impl Spent {
    /// Does `work`, and notes what it cost.
    ///
    /// # Errors
    /// What `work` or `getrusage(2)` says.
    pub(crate) fn on<T>(
        &mut self,
        work: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let before = so_far()?;
        let outcome = work()?;
        self.sum.add(&between(&before, &so_far()?));
        Ok(outcome)
    }

    /// CPU time and switches, each divided by `tasks`; then it begins anew. A
    /// count that the kernel does not give is absent.
    pub(crate) fn per_task(&mut self, tasks: u64) -> BTreeMap<String, f64> {
        let sum = std::mem::take(&mut self.sum);
        let mut figures = BTreeMap::new();
        let tasks = tasks as f64;
        if tasks == 0.0 {
            return figures;
        }
        if let (Some(Nanos(user)), Some(Nanos(system))) = (sum.user_time, sum.system_time) {
            figures.insert("cpu_ns_per_task".to_owned(), (user + system) / tasks);
        }
        if let (Some(voluntary), Some(involuntary)) =
            (sum.voluntary_switches, sum.involuntary_switches)
        {
            let switches = (voluntary + involuntary) as f64;
            figures.insert("switches_per_task".to_owned(), switches / tasks);
        }
        figures
    }
}

/// Of many processes that are alike so many are weighed: reading one takes the
/// kernel some fifty microseconds.
const WEIGHED: usize = 128;

/// What several processes that are alike occupy together, resident memory and
/// page tables: evenly spread ones are weighed, and stand for the others.
///
/// # Errors
/// Where `/proc/PID` cannot be read.
pub(crate) fn weigh(pids: &[Pid]) -> Result<Bytes, Failure> {
    let step = pids.len().div_ceil(WEIGHED).max(1);
    let (mut sum, mut weighed) = (0, 0);
    for pid in pids.iter().step_by(step) {
        let reading = memory::of_process(*pid)?;
        sum += reading.resident.0 + reading.page_tables.0;
        weighed += 1;
    }
    let all = pids.len() as u64;
    Ok(Bytes((sum * all).checked_div(weighed).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use nix::unistd::getpid;

    use super::*;

    #[test]
    fn what_is_spent_between_stretches_is_not_counted() {
        let mut spent = Spent::default();
        spent.on(|| Ok(())).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1));
        let nothing = spent.per_task(1)["switches_per_task"];
        let nap = || {
            (0..20).for_each(|_| std::thread::sleep(std::time::Duration::from_micros(10)));
            Ok(())
        };
        spent.on(nap).unwrap();
        let naps = spent.per_task(1)["switches_per_task"];
        assert!(naps >= 20.0, "{nothing} and {naps}");
        // It begins anew, and knows nothing of no tasks.
        assert!(spent.per_task(1).is_empty());
        assert!(spent.per_task(0).is_empty());
    }

    #[test]
    fn a_failure_of_the_work_is_passed_on() {
        let mut spent = Spent::default();
        let outcome = spent.on(|| Err::<(), _>(Failure::Fail("no".into())));
        assert!(outcome.is_err());
    }

    #[test]
    fn those_that_are_alike_stand_for_each_other() {
        let Ok(one) = weigh(&[getpid()]) else {
            // No smaps_rollup here.
            return;
        };
        let many = weigh(&vec![getpid(); 10 * WEIGHED]).unwrap();
        // Other tests come and go meanwhile, but hardly weigh as much.
        assert!(many.0 > 2 * one.0);
        assert_eq!(weigh(&[]).unwrap(), Bytes(0));
    }
}
