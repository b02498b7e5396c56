//! The kinds of shared memory. Each has the other's name removed, or never had
//! one, before the first message.

use nix::sys::mman::shm_unlink;
use oscost_harness::guard::Guard;
use oscost_harness::{During as _, Failure, names};
use oscost_sys::shared_memory::SharedMemory;
use oscost_sys::sysv::{new_segment, remove_segment};

/// A kind of shared memory.
pub(crate) trait Kind: Send + 'static {
    /// Memory that a child forked later has too.
    ///
    /// # Errors
    /// What making it says.
    fn make(bytes: usize) -> Result<SharedMemory, Failure>;
}

/// `mmap(2)` with `MAP_SHARED | MAP_ANONYMOUS`.
#[derive(Debug)]
pub(crate) struct Anonymous;

/// `memfd_create(2)`.
#[derive(Debug)]
pub(crate) struct Memfd;

/// `shm_open(3)`.
#[derive(Debug)]
pub(crate) struct Posix;

/// `shmget(2)`.
#[derive(Debug)]
pub(crate) struct SystemV;

impl Kind for Anonymous {
    fn make(bytes: usize) -> Result<SharedMemory, Failure> {
        SharedMemory::anonymous(bytes).during("mmap(MAP_SHARED)")
    }
}

impl Kind for Memfd {
    fn make(bytes: usize) -> Result<SharedMemory, Failure> {
        SharedMemory::memfd(bytes).map_err(Failure::told)
    }
}

impl Kind for Posix {
    fn make(bytes: usize) -> Result<SharedMemory, Failure> {
        let name = format!("/{}", names::unpredictable());
        let _unlinks = Guard::new(|| {
            let _ = shm_unlink(name.as_str());
        })?;
        SharedMemory::posix(&name, bytes)
            .map_err(Failure::told)
            .map_err(|failure| failure.with_remedy("It needs a /dev/shm that can be written"))
    }
}

impl Kind for SystemV {
    fn make(bytes: usize) -> Result<SharedMemory, Failure> {
        let made = Guard::holding(
            "shmget",
            || new_segment(bytes),
            |segment| {
                let _ = remove_segment(segment);
            },
        );
        // Removed when this returns, it stays with those who have it.
        let (_removes, segment) =
            made.map_err(|failure| failure.with_remedy("See `ipcs -l` and kernel.shmmni"))?;
        SharedMemory::attach(segment).during("shmat")
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    /// System V segments that belong to nobody else's test.
    fn segments() -> usize {
        let text = std::fs::read_to_string("/proc/sysvipc/shm").unwrap();
        text.lines().filter(|line| line.contains("7777777")).count()
    }

    #[test]
    fn memory_that_has_no_name_any_more_can_be_used() {
        Posix::make(100).unwrap();
        let attached = SystemV::make(7_777_777).unwrap();
        // Still there, as long as it is attached.
        assert_eq!(segments(), 1);
        drop(attached);
        // What the tests beside this one have forked has it too, for a while.
        let begin = Instant::now();
        while segments() > 0 {
            assert!(begin.elapsed() < Duration::from_secs(60));
            std::thread::yield_now();
        }
    }
}
