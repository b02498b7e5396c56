//! Two parties that knock at each other through eventfds: the measuring one
//! waits for all its descriptors at once, the other for its own alone.
//!
//! The first of the idle descriptors is a pipe whose other end the partner
//! alone has: when it is gone, the waiting ends.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use nix::errno::Errno;
use nix::sys::eventfd::{EfdFlags, EventFd};
use nix::unistd::{pipe, read, write};
use oscost_harness::pingpong::Side;
use oscost_harness::{During as _, Failure};

use super::watch::{self, Watch};

/// The place of the partner's pipe among the descriptors.
const LIFELINE: usize = 0;

/// The side that waits for many.
#[derive(Debug)]
pub(crate) struct Watcher<W> {
    watch: W,
    active: usize,
    descriptors: &'static [OwnedFd],
    to_other: Arc<OwnedFd>,
}

/// The side that waits for one.
#[derive(Debug)]
pub(crate) struct Knocker {
    own: Arc<OwnedFd>,
    to_other: &'static OwnedFd,
    _lifeline: OwnedFd,
}

/// Both sides, with `idle` idle descriptors beside the active one.
///
/// # Errors
/// What making a descriptor says, or making ready to wait for it.
pub(crate) fn pair<W: Watch>(idle: usize) -> Result<(Watcher<W>, Knocker), Failure> {
    let (lifeline, end) = pipe().during("pipe")?;
    let descriptors = descriptors(lifeline, idle, 0)?;
    let own = Arc::new(eventfd(0)?);
    let watcher = Watcher {
        watch: W::of(descriptors)?,
        active: idle,
        descriptors,
        to_other: Arc::clone(&own),
    };
    let knocker = Knocker {
        own,
        to_other: &descriptors[idle],
        _lifeline: end,
    };
    Ok((watcher, knocker))
}

/// One side alone, whose active descriptor is ready and stays so; and the
/// place of that one.
///
/// # Errors
/// What making a descriptor says, or making ready to wait for it.
pub(crate) fn alone<W: Watch>(idle: usize) -> Result<(W, usize), Failure> {
    let watch = W::of(descriptors(eventfd(0)?, idle, 1)?)?;
    Ok((watch, idle))
}

/// `first` and so many idle ones in all, and last the active one with its
/// value. They stay open as long as the process lives.
fn descriptors(first: OwnedFd, idle: usize, value: u32) -> Result<&'static [OwnedFd], Failure> {
    let mut all = vec![first];
    for _ in 1..idle {
        all.push(eventfd(0)?);
    }
    all.push(eventfd(value)?);
    Ok(Box::leak(all.into_boxed_slice()))
}

fn eventfd(value: u32) -> Result<OwnedFd, Failure> {
    let eventfd = EventFd::from_value_and_flags(value, EfdFlags::EFD_CLOEXEC);
    eventfd.during("eventfd").map(OwnedFd::from)
}

/// Adds 1 to an eventfd.
#[inline]
fn knock(eventfd: &OwnedFd) -> Result<(), Failure> {
    write(eventfd, &1_u64.to_ne_bytes()).during("write(eventfd)")?;
    Ok(())
}

/// Takes what was added to an eventfd, which must be one knock; sleeps until
/// there is one.
#[inline]
fn hear(eventfd: &OwnedFd) -> Result<(), Failure> {
    let mut knocks = [0; 8];
    loop {
        match read(eventfd, &mut knocks) {
            Err(Errno::EINTR) => {}
            result => {
                result.during("read(eventfd)")?;
                break;
            }
        }
    }
    match u64::from_ne_bytes(knocks) {
        1 => Ok(()),
        other => Err(Failure::Fail(format!(
            "the eventfd counted {other} knocks instead of 1"
        ))),
    }
}

impl<W: Watch> Side for Watcher<W> {
    #[inline]
    fn pass(&mut self) -> Result<(), Failure> {
        knock(&self.to_other)
    }

    #[inline]
    fn await_turn(&mut self) -> Result<bool, Failure> {
        match watch::wait(&mut self.watch)? {
            place if place == self.active => {
                hear(&self.descriptors[place])?;
                Ok(true)
            }
            LIFELINE => Ok(false),
            other => Err(Failure::Fail(format!(
                "{} found idle descriptor {other} ready",
                W::CALL
            ))),
        }
    }
}

impl Side for Knocker {
    #[inline]
    fn pass(&mut self) -> Result<(), Failure> {
        knock(self.to_other)
    }

    #[inline]
    fn await_turn(&mut self) -> Result<bool, Failure> {
        hear(&self.own).map(|()| true)
    }
}

#[cfg(test)]
mod tests {
    use super::super::watch::{Epoll, Poll, Select};
    use super::*;

    fn to_and_fro<W: Watch>() {
        let (mut watcher, mut knocker) = pair::<W>(7).unwrap();
        for _ in 0..3 {
            watcher.pass().unwrap();
            assert!(knocker.await_turn().unwrap());
            knocker.pass().unwrap();
            assert!(watcher.await_turn().unwrap());
        }
        // Nothing that was heard is heard again: the end is what comes next.
        drop(knocker);
        assert!(!watcher.await_turn().unwrap());
    }

    #[test]
    fn a_knock_is_heard_and_an_end_is_seen() {
        to_and_fro::<Epoll>();
        to_and_fro::<Poll>();
        to_and_fro::<Select>();
    }

    #[test]
    fn a_knock_too_many_is_found_out() {
        let (mut watcher, mut knocker) = pair::<Epoll>(1).unwrap();
        watcher.pass().unwrap();
        watcher.pass().unwrap();
        assert!(knocker.await_turn().is_err());
    }
}
