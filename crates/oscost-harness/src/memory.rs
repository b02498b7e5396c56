//! What a process occupies: mapped, resident, page tables, and the kernel's
//! stacks.
//!
//! Taking a reading must never move what is read. So nothing here builds the
//! tables of names and strings that a general parser of `/proc` would put on
//! the very heap that is weighed: a file goes into a buffer on the stack, and
//! four numbers are picked out of it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::ops::Add;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use nix::unistd::Pid;
use oscost_record::Bytes;

use crate::Failure;
use crate::failure::During as _;
use crate::work::Reading;

/// What one process, or several added up, occupy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryReading {
    /// Mapped addresses, whether or not there is memory behind them
    /// (`VmSize` of `/proc/PID/status`).
    pub virtual_bytes: Bytes,
    /// Memory that is there only for this process: the proportional share of
    /// its anonymous and shared-memory pages (`Pss_Anon` + `Pss_Shmem` of
    /// `/proc/PID/smaps_rollup`). Pages that several processes map count once
    /// over all of them. Pages of files belong to the page cache, and their
    /// shares shift as strangers come and go: they are left out. Kernels
    /// before 5.3 tell only the sum of all, `Pss`, which is then taken.
    pub resident: Bytes,
    /// Page tables of all levels (`VmPTE` of `/proc/PID/status`).
    pub page_tables: Bytes,
}

/// How much more there is than before, in bytes; negative where there is less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    /// Of mapped addresses.
    pub virtual_bytes: i64,
    /// Of resident memory.
    pub resident: i64,
    /// Of page tables.
    pub page_tables: i64,
}

/// Reads what a process occupies, the calling one or another.
///
/// # Errors
/// Where `/proc/PID/smaps_rollup` or `/proc/PID/status` cannot be read, or
/// lacks a line.
pub fn of_process(pid: Pid) -> Result<MemoryReading, Failure> {
    of_folder(Path::new(&format!("/proc/{pid}")))
}

/// The same for the calling process.
///
/// # Errors
/// See [`of_process`].
pub fn of_this_process() -> Result<MemoryReading, Failure> {
    of_folder(Path::new("/proc/self"))
}

/// The most memory that the calling process has had resident at a time
/// (`VmHWM` of `/proc/self/status`).
///
/// # Errors
/// Where the file cannot be read, or lacks the line.
pub fn peak_of_this_process() -> Result<Bytes, Failure> {
    let (folder, mut buffer) = (Path::new("/proc/self"), [0; ROOM]);
    let status = read(folder, "status", &mut buffer)?;
    kib(status, "VmHWM:").ok_or_else(|| lacks(folder, "status", "VmHWM"))
}

/// Reads a folder that looks like `/proc/PID`.
fn of_folder(folder: &Path) -> Result<MemoryReading, Failure> {
    let mut buffer = [0; ROOM];
    let rollup = read(folder, "smaps_rollup", &mut buffer)?;
    let resident = match (kib(rollup, "Pss_Anon:"), kib(rollup, "Pss_Shmem:")) {
        (Some(anonymous), Some(shared)) => Some(Bytes(anonymous.0 + shared.0)),
        _ => kib(rollup, "Pss:"),
    }
    .ok_or_else(|| lacks(folder, "smaps_rollup", "Pss"))?;
    let status = read(folder, "status", &mut buffer)?;
    let line = |name: &str| kib(status, name).ok_or_else(|| lacks(folder, "status", name));
    Ok(MemoryReading {
        virtual_bytes: line("VmSize:")?,
        resident,
        page_tables: line("VmPTE:")?,
    })
}

/// Kernel stacks of the whole machine (`KernelStack` of `/proc/meminfo`):
/// other people's tasks are part of it.
#[must_use]
pub fn kernel_stacks() -> Option<Bytes> {
    let mut buffer = [0; ROOM];
    kib(
        read(Path::new("/proc"), "meminfo", &mut buffer).ok()?,
        "KernelStack:",
    )
}

/// How much more the kernel's stacks take than in an earlier reading of
/// [`kernel_stacks`]; unknown where either reading is.
#[must_use]
pub fn kernel_stack_growth(earlier: Option<Bytes>) -> Option<i64> {
    let later = kernel_stacks()?;
    Some(later.0.cast_signed() - earlier?.0.cast_signed())
}

/// Larger than any of the files; a longer one is read up to here.
const ROOM: usize = 8192;

/// Reads a file into the buffer. Its path, too, is put together off the heap:
/// a piece of it that comes last keeps the heap from shrinking when all before
/// it is freed.
fn read<'a>(folder: &Path, file: &str, buffer: &'a mut [u8; ROOM]) -> Result<&'a [u8], Failure> {
    let mut place = [0; 256];
    let rest = {
        let mut rest = &mut place[..];
        rest.write_all(folder.as_os_str().as_bytes())
            .and_then(|()| rest.write_all(b"/"))
            .and_then(|()| rest.write_all(file.as_bytes()))
            .map_err(|error| lost(folder, file, error))?;
        rest.len()
    };
    let path = Path::new(OsStr::from_bytes(&place[..place.len() - rest]));
    let mut opened = File::open(path).map_err(|error| lost(folder, file, error))?;
    let mut length = 0;
    while length < ROOM {
        let read = opened.read(&mut buffer[length..]);
        match read.map_err(|error| lost(folder, file, error))? {
            0 => break,
            more => length += more,
        }
    }
    Ok(&buffer[..length])
}

fn lost(folder: &Path, file: &str, error: std::io::Error) -> Failure {
    let call = format!("read({}/{file})", folder.display());
    match Err::<(), _>(error).during(&call) {
        Err(failure) => failure,
        Ok(()) => Failure::Fail(call),
    }
}

fn lacks(folder: &Path, file: &str, line: &str) -> Failure {
    Failure::Skip(format!("{}/{file} has no line {line}", folder.display()))
}

/// The number of KiB in the line that begins with `name`, in bytes.
fn kib(text: &[u8], name: &str) -> Option<Bytes> {
    let line = text
        .split(|&byte| byte == b'\n')
        .find_map(|line| line.strip_prefix(name.as_bytes()))?;
    let number = line.trim_ascii().strip_suffix(b"kB")?.trim_ascii();
    let kib: u64 = std::str::from_utf8(number).ok()?.parse().ok()?;
    Some(Bytes(kib << 10))
}

impl Add for MemoryReading {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            virtual_bytes: Bytes(self.virtual_bytes.0 + other.virtual_bytes.0),
            resident: Bytes(self.resident.0 + other.resident.0),
            page_tables: Bytes(self.page_tables.0 + other.page_tables.0),
        }
    }
}

impl MemoryReading {
    /// What has come since an earlier reading.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Growth {
        let grown = |later: Bytes, earlier: Bytes| later.0.cast_signed() - earlier.0.cast_signed();
        Growth {
            virtual_bytes: grown(self.virtual_bytes, earlier.virtual_bytes),
            resident: grown(self.resident, earlier.resident),
            page_tables: grown(self.page_tables, earlier.page_tables),
        }
    }
}

impl Growth {
    /// The reading of a memory case with `tasks` tasks: the value is resident
    /// memory, page tables and, where it is known, kernel stacks, per task; the
    /// parts are these and the mapped addresses, per task.
    #[must_use]
    pub fn per_task(&self, tasks: u64, kernel_stacks: Option<i64>) -> Reading {
        let each = |bytes: i64| bytes as f64 / tasks as f64;
        let mut parts = BTreeMap::from([
            ("virtual".to_owned(), each(self.virtual_bytes)),
            ("resident".to_owned(), each(self.resident)),
            ("page_tables".to_owned(), each(self.page_tables)),
        ]);
        if let Some(bytes) = kernel_stacks {
            parts.insert("kernel_stack".to_owned(), each(bytes));
        }
        let occupied = self.resident + self.page_tables + kernel_stacks.unwrap_or_default();
        Reading {
            value: each(occupied),
            parts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::child::Child;

    const ROLLUP: &str = "55d0-7ffd ---p 00000000 00:00 0    [rollup]\nRss:  1756 kB\nPss:  \
        400 kB\nPss_Dirty: 96 kB\nPss_Anon:  96 kB\nPss_File:  300 kB\nPss_Shmem: 4 kB\n";
    const STATUS: &str = "Name:\tx\nVmPeak:\t 9999 kB\nVmSize:\t    5720 kB\nVmPTE:\t      52 kB\n";

    fn folder(rollup: &str, status: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("smaps_rollup"), rollup).unwrap();
        std::fs::write(folder.path().join("status"), status).unwrap();
        folder
    }

    #[test]
    fn the_right_lines_are_read() {
        let reading = of_folder(folder(ROLLUP, STATUS).path()).unwrap();
        let expected = MemoryReading {
            virtual_bytes: Bytes(5720 << 10),
            resident: Bytes(100 << 10),
            page_tables: Bytes(52 << 10),
        };
        assert_eq!(reading, expected);
    }

    #[test]
    fn an_old_kernel_tells_the_whole_share() {
        let old = "Rss: 1756 kB\nPss: 400 kB\n";
        let reading = of_folder(folder(old, STATUS).path()).unwrap();
        assert_eq!(reading.resident, Bytes(400 << 10));
    }

    #[test]
    fn what_is_not_told_is_named() {
        let failure = of_folder(folder(ROLLUP, "Name:\tx\n").path()).unwrap_err();
        assert!(failure.to_string().contains("VmSize"));
        let nobody = of_folder(Path::new("/nowhere")).unwrap_err();
        assert!(nobody.to_string().contains("/nowhere/smaps_rollup"));
    }

    #[test]
    fn memory_that_is_written_shows() {
        // In a process of its own: a child that a test beside this one forks
        // would share what is written here, and halve it for as long as it lives.
        let child = Child::bound(|| {
            let before = of_this_process()?;
            let ballast = oscost_sys::map::Ballast::new(64 << 20).during("mmap")?;
            let after = of_process(nix::unistd::getpid())?;
            drop(ballast);
            let growth = after.since(&before);
            // Half, because the heap that it got from its parent is shared with others, too.
            let shows = growth.resident >= 32 << 20 && growth.page_tables >= 64 << 10;
            shows
                .then_some(())
                .ok_or_else(|| Failure::Fail(format!("{growth:?}")))
        });
        child.unwrap().finish().unwrap();
    }

    #[test]
    fn a_reading_is_per_task_and_adds_up() {
        let growth = Growth {
            virtual_bytes: 80_000,
            resident: 40_000,
            page_tables: 4_000,
        };
        let reading = growth.per_task(10, Some(20_000));
        assert_eq!(reading.value, 6_400.0);
        assert_eq!(reading.parts["virtual"], 8_000.0);
        assert_eq!(reading.parts["kernel_stack"], 2_000.0);
        assert!(!growth.per_task(10, None).parts.contains_key("kernel_stack"));
    }
}
