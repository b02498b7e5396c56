//! Messages through rings in shared memory, one each way: a place is filled
//! and emptied where it stands, without a lock.
//!
//! In turns there is never more than one message in a ring; it is measured as
//! what it is, a way to pass messages, not as a buffer.

use std::hint::spin_loop;
use std::marker::PhantomData;

use oscost_harness::{During as _, Failure, Row};
use oscost_record::Peers;
use oscost_sys::spsc::{self, Consumer, Producer};

use crate::shared_memory::scope;
use crate::talk::{Received, Way, is_gone, messages, never_sleeps};

pub(crate) const ROWS: &[Row] = messages! {
    Ring<Sleeps>: "ring" / "futex", "shared ring, futex",
        "through a ring of places in shared memory, asleep on a futex,"
        { control: Some("control/ring") };
    Ring<Spins>: "ring" / "spin", "shared ring, spinning",
        "through a ring of places in shared memory, looking until it comes,"
        { control: Some("control/ring"), expect: never_sleeps };
};

/// What a party does where the ring has nothing for it.
pub(crate) trait Idle: Send + 'static {
    /// Whether it sleeps, and is to be woken.
    const SLEEPS: bool;
}

/// It sleeps on a futex.
#[derive(Debug)]
pub(crate) struct Sleeps;

/// It looks again.
#[derive(Debug)]
pub(crate) struct Spins;

impl Idle for Sleeps {
    const SLEEPS: bool = true;
}
impl Idle for Spins {
    const SLEEPS: bool = false;
}

/// One party's end.
#[derive(Debug)]
pub(crate) struct Ring<I> {
    from: Consumer,
    to: Producer,
    idle: PhantomData<I>,
}

/// Places of a ring.
const PLACES: u32 = 8;

impl<I: Idle> Way for Ring<I> {
    fn pair(size: usize, peers: Peers) -> Result<(Self, Self), Failure> {
        let ring = || spsc::pair(PLACES, size, scope(peers)).during("mmap(MAP_SHARED)");
        let ((near_fills, far_empties), (far_fills, near_empties)) = (ring()?, ring()?);
        let end = |from, to| Self {
            from,
            to,
            idle: PhantomData,
        };
        Ok((end(near_empties, near_fills), end(far_empties, far_fills)))
    }

    #[inline]
    fn send(&mut self, write: impl FnOnce(&mut [u8])) -> Result<(), Failure> {
        if self.to.fill(write).is_none() {
            return Err(Failure::Fail("a ring is full that should be empty".into()));
        }
        if I::SLEEPS {
            self.to.wake();
        }
        Ok(())
    }

    #[inline]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<Received<R>, Failure> {
        while self.from.is_empty() {
            if !I::SLEEPS {
                spin_loop();
            } else if self.from.sleep().is_ok() {
                // Woken or too late: look again in either case.
                continue;
            }
            if is_gone() {
                return Ok(Received::Gone);
            }
        }
        match self.from.empty(read) {
            Some(read) => Ok(Received::Message(read)),
            None => Err(Failure::Fail("a ring lost what was in it".into())),
        }
    }
}
