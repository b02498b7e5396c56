//! Every rule speaks when it should, and a quiet machine is left in peace.

use oscost_analysis::{Finding, Severity, findings};
use oscost_record::{ClockInfo, Configuration, Machine, Nanos, State};

fn machine() -> Machine {
    Machine {
        arch: "x86_64".into(),
        usable_cpus: 4,
        ..Machine::default()
    }
}

fn clock() -> ClockInfo {
    ClockInfo {
        source: "rdtsc".into(),
        fallback: None,
        ticks_per_second: 2e9,
        resolution: Nanos(0.5),
        cost: Nanos(12.0),
    }
}

fn configuration(entries: &[(&str, &str)]) -> Configuration {
    let owned = entries
        .iter()
        .map(|&(name, value)| (name.into(), value.into()));
    Configuration(owned.collect())
}

fn quiet() -> Configuration {
    configuration(&[
        ("governor", "performance, intel_pstate, performance"),
        ("boost", "off"),
        ("transparent_hugepages", "madvise"),
        ("aslr", "full"),
        ("cgroup_cpu", "unlimited"),
        ("cgroup_pids", "unlimited"),
        ("ulimit_nproc", "unlimited"),
        ("ulimit_nofile", "1024"),
        ("container", "none"),
        ("compiler", "rustc 1.95.0, release"),
    ])
}

/// The one finding of a machine that is quiet but for one thing.
fn only(found: &[Finding], severity: Severity, words: &str) {
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].severity, severity, "{found:#?}");
    assert!(found[0].what.contains(words), "{found:#?}");
    assert!(!found[0].why.is_empty() && !found[0].remedy.is_empty());
}

#[test]
fn a_quiet_machine_is_left_in_peace() {
    let state = State {
        load1: Some(1.0),
        steal_percent: Some(0.1),
        cpu_pressure_percent: Some(0.5),
        throttle_count: Some(0),
        ..State::default()
    };
    assert_eq!(
        findings(&machine(), &quiet(), &clock(), &[state]),
        Vec::new()
    );
}

#[test]
fn what_is_not_known_is_not_found() {
    let found = findings(
        &machine(),
        &configuration(&[]),
        &clock(),
        &[State::default()],
    );
    assert_eq!(found, Vec::new());
}

#[test]
fn each_setting_is_found() {
    use Severity::{Note, Warning};
    for (name, value, severity, words) in [
        ("governor", "powersave", Warning, "powersave"),
        ("boost", "on", Note, "boost"),
        (
            "transparent_hugepages",
            "[always] madvise never",
            Note,
            "huge pages",
        ),
        ("aslr", "off for this process", Note, "randomisation is off"),
        ("cgroup_cpu", "1.50 CPUs", Warning, "quota"),
        ("cgroup_pids", "512", Note, "512"),
        ("ulimit_nproc", "4096", Note, "4096"),
        ("ulimit_nofile", "256", Note, "256"),
        ("container", "docker", Note, "docker"),
        ("compiler", "rustc 1.95.0 (debug)", Warning, "debug build"),
    ] {
        let mut configuration = quiet();
        configuration.0.insert(name.into(), value.into());
        only(
            &findings(&machine(), &configuration, &clock(), &[]),
            severity,
            words,
        );
    }
}

#[test]
fn each_trait_of_the_machine_is_found() {
    let virtual_machine = Machine {
        hypervisor: Some("KVM".into()),
        ..machine()
    };
    let emulated = Machine {
        emulated: Some("qemu-user".into()),
        ..machine()
    };
    let small = Machine {
        usable_cpus: 1,
        ..machine()
    };
    let find = |machine| findings(&machine, &quiet(), &clock(), &[]);
    only(&find(virtual_machine), Severity::Note, "KVM");
    only(&find(emulated), Severity::Warning, "qemu-user");
    only(&find(small), Severity::Warning, "one CPU");
}

#[test]
fn each_disturbance_is_found() {
    let calm = State::default();
    let loud = [
        (
            State {
                load1: Some(2.1),
                ..calm.clone()
            },
            "load of 2.10",
        ),
        (
            State {
                steal_percent: Some(3.0),
                ..calm.clone()
            },
            "3.0 %",
        ),
        (
            State {
                cpu_pressure_percent: Some(9.0),
                ..calm.clone()
            },
            "9 %",
        ),
    ];
    for (state, words) in loud {
        let states = [state, calm.clone()];
        only(
            &findings(&machine(), &quiet(), &clock(), &states),
            Severity::Warning,
            words,
        );
    }
}

#[test]
fn a_run_is_not_blamed_for_its_own_load() {
    let own = State {
        load1: Some(3.9),
        cpu_pressure_percent: Some(40.0),
        ..State::default()
    };
    let found = findings(&machine(), &quiet(), &clock(), &[State::default(), own]);
    assert_eq!(found, Vec::new());
}

#[test]
fn throttling_during_the_run_is_worse_than_before_it() {
    let state = |count| State {
        throttle_count: Some(count),
        ..State::default()
    };
    let find = |states: &[State]| findings(&machine(), &quiet(), &clock(), states);
    only(
        &find(&[state(7), state(7)]),
        Severity::Note,
        "7 times since boot",
    );
    only(
        &find(&[state(7), state(9)]),
        Severity::Warning,
        "2 times during",
    );
}

#[test]
fn each_weakness_of_the_clock_is_found() {
    let fallen = ClockInfo {
        fallback: Some("the kernel does not trust tsc".into()),
        source: "clock_gettime".into(),
        ..clock()
    };
    let coarse = ClockInfo {
        resolution: Nanos(40.0),
        ..clock()
    };
    let find = |clock| findings(&machine(), &quiet(), &clock, &[]);
    only(&find(fallen), Severity::Warning, "does not trust");
    only(&find(coarse), Severity::Note, "40 ns");
}

#[test]
fn warnings_come_first() {
    let noisy = Machine {
        hypervisor: Some("KVM".into()),
        usable_cpus: 1,
        ..machine()
    };
    let found = findings(&noisy, &quiet(), &clock(), &[]);
    let severities: Vec<Severity> = found.iter().map(|finding| finding.severity).collect();
    assert_eq!(severities, [Severity::Warning, Severity::Note]);
}
