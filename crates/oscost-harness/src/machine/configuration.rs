//! How the machine is set up: everything that may change a cost and that an
//! administrator, an update or a launcher can change. A setting that cannot be
//! read has no entry; none is ever changed here.

use std::collections::BTreeMap;

use oscost_record::{Configuration, USUAL_PAGE};
use oscost_sys::counter;
use procfs::process::{Limit, LimitValue, Limits};

use super::{Sources, c_library, cgroup, command_line, container, power};

/// What only the program's build knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Build {
    /// The compiler and its version.
    pub compiler: Option<String>,
    /// Hash of the program file.
    pub binary: Option<String>,
}

/// A setting: its name, which histories hang on, and where it is read.
type Setting = (&'static str, fn(&Sources, &Build) -> Option<String>);

const SETTINGS: &[Setting] = &[
    ("kernel", |sources, _| {
        sources.text("/proc/sys/kernel/osrelease")
    }),
    ("kernel_build", |sources, _| {
        sources.text("/proc/sys/kernel/version")
    }),
    ("command_line", |sources, _| command_line::cleaned(sources)),
    ("mitigations", |sources, _| mitigations(sources)),
    ("microcode", |sources, _| microcode(sources)),
    ("preemption", |sources, _| preemption(sources)),
    ("governor", |sources, _| power::governor(sources)),
    ("boost", |sources, _| power::boost(sources)),
    ("clocksource", |sources, _| {
        sources.text("/sys/devices/system/clocksource/clocksource0/current_clocksource")
    }),
    ("transparent_hugepages", |sources, _| {
        let file = "/sys/kernel/mm/transparent_hugepage/enabled";
        chosen(sources, file, '[', ']')
    }),
    (Configuration::PAGE_SIZE, |sources, _| page_size(sources)),
    ("aslr", |sources, _| aslr(sources)),
    ("cgroup_cpu", |sources, _| cgroup::cpu(sources)),
    ("cgroup_memory", |sources, _| cgroup::memory(sources)),
    ("cgroup_pids", |sources, _| cgroup::pids(sources)),
    ("ulimit_nofile", |sources, _| {
        soft(sources, |limits| limits.max_open_files)
    }),
    ("ulimit_nproc", |sources, _| {
        soft(sources, |limits| limits.max_processes)
    }),
    ("ulimit_stack", |sources, _| {
        soft(sources, |limits| limits.max_stack_size)
    }),
    ("seccomp", |sources, _| seccomp(sources)),
    ("lsm", |sources, _| sources.text("/sys/kernel/security/lsm")),
    ("container", |sources, _| container::container(sources)),
    ("libc", |sources, _| c_library::c_library(sources)),
    ("compiler", |_, build| build.compiler.clone()),
    ("binary", |_, build| build.binary.clone()),
];

/// The names of all settings, also of those that this machine does not tell.
pub fn settings() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|(name, _)| *name)
}

/// Every setting that the machine tells, by name.
#[must_use]
pub fn configuration(sources: &Sources, build: &Build) -> Configuration {
    let settings = SETTINGS.iter();
    let told =
        settings.filter_map(|(name, read)| Some(((*name).to_owned(), read(sources, build)?)));
    Configuration(told.collect::<BTreeMap<_, _>>())
}

/// Why the kernel does not keep time by the CPU's counter, as far as its files tell.
#[must_use]
pub fn distrust_of_counter(sources: &Sources) -> Option<String> {
    counter::kernel_keeps_time_by_it(&sources.path("/")).err()
}

/// The bytes of a page, where it is not the usual one, which is told of nowhere.
fn page_size(sources: &Sources) -> Option<String> {
    // The first mapping is the program's, which no huge page holds.
    let told = sources.field("/proc/self/smaps", "KernelPageSize")?;
    let kib: u64 = told.strip_suffix("kB")?.trim().parse().ok()?;
    let bytes = kib * 1024;
    (bytes != USUAL_PAGE.0).then(|| bytes.to_string())
}

/// The soft limit of the calling process.
fn soft(sources: &Sources, which: fn(Limits) -> Limit) -> Option<String> {
    let limits = sources.parsed::<Limits>("/proc/self/limits")?;
    Some(words(which(limits).soft_limit))
}

fn words(limit: LimitValue) -> String {
    match limit {
        LimitValue::Unlimited => "unlimited".to_owned(),
        LimitValue::Value(value) => value.to_string(),
    }
}

/// The weaknesses that the kernel knows of and that this CPU has, each with
/// what is done about it.
fn mitigations(sources: &Sources) -> Option<String> {
    let folder = "/sys/devices/system/cpu/vulnerabilities";
    let all: Vec<(String, String)> = sources
        .names(folder)
        .into_iter()
        .filter_map(|name| Some((sources.text(format!("{folder}/{name}"))?, name)))
        .collect();
    let present: Vec<String> = all
        .iter()
        .filter(|(status, _)| status != "Not affected")
        .map(|(status, name)| {
            format!(
                "{name}: {}",
                status.strip_prefix("Mitigation: ").unwrap_or(status)
            )
        })
        .collect();
    match (all.is_empty(), present.is_empty()) {
        (true, _) => None,
        (false, true) => Some("not affected".to_owned()),
        (false, false) => Some(present.join(" | ")),
    }
}

fn microcode(sources: &Sources) -> Option<String> {
    sources
        .field("/proc/cpuinfo", "microcode")
        .or_else(|| sources.text("/sys/devices/system/cpu/cpu0/microcode/version"))
}

/// The preemption model in force where the kernel shows it (debugfs, for the
/// administrator), else as it was built: a dynamic one can be chosen at boot.
fn preemption(sources: &Sources) -> Option<String> {
    if let Some(model) = chosen(sources, "/sys/kernel/debug/sched/preempt", '(', ')') {
        return Some(model);
    }
    let build = sources.text("/proc/sys/kernel/version")?;
    let word = |word: &str| build.split_whitespace().any(|found| found == word);
    let model = if word("PREEMPT_RT") {
        "rt"
    } else if word("PREEMPT_DYNAMIC") {
        let line = sources.text("/proc/cmdline").unwrap_or_default();
        let asked = line
            .split_whitespace()
            .find_map(|word| word.strip_prefix("preempt="));
        return Some(asked.map_or("dynamic".to_owned(), |model| {
            format!("dynamic, {model} at boot")
        }));
    } else if word("PREEMPT") {
        "full"
    } else if build.starts_with('#') {
        "none or voluntary"
    } else {
        return None;
    };
    Some(model.to_owned())
}

/// The marked word of a file that lists what there is to choose from.
fn chosen(sources: &Sources, path: &str, open: char, close: char) -> Option<String> {
    let text = sources.text(path)?;
    let (_, rest) = text.split_once(open)?;
    Some(rest.split_once(close)?.0.to_owned())
}

/// Address-space randomisation: the machine's setting, unless this process has
/// its own switched off (`ADDR_NO_RANDOMIZE` of personality(2), `setarch -R`).
fn aslr(sources: &Sources) -> Option<String> {
    const ADDR_NO_RANDOMIZE: u64 = 0x0004_0000;
    let own = sources.text("/proc/self/personality");
    let own = own.and_then(|text| u64::from_str_radix(&text, 16).ok());
    if own.is_some_and(|flags| flags & ADDR_NO_RANDOMIZE != 0) {
        return Some("off for this process".to_owned());
    }
    let setting: u32 = sources.value("/proc/sys/kernel/randomize_va_space")?;
    Some(match setting {
        0 => "off".to_owned(),
        1 => "conservative".to_owned(),
        2 => "full".to_owned(),
        other => other.to_string(),
    })
}

/// Filters run at every system call; how many is told since Linux 5.9.
fn seccomp(sources: &Sources) -> Option<String> {
    let status = "/proc/self/status";
    Some(match sources.field(status, "Seccomp")?.as_str() {
        "0" => "off".to_owned(),
        "1" => "strict".to_owned(),
        "2" => match sources.field(status, "Seccomp_filters") {
            Some(count) => format!("filter ({count})"),
            None => "filter".to_owned(),
        },
        other => other.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::fake::{self, Tree};
    use super::*;

    fn entry(tree: &Tree, name: &str) -> Option<String> {
        configuration(&tree.sources("x86_64"), &Build::default())
            .0
            .remove(name)
    }

    #[test]
    fn an_empty_tree_tells_only_what_the_program_knows() {
        let build = Build {
            compiler: Some("rustc 1.95".into()),
            binary: None,
        };
        let found = configuration(&Tree::new().sources("x86_64"), &build).0;
        let names: Vec<&str> = found.keys().map(String::as_str).collect();
        assert_eq!(names, ["compiler", "libc"]);
    }

    #[test]
    fn mitigations_leave_out_what_the_cpu_does_not_have() {
        let folder = "/sys/devices/system/cpu/vulnerabilities";
        let tree = Tree::new().file(&format!("{folder}/l1tf"), "Not affected\n");
        assert_eq!(entry(&tree, "mitigations").as_deref(), Some("not affected"));
        let tree = tree
            .file(
                &format!("{folder}/spectre_v2"),
                "Mitigation: Retpolines; RSB filling\n",
            )
            .file(&format!("{folder}/spec_store_bypass"), "Vulnerable\n");
        assert_eq!(
            entry(&tree, "mitigations").as_deref(),
            Some("spec_store_bypass: Vulnerable | spectre_v2: Retpolines; RSB filling")
        );
    }

    #[test]
    fn preemption_is_read_from_the_best_source() {
        let build = |text: &str| Tree::new().file("/proc/sys/kernel/version", text);
        let model = |tree: &Tree| entry(tree, "preemption");
        assert_eq!(
            model(&build("#1 SMP Debian")).as_deref(),
            Some("none or voluntary")
        );
        assert_eq!(
            model(&build("#1 SMP PREEMPT_RT Debian")).as_deref(),
            Some("rt")
        );
        assert_eq!(model(&build("#1 SMP PREEMPT x")).as_deref(), Some("full"));
        let dynamic = build("#1 SMP PREEMPT_DYNAMIC @0");
        assert_eq!(model(&dynamic).as_deref(), Some("dynamic"));
        let dynamic = dynamic.file("/proc/cmdline", "quiet preempt=none\n");
        assert_eq!(model(&dynamic).as_deref(), Some("dynamic, none at boot"));
        let shown = dynamic.file(
            "/sys/kernel/debug/sched/preempt",
            "none voluntary (full) lazy\n",
        );
        assert_eq!(model(&shown).as_deref(), Some("full"));
    }

    #[test]
    fn only_another_page_than_the_usual_one_is_told() {
        let smaps = |kib: u32| {
            let first = format!("55-56 r--p 0 0:0 1 /x\nSize: 64 kB\nKernelPageSize:{kib:>8} kB\n");
            Tree::new().file("/proc/self/smaps", &(first + "KernelPageSize: 2048 kB\n"))
        };
        let told = |kib| configuration(&smaps(kib).sources("aarch64"), &Build::default());
        assert_eq!(told(64).page_size().0, 65_536);
        assert_eq!(entry(&smaps(16), "page_size").as_deref(), Some("16384"));
        assert_eq!(entry(&smaps(4), "page_size"), None);
        assert_eq!(told(4).page_size(), USUAL_PAGE);
        assert_eq!(entry(&Tree::new(), "page_size"), None);
    }

    #[test]
    fn limits_are_the_soft_ones() {
        let rows = "cpu time|file size|data size|core file size|resident set|locked memory|\
                    address space|file locks|pending signals|msgqueue size|realtime timeout";
        let mut text = "Limit Soft Limit Hard Limit Units\n".to_owned();
        for row in rows.split('|') {
            text += &format!("Max {row}  unlimited unlimited bytes\n");
        }
        text += "Max stack size  8388608 unlimited bytes\nMax processes  unlimited unlimited processes\n\
                 Max open files  1024 20000 files\nMax nice priority 0 0\nMax realtime priority 0 0\n";
        let tree = Tree::new().file("/proc/self/limits", &text);
        assert_eq!(entry(&tree, "ulimit_stack").as_deref(), Some("8388608"));
        assert_eq!(entry(&tree, "ulimit_nproc").as_deref(), Some("unlimited"));
        assert_eq!(entry(&tree, "ulimit_nofile").as_deref(), Some("1024"));
    }

    #[test]
    fn a_process_may_differ_from_its_machine() {
        let tree = fake::kvm_guest().file("/proc/sys/kernel/randomize_va_space", "2\n");
        assert_eq!(entry(&tree, "aslr").as_deref(), Some("full"));
        assert_eq!(entry(&tree, "seccomp").as_deref(), Some("filter (1)"));
        assert_eq!(entry(&tree, "microcode").as_deref(), Some("0x1000065"));
        let tree = tree.file("/proc/self/personality", "00040000\n");
        assert_eq!(
            entry(&tree, "aslr").as_deref(),
            Some("off for this process")
        );
    }
}
