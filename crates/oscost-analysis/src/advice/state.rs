//! What the machine was doing meanwhile: steal, load, pressure, throttling.
//! Load and pressure are judged before the first round only: later ones hold
//! what the run itself adds, and a run must never be blamed for itself.

use oscost_record::{Machine, State};

use super::Finding;

/// Stolen time above this, in percent, is seen in medians.
const STEAL_PERCENT: f64 = 1.0;

/// Load per usable CPU above which measured tasks wait for others.
const LOAD_PER_CPU: f64 = 0.5;

/// Waiting for a CPU in more than this share of time, in percent.
const PRESSURE_PERCENT: f64 = 5.0;

pub(super) fn findings(machine: &Machine, states: &[State]) -> Vec<Finding> {
    let steal = states
        .iter()
        .filter_map(|state| state.steal_percent)
        .max_by(f64::total_cmp);
    let steal = steal.filter(|&steal| steal >= STEAL_PERCENT);
    let steal = steal.map(|steal| {
        Finding::warning(
            format!("the hypervisor has taken {steal:.1} % of the CPU time since boot"),
            "stolen time counts as elapsed time: it widens intervals and swells tails",
            "run when the host is quiet, or on a dedicated instance; watch the `st` column of `vmstat 1`",
        )
    });
    let limit = LOAD_PER_CPU * f64::from(machine.usable_cpus.max(1));
    let load = states
        .first()
        .and_then(|state| state.load1)
        .filter(|&load| load > limit);
    let load = load.map(|load| {
        Finding::warning(
            format!("load of {load:.2} on {} usable CPUs", machine.usable_cpus),
            "other programs take turns on the CPUs that are measured: more involuntary switches, colder caches, longer tails",
            "stop what else is running; `ps -eo pcpu,pid,comm --sort=-pcpu | head` names it",
        )
    });
    let pressure = states.first().and_then(|state| state.cpu_pressure_percent);
    let pressure = pressure
        .filter(|&percent| percent >= PRESSURE_PERCENT)
        .map(|percent| {
            Finding::warning(
                format!(
                    "some task waited for a CPU in {percent:.0} % of the time (/proc/pressure/cpu)"
                ),
                "measured tasks queue behind others before they run",
                "stop what else is running, or give the machine or the container more CPUs",
            )
        });
    [steal, load, pressure, throttling(states)]
        .into_iter()
        .flatten()
        .collect()
}

/// Throttling during the run is worse than throttling some time since boot.
fn throttling(states: &[State]) -> Option<Finding> {
    let counts: Vec<u64> = states
        .iter()
        .filter_map(|state| state.throttle_count)
        .collect();
    let most = counts.iter().copied().max()?;
    let during = most - counts.iter().copied().min()?;
    let why = "a CPU that is too hot lowers its clock rate, so that later rounds are slower than earlier ones";
    let remedy = "improve the cooling, or lower the clock rate to one that it can hold: `sudo cpupower frequency-set -u 2GHz`";
    if during > 0 {
        return Some(Finding::warning(
            format!("the CPU throttled itself {during} times during the run"),
            why,
            remedy,
        ));
    }
    (most > 0).then(|| {
        Finding::note(
            format!("the CPU has throttled itself {most} times since boot"),
            why,
            remedy,
        )
    })
}
