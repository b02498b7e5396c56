//! The tasks of the groups and what they do in a sample, the same for processes
//! and threads. A message names its sender, so that a receiver can tell whether
//! each has sent it as many as it must; nothing but sending and receiving is done
//! to it meanwhile.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use nix::unistd::{pipe, read, write};
use oscost_harness::child::Child;
use oscost_harness::{During as _, Failure};

use super::hall::Hall;

/// The senders of a group, and its receivers: as many of both as `hackbench` has.
const HALF: usize = 20;
/// The tasks of a group.
pub(super) const TASKS: usize = 2 * HALF;
/// What a group sends in one loop.
pub(super) const MESSAGES_A_LOOP: u64 = (HALF * HALF) as u64;
/// The bytes of a message.
const SIZE: usize = 100;

/// What messages go through.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    Socket,
    Pipe,
}

/// What a receiver gets its messages from, and all senders send them to.
struct Channel {
    from: OwnedFd,
    to: OwnedFd,
}

impl Way {
    fn channel(self) -> Result<Channel, Failure> {
        let (from, to) = match self {
            Self::Socket => socketpair(
                AddressFamily::Unix,
                SockType::Stream,
                None,
                SockFlag::empty(),
            )
            .during("socketpair")?,
            Self::Pipe => pipe().during("pipe")?,
        };
        Ok(Channel { from, to })
    }

    fn channels(self) -> Result<Arc<[Channel]>, Failure> {
        (0..HALF).map(|_| self.channel()).collect()
    }
}

/// A task's part: the first half of a group receives, the other sends, in which
/// order `hackbench` lets them begin.
fn take_part(task: usize, channels: &[Channel], hall: &Hall) -> Result<(), Failure> {
    let place = task % TASKS;
    let mut last = 0;
    while let Some((sample, loops)) = hall.await_next(task, last)? {
        last = sample;
        match place.checked_sub(HALF) {
            None => hall.count_received(receive(&channels[place], loops)?),
            Some(sender) => hall.count_sent(send(sender, channels, loops)?),
        }
    }
    Ok(())
}

/// Sends a message to each receiver in every loop. Gives how many.
fn send(sender: usize, channels: &[Channel], loops: u64) -> Result<u64, Failure> {
    let message = [u8::try_from(sender).unwrap_or(u8::MAX); SIZE];
    for _ in 0..loops {
        for channel in channels {
            let sent = loop {
                match write(&channel.to, &message) {
                    Err(Errno::EINTR) => {}
                    result => break result.during("write")?,
                }
            };
            if sent != SIZE {
                return Err(Failure::Fail(format!("{sent} bytes of {SIZE} were sent")));
            }
        }
    }
    Ok(loops * HALF as u64)
}

/// Receives what all senders of the group have for this receiver. Gives how many.
fn receive(channel: &Channel, loops: u64) -> Result<u64, Failure> {
    let mut from = [0_u64; HALF];
    let mut message = [0; SIZE];
    for _ in 0..loops * HALF as u64 {
        let mut filled = 0;
        while filled < SIZE {
            match read(&channel.from, &mut message[filled..]) {
                Err(Errno::EINTR) => {}
                Ok(0) => return Err(Failure::Fail("the senders are gone".into())),
                result => filled += result.during("read")?,
            }
        }
        let sender = usize::from(message[0]);
        match from.get_mut(sender) {
            Some(count) if message[SIZE - 1] == message[0] => *count += 1,
            _ => return Err(Failure::Fail("a message came out wrong".into())),
        }
    }
    if from.iter().all(|&count| count == loops) {
        Ok(from.iter().sum())
    } else {
        Err(Failure::Fail(format!(
            "{loops} messages were to come from each, but {from:?}"
        )))
    }
}

/// All tasks of all groups.
pub(super) enum Crowd {
    Processes(Vec<Child>),
    Threads(Vec<JoinHandle<Result<(), Failure>>>),
}

impl Crowd {
    /// Forks them.
    ///
    /// # Errors
    /// What `fork(2)` says, or making a channel.
    pub(super) fn of_processes(groups: usize, way: Way, hall: &Arc<Hall>) -> Result<Self, Failure> {
        let mut all = Vec::new();
        for _ in 0..groups {
            // The children have it too; here it is closed once they are made.
            let channels = way.channels()?;
            for _ in 0..TASKS {
                let task = all.len();
                all.push(Child::bound(|| take_part(task, &channels, hall))?);
            }
        }
        Ok(Self::Processes(all))
    }

    /// Makes the threads.
    ///
    /// # Errors
    /// What `pthread_create(3)` says, or making a channel.
    pub(super) fn of_threads(groups: usize, way: Way, hall: &Arc<Hall>) -> Result<Self, Failure> {
        let mut all = Vec::new();
        for _ in 0..groups {
            let channels = way.channels()?;
            for _ in 0..TASKS {
                let (channels, hall) = (Arc::clone(&channels), Arc::clone(hall));
                let task = all.len();
                let part = move || take_part(task, &channels, &hall);
                let thread = Builder::new().spawn(part).during("std::thread::spawn");
                all.push(thread.map_err(Failure::too_many)?);
            }
        }
        Ok(Self::Threads(all))
    }

    /// Whether one has ended, which none does before it is let go.
    pub(super) fn has_lost_one(&self) -> bool {
        match self {
            Self::Processes(all) => all.iter().any(Child::has_ended),
            Self::Threads(all) => all.iter().any(JoinHandle::is_finished),
        }
    }

    /// Why one has ended, where it has said so.
    pub(super) fn reason(&self, failure: Failure) -> Failure {
        let said = match self {
            Self::Processes(all) => all.iter().find_map(Child::last_words),
            Self::Threads(_) => None,
        };
        said.unwrap_or(failure)
    }

    /// Waits for threads that have been let go; processes are killed. Where one
    /// has failed others may sleep for ever: they are left to the end of the
    /// probe, which comes with the failure.
    pub(super) fn leave(&mut self, has_failed: bool) {
        match self {
            Self::Processes(all) => all.clear(),
            Self::Threads(all) if has_failed => all.clear(),
            Self::Threads(all) => all.drain(..).for_each(|thread| {
                let _ = thread.join();
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_too_many_from_one_is_noticed() {
        let channel = Way::Pipe.channel().unwrap();
        // One loop: a message from each of twenty, but two are from the first.
        for sender in (0..HALF - 1).chain([0]) {
            let sent = write(&channel.to, &[u8::try_from(sender).unwrap(); SIZE]);
            assert_eq!(sent, Ok(SIZE));
        }
        assert!(receive(&channel, 1).is_err());
    }

    #[test]
    fn a_message_that_is_mixed_up_is_noticed() {
        let channel = Way::Socket.channel().unwrap();
        let mut message = [3; SIZE];
        message[SIZE - 1] = 4;
        assert_eq!(write(&channel.to, &message), Ok(SIZE));
        assert!(receive(&channel, 1).is_err());
    }
}
