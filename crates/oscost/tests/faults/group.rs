//! A control group for a trial, of version 1 or 2, which goes with its owner.

use std::fs;
use std::path::{Path, PathBuf};

use crate::fault::Before;

pub(crate) struct Group(PathBuf);

impl Group {
    /// A group with the limit that a trial asks for; `None` where it asks for none.
    ///
    /// # Errors
    /// Why there can be no such group here.
    pub(crate) fn of(before: &[Before]) -> Result<Option<Self>, String> {
        let limit = before.iter().find_map(|one| match one {
            Before::Tasks(most) => Some(("pids", "pids.max", "pids.max", *most)),
            Before::Memory(most) => Some(("memory", "memory.max", "memory.limit_in_bytes", *most)),
            _ => None,
        });
        let Some((controller, file, old_file, most)) = limit else {
            return Ok(None);
        };
        let root = Path::new("/sys/fs/cgroup");
        let list = fs::read_to_string(root.join("cgroup.subtree_control")).unwrap_or_default();
        let (parent, file) = match list.split_whitespace().any(|name| name == controller) {
            true => (root.to_owned(), file),
            false => (root.join(controller), old_file),
        };
        let group = parent.join(format!("oscost-faults-{}", std::process::id()));
        let refused = |error: std::io::Error| format!("no cgroup can be made here: {error}");
        fs::create_dir(&group).map_err(refused)?;
        let group = Self(group);
        fs::write(group.0.join(file), most.to_string()).map_err(refused)?;
        Ok(Some(group))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // It can be removed when the last process has been reaped.
        let _ = fs::remove_dir(&self.0);
    }
}
