//! The calls that wait for the first of many descriptors, and tell which one
//! it is.
//!
//! With `poll` and `select` the caller has to look for it; that is part of the
//! call, as it is part of every program that makes it.

use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::epoll::{self, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::select::{FD_SETSIZE, FdSet, select};
use oscost_harness::{During as _, Failure};

/// A way to wait for many descriptors at once.
pub(crate) trait Watch: Sized + Send + 'static {
    /// The call.
    const CALL: &'static str;

    /// Will wait for one of these to become readable.
    ///
    /// # Errors
    /// What making it ready says.
    fn of(descriptors: &'static [OwnedFd]) -> Result<Self, Failure>;

    /// Sleeps until one is ready, and tells which one: its place in the list.
    ///
    /// # Errors
    /// What the call says; `EBADMSG` where it names none.
    fn first_ready(&mut self) -> nix::Result<usize>;
}

/// Waits, whatever signals come in between.
#[inline]
pub(crate) fn wait<W: Watch>(watch: &mut W) -> Result<usize, Failure> {
    loop {
        match watch.first_ready() {
            Err(Errno::EINTR) => {}
            result => return result.during(W::CALL),
        }
    }
}

/// `epoll_wait(2)`: the kernel keeps the list.
#[derive(Debug)]
pub(crate) struct Epoll(epoll::Epoll);

impl Watch for Epoll {
    const CALL: &'static str = "epoll_wait";

    fn of(descriptors: &'static [OwnedFd]) -> Result<Self, Failure> {
        let epoll = epoll::Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).during("epoll_create1")?;
        for (place, descriptor) in descriptors.iter().enumerate() {
            let event = EpollEvent::new(EpollFlags::EPOLLIN, place as u64);
            epoll.add(descriptor, event).during("epoll_ctl")?;
        }
        Ok(Self(epoll))
    }

    #[inline]
    fn first_ready(&mut self) -> nix::Result<usize> {
        let mut events = [EpollEvent::empty()];
        match self.0.wait(&mut events, EpollTimeout::NONE)? {
            1 => usize::try_from(events[0].data()).map_err(|_| Errno::EBADMSG),
            _ => Err(Errno::EBADMSG),
        }
    }
}

/// `poll(2)`: the caller hands the list over each time.
#[derive(Debug)]
pub(crate) struct Poll(Vec<PollFd<'static>>);

impl Watch for Poll {
    const CALL: &'static str = "poll";

    fn of(descriptors: &'static [OwnedFd]) -> Result<Self, Failure> {
        let watched =
            |descriptor: &'static OwnedFd| PollFd::new(descriptor.as_fd(), PollFlags::POLLIN);
        Ok(Self(descriptors.iter().map(watched).collect()))
    }

    #[inline]
    fn first_ready(&mut self) -> nix::Result<usize> {
        poll(&mut self.0, PollTimeout::NONE)?;
        let ready = |entry: &PollFd<'_>| entry.any() == Some(true);
        self.0.iter().position(ready).ok_or(Errno::EBADMSG)
    }
}

/// `select(2)`: the caller hands a set of bits over each time.
#[derive(Debug)]
pub(crate) struct Select {
    descriptors: &'static [OwnedFd],
    watched: FdSet<'static>,
    /// One more than the highest.
    end: i32,
}

impl Watch for Select {
    const CALL: &'static str = "select";

    fn of(descriptors: &'static [OwnedFd]) -> Result<Self, Failure> {
        let mut watched = FdSet::new();
        let mut end = 0;
        for descriptor in descriptors {
            let number = descriptor.as_raw_fd();
            if usize::try_from(number).is_ok_and(|number| number >= FD_SETSIZE) {
                return Err(Failure::Skip(format!(
                    "select knows descriptors below FD_SETSIZE ({FD_SETSIZE}), and this one got number {number}: too many are open"
                )));
            }
            watched.insert(descriptor.as_fd());
            end = end.max(number + 1);
        }
        Ok(Self {
            descriptors,
            watched,
            end,
        })
    }

    #[inline]
    fn first_ready(&mut self) -> nix::Result<usize> {
        let mut ready = self.watched;
        select(self.end, Some(&mut ready), None, None, None)?;
        let is_ready = |descriptor: &OwnedFd| ready.contains(descriptor.as_fd());
        self.descriptors
            .iter()
            .position(is_ready)
            .ok_or(Errno::EBADMSG)
    }
}

#[cfg(test)]
mod tests {
    use nix::sys::eventfd::EventFd;

    use super::*;

    fn finds<W: Watch>() {
        let descriptors: Vec<OwnedFd> = (0..5)
            .map(|place| EventFd::from_value(u32::from(place == 3)).unwrap().into())
            .collect();
        let mut watch = W::of(Box::leak(descriptors.into_boxed_slice())).unwrap();
        for _ in 0..3 {
            assert_eq!(wait(&mut watch), Ok(3));
        }
    }

    #[test]
    fn the_ready_one_is_found() {
        finds::<Epoll>();
        finds::<Poll>();
        finds::<Select>();
    }
}
