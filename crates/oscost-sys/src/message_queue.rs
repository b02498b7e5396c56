//! Sending and receiving by a POSIX message queue without asking for the
//! priority: `nix` always has it written, which is one more access by the kernel
//! in every receive, and calls a function of its own that is never inlined.
#![expect(
    unsafe_code,
    reason = "calls mq_send and mq_receive, for which nix has no such form"
)]

use std::os::fd::AsRawFd as _;
use std::ptr;

use nix::errno::Errno;
use nix::mqueue::MqdT;

/// Sends a message of priority 0 (`mq_send(3)`).
///
/// # Errors
/// What the call says.
#[inline]
pub fn send(queue: &MqdT, message: &[u8]) -> nix::Result<()> {
    // SAFETY: the queue is open as long as it is borrowed, and the call reads
    // `len` bytes of a message that is as long.
    let done =
        unsafe { libc::mq_send(queue.as_raw_fd(), message.as_ptr().cast(), message.len(), 0) };
    Errno::result(done).map(drop)
}

/// Receives the oldest message of the highest priority and gives its length
/// (`mq_receive(3)`).
///
/// # Errors
/// What the call says; `EMSGSIZE` where `room` is smaller than the queue's
/// messages may be.
#[inline]
pub fn receive(queue: &MqdT, room: &mut [u8]) -> nix::Result<usize> {
    // SAFETY: the queue is open as long as it is borrowed, the call writes at
    // most `len` bytes into room that is as large, and leaves a priority out
    // whose address is null.
    let length = unsafe {
        libc::mq_receive(
            queue.as_raw_fd(),
            room.as_mut_ptr().cast(),
            room.len(),
            ptr::null_mut(),
        )
    };
    Errno::result(length).map(isize::unsigned_abs)
}

#[cfg(test)]
mod tests {
    use nix::mqueue::{MQ_OFlag, MqAttr, mq_close, mq_open, mq_unlink};
    use nix::sys::stat::Mode;

    use super::*;

    #[test]
    fn what_is_sent_is_received() {
        let name = format!("/oscost-test-{}", std::process::id());
        let flags = MQ_OFlag::O_CREAT | MQ_OFlag::O_EXCL | MQ_OFlag::O_RDWR;
        let attributes = MqAttr::new(0, 1, 16, 0);
        let queue = mq_open(name.as_str(), flags, Mode::S_IRUSR, Some(&attributes)).unwrap();
        mq_unlink(name.as_str()).unwrap();
        send(&queue, b"seven..").unwrap();
        assert_eq!(receive(&queue, &mut [0; 15]), Err(Errno::EMSGSIZE));
        let mut room = [0; 16];
        assert_eq!(receive(&queue, &mut room), Ok(7));
        assert_eq!(&room[..7], b"seven..");
        assert_eq!(send(&queue, &[0; 17]), Err(Errno::EMSGSIZE));
        mq_close(queue).unwrap();
    }
}
