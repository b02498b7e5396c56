//! Limits that make cases slower or impossible: CPU quota, tasks, open files.

use oscost_record::Configuration;

use super::{Finding, value};

/// Tasks that the case with 10,000 threads needs, with room for the rest.
const TASKS: f64 = 12_000.0;

/// Open files that two thousand pipe ends and their kin need.
const FILES: f64 = 1_024.0;

pub(super) fn findings(configuration: &Configuration) -> Vec<Finding> {
    let few_tasks =
        "the case with 10,000 threads is skipped, and perhaps that with 1,000 processes";
    let quota = value(configuration, "cgroup_cpu").filter(|quota| first(quota).is_some());
    let quota = quota.map(|quota| {
        Finding::warning(
            format!("the cgroup has a CPU quota ({quota})"),
            "when the quota of a period is used up, all tasks stand still for tens of milliseconds, in the middle of samples",
            "lift it: `systemctl set-property UNIT CPUQuota=`, or start the container without `--cpus` and `--cpu-quota`; pin with `--cpuset-cpus` instead",
        )
    });
    let tasks = below(configuration, "ulimit_nproc", TASKS).map(|limit| {
        Finding::note(
            format!("a user may have {limit} tasks (ulimit -u)"),
            few_tasks,
            "`ulimit -u 16000` before the run; where the hard limit is lower, `sudo prlimit --pid $$ --nproc=16000`",
        )
    });
    let pids = below(configuration, "cgroup_pids", TASKS).map(|limit| {
        Finding::note(
            format!("the cgroup may have {limit} tasks (pids.max)"),
            few_tasks,
            "`systemctl set-property UNIT TasksMax=16000`, or `--pids-limit 16000` of the container",
        )
    });
    let files = below(configuration, "ulimit_nofile", FILES).map(|limit| {
        Finding::note(
            format!("a process may have {limit} open files (ulimit -n)"),
            "cases with many processes or pipes fail or are skipped",
            "`ulimit -n 4096` before the run; where the hard limit is lower, `sudo prlimit --pid $$ --nofile=4096`",
        )
    });
    [quota, tasks, pids, files].into_iter().flatten().collect()
}

/// The first number of a value; absent for `max` and `unlimited`.
fn first(value: &str) -> Option<f64> {
    value
        .split(|c: char| !c.is_ascii_digit() && c != '.')
        .next()?
        .parse()
        .ok()
}

/// The limit, where it is a number below `needed`. Of a soft and a hard limit
/// the first counts: it is the one in force.
fn below(configuration: &Configuration, name: &str, needed: f64) -> Option<String> {
    let limit = value(configuration, name)?;
    let number = first(&limit)?;
    (number < needed).then_some(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_the_kernel_writes_them() {
        assert_eq!(first("max 100000"), None);
        assert_eq!(first("200000 100000"), Some(200_000.0));
        assert_eq!(first("unlimited"), None);
        assert_eq!(first("1024/524288"), Some(1024.0));
        assert_eq!(first(""), None);
    }
}
