//! Calls by way of an `io_uring(7)`: one request at a time, and its answer.
//!
//! The kernel may write into a buffer for as long as a request is under way.
//! So a ring has a buffer of its own, which lives as long as the process, and
//! lends it out only while no request is. Answers carry no name of their request:
//! a ring with a buffer therefore gets no numbers from others and sends none, or
//! one of those could be taken for the end of a request that is still under way.
//!
//! A request that the kernel did not take stays in the queue, and names a descriptor
//! that may be another file's by then. So such a ring submits nothing any more.
#![expect(unsafe_code, reason = "requests name their buffers by address")]

use std::io;
use std::os::fd::{AsRawFd as _, BorrowedFd, OwnedFd};
use std::ptr::NonNull;

use io_uring::squeue::{Entry, Flags};
use io_uring::types::Fd;
use io_uring::{EnterFlags, IoUring, Probe, opcode};
use nix::errno::Errno;

/// A ring with a buffer. After a fork one process alone uses it: a child in its
/// parent's place, never beside it.
pub struct Ring {
    ring: IoUring,
    /// No reference, which would deny that the kernel writes there.
    buffer: NonNull<[u8]>,
    under_way: bool,
    /// Has no buffer, and the kernel took all that was sent by it.
    is_for_numbers: bool,
}

// SAFETY: the buffer is the ring's own, and reached through it alone.
unsafe impl Send for Ring {}

impl std::fmt::Debug for Ring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ring({})", self.ring.as_raw_fd())
    }
}

/// More than are ever under way.
const ENTRIES: u32 = 8;

impl Ring {
    /// A ring with a buffer of `size` bytes, which is never given back.
    ///
    /// # Errors
    /// `ENOSYS` before Linux 5.1, `EPERM` where `kernel.io_uring_disabled` or
    /// a sandbox forbids it, `ENOMEM` at `RLIMIT_MEMLOCK` before Linux 5.12.
    pub fn new(size: usize) -> nix::Result<Self> {
        Ok(Self {
            ring: IoUring::new(ENTRIES).map_err(|error| errno(&error))?,
            buffer: NonNull::from(Box::leak(vec![0; size].into_boxed_slice())),
            under_way: false,
            is_for_numbers: size == 0,
        })
    }

    /// The buffer.
    ///
    /// # Panics
    /// Where a request failed half-way and may still use it.
    #[inline]
    pub fn buffer(&mut self) -> &mut [u8] {
        assert!(!self.under_way, "the kernel has the buffer");
        // SAFETY: it is never freed, `self` is borrowed with it, and the kernel
        // has no request for it.
        unsafe { self.buffer.as_mut() }
    }

    /// Reads from `file` into the buffer from `start` on. 0: the end.
    ///
    /// # Errors
    /// What `read(2)` and `io_uring_enter(2)` say, but never `EINTR`.
    ///
    /// # Panics
    /// Where `start` is beyond the buffer.
    #[inline]
    pub fn read(&mut self, file: BorrowedFd<'_>, start: usize) -> nix::Result<usize> {
        let place = &mut self.buffer()[start..];
        let request = opcode::Read::new(Fd(file.as_raw_fd()), place.as_mut_ptr(), length(place));
        self.ask(&request.build())
    }

    /// Writes the buffer to `file`, from `start` on.
    ///
    /// # Errors
    /// What `write(2)` and `io_uring_enter(2)` say, but never `EINTR`.
    ///
    /// # Panics
    /// Where `start` is beyond the buffer.
    #[inline]
    pub fn write(&mut self, file: BorrowedFd<'_>, start: usize) -> nix::Result<usize> {
        let place = &self.buffer()[start..];
        let request = opcode::Write::new(Fd(file.as_raw_fd()), place.as_ptr(), length(place));
        self.ask(&request.build())
    }

    /// Submits a request and sleeps until it is answered.
    #[inline]
    fn ask(&mut self, request: &Entry) -> nix::Result<usize> {
        self.under_way = true;
        self.push(request)?;
        let answer = loop {
            if let Some(answer) = self.ring.completion().next() {
                break answer.result();
            }
            match self.ring.submit_and_wait(1) {
                Err(error) if errno(&error) != Errno::EINTR => {
                    self.is_for_numbers = false;
                    return Err(errno(&error));
                }
                _ => {}
            }
        };
        self.under_way = false;
        usize::try_from(answer).map_err(|_| Errno::from_raw(-answer))
    }

    #[inline]
    fn push(&mut self, request: &Entry) -> nix::Result<()> {
        // SAFETY: what a request reads or writes is the buffer, which is never
        // freed, and not lent out while a request is under way.
        unsafe { self.ring.submission().push(request) }.map_err(|_| Errno::EBUSY)
    }

    /// Whether this kernel passes messages from ring to ring
    /// (`IORING_OP_MSG_RING`: Linux 5.18).
    ///
    /// # Errors
    /// `EINVAL` before Linux 5.6.
    pub fn can_send(&self) -> nix::Result<bool> {
        let mut probe = Probe::new();
        let asked = self.ring.submitter().register_probe(&mut probe);
        asked.map_err(|error| errno(&error))?;
        Ok(probe.is_supported(opcode::MsgRingData::CODE))
    }

    /// The address of this ring, for others to send to.
    ///
    /// # Errors
    /// `EINVAL` of a ring with a buffer or with a request that the kernel did not
    /// take, `EMFILE` at a limit of descriptors.
    pub fn address(&self) -> nix::Result<OwnedFd> {
        self.takes_numbers()?;
        // SAFETY: the ring's descriptor is open as long as the ring.
        let ring = unsafe { BorrowedFd::borrow_raw(self.ring.as_raw_fd()) };
        ring.try_clone_to_owned().map_err(|error| errno(&error))
    }

    /// Puts a number among the answers of another ring, without an answer in
    /// this one.
    ///
    /// # Errors
    /// What `io_uring_enter(2)` says, after which this ring sends no more;
    /// `EINVAL` of such a ring and of one with a buffer. What the kernel says of
    /// the request itself, the next [`Ring::receive`] of this ring gives.
    #[inline]
    pub fn send(&mut self, to: BorrowedFd<'_>, number: u64) -> nix::Result<()> {
        self.takes_numbers()?;
        let request = opcode::MsgRingData::new(Fd(to.as_raw_fd()), 0, number, None).build();
        self.push(&request.flags(Flags::SKIP_SUCCESS))?;
        loop {
            match self.ring.submit() {
                Ok(_) => return Ok(()),
                Err(error) if errno(&error) == Errno::EINTR => {}
                Err(error) => {
                    self.is_for_numbers = false;
                    return Err(errno(&error));
                }
            }
        }
    }

    #[inline]
    fn takes_numbers(&self) -> nix::Result<()> {
        if self.is_for_numbers {
            Ok(())
        } else {
            Err(Errno::EINVAL)
        }
    }

    /// Sleeps until a number has been sent to this ring. Submits nothing.
    ///
    /// # Errors
    /// `EINTR` where a signal came, and what became of a failed
    /// [`Ring::send`].
    #[inline]
    pub fn receive(&mut self) -> nix::Result<u64> {
        loop {
            if let Some(answer) = self.ring.completion().next() {
                return match answer.result() {
                    0.. => Ok(answer.user_data()),
                    error => Err(Errno::from_raw(-error)),
                };
            }
            let flags = EnterFlags::GETEVENTS.bits();
            // SAFETY: takes integers, and no argument by address.
            let waited = unsafe {
                let ring = self.ring.submitter();
                ring.enter::<libc::sigset_t>(0, 1, flags, None)
            };
            waited.map_err(|error| errno(&error))?;
        }
    }
}

fn errno(error: &io::Error) -> Errno {
    Errno::from_raw(error.raw_os_error().unwrap_or(libc::EIO))
}

/// The longest that one request takes is enough for all that fits a pipe.
fn length(place: &[u8]) -> u32 {
    u32::try_from(place.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd as _;

    use super::*;

    /// `None` where this kernel has none.
    fn ring(size: usize) -> Option<Ring> {
        match Ring::new(size) {
            Err(Errno::ENOSYS | Errno::EPERM) => None,
            ring => Some(ring.unwrap()),
        }
    }

    #[test]
    fn bytes_go_through_a_pipe() {
        let Some(mut ring) = ring(6) else { return };
        let (reads, writes) = nix::unistd::pipe().unwrap();
        ring.buffer().copy_from_slice(b"abcdef");
        assert_eq!(ring.write(writes.as_fd(), 2), Ok(4));
        ring.buffer().fill(b'-');
        assert_eq!(ring.read(reads.as_fd(), 1), Ok(4));
        assert_eq!(ring.buffer(), b"-cdef-");
        drop(writes);
        assert_eq!(ring.read(reads.as_fd(), 0), Ok(0));
        assert_eq!(ring.write(reads.as_fd(), 0), Err(Errno::EBADF));
    }

    #[test]
    fn a_number_goes_from_ring_to_ring() {
        let (Some(mut near), Some(mut far)) = (ring(0), ring(0)) else {
            return;
        };
        if !near.can_send().unwrap() {
            return;
        }
        near.send(far.address().unwrap().as_fd(), 1 << 40).unwrap();
        assert_eq!(far.receive(), Ok(1 << 40));
        // To something that is no ring.
        let (reads, _writes) = nix::unistd::pipe().unwrap();
        near.send(reads.as_fd(), 7).unwrap();
        assert_eq!(near.receive(), Err(Errno::EBADFD));
    }

    #[test]
    fn no_number_can_be_taken_for_the_end_of_a_request() {
        let Some(mut ring) = ring(8) else { return };
        assert_eq!(ring.address().err(), Some(Errno::EINVAL));
        let (reads, _writes) = nix::unistd::pipe().unwrap();
        assert_eq!(ring.send(reads.as_fd(), 7), Err(Errno::EINVAL));
    }

    #[test]
    fn a_ring_with_a_request_that_was_not_taken_sends_no_more() {
        let Some(mut near) = ring(0) else { return };
        let address = near.address().unwrap();
        let (reads, _writes) = nix::unistd::pipe().unwrap();
        // The kernel takes nothing where the ring's descriptor is no ring's.
        let descriptor = near.ring.as_raw_fd();
        // SAFETY: the ring goes on with whatever has its descriptor.
        Errno::result(unsafe { libc::dup2(reads.as_raw_fd(), descriptor) }).unwrap();
        assert!(near.send(address.as_fd(), 7).is_err());
        // SAFETY: as above: the ring is itself again.
        Errno::result(unsafe { libc::dup2(address.as_raw_fd(), descriptor) }).unwrap();
        assert_eq!(near.send(address.as_fd(), 8), Err(Errno::EINVAL));
        assert_eq!(near.address().err(), Some(Errno::EINVAL));
        // What it has in its queue stays there, also where it sleeps.
        let Some(mut far) = ring(0).filter(|far| far.can_send() == Ok(true)) else {
            return;
        };
        let sends = std::thread::spawn(move || far.send(address.as_fd(), 9));
        assert_eq!(near.receive(), Ok(9));
        sends.join().unwrap().unwrap();
        assert_eq!(near.ring.submission().len(), 1);
    }

    #[test]
    fn a_child_uses_its_parents_ring() {
        let Some(mut ring) = ring(1) else { return };
        let (reads, writes) = nix::unistd::pipe().unwrap();
        let child = crate::fork::fork(|| {
            ring.buffer()[0] = b'x';
            u8::from(ring.write(writes.as_fd(), 0) != Ok(1))
        });
        nix::sys::wait::waitpid(child.unwrap(), None).unwrap();
        let mut byte = [0];
        nix::unistd::read(&reads, &mut byte).unwrap();
        assert_eq!(byte, [b'x']);
    }
}
