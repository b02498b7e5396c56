//! The ways to a worker and back: a slot with futexes, a mutex with condition
//! variables, channels. Each gives the two sides of a pair.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use oscost_harness::{During as _, Failure};
use oscost_sys::futex::{self, Scope};

use super::{Client, Job, Order, Server};

/// An order and a result in memory, each with a number that says when it is
/// new. On cache lines of their own: the two sides write in turn.
#[derive(Default)]
struct Slot {
    order: Lines,
    result: Lines,
}

#[derive(Default)]
#[repr(align(128))]
struct Lines {
    number: AtomicU32,
    kind: AtomicU32,
    words: [AtomicU64; 8],
}

impl Lines {
    /// Announces what has been written here, and wakes who waits for it.
    fn announce(&self) -> Result<(), Failure> {
        let next = self.number.load(Relaxed).wrapping_add(1);
        self.number.store(next, Release);
        futex::wake(&self.number, 1, Scope::Private).during("futex(FUTEX_WAKE)")?;
        Ok(())
    }

    /// Sleeps until something newer than `seen` is announced, one at a time.
    fn await_news(&self, seen: &mut u32) {
        while self.number.load(Acquire) == *seen {
            let _ = futex::wait(&self.number, *seen, Scope::Private);
        }
        *seen = seen.wrapping_add(1);
    }
}

pub(super) struct SlotSide {
    slot: Arc<Slot>,
    seen: u32,
}

pub(super) fn slot() -> (SlotSide, SlotSide) {
    let slot = Arc::new(Slot::default());
    let side = |slot| SlotSide { slot, seen: 0 };
    (side(Arc::clone(&slot)), side(slot))
}

const WORK: u32 = 0;
const POST: u32 = 1;
const STOP: u32 = 2;

impl Client for SlotSide {
    #[inline]
    fn hand_in(&mut self, order: Order) -> Result<(), Failure> {
        let lines = &self.slot.order;
        let kind = match order {
            Order::Work(Job(words)) => {
                for (cell, word) in lines.words.iter().zip(words) {
                    cell.store(word, Relaxed);
                }
                WORK
            }
            Order::Post => POST,
            Order::Stop => STOP,
        };
        lines.kind.store(kind, Relaxed);
        lines.announce()
    }

    #[inline]
    fn result(&mut self) -> Result<u64, Failure> {
        self.slot.result.await_news(&mut self.seen);
        Ok(self.slot.result.words[0].load(Relaxed))
    }
}

impl Server for SlotSide {
    #[inline]
    fn next(&mut self) -> Result<Order, Failure> {
        let lines = &self.slot.order;
        lines.await_news(&mut self.seen);
        Ok(match lines.kind.load(Relaxed) {
            WORK => Order::Work(Job(std::array::from_fn(|word| {
                lines.words[word].load(Relaxed)
            }))),
            POST => Order::Post,
            _ => Order::Stop,
        })
    }

    #[inline]
    fn give(&mut self, result: u64) -> Result<(), Failure> {
        self.slot.result.words[0].store(result, Relaxed);
        self.slot.result.announce()
    }
}

/// A desk with room for one order and one result.
#[derive(Default)]
struct Desk {
    tray: Mutex<Tray>,
    asked: Condvar,
    answered: Condvar,
}

#[derive(Default)]
struct Tray {
    order: Option<Order>,
    result: Option<u64>,
}

impl Desk {
    /// Nobody panics with the tray in hand.
    fn tray(&self) -> MutexGuard<'_, Tray> {
        self.tray.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<T>(&self, bell: &Condvar, mut take: impl FnMut(&mut Tray) -> Option<T>) -> T {
        let mut tray = self.tray();
        loop {
            if let Some(taken) = take(&mut tray) {
                return taken;
            }
            tray = bell.wait(tray).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

pub(super) struct DeskSide(Arc<Desk>);

pub(super) fn desk() -> (DeskSide, DeskSide) {
    let desk = Arc::new(Desk::default());
    (DeskSide(Arc::clone(&desk)), DeskSide(desk))
}

// Who rings first lets go of the mutex, or the other wakes only to wait for it.

impl Client for DeskSide {
    #[inline]
    fn hand_in(&mut self, order: Order) -> Result<(), Failure> {
        self.0.tray().order = Some(order);
        self.0.asked.notify_one();
        Ok(())
    }

    #[inline]
    fn result(&mut self) -> Result<u64, Failure> {
        Ok(self.0.wait(&self.0.answered, |tray| tray.result.take()))
    }
}

impl Server for DeskSide {
    #[inline]
    fn next(&mut self) -> Result<Order, Failure> {
        Ok(self.0.wait(&self.0.asked, |tray| tray.order.take()))
    }

    #[inline]
    fn give(&mut self, result: u64) -> Result<(), Failure> {
        self.0.tray().result = Some(result);
        self.0.answered.notify_one();
        Ok(())
    }
}

/// One end of two channels: to the other side, and from it.
pub(super) struct Ends<To, From>(Sender<To>, Receiver<From>);

pub(super) fn channels() -> (Ends<Order, u64>, Ends<u64, Order>) {
    let (to_server, from_client) = channel();
    let (to_client, from_server) = channel();
    (Ends(to_server, from_server), Ends(to_client, from_client))
}

fn gone<E>(_: E) -> Failure {
    Failure::Fail("the other side of a channel is gone".into())
}

impl Client for Ends<Order, u64> {
    #[inline]
    fn hand_in(&mut self, order: Order) -> Result<(), Failure> {
        self.0.send(order).map_err(gone)
    }

    #[inline]
    fn result(&mut self) -> Result<u64, Failure> {
        self.1.recv().map_err(gone)
    }
}

impl Server for Ends<u64, Order> {
    #[inline]
    fn next(&mut self) -> Result<Order, Failure> {
        self.1.recv().map_err(gone)
    }

    #[inline]
    fn give(&mut self, result: u64) -> Result<(), Failure> {
        self.0.send(result).map_err(gone)
    }
}
