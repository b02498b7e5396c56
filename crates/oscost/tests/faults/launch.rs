//! The process that becomes the driver: it does to itself whatever a trial says,
//! in an order in which one does not keep the next from being done, and executes
//! the program. It never returns but with an error.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};
use nix::errno::Errno;
use nix::libc::c_long;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, CpuSet, sched_getaffinity, sched_setaffinity, unshare};
use nix::sys::resource::{Resource, setrlimit};
use nix::unistd::{Gid, Pid, Uid, close, setgroups, setresgid, setresuid};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

use crate::fault::Before;
use crate::leavings::unshare_as_somebody;
use crate::trial;

/// The control group that the driver is to join.
pub(crate) const GROUP: &str = "OSCOST_FAULTS_GROUP";
/// A user of this trial alone: other processes of the same would count.
pub(crate) const SOMEBODY: &str = "OSCOST_FAULTS_USER";

/// Becomes the program, `words[1]`, with what follows, under what `words[0]`
/// does.
///
/// # Errors
/// What could not be done.
pub(crate) fn become_driver(words: &[OsString]) -> anyhow::Result<()> {
    let [name, program, arguments @ ..] = words else {
        bail!("which trial, which program?");
    };
    let trial = name
        .to_str()
        .and_then(trial::find)
        .context("no such trial")?;
    let has = |wanted: fn(&Before) -> bool| trial.before.iter().any(wanted);
    // No trial leaves a core file.
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    if let Some(group) = std::env::var_os(GROUP) {
        let pid = std::process::id().to_string();
        fs::write(Path::new(&group).join("cgroup.procs"), pid)?;
    }
    let mut command = Command::new(program);
    if has(|one| *one == Before::NoCapabilities) {
        command = Command::new("setpriv");
        command
            .args(["--bounding-set=-all", "--inh-caps=-all"])
            .arg(program);
    }
    if let Some(delay) = trial.before.iter().find_map(Before::delay) {
        command = slowly(delay);
        command.arg(program);
    }
    command
        .args(arguments)
        .env_remove(GROUP)
        .env_remove(SOMEBODY);
    if has(|one| *one == Before::Bare) {
        command.env_clear();
    }
    // While there is a /proc to see them in.
    let closed = has(|one| *one == Before::Closed);
    close_from(if closed { 0 } else { 3 })?;
    for one in &trial.before {
        surround(one)?;
    }
    // Last, since it would be in the way of all else.
    for one in &trial.before {
        match *one {
            Before::Limit(resource, most) => setrlimit(resource, most, most)?,
            Before::Refused(call, errno) => apply_filter(&filter(call, errno)?)?,
            _ => {}
        }
    }
    Err(command.exec()).with_context(|| format!("execute {}", program.display()))
}

/// Whatever is executed by it writes and waits for its disk so many microseconds
/// longer; what that starts does not.
pub(crate) fn slowly(delay: u32) -> Command {
    let mut command = Command::new("strace");
    let inject = format!("inject=write,fsync:delay_enter={delay}");
    // Not as its parent, which would get its signals.
    command.args([
        "-D",
        "-q",
        "-o",
        "/dev/null",
        "-e",
        "trace=write,fsync",
        "-e",
    ]);
    command.arg(inject);
    command
}

/// What surrounds a process: folders, CPUs, users.
fn surround(one: &Before) -> anyhow::Result<()> {
    match one {
        Before::Hidden(folder) => own_mounts(|| {
            let quietly = Some("mode=755,size=4k");
            mount(
                Some("oscost"),
                *folder,
                Some("tmpfs"),
                MsFlags::MS_RDONLY,
                quietly,
            )
        }),
        Before::ReadOnly(folder) => read_only(Path::new(folder)),
        Before::Missing(folder) => dev_without(Path::new(folder)),
        Before::NoTemporary => {
            let folder = std::env::var_os("TMPDIR").context("no TMPDIR")?;
            read_only(Path::new(&folder))
        }
        Before::OneCpu => {
            let allowed = sched_getaffinity(Pid::from_raw(0))?;
            let first = (0..CpuSet::count()).find(|&cpu| allowed.is_set(cpu) == Ok(true));
            let mut one = CpuSet::new();
            one.set(first.context("no CPU")?)?;
            Ok(sched_setaffinity(Pid::from_raw(0), &one)?)
        }
        Before::Somebody => {
            let number: u32 = std::env::var(SOMEBODY)?.parse()?;
            let (user, group) = (Uid::from_raw(number), Gid::from_raw(number));
            setgroups(&[])?;
            setresgid(group, group, group)?;
            Ok(setresuid(user, user, user)?)
        }
        Before::UserNamespace => Ok(unshare_as_somebody(CloneFlags::empty())?),
        _ => Ok(()),
    }
}

fn own_mounts(mounting: impl FnOnce() -> nix::Result<()>) -> anyhow::Result<()> {
    unshare(CloneFlags::CLONE_NEWNS)?;
    let none = None::<&str>;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none)?;
    Ok(mounting()?)
}

/// A `/dev` of its own, with all that is in it but one.
fn dev_without(missing: &Path) -> anyhow::Result<()> {
    let none = None::<&str>;
    let dev = Path::new("/dev");
    own_mounts(|| Ok(()))?;
    let staging = tempfile::tempdir()?;
    let fresh = staging.path();
    mount(Some("oscost"), fresh, Some("tmpfs"), MsFlags::empty(), none)?;
    for entry in fs::read_dir(dev)?.flatten() {
        let (from, to) = (entry.path(), fresh.join(entry.file_name()));
        let kind = entry.file_type()?;
        if from == missing {
            continue;
        }
        if kind.is_symlink() {
            symlink(fs::read_link(&from)?, &to)?;
            continue;
        }
        match kind.is_dir() {
            true => fs::create_dir(&to)?,
            false => drop(fs::File::create(&to)?),
        }
        let flags = MsFlags::MS_BIND | MsFlags::MS_REC;
        mount(Some(&from), &to, none, flags, none)?;
    }
    mount(Some(fresh), dev, none, MsFlags::MS_MOVE, none)?;
    Ok(staging.close()?)
}

fn read_only(folder: &Path) -> anyhow::Result<()> {
    let none = None::<&str>;
    own_mounts(|| {
        mount(
            Some(folder),
            folder,
            none,
            MsFlags::MS_BIND | MsFlags::MS_REC,
            none,
        )?;
        let again = MsFlags::MS_BIND | MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY;
        mount(none, folder, none, again, none)
    })
}

/// What the driver has open is then what it has opened.
fn close_from(first: i32) -> anyhow::Result<()> {
    let open = fs::read_dir("/proc/self/fd")?;
    let numbers = open.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let numbers: Vec<i32> = numbers.collect();
    for number in numbers.into_iter().filter(|&number| number >= first) {
        match close(number) {
            // The folder itself, which was open while it was read.
            Ok(()) | Err(Errno::EBADF) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}

/// Lets every call pass but one.
fn filter(call: c_long, errno: Errno) -> anyhow::Result<BpfProgram> {
    let refused = BTreeMap::from([(call, Vec::new())]);
    let code = u32::try_from(errno as i32)?;
    let arch = std::env::consts::ARCH.try_into()?;
    let filter = SeccompFilter::new(
        refused,
        SeccompAction::Allow,
        SeccompAction::Errno(code),
        arch,
    )?;
    Ok(filter.try_into()?)
}
