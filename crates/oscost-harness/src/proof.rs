//! Holds what a burst claims against what its parties counted.
//!
//! A burst whose account does not add up is no measurement: its samples are
//! thrown away and the case fails with the sentence made here.

use oscost_record::{Burst, Counters, Cpu, Placement};

use crate::Failure;
use crate::usage::between;
use crate::work::Audit;

/// What one operation must cause.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Expect {
    /// Context switches per operation over all parties: the fewest of both
    /// kinds together, the most voluntary ones. `None`: not this case's claim.
    pub switches: Option<(f64, f64)>,
    /// The operation makes this many tasks, so the kernel must have made at
    /// least as many on the whole machine.
    pub tasks: u64,
}

impl Expect {
    /// Nothing but the count of operations.
    pub const COUNT: Self = Self {
        switches: None,
        tasks: 0,
    };
    /// The operation never enters the scheduler.
    pub const NO_SWITCH: Self = Self::switches(0.0, 0.0);

    /// The operation makes so many tasks.
    #[must_use]
    pub const fn tasks(tasks: u64) -> Self {
        Self {
            switches: None,
            tasks,
        }
    }

    /// Between `fewest` and `most` switches.
    #[must_use]
    pub const fn switches(fewest: f64, most: f64) -> Self {
        Self {
            switches: Some((fewest, most)),
            tasks: 0,
        }
    }
}

/// Switches that taking stock itself causes per burst, whatever its length.
const SLACK: f64 = 16.0;

/// Checks a burst of `ops` operations. Gives its counters and CPUs.
///
/// # Errors
/// What did not hold, in numbers.
pub fn prove(
    ops: u64,
    (before, after): (&Audit, &Audit),
    expect: Expect,
    placement: Placement,
) -> Result<Burst, Failure> {
    let done = after.done.wrapping_sub(before.done);
    if done != ops {
        return Err(Failure::Fail(format!(
            "{ops} operations were timed, but {done} were done"
        )));
    }
    let mut counters = Counters::default();
    for (earlier, later) in before.parties.iter().zip(&after.parties) {
        counters.add(&between(&earlier.usage, &later.usage));
    }
    if let Some((fewest, most)) = expect.switches {
        check_switches(ops, &counters, fewest, most)?;
    }
    counters.figures = after.figures.clone();
    for audit in [before, after] {
        check_placement(audit, placement)?;
    }
    check_stay(before, after, placement)?;
    Ok(Burst {
        ops: oscost_record::Ops(ops),
        cpus: after.parties.iter().filter_map(|party| party.cpu).collect(),
        counters,
        ..Burst::default()
    })
}

fn check_switches(ops: u64, counters: &Counters, fewest: f64, most: f64) -> Result<(), Failure> {
    let (Some(voluntary), Some(involuntary)) =
        (counters.voluntary_switches, counters.involuntary_switches)
    else {
        return Ok(());
    };
    // A hand-over may be counted as either kind. But a party that is preempted
    // by a stranger has done nothing wrong.
    let all = (voluntary + involuntary) as f64;
    let own = voluntary as f64;
    let ops = ops as f64;
    if all < fewest * ops - SLACK || own > most * ops * 1.1 + SLACK {
        return Err(Failure::Fail(format!(
            "{ops} operations caused {voluntary} voluntary and {involuntary} involuntary context switches; expected {fewest} to {most} each"
        )));
    }
    Ok(())
}

fn check_placement(audit: &Audit, placement: Placement) -> Result<(), Failure> {
    let cpus: Vec<Cpu> = audit.parties.iter().filter_map(|party| party.cpu).collect();
    let wrong = match placement {
        Placement::Free => false,
        Placement::SameCpu => cpus.windows(2).any(|pair| pair[0] != pair[1]),
        _ => cpus.len() < 2 || cpus.windows(2).any(|pair| pair[0] == pair[1]),
    };
    if wrong {
        let seen: Vec<String> = cpus.iter().map(Cpu::to_string).collect();
        return Err(Failure::Fail(format!(
            "the parties were to run {placement}, but ran on CPU {}",
            seen.join(" and ")
        )));
    }
    Ok(())
}

/// A party that somebody moved has not run where its case says, even where no other
/// party is there to be told apart from.
fn check_stay(before: &Audit, after: &Audit, placement: Placement) -> Result<(), Failure> {
    if placement == Placement::Free {
        return Ok(());
    }
    for (earlier, later) in before.parties.iter().zip(&after.parties) {
        if let (Some(from), Some(to)) = (earlier.cpu, later.cpu)
            && from != to
        {
            return Err(Failure::Fail(format!(
                "a party was to run {placement}, but went from CPU {from} to CPU {to} within a burst"
            )));
        }
    }
    Ok(())
}

/// Checks that the kernel made as many tasks as a burst claims, where it
/// tells. `created` counts the whole machine: more is no contradiction.
///
/// # Errors
/// Where it made fewer.
pub fn check_tasks(ops: u64, expect: Expect, created: Option<u64>) -> Result<(), Failure> {
    match created {
        Some(created) if created < ops * expect.tasks => Err(Failure::Fail(format!(
            "{ops} operations should make {} tasks, but the kernel made {created}",
            ops * expect.tasks
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::Party;

    fn audit(done: u64, switches: u64, cpus: &[u32]) -> Audit {
        Audit {
            done,
            figures: [("fairness_share".into(), 0.5)].into(),
            parties: cpus
                .iter()
                .map(|&cpu| Party {
                    cpu: Some(Cpu(cpu)),
                    usage: Counters {
                        voluntary_switches: Some(switches),
                        involuntary_switches: Some(0),
                        ..Counters::default()
                    },
                })
                .collect(),
        }
    }

    fn judge(after: &Audit, expect: Expect, placement: Placement) -> Result<Burst, Failure> {
        let cpus: Vec<u32> = after
            .parties
            .iter()
            .filter_map(|p| Some(p.cpu?.0))
            .collect();
        prove(1000, (&audit(0, 0, &cpus), after), expect, placement)
    }

    #[test]
    fn an_honest_burst_passes() {
        let expect = Expect::switches(2.0, 2.0);
        let burst = judge(&audit(1000, 1000, &[0, 1]), expect, Placement::CrossCpu).unwrap();
        assert_eq!(burst.counters.voluntary_switches, Some(2000));
        assert_eq!(burst.cpus, vec![Cpu(0), Cpu(1)]);
        assert_eq!(burst.counters.figures["fairness_share"], 0.5);
    }

    #[test]
    fn work_that_was_not_done_fails() {
        assert!(judge(&audit(999, 0, &[0]), Expect::COUNT, Placement::SameCpu).is_err());
    }

    #[test]
    fn too_few_and_too_many_switches_fail() {
        let expect = Expect::switches(2.0, 2.0);
        for switches in [100, 2000] {
            assert!(judge(&audit(1000, switches, &[0, 0]), expect, Placement::SameCpu).is_err());
        }
        assert!(judge(&audit(1000, 1000, &[0, 0]), expect, Placement::SameCpu).is_ok());
    }

    #[test]
    fn the_wrong_cpu_fails() {
        let same = audit(1000, 0, &[0, 0]);
        let cross = audit(1000, 0, &[0, 1]);
        assert!(judge(&same, Expect::COUNT, Placement::CrossCpu).is_err());
        assert!(judge(&cross, Expect::COUNT, Placement::SameCpu).is_err());
        for audit in [same, cross] {
            assert!(judge(&audit, Expect::COUNT, Placement::Free).is_ok());
        }
    }

    #[test]
    fn who_is_moved_in_the_middle_of_a_burst_fails_even_alone() {
        let moves = [
            (vec![0], vec![1], Placement::SameCpu),
            (vec![0, 0], vec![1, 1], Placement::SameCpu),
            (vec![0, 1], vec![1, 0], Placement::CrossCpu),
            (vec![0, 1], vec![0, 2], Placement::SmtSibling),
        ];
        for (from, to, placement) in moves {
            let (before, after) = (audit(0, 0, &from), audit(1000, 0, &to));
            let burst = |placement| prove(1000, (&before, &after), Expect::COUNT, placement);
            let why = burst(placement).unwrap_err().to_string();
            assert!(why.contains(&placement.to_string()), "{why}");
            assert!(why.contains("from CPU") && why.contains("to CPU"), "{why}");
            assert!(burst(Placement::Free).is_ok());
        }
    }

    #[test]
    fn who_did_not_tell_where_it_was_is_no_mover() {
        let mut before = audit(0, 0, &[0]);
        before.parties[0].cpu = None;
        let after = audit(1000, 0, &[1]);
        assert!(prove(1000, (&before, &after), Expect::COUNT, Placement::SameCpu).is_ok());
    }

    #[test]
    fn the_kernel_must_have_made_the_tasks() {
        assert!(check_tasks(10, Expect::tasks(1), Some(9)).is_err());
        assert!(check_tasks(10, Expect::tasks(1), Some(15)).is_ok());
        assert!(check_tasks(10, Expect::tasks(1), None).is_ok());
    }
}
