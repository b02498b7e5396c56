//! What a parent carries along when it makes a process: memory, mappings,
//! descriptors, threads. It is there only to be there, as long as the case.

use std::any::Any;
use std::fs::File;
use std::sync::{Arc, Barrier};
use std::thread::JoinHandle;

use oscost_harness::{During as _, Failure, Setting};
use oscost_sys::map::Ballast;
use oscost_sys::patchwork::Patchwork;

/// Whatever has to stay alive.
pub(crate) type Burden = Box<dyn Any>;

/// Nothing but the program itself.
pub(super) fn none() -> Burden {
    Box::new(())
}

/// `rss` MiB of resident memory in small pages.
pub(crate) fn memory(setting: &Setting) -> Result<Burden, Failure> {
    let bytes = whole(setting.of("rss") << 20)?;
    Ok(Box::new(Ballast::new(bytes).during("mmap")?))
}

/// `rss` MiB of resident memory in huge pages.
pub(super) fn huge_memory(setting: &Setting) -> Result<Burden, Failure> {
    Ok(Box::new(huge_ballast(whole(setting.of("rss") << 20)?)?))
}

/// `mappings` memory mappings, a page in each.
pub(super) fn mappings(setting: &Setting) -> Result<Burden, Failure> {
    let count = whole(setting.of("mappings"))?;
    Ok(Box::new(Patchwork::new(count).during("mprotect")?))
}

/// `fds` open descriptors, to be closed by `exec`, as nearly all are today.
pub(super) fn descriptors(setting: &Setting) -> Result<Burden, Failure> {
    let files: Result<Vec<File>, _> = (0..setting.of("fds"))
        .map(|_| File::open("/dev/null"))
        .collect();
    Ok(Box::new(files.during("open(/dev/null)")?))
}

/// `threads` sleeping threads.
pub(super) fn threads(setting: &Setting) -> Result<Burden, Failure> {
    Ok(Box::new(Sleeping::new(whole(setting.of("threads"))?)?))
}

fn whole(count: u64) -> Result<usize, Failure> {
    usize::try_from(count).map_err(|_| Failure::Skip("more than this machine can address".into()))
}

/// Resident memory in huge pages, as the kernel itself confirms: where it gives
/// smaller ones instead, there is nothing to measure.
pub(crate) fn huge_ballast(bytes: usize) -> Result<Ballast, Failure> {
    let size = std::fs::read_to_string("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size");
    let size = size.during("read(hpage_pmd_size)")?;
    let page: usize =
        (size.trim().parse()).map_err(|_| Failure::Skip(format!("hpage_pmd_size is {size}")))?;
    if !bytes.is_multiple_of(page) {
        return Err(Failure::Skip(format!(
            "a huge page has {} MiB here, and {} MiB are asked for",
            page >> 20,
            bytes >> 20
        )));
    }
    let ballast = Ballast::huge(bytes, page).during("madvise(MADV_HUGEPAGE)")?;
    let given = huge_bytes()?;
    if given < bytes {
        return Err(Failure::Skip(format!(
            "the kernel gave {} MiB in huge pages of {} MiB that were asked for. Memory may be in pieces: see /proc/buddyinfo",
            given >> 20,
            bytes >> 20
        )));
    }
    Ok(ballast)
}

/// Memory of the calling process in huge pages, in bytes.
fn huge_bytes() -> Result<usize, Failure> {
    let rollup = std::fs::read_to_string("/proc/self/smaps_rollup");
    let rollup = rollup.during("read(/proc/self/smaps_rollup)")?;
    let line = rollup
        .lines()
        .find_map(|line| line.strip_prefix("AnonHugePages:"))
        .and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse().ok());
    let kib: usize =
        line.ok_or_else(|| Failure::Skip("smaps_rollup has no line AnonHugePages".into()))?;
    Ok(kib << 10)
}

/// Threads that sleep until they are dropped.
struct Sleeping {
    /// Met once when all have begun, and once more when all may end.
    gate: Arc<Barrier>,
    threads: Vec<JoinHandle<()>>,
}

/// Small: what is measured is the threads, not their stacks.
const STACK: usize = 64 << 10;

impl Sleeping {
    fn new(count: usize) -> Result<Self, Failure> {
        let gate = Arc::new(Barrier::new(count + 1));
        let threads: Result<_, Failure> = (0..count)
            .map(|_| {
                let gate = Arc::clone(&gate);
                std::thread::Builder::new()
                    .stack_size(STACK)
                    .spawn(move || {
                        gate.wait();
                        gate.wait();
                    })
                    .during("pthread_create")
                    .map_err(Failure::too_many)
            })
            .collect();
        // Where one could not be made, the others wait until the process ends.
        let threads = threads?;
        gate.wait();
        Ok(Self { gate, threads })
    }
}

impl Drop for Sleeping {
    fn drop(&mut self) {
        self.gate.wait();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(axis: &'static str, value: u64) -> Setting {
        Setting {
            values: vec![(axis, value)],
            ..Setting::default()
        }
    }

    #[test]
    fn every_burden_can_be_taken_up_and_laid_down() {
        drop(none());
        drop(memory(&at("rss", 1)).unwrap());
        drop(mappings(&at("mappings", 10)).unwrap());
        drop(descriptors(&at("fds", 10)).unwrap());
        drop(threads(&at("threads", 10)).unwrap());
        drop(threads(&at("threads", 0)).unwrap());
        match huge_memory(&at("rss", 16)) {
            Err(Failure::Fail(reason)) => panic!("{reason}"),
            Ok(_) | Err(Failure::Skip(_)) => {}
        }
    }

    #[test]
    fn sleeping_threads_are_there() {
        let threads = || std::fs::read_dir("/proc/self/task").unwrap().count();
        let sleeping = Sleeping::new(100).unwrap();
        assert!(threads() >= 100);
        drop(sleeping);
    }
}
