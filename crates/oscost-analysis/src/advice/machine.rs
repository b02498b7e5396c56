//! The machine itself and how the program was built: virtual, emulated, one
//! CPU, a container, a debug build.

use oscost_record::{Configuration, Machine};

use super::{Finding, negative, value};

pub(super) fn findings(machine: &Machine, configuration: &Configuration) -> Vec<Finding> {
    let emulated = machine.emulated.as_ref().map(|what| {
        Finding::warning(
            format!("the CPU is emulated ({what})"),
            "every figure measures the emulator; none can be compared with a real CPU, and such a record is no baseline",
            format!("run the program on a machine with a {} CPU", machine.arch),
        )
    });
    let virtual_machine = machine.hypervisor.as_ref().map(|what| {
        Finding::note(
            format!("a virtual machine ({what})"),
            "page faults, timers and interrupts between CPUs cost more than on bare metal, and the host may take the CPU away in the middle of a sample",
            "for figures of the hardware, run on bare metal or a dedicated host; else compare only with records of the same machine key",
        )
    });
    let one_cpu = (machine.usable_cpus == 1).then(|| {
        Finding::warning(
            "only one CPU may be used",
            "cross-cpu cases are skipped, and oscost itself shares the CPU that it measures",
            "allow two CPUs or more: `taskset -pc 0-$(($(nproc --all) - 1)) $$`, or `--cpuset-cpus` of the container",
        )
    });
    let container = value(configuration, "container").filter(|what| !negative(what)).map(|what| {
        Finding::note(
            format!("inside a container ({what})"),
            "its system call filter, its cgroups and its file system add to forks, page faults and system calls",
            "to see what the container adds, run once outside it, or with `--security-opt seccomp=unconfined`, and compare",
        )
    });
    let debug = value(configuration, "compiler")
        .filter(|how| how.contains("debug"))
        .map(|how| {
            Finding::warning(
                format!("a debug build ({how})"),
                "loops and coroutine switches are many times slower than optimised ones",
                "measure with `cargo bench`, or build with `cargo build --release`",
            )
        });
    [emulated, virtual_machine, one_cpu, container, debug]
        .into_iter()
        .flatten()
        .collect()
}
