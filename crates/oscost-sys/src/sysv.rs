//! System V message queues and segments of shared memory.
//!
//! They outlive whoever made them: whoever makes one here sees to it that it
//! is removed.
#![expect(unsafe_code, reason = "nix has no System V calls")]

use std::mem::MaybeUninit;

use nix::errno::Errno;

const PRIVATE_TO_US: libc::c_int = libc::IPC_CREAT | 0o600;

/// Makes a queue (`msgget(2)`) that only its owner may use, and gives its
/// number.
///
/// # Errors
/// `ENOSPC` at `kernel.msgmni` queues.
pub fn new_queue() -> nix::Result<i32> {
    // SAFETY: takes two integers.
    Errno::result(unsafe { libc::msgget(libc::IPC_PRIVATE, PRIVATE_TO_US) })
}

/// Removes a queue (`msgctl(2)` with `IPC_RMID`) and ends whatever sleeps in
/// it.
///
/// # Errors
/// `EINVAL` where there is none.
pub fn remove_queue(queue: i32) -> nix::Result<()> {
    // SAFETY: IPC_RMID looks at no buffer.
    Errno::result(unsafe { libc::msgctl(queue, libc::IPC_RMID, std::ptr::null_mut()) }).map(drop)
}

/// A message of a fixed size: the type that the kernel wants in front, and the
/// content.
#[derive(Debug)]
pub struct Message {
    /// Long numbers for their alignment; the first is the type, always 1.
    numbers: Vec<libc::c_long>,
    size: usize,
}

const TYPE: usize = size_of::<libc::c_long>();

impl Message {
    /// A message of `size` zeros.
    #[must_use]
    pub fn new(size: usize) -> Self {
        let mut numbers = vec![0; 1 + size.div_ceil(TYPE)];
        numbers[0] = 1;
        Self { numbers, size }
    }

    /// Its content.
    #[inline]
    pub fn content(&mut self) -> &mut [u8] {
        let first = self.numbers.as_mut_ptr().cast::<u8>();
        // SAFETY: `new` made room for the type and `size` bytes; any byte is a
        // part of a valid number.
        unsafe { std::slice::from_raw_parts_mut(first.add(TYPE), self.size) }
    }

    /// Sends it (`msgsnd(2)`), sleeping where the queue is full.
    ///
    /// # Errors
    /// `EINVAL` where it is longer than `kernel.msgmax`, `EIDRM` where the
    /// queue is removed, `EINTR`.
    #[inline]
    pub fn send(&self, queue: i32) -> nix::Result<()> {
        // SAFETY: the message is a long number and `size` bytes after it, of
        // which the kernel takes a copy.
        let result = unsafe { libc::msgsnd(queue, self.numbers.as_ptr().cast(), self.size, 0) };
        Errno::result(result).map(drop)
    }

    /// Sleeps until there is a message, which takes the place of this one's
    /// content (`msgrcv(2)`). Gives its length.
    ///
    /// # Errors
    /// `E2BIG` where the message is longer, `EIDRM` where the queue is
    /// removed, `EINTR`.
    #[inline]
    pub fn receive(&mut self, queue: i32) -> nix::Result<usize> {
        const ANY_TYPE: libc::c_long = 0;
        // SAFETY: there is room for a long number and `size` bytes, and the
        // kernel writes no more.
        let result = unsafe {
            let message = self.numbers.as_mut_ptr().cast();
            libc::msgrcv(queue, message, self.size, ANY_TYPE, 0)
        };
        Ok(Errno::result(result)?.unsigned_abs())
    }
}

/// Makes a segment of shared memory (`shmget(2)`) that only its owner may use,
/// and gives its number.
///
/// # Errors
/// `ENOSPC` at `kernel.shmmni` segments or `kernel.shmall` pages, `EINVAL`
/// above `kernel.shmmax`.
pub fn new_segment(bytes: usize) -> nix::Result<i32> {
    // SAFETY: takes integers.
    Errno::result(unsafe { libc::shmget(libc::IPC_PRIVATE, bytes, PRIVATE_TO_US) })
}

/// Removes a segment (`shmctl(2)` with `IPC_RMID`): nobody can attach it any
/// more, and it goes with the last that has.
///
/// # Errors
/// `EINVAL` where there is none.
pub fn remove_segment(segment: i32) -> nix::Result<()> {
    // SAFETY: IPC_RMID looks at no buffer.
    Errno::result(unsafe { libc::shmctl(segment, libc::IPC_RMID, std::ptr::null_mut()) }).map(drop)
}

/// The size of a segment in bytes, and how often it is attached now.
pub(crate) fn segment_state(segment: i32) -> nix::Result<(usize, u64)> {
    let mut state = MaybeUninit::<libc::shmid_ds>::zeroed();
    // SAFETY: the kernel writes the structure that it is given.
    Errno::result(unsafe { libc::shmctl(segment, libc::IPC_STAT, state.as_mut_ptr()) })?;
    // SAFETY: a structure of integers, all of which were zeroed before shmctl
    // wrote those that it knows.
    let state = unsafe { state.assume_init() };
    Ok((state.shm_segsz, state.shm_nattch))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_out_as_it_went_in() {
        let queue = new_queue().unwrap();
        for size in [0, 1, 8, 13, 4096] {
            let mut sent = Message::new(size);
            sent.content().fill(0x5a);
            sent.send(queue).unwrap();
            let mut received = Message::new(size);
            assert_eq!(received.receive(queue), Ok(size));
            assert_eq!(received.content(), sent.content());
        }
        remove_queue(queue).unwrap();
        assert_eq!(remove_queue(queue), Err(Errno::EINVAL));
    }

    #[test]
    fn a_message_that_is_too_long_is_refused() {
        let queue = new_queue().unwrap();
        assert_eq!(Message::new(1 << 30).send(queue), Err(Errno::EINVAL));
        Message::new(9).send(queue).unwrap();
        assert_eq!(Message::new(8).receive(queue), Err(Errno::E2BIG));
        remove_queue(queue).unwrap();
    }

    #[test]
    fn a_segment_tells_its_size() {
        let segment = new_segment(12_345).unwrap();
        assert_eq!(segment_state(segment), Ok((12_345, 0)));
        remove_segment(segment).unwrap();
        assert_eq!(segment_state(segment), Err(Errno::EINVAL));
    }

    /// The permissions of an object, as `/proc/sysvipc` has them in octal.
    fn permissions(kind: &str, number: i32) -> Option<String> {
        let list = std::fs::read_to_string(format!("/proc/sysvipc/{kind}")).unwrap();
        let mut objects = list.lines().map(|line| line.split_whitespace());
        objects.find_map(|mut fields| {
            let (_key, id) = (fields.next(), fields.next());
            (id == Some(&number.to_string())).then(|| fields.next().map(str::to_owned))?
        })
    }

    #[test]
    fn what_is_made_here_is_its_owners_alone() {
        let (queue, segment) = (new_queue().unwrap(), new_segment(1).unwrap());
        let semaphore = crate::lock::sysv::Semaphore::make(1).unwrap();
        let found = [
            permissions("msg", queue),
            permissions("shm", segment),
            permissions("sem", semaphore.number()),
        ];
        remove_queue(queue).unwrap();
        remove_segment(segment).unwrap();
        semaphore.remove().unwrap();
        assert_eq!(found, ["600"; 3].map(|mode| Some(mode.to_owned())));
    }
}
