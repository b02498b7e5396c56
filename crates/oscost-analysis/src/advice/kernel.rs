//! How the kernel is set up: governor, boost, huge pages, address-space
//! layout.

use oscost_record::Configuration;

use super::{Finding, negative, value};

pub(super) fn findings(configuration: &Configuration) -> Vec<Finding> {
    let governor = value(configuration, "governor").filter(|governor| slows(governor));
    let governor = governor.map(|governor| {
        Finding::warning(
            format!("CPU frequency governor `{governor}`"),
            "the clock rate follows the load, so short bursts and tasks that sleep are measured at a lower rate",
            "`sudo cpupower frequency-set -g performance`",
        )
    });
    let boost = value(configuration, "boost").filter(|boost| !negative(boost)).map(|_| {
        Finding::note(
            "CPU boost is on",
            "the clock rate hangs on temperature and on what the other cores do, so rounds lie further apart",
            "for steadier, slower figures: `echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo`, or `echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost`",
        )
    });
    let huge =
        value(configuration, "transparent_hugepages").filter(|mode| chosen(mode) == "always");
    let huge = huge.map(|_| {
        Finding::note(
            "transparent huge pages are always on",
            "large mappings get huge pages when the kernel has some: fork of a large parent and memory per task change from run to run",
            "`echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled`",
        )
    });
    let layout = value(configuration, "aslr").filter(|aslr| negative(aslr) || aslr.starts_with("off")).map(|_| {
        Finding::note(
            "address-space layout randomisation is off",
            "every process gets the same layout: a lucky or unlucky one is measured in all rounds and looks like certainty",
            "`sudo sysctl kernel.randomize_va_space=2`; for one shell, leave `setarch -R`",
        )
    });
    [governor, boost, huge, layout]
        .into_iter()
        .flatten()
        .collect()
}

/// Whether some CPU has another governor than `performance`. Governors are
/// joined by `+`; after a comma follow driver and energy preference.
fn slows(governor: &str) -> bool {
    let governors = governor.split(',').next().unwrap_or_default();
    let mut governors = governors.split('+').map(str::trim);
    governors.any(|one| !negative(one) && one != "performance")
}

/// The choice in brackets (`always [madvise] never`), or the whole value.
fn chosen(mode: &str) -> &str {
    mode.split_once('[')
        .and_then(|(_, rest)| rest.split_once(']'))
        .map_or(mode, |(chosen, _)| chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_cpu_is_enough() {
        assert!(slows("powersave"));
        assert!(slows("performance+powersave, intel_pstate"));
        assert!(!slows("performance, intel_pstate, balance_performance"));
        assert!(!slows(""));
    }

    #[test]
    fn the_kernel_marks_its_choice_with_brackets() {
        assert_eq!(chosen("[always] madvise never"), "always");
        assert_eq!(chosen("always [madvise] never"), "madvise");
        assert_eq!(chosen("always"), "always");
    }
}
