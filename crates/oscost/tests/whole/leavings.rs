//! What a run could leave behind, as a process sees it that adopts every orphan
//! and lives in namespaces of its own: processes, names, System V objects.
//!
//! It must be entered before the process has a second thread.

use std::path::Path;

use nix::errno::Errno;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, getgid, getuid};

use crate::common::wait_until;

/// Children of a process that are no guards: those must be let alone, as they
/// are to remove what others leave.
pub(crate) fn children(parent: Pid) -> Vec<Pid> {
    let list = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
    let list = list.unwrap_or_default();
    let ids = list.split_whitespace().filter_map(|id| id.parse().ok());
    let is_guard = |id: &i32| {
        let name = std::fs::read_to_string(format!("/proc/{id}/comm"));
        name.is_ok_and(|name| name.trim() == "oscost-guard")
    };
    ids.filter(|id| !is_guard(id)).map(Pid::from_raw).collect()
}

/// Every orphan of the driver is a child of this process now. None may stay.
pub(crate) fn await_the_last() {
    wait_until("no process is left", is_the_last_gone);
}

/// Reaps who has ended; whether nobody is left.
pub(crate) fn is_the_last_gone() -> bool {
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Err(Errno::ECHILD) => return true,
            Ok(WaitStatus::StillAlive) => return false,
            ended => ended.unwrap(),
        };
    }
}

/// What stands in a folder.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        path.display().to_string()
    };
    entries.map(name).collect()
}

/// Whether the names and System V objects that this process sees are those of
/// its own children only, and where the queues can be listed.
pub(crate) struct Alone<'a>(Option<&'a Path>);

impl<'a> Alone<'a> {
    /// Enters namespaces of its own. Where this user may not, what others make
    /// could be taken for leftovers: then it is not looked at.
    pub(crate) fn here(queues: &'a Path) -> Self {
        let apart = CloneFlags::CLONE_NEWIPC | CloneFlags::CLONE_NEWNS;
        match unshare(apart).or_else(|_| unshare_as_somebody(apart)) {
            Ok(()) => {
                std::fs::create_dir(queues).unwrap();
                let none = None::<&str>;
                let quietly = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
                mount(none, "/", none, quietly, none).unwrap();
                let flags = MsFlags::empty();
                mount(Some("oscost"), queues, Some("mqueue"), flags, none).unwrap();
                mount(Some("oscost"), "/dev/shm", Some("tmpfs"), flags, none).unwrap();
                Self(Some(queues))
            }
            Err(errno) => {
                println!(
                    "skipped: names in /dev/shm, queues and System V objects: unshare: {errno}"
                );
                Self(None)
            }
        }
    }

    /// Whether it has namespaces of its own.
    pub(crate) fn is_alone(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn leftovers(&self) -> Vec<String> {
        let Some(queues) = self.0 else {
            return Vec::new();
        };
        let mut found = names(queues);
        found.extend(names(Path::new("/dev/shm")));
        for kind in ["msg", "sem", "shm"] {
            let list = std::fs::read_to_string(format!("/proc/sysvipc/{kind}")).unwrap();
            let objects = list.lines().skip(1);
            found.extend(objects.map(|object| format!("{kind}: {object}")));
        }
        found
    }
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        // The folder can't be removed with a mount in it.
        if let Some(queues) = self.0 {
            let _ = umount2(queues, MntFlags::MNT_DETACH);
        }
    }
}

/// The same for a user without privilege, who is root in a namespace of users.
pub(crate) fn unshare_as_somebody(apart: CloneFlags) -> nix::Result<()> {
    let (user, group) = (getuid(), getgid());
    unshare(apart | CloneFlags::CLONE_NEWUSER)?;
    let write = |file: &str, text: String| {
        std::fs::write(format!("/proc/self/{file}"), text).map_err(|_| Errno::EPERM)
    };
    write("setgroups", "deny".into())?;
    write("uid_map", format!("0 {user} 1"))?;
    write("gid_map", format!("0 {group} 1"))
}
