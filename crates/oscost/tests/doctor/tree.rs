//! Settings of a host that no test may change: a folder of files stands for the
//! host, quiet but for one thing at a time.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::common::oscost;
use crate::findings;

const CPU: &str = "sys/devices/system/cpu";
const CLOCK: &str = "sys/devices/system/clocksource/clocksource0/current_clocksource";
const THP: &str = "sys/kernel/mm/transparent_hugepage/enabled";

/// A CPU of the architecture that the program is built for: another's would be
/// emulated.
const CPU_MODEL: &str = if cfg!(target_arch = "aarch64") {
    "BogoMIPS\t: 243.75\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\n\
     CPU architecture: 8\nCPU variant\t: 0x3\nCPU part\t: 0xd0c\nCPU revision\t: 1\n"
} else {
    "vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 106\n\
     model name\t: Intel(R) Xeon(R)\nstepping\t: 6\nflags\t\t: fpu vme\n"
};

/// What the kernel calls the CPU's counter.
const COUNTER: &str = if cfg!(target_arch = "aarch64") {
    "arch_sys_counter\n"
} else {
    "tsc\n"
};

/// What tells that a hypervisor lends the CPU: on x86 a flag of the CPU, elsewhere
/// the firmware.
const LENT: (&str, &str) = if cfg!(target_arch = "aarch64") {
    ("sys/class/dmi/id/sys_vendor", "Amazon EC2\n")
} else {
    (
        "proc/cpuinfo",
        "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 106\n\
         model name\t: Intel(R) Xeon(R)\nstepping\t: 6\nflags\t\t: fpu hypervisor\n",
    )
};

fn put(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The file that tells a process's limits, of so many tasks and open files.
fn limits(tasks: &str, files: &str) -> String {
    let rows = "cpu time|file size|data size|stack size|core file size|resident set|locked memory|\
                address space|file locks|pending signals|msgqueue size|realtime timeout";
    let mut text = "Limit Soft Limit Hard Limit Units\n".to_owned();
    for row in rows.split('|') {
        text += &format!("Max {row}  unlimited unlimited bytes\n");
    }
    text + &format!(
        "Max processes  {tasks} unlimited processes\nMax open files  {files} 20000 files\n\
         Max nice priority 0 0\nMax realtime priority 0 0\n"
    )
}

/// Four CPUs of a machine of metal with every setting as the doctor wants it.
fn quiet() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let cpuinfo: String = (0..4)
        .map(|cpu| format!("processor\t: {cpu}\n{CPU_MODEL}\n"))
        .collect();
    let status = "Seccomp:\t0\nCpus_allowed_list:\t0-3\nTHP_enabled:\t1\n";
    let limits = limits("unlimited", "4096");
    for (path, text) in [
        ("proc/cpuinfo", cpuinfo.as_str()),
        ("proc/meminfo", "MemTotal: 65700000 kB\n"),
        ("proc/self/status", status),
        ("proc/self/limits", &limits),
        ("proc/self/cgroup", "0::/measured\n"),
        (
            "proc/self/mountinfo",
            "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
        ),
        ("proc/loadavg", "0.10 0.10 0.10 1/86 109\n"),
        (
            "proc/stat",
            "cpu  50 0 20 20000 0 0 0 1 0 0\ncpu0 50 0 20 20000 0 0 0 1 0 0\n",
        ),
        (
            "proc/pressure/cpu",
            "some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n",
        ),
        ("proc/sys/kernel/randomize_va_space", "2\n"),
        ("sys/class/dmi/id/sys_vendor", "Dell Inc.\n"),
        ("sys/fs/cgroup/measured/cpu.max", "max 100000\n"),
        ("sys/fs/cgroup/measured/pids.max", "max\n"),
        (THP, "always [madvise] never\n"),
        (CLOCK, COUNTER),
    ] {
        put(root, path, text);
    }
    put(root, &format!("{CPU}/online"), "0-3\n");
    put(root, &format!("{CPU}/intel_pstate/no_turbo"), "1\n");
    for cpu in 0..4 {
        put(
            root,
            &format!("{CPU}/cpufreq/policy{cpu}/scaling_governor"),
            "performance\n",
        );
        put(
            root,
            &format!("{CPU}/cpu{cpu}/topology/core_cpus_list"),
            &format!("{cpu}\n"),
        );
        put(
            root,
            &format!("{CPU}/cpu{cpu}/topology/physical_package_id"),
            "0\n",
        );
    }
    folder
}

fn doctor(root: &Path) -> std::process::Command {
    let mut command = oscost();
    command.arg("doctor").arg("--root").arg(root);
    command
}

#[test]
fn a_quiet_machine_is_left_in_peace() {
    let tree = quiet();
    assert_eq!(findings(doctor(tree.path())), Vec::new());
    let said = doctor(tree.path()).arg("--strict").output().unwrap();
    assert_eq!(said.status.code(), Some(0));
    let said = String::from_utf8(said.stdout).unwrap();
    assert_eq!(said, "nothing found: this machine is fit to measure\n");
}

#[test]
fn each_setting_of_the_host_is_named_alone() {
    let few_tasks = limits("4096", "4096");
    let few_files = limits("unlimited", "256");
    let throttle = format!("{CPU}/cpu0/thermal_throttle/package_throttle_count");
    let governor = format!("{CPU}/cpufreq/policy2/scaling_governor");
    let no_turbo = format!("{CPU}/intel_pstate/no_turbo");
    let one_cpu = "Seccomp:\t0\nCpus_allowed_list:\t2\nTHP_enabled:\t1\n";
    let denied = "Seccomp:\t0\nCpus_allowed_list:\t0-3\nTHP_enabled:\t0\n";
    let stolen = "cpu  50 0 20 20 0 0 0 10 0 0\n";
    let waiting = "some avg10=40.00 avg60=0.00 avg300=0.00 total=1\n";
    let (lent, by) = LENT;
    for (path, text, severity, words) in [
        (lent, by, "note", "a virtual machine ("),
        (".dockerenv", "", "note", "inside a container (docker)"),
        (
            "proc/sys/kernel/arch",
            "another\n",
            "warning",
            "the CPU is emulated (qemu-user)",
        ),
        (
            CLOCK,
            "hpet\n",
            "warning",
            "the kernel keeps time by `hpet`, not by",
        ),
        (
            governor.as_str(),
            "powersave\n",
            "warning",
            "performance+powersave",
        ),
        (&no_turbo, "0\n", "note", "boost is on"),
        (
            THP,
            "[always] madvise never\n",
            "note",
            "huge pages are always on",
        ),
        (
            "proc/sys/kernel/randomize_va_space",
            "0\n",
            "note",
            "randomisation is off",
        ),
        (
            "proc/self/personality",
            "00040000\n",
            "note",
            "randomisation is off",
        ),
        (
            "proc/loadavg",
            "3.50 2.00 1.00 1/86 109\n",
            "warning",
            "load of 3.50 on 4",
        ),
        (
            "proc/pressure/cpu",
            waiting,
            "warning",
            "waited for a CPU in 40 %",
        ),
        (
            "proc/stat",
            stolen,
            "warning",
            "the hypervisor has taken 10.0 %",
        ),
        (&throttle, "3\n", "note", "throttled itself 3 times"),
        ("proc/self/status", one_cpu, "warning", "only one CPU"),
        (
            "proc/self/status",
            denied,
            "warning",
            "huge pages are denied",
        ),
        (
            "proc/self/limits",
            &few_tasks,
            "note",
            "4096 tasks (ulimit -u)",
        ),
        ("proc/self/limits", &few_files, "note", "256 open files"),
        (
            "sys/fs/cgroup/measured/cpu.max",
            "150000 100000\n",
            "warning",
            "quota (1.50 CPUs",
        ),
        (
            "sys/fs/cgroup/measured/pids.max",
            "512\n",
            "note",
            "512 tasks (pids.max)",
        ),
    ] {
        let tree = quiet();
        put(tree.path(), path, text);
        if path == throttle {
            // Who counts throttling says which CPUs share the count.
            put(
                tree.path(),
                &format!("{CPU}/cpu0/topology/package_cpus_list"),
                "0-3\n",
            );
        }
        let found = findings(doctor(tree.path()));
        assert_eq!(found.len(), 1, "{path}: {found:?}");
        assert_eq!(found[0].0, severity, "{path}: {found:?}");
        assert!(
            found[0].1.to_lowercase().contains(&words.to_lowercase()),
            "{path}: {found:?}"
        );
    }
}
