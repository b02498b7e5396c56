//! What is switched on for real, for the doctor's process or beside it. Each test
//! holds the one lock, because descriptors and the denial of huge pages are the
//! whole process's; a machine that cannot have one of them is named.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::prctl;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::{Pid, Uid, dup};

use crate::common::{is_emulated, oscost, wait_until};
use crate::{findings, warns};

static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn doctor() -> Command {
    let mut command = oscost();
    command.arg("doctor");
    command
}

fn skip(why: &str) {
    eprintln!("skipped: {why}");
}

/// Keeps the calling thread, and what it starts, on one CPU as long as it lives.
struct Pinned {
    before: CpuSet,
    cpu: usize,
}

impl Pinned {
    fn to_one() -> Self {
        let before = sched_getaffinity(Pid::from_raw(0)).unwrap();
        let cpu = (0..CpuSet::count())
            .find(|&cpu| before.is_set(cpu) == Ok(true))
            .unwrap();
        let mut one = CpuSet::new();
        one.set(cpu).unwrap();
        sched_setaffinity(Pid::from_raw(0), &one).unwrap();
        Self { before, cpu }
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        let _ = sched_setaffinity(Pid::from_raw(0), &self.before);
    }
}

/// A process that is ended and reaped when it is let go.
struct Neighbour(Child);

impl Drop for Neighbour {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_busy_neighbour_is_named_with_its_cpu() {
    let _alone = alone();
    let pinned = Pinned::to_one();
    let cpu = pinned.cpu;
    let neighbour = Command::new("sh")
        .args(["-c", "while :; do :; done"])
        .stdin(Stdio::null())
        .spawn();
    let _neighbour = Neighbour(neighbour.unwrap());
    drop(pinned);
    // Who starts may not run at once where others wait for the CPU too.
    wait_until("the neighbour is seen", || {
        let found = findings(doctor());
        let words = format!("CPU {cpu} (");
        warns(&found, "a busy neighbour") && warns(&found, &words)
    });
}

#[test]
fn a_debug_build_is_named() {
    let _alone = alone();
    // The doctor was built as this test was.
    let found = findings(doctor());
    assert_eq!(
        warns(&found, "a debug build ("),
        cfg!(debug_assertions),
        "{found:?}"
    );
}

#[test]
fn one_cpu_is_too_few() {
    let _alone = alone();
    let _pinned = Pinned::to_one();
    let found = findings(doctor());
    assert!(warns(&found, "only one CPU may be used"), "{found:?}");
}

#[test]
fn huge_pages_that_are_denied_to_the_process_are_missed() {
    let _alone = alone();
    if is_emulated() {
        return skip("an emulator keeps what prctl(2) denies to itself");
    }
    let file = "/sys/kernel/mm/transparent_hugepage/enabled";
    let status = fs::read_to_string("/proc/self/status").unwrap();
    if !Path::new(file).exists() || !status.contains("THP_enabled") {
        return skip("this kernel has no transparent huge pages, or does not tell");
    }
    let words = "transparent huge pages are denied";
    let denied_already = prctl::get_thp_disable().unwrap();
    assert_eq!(warns(&findings(doctor()), words), denied_already);
    prctl::set_thp_disable(true).unwrap();
    let found = findings(doctor());
    prctl::set_thp_disable(denied_already).unwrap();
    assert!(warns(&found, words), "{found:?}");
}

#[test]
fn ten_thousand_open_descriptors_are_counted() {
    const COUNT: u64 = 10_000;
    let _alone = alone();
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    if hard < COUNT + 200 {
        return skip("fewer than 10,200 descriptors are allowed (ulimit -Hn)");
    }
    setrlimit(Resource::RLIMIT_NOFILE, soft.max(COUNT + 200), hard).unwrap();
    let null = fs::File::open("/dev/null").unwrap();
    // Unlike what the standard library opens, copies outlive an exec.
    let copies: Vec<_> = (0..COUNT).map(|_| dup(&null).unwrap()).collect();
    let found = findings(doctor());
    drop(copies);
    setrlimit(Resource::RLIMIT_NOFILE, soft, hard).unwrap();
    let counts: Vec<u64> = found
        .iter()
        .filter(|(severity, _)| severity == "warning")
        .filter_map(|(_, what)| {
            what.strip_suffix(" descriptors are open before anything has begun")
        })
        .map(|count| count.parse().unwrap())
        .collect();
    assert!(counts.len() == 1 && counts[0] >= COUNT, "{found:?}");
    assert!(!warns(&findings(doctor()), "descriptors are open"));
}

/// A control group of this test's own, below the one that it is in; it is
/// removed when it is let go.
struct Group(PathBuf);

impl Group {
    /// Where one of half a CPU may be made: else the reason.
    fn of_half_a_cpu() -> Result<Self, String> {
        if !Uid::effective().is_root() {
            return Err("only root may make a control group".to_owned());
        }
        let quotas: [(&str, &[(&str, &str)]); 3] = [
            ("/sys/fs/cgroup", &[("cpu.max", "50000 100000")]),
            (
                "/sys/fs/cgroup/cpu",
                &[
                    ("cpu.cfs_period_us", "100000"),
                    ("cpu.cfs_quota_us", "50000"),
                ],
            ),
            (
                "/sys/fs/cgroup/cpu,cpuacct",
                &[
                    ("cpu.cfs_period_us", "100000"),
                    ("cpu.cfs_quota_us", "50000"),
                ],
            ),
        ];
        let name = format!("oscost-doctor-{}", std::process::id());
        for (mount, files) in quotas {
            let group = Self(Path::new(mount).join(&name));
            // On a file system of memory a folder is made but has no files in it.
            let is_group =
                fs::create_dir(&group.0).is_ok() && group.0.join("cgroup.procs").exists();
            if is_group
                && files
                    .iter()
                    .all(|(file, text)| fs::write(group.0.join(file), text).is_ok())
            {
                return Ok(group);
            }
        }
        Err("no control group with a quota can be made here".to_owned())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

#[test]
fn a_quota_of_the_control_group_is_named() {
    let _alone = alone();
    let group = match Group::of_half_a_cpu() {
        Ok(group) => group,
        Err(why) => return skip(&why),
    };
    // The shell enters the group and becomes the doctor, whose end empties it.
    let doctor = doctor();
    let mut entered = Command::new("sh");
    entered
        .args(["-c", "echo $$ >\"$0/cgroup.procs\" && exec \"$@\""])
        .arg(&group.0)
        .arg(doctor.get_program())
        .args(doctor.get_args());
    let found = findings(entered);
    assert!(
        warns(&found, "the cgroup has a CPU quota (0.50 cpus)"),
        "{found:?}"
    );
    let folder = group.0.clone();
    drop(group);
    assert!(!folder.exists());
}
