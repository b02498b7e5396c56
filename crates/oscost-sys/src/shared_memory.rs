//! Memory that several tasks write, made in each of the ways that Linux has.
//!
//! Nothing here hands out a reference into it: `slate` and `spsc` do, each
//! under rules that let one task at a time write a place.
#![expect(unsafe_code, reason = "mapping memory")]

use std::ffi::c_void;
use std::num::NonZeroUsize;
use std::os::fd::{AsFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::{Mutex, PoisonError};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::mman::{MapFlags, ProtFlags, mmap, mmap_anonymous, munmap, shm_open};
use nix::sys::stat::Mode;
use nix::unistd::ftruncate;

use crate::atomic::AtomicU32;
use crate::memory_file::{self, Refused};

/// A shared mapping, zeroed where it is new, unmapped when dropped. A child that
/// is forked later has it too.
#[derive(Debug)]
pub struct SharedMemory {
    base: NonNull<c_void>,
    length: NonZeroUsize,
}

// SAFETY: a mapping is memory that no thread owns; whoever makes references
// into it vouches for them.
unsafe impl Send for SharedMemory {}

// SAFETY: as above: a reference to the mapping gives addresses in it to this
// crate alone, and no more than a counted word of it as a reference.
unsafe impl Sync for SharedMemory {}

const ACCESS: ProtFlags = ProtFlags::PROT_READ.union(ProtFlags::PROT_WRITE);

impl SharedMemory {
    /// Memory without a name (`mmap(2)` with `MAP_SHARED | MAP_ANONYMOUS`).
    ///
    /// # Errors
    /// `ENOMEM` where there is not so much.
    pub fn anonymous(bytes: usize) -> nix::Result<Self> {
        let length = NonZeroUsize::new(bytes).ok_or(Errno::EINVAL)?;
        // SAFETY: no address is asked for, so the kernel chooses a free range
        // and no existing mapping is touched.
        let base = unsafe { mmap_anonymous(None, length, ACCESS, MapFlags::MAP_SHARED) }?;
        Ok(Self { base, length })
    }

    /// A file in memory that has no name (`memfd_create(2)`), mapped and
    /// closed.
    ///
    /// # Errors
    /// What `memfd_create(2)`, `fchmod(2)`, `ftruncate(2)` and `mmap(2)` say.
    pub fn memfd(bytes: usize) -> Result<Self, Refused> {
        Self::of_file(memory_file::data(c"oscost")?, bytes)
    }

    /// A POSIX object of this name (`shm_open(3)` with mode 0600), which must
    /// be new, mapped and closed. The name stays until somebody unlinks it, also
    /// where this fails half-way. Do that at once: until then other processes of the
    /// same user can map it, too, and what is built on it counts on none that does.
    ///
    /// # Errors
    /// `EEXIST` where there is such a name already; what `shm_open(3)`,
    /// `ftruncate(2)` and `mmap(2)` say.
    pub fn posix(name: &str, bytes: usize) -> Result<Self, Refused> {
        let flags = OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_RDWR;
        let file = shm_open(name, flags, Mode::S_IRUSR | Mode::S_IWUSR);
        Self::of_file(file.map_err(|it| ("shm_open", it))?, bytes)
    }

    fn of_file(file: OwnedFd, bytes: usize) -> Result<Self, Refused> {
        let length = NonZeroUsize::new(bytes).ok_or(("mmap", Errno::EINVAL))?;
        i64::try_from(bytes)
            .map_err(|_| Errno::EFBIG)
            .and_then(|bytes| ftruncate(&file, bytes))
            .map_err(|it| ("ftruncate", it))?;
        // SAFETY: no address is asked for, so the kernel chooses a free range
        // and no existing mapping is touched.
        let base = unsafe { mmap(None, length, ACCESS, MapFlags::MAP_SHARED, file.as_fd(), 0) }
            .map_err(|it| ("mmap", it))?;
        Ok(Self { base, length })
    }

    /// A new System V segment (`shmat(2)`), which nobody has attached yet. From
    /// now on a child that is forked has it too, and nobody else may attach it:
    /// two mappings of one segment would each be taken for memory of its own. Tell
    /// no other process its number: one that attaches it between the look and the
    /// call, or later, is not noticed. (To count again would not tell: a child that
    /// another thread forks just then counts, too.)
    ///
    /// # Errors
    /// `EINVAL` where there is no such segment, `EBUSY` where somebody has
    /// attached it; what `shmctl(2)` and `shmat(2)` say.
    pub fn attach(segment: i32) -> nix::Result<Self> {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let (bytes, attached) = crate::sysv::segment_state(segment)?;
        if attached > 0 {
            return Err(Errno::EBUSY);
        }
        let length = NonZeroUsize::new(bytes).ok_or(Errno::EINVAL)?;
        // SAFETY: no address is asked for, so the kernel chooses a free range
        // and no existing mapping is touched.
        let base = unsafe { libc::shmat(segment, std::ptr::null(), 0) };
        if base.addr() == usize::MAX {
            return Err(Errno::last());
        }
        let base = NonNull::new(base).ok_or(Errno::EFAULT)?;
        Ok(Self { base, length })
    }

    /// The word at the very beginning, for who lets nothing else lie there.
    ///
    /// # Panics
    /// Where the mapping is smaller.
    #[inline]
    pub(crate) fn word(&self) -> &AtomicU32 {
        let word = self.at(0, size_of::<AtomicU32>());
        // SAFETY: page-aligned, inside the mapping, which lives as long as `self`;
        // any bits are a value. Who makes other references into the memory either
        // never calls this, or makes them elsewhere.
        unsafe { &*word.cast::<AtomicU32>() }
    }

    /// The address so many bytes from the beginning, fit for `bytes` bytes.
    ///
    /// # Panics
    /// Where that is not inside the mapping.
    #[inline]
    pub(crate) fn at(&self, offset: usize, bytes: usize) -> *mut u8 {
        let end = offset.checked_add(bytes);
        assert!(
            end.is_some_and(|end| end <= self.length.get()),
            "{bytes} bytes at {offset} of {}",
            self.length
        );
        // SAFETY: the offset lies inside the mapping or at its end.
        unsafe { self.base.as_ptr().cast::<u8>().add(offset) }
    }
}

impl Drop for SharedMemory {
    fn drop(&mut self) {
        // SAFETY: the range is the one that the kernel gave, and all of it:
        // that detaches a segment, too. References into it are gone, since
        // whoever makes them holds the mapping.
        let _ = unsafe { munmap(self.base, self.length.get()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_shared_with_a_child() {
        let name = format!("/oscost-test-{}", std::process::id());
        let segment = crate::sysv::new_segment(5000).unwrap();
        let kinds = [
            SharedMemory::anonymous(5000),
            SharedMemory::memfd(5000).map_err(|(_, errno)| errno),
            SharedMemory::posix(&name, 5000).map_err(|(_, errno)| errno),
            SharedMemory::attach(segment),
        ];
        nix::sys::mman::shm_unlink(name.as_str()).unwrap();
        crate::sysv::remove_segment(segment).unwrap();
        for memory in kinds.map(Result::unwrap) {
            let last = memory.at(4999, 1);
            // SAFETY: inside the mapping, which only this test and its child
            // use, one after the other.
            assert_eq!(unsafe { last.read_volatile() }, 0);
            let child = crate::fork::fork(|| {
                // SAFETY: as above.
                unsafe { last.write_volatile(7) };
                0
            });
            nix::sys::wait::waitpid(child.unwrap(), None).unwrap();
            // SAFETY: as above; the child has ended.
            assert_eq!(unsafe { last.read_volatile() }, 7);
        }
    }

    #[test]
    fn a_segment_is_attached_once() {
        let segment = crate::sysv::new_segment(5000).unwrap();
        let first = SharedMemory::attach(segment).unwrap();
        assert_eq!(SharedMemory::attach(segment).err(), Some(Errno::EBUSY));
        drop(first);
        crate::sysv::remove_segment(segment).unwrap();
    }

    #[test]
    fn an_object_with_a_name_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let name = format!("/oscost-mode-{}", std::process::id());
        let memory = SharedMemory::posix(&name, 1).unwrap();
        let state = std::fs::metadata(format!("/dev/shm{name}"));
        nix::sys::mman::shm_unlink(name.as_str()).unwrap();
        assert_eq!(state.unwrap().permissions().mode() & 0o7777, 0o600);
        drop(memory);
    }

    #[test]
    fn a_file_in_memory_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let memory = SharedMemory::memfd(5000).unwrap();
        // It is closed, but there is a way to it as long as it is mapped.
        let base = memory.base.addr().get();
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let line = maps
            .lines()
            .find(|line| line.starts_with(&format!("{base:x}-")));
        let range = line.unwrap().split(' ').next().unwrap();
        let state = std::fs::metadata(format!("/proc/self/map_files/{range}"));
        let Ok(state) = state else {
            println!("skipped: /proc/self/map_files may not be read");
            return;
        };
        assert_eq!(state.permissions().mode() & 0o7777, 0o600);
    }

    #[test]
    fn what_is_there_is_not_taken_for_new() {
        let name = format!("/oscost-twice-{}", std::process::id());
        let first = SharedMemory::posix(&name, 1).unwrap();
        assert_eq!(
            SharedMemory::posix(&name, 1).err(),
            Some(("shm_open", Errno::EEXIST))
        );
        nix::sys::mman::shm_unlink(name.as_str()).unwrap();
        drop(first);
    }

    #[test]
    #[should_panic(expected = "bytes at")]
    fn nothing_lies_beyond_the_end() {
        let memory = SharedMemory::anonymous(100).unwrap();
        memory.at(99, 2);
    }
}
