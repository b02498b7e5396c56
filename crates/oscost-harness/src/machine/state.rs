//! What the machine is doing right now: load, steal, pressure, frequency,
//! heat. Read once per round, so it must stay cheap: no `/proc/cpuinfo`, and
//! one CPU asked for what all have.

use std::collections::BTreeSet;
use std::time::SystemTime;

use oscost_record::State;

use super::{Sources, cpu_list, totals};

/// The state at this moment.
#[must_use]
pub fn state(sources: &Sources) -> State {
    let cpus = sources.text("/sys/devices/system/cpu/online");
    let cpus = cpus.map(|list| cpu_list::parse(&list)).unwrap_or_default();
    State {
        at: humantime::format_rfc3339_millis(SystemTime::now()).to_string(),
        load1: load(sources),
        steal_percent: steal_percent(sources),
        cpu_pressure_percent: pressure(sources),
        frequency_mhz: cpus.first().and_then(|&cpu| frequency_mhz(sources, cpu)),
        temperature_celsius: temperature(sources),
        throttle_count: throttle_count(sources, cpus),
    }
}

/// The first number of `/proc/loadavg`. `procfs` would give it as `f32`, which
/// turns 0.16 into 0.1599999964 on its way into a record.
fn load(sources: &Sources) -> Option<f64> {
    sources
        .text("/proc/loadavg")?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

fn steal_percent(sources: &Sources) -> Option<f64> {
    let text = sources.text("/proc/stat")?;
    let ticks = totals::cpu_ticks(text.as_bytes())?;
    let steal = ticks[ticks.len() - 1]?;
    let total: u64 = ticks.into_iter().flatten().sum();
    (total > 0).then(|| steal as f64 / total as f64 * 100.0)
}

/// `some … avg10=` of the CPU line. Absent on kernels without pressure
/// accounting (before 4.20, or booted with `psi=0`).
fn pressure(sources: &Sources) -> Option<f64> {
    let text = sources.text("/proc/pressure/cpu")?;
    let some = text.lines().find(|line| line.starts_with("some "))?;
    some.split(' ')
        .find_map(|word| word.strip_prefix("avg10=")?.parse().ok())
}

/// What the driver says the CPU runs at; kHz in the file. The `cpu MHz` of
/// `/proc/cpuinfo` is no stand-in: in a guest it is a constant.
fn frequency_mhz(sources: &Sources, cpu: u32) -> Option<f64> {
    let path = format!("/sys/devices/system/cpu/cpu{cpu}/cpufreq/scaling_cur_freq");
    let khz: f64 = sources.value(path)?;
    (khz > 0.0).then_some(khz / 1000.0)
}

/// The hottest zone of the CPU, or of all zones where none is known to be the
/// CPU's; AMD's sensors are under `hwmon` instead.
fn temperature(sources: &Sources) -> Option<f64> {
    let folder = "/sys/class/thermal";
    let zones: Vec<String> = sources
        .names(folder)
        .into_iter()
        .filter(|name| name.starts_with("thermal_zone"))
        .collect();
    let of_cpu = |zone: &&String| {
        let kind = sources
            .text(format!("{folder}/{zone}/type"))
            .unwrap_or_default()
            .to_lowercase();
        ["x86_pkg_temp", "cpu", "soc", "tcpu"]
            .iter()
            .any(|start| kind.starts_with(start))
    };
    let hottest = |zones: &mut dyn Iterator<Item = &String>| {
        zones
            .filter_map(|zone| celsius(sources, &format!("{folder}/{zone}/temp")))
            .max_by(f64::total_cmp)
    };
    hottest(&mut zones.iter().filter(of_cpu))
        .or_else(|| sensor(sources))
        .or_else(|| hottest(&mut zones.iter()))
}

fn sensor(sources: &Sources) -> Option<f64> {
    let folder = "/sys/class/hwmon";
    sources
        .names(folder)
        .iter()
        .filter(|name| {
            let driver = sources.text(format!("{folder}/{name}/name"));
            matches!(driver.as_deref(), Some("coretemp" | "k10temp" | "zenpower"))
        })
        .filter_map(|name| celsius(sources, &format!("{folder}/{name}/temp1_input")))
        .max_by(f64::total_cmp)
}

/// Thousandths of a degree in the file. A sensor that is not there reports 0
/// or absolute zero.
fn celsius(sources: &Sources, path: &str) -> Option<f64> {
    let thousandths: f64 = sources.value(path)?;
    (thousandths > 0.0).then_some(thousandths / 1000.0)
}

/// Sum over the packages, one CPU of each being asked. Intel only: nobody
/// else tells.
fn throttle_count(sources: &Sources, mut cpus: BTreeSet<u32>) -> Option<u64> {
    let mut total = None;
    while let Some(cpu) = cpus.pop_first() {
        let folder = format!("/sys/devices/system/cpu/cpu{cpu}");
        let count: u64 =
            sources.value(format!("{folder}/thermal_throttle/package_throttle_count"))?;
        total = Some(total.unwrap_or(0) + count);
        // `package_cpus_list` since Linux 5.3, `core_siblings_list` before.
        let same_package = ["package_cpus_list", "core_siblings_list"]
            .iter()
            .find_map(|name| sources.text(format!("{folder}/topology/{name}")))?;
        for other in cpu_list::parse(&same_package) {
            cpus.remove(&other);
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::super::fake::Tree;
    use super::*;

    #[test]
    fn an_empty_tree_has_a_time_and_nothing_else() {
        let state = state(&Tree::new().sources("x86_64"));
        assert!(humantime::parse_rfc3339(&state.at).is_ok(), "{}", state.at);
        assert_eq!(
            state,
            State {
                at: state.at.clone(),
                ..State::default()
            }
        );
    }

    #[test]
    fn every_figure_is_read() {
        let cpu = "/sys/devices/system/cpu";
        let mut tree = Tree::new()
            .file("/proc/loadavg", "0.16 0.12 0.08 2/86 10809\n")
            .file("/proc/stat", "cpu  50 0 20 20 0 0 0 10 7 0\n")
            .file(
                "/proc/pressure/cpu",
                "some avg10=0.31 avg60=0.44 avg300=0.68 total=1\n",
            )
            .file(&format!("{cpu}/online"), "0-3\n")
            .file(&format!("{cpu}/cpu0/cpufreq/scaling_cur_freq"), "2600000\n")
            .file("/sys/class/thermal/thermal_zone0/type", "iwlwifi_1\n")
            .file("/sys/class/thermal/thermal_zone0/temp", "90000\n")
            .file("/sys/class/thermal/thermal_zone1/type", "x86_pkg_temp\n")
            .file("/sys/class/thermal/thermal_zone1/temp", "61500\n");
        for (number, package) in [(0, "0-1"), (1, "0-1"), (2, "2-3"), (3, "2-3")] {
            let folder = format!("{cpu}/cpu{number}");
            tree = tree
                .file(
                    &format!("{folder}/thermal_throttle/package_throttle_count"),
                    "4\n",
                )
                .file(&format!("{folder}/topology/package_cpus_list"), package);
        }
        let state = state(&tree.sources("x86_64"));
        assert_eq!(state.load1, Some(0.16));
        assert_eq!(state.steal_percent, Some(10.0));
        assert_eq!(state.cpu_pressure_percent, Some(0.31));
        assert_eq!(state.frequency_mhz, Some(2600.0));
        assert_eq!(state.temperature_celsius, Some(61.5));
        assert_eq!(state.throttle_count, Some(8));
    }

    #[test]
    fn a_sensor_without_a_reading_is_absent() {
        let tree = Tree::new()
            .file("/sys/class/thermal/thermal_zone0/type", "cpu-thermal\n")
            .file("/sys/class/thermal/thermal_zone0/temp", "-273200\n");
        assert_eq!(state(&tree.sources("aarch64")).temperature_celsius, None);
        let tree = tree
            .file("/sys/class/hwmon/hwmon3/name", "k10temp\n")
            .file("/sys/class/hwmon/hwmon3/temp1_input", "45250\n");
        assert_eq!(
            state(&tree.sources("x86_64")).temperature_celsius,
            Some(45.25)
        );
    }

    #[test]
    fn a_kernel_that_counts_no_steal_is_not_one_without() {
        let tree = Tree::new().file("/proc/stat", "cpu  50 0 20 20\n");
        assert_eq!(state(&tree.sources("x86_64")).steal_percent, None);
    }
}
