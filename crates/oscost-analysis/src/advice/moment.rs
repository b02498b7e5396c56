//! What surrounds the process that asks, before it measures: neighbours on its
//! CPUs, and what it inherited from who started it. No record holds these, so a
//! report is never told.

use super::Finding;

/// What was seen at one moment; what is not known is empty or absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moment {
    /// CPUs that may be used, each with the share of time in percent in which
    /// others kept it busy.
    pub busy_percent: Vec<(u32, f64)>,
    /// Open descriptors of the process.
    pub descriptors: Option<u64>,
    /// Whether the process may have transparent huge pages.
    pub huge_pages: Option<bool>,
}

/// A CPU that is busy for more than this share, in percent, has a neighbour.
const BUSY_PERCENT: f64 = 25.0;

/// A table of this many descriptors is what a fork still copies in passing.
const DESCRIPTORS: u64 = 256;

pub(super) fn findings(moment: &Moment) -> Vec<Finding> {
    let busy = moment.busy_percent.iter();
    let busy: Vec<String> = busy
        .filter(|(_, percent)| *percent >= BUSY_PERCENT)
        .map(|(cpu, percent)| format!("CPU {cpu} ({percent:.0} %)"))
        .collect();
    let busy = (!busy.is_empty()).then(|| {
        Finding::warning(
            format!("a busy neighbour: others are running on {}", busy.join(", ")),
            "a measured task takes turns with the neighbour: it waits for it, and finds its caches cold",
            "stop what else is running (`ps -eo psr,pcpu,pid,comm --sort=-pcpu | head` names it), or keep to other CPUs by `taskset`",
        )
    });
    let descriptors = moment.descriptors.filter(|&count| count > DESCRIPTORS);
    let descriptors = descriptors.map(|count| {
        Finding::warning(
            format!("{count} descriptors are open before anything has begun"),
            "every process that is made copies the table of descriptors and closes it again: forks cost more than they would",
            "start oscost from a shell of its own; `ls -l /proc/self/fd` shows what a shell hands on",
        )
    });
    let huge = moment.huge_pages.filter(|&may| !may).map(|_| {
        Finding::warning(
            "transparent huge pages are denied to this process (prctl)",
            "memory that would have huge pages has small ones: page faults, forks of a large parent and memory per task are other than on this machine otherwise",
            "start oscost from a shell that did not inherit `PR_SET_THP_DISABLE`",
        )
    });
    [busy, descriptors, huge].into_iter().flatten().collect()
}
