//! The ways by which threads hand a pointer over, each as two bearers: an end
//! to give by, an end to take by, and nothing else.

use std::sync::{Arc, mpsc};

use oscost_sys::pointer_slot::PointerSlot;

use super::mailbox::{MailIn, MailOut, mailbox};
use super::parcel::{Bearer, Giver, Parcel, Taker, bearers};

type Bearers<G, T> = (Bearer<G, T>, Bearer<G, T>);
type Carried = Box<Parcel>;

/// A mutex and a condition variable.
pub(crate) fn mailboxes() -> Bearers<MailIn, MailOut> {
    bearers(mailbox)
}

/// Channels of the standard library.
pub(crate) fn mpsc() -> Bearers<mpsc::Sender<Carried>, mpsc::Receiver<Carried>> {
    bearers(mpsc::channel)
}

impl Giver for mpsc::Sender<Carried> {
    #[inline]
    fn give(&mut self, parcel: Carried) {
        let _ = self.send(parcel);
    }
}

impl Taker for mpsc::Receiver<Carried> {
    #[inline]
    fn take(&mut self) -> Option<Carried> {
        self.recv().ok()
    }
}

type Crossbeam = Bearers<crossbeam_channel::Sender<Carried>, crossbeam_channel::Receiver<Carried>>;

/// Crossbeam channels with room for one.
pub(crate) fn crossbeam_bounded() -> Crossbeam {
    bearers(|| crossbeam_channel::bounded(1))
}

/// Crossbeam channels with room for any number.
pub(crate) fn crossbeam_unbounded() -> Crossbeam {
    bearers(crossbeam_channel::unbounded)
}

impl Giver for crossbeam_channel::Sender<Carried> {
    #[inline]
    fn give(&mut self, parcel: Carried) {
        let _ = self.send(parcel);
    }
}

impl Taker for crossbeam_channel::Receiver<Carried> {
    #[inline]
    fn take(&mut self) -> Option<Carried> {
        self.recv().ok()
    }
}

/// One end of an atomic pointer; the other side has the other.
#[derive(Debug)]
pub(crate) struct Slot(Arc<PointerSlot<Parcel>>);

/// Atomic pointers at which the taker looks again and again.
pub(crate) fn spin_slots() -> Bearers<Slot, Slot> {
    bearers(|| {
        let slot = Arc::new(PointerSlot::default());
        (Slot(Arc::clone(&slot)), Slot(slot))
    })
}

impl Giver for Slot {
    #[inline]
    fn give(&mut self, parcel: Carried) {
        drop(self.0.put(parcel));
    }
}

impl Taker for Slot {
    #[inline]
    fn take(&mut self) -> Option<Carried> {
        loop {
            if let Some(parcel) = self.0.take() {
                return Some(parcel);
            }
            if Arc::strong_count(&self.0) == 1 {
                // It may have given its last one just before it went.
                return self.0.take();
            }
            std::hint::spin_loop();
        }
    }
}

#[cfg(test)]
mod tests {
    use oscost_harness::pingpong::Side;

    use super::*;

    fn to_and_fro<G: Giver, T: Taker>((mut near, mut far): Bearers<G, T>) {
        let other = std::thread::spawn(move || {
            let mut turns = 0;
            while far.await_turn().unwrap() {
                turns += 1;
                far.pass().unwrap();
            }
            turns
        });
        for _ in 0..50 {
            near.pass().unwrap();
            assert!(near.await_turn().unwrap());
        }
        drop(near);
        assert_eq!(other.join().unwrap(), 50);
    }

    fn noticed<G: Giver, T: Taker>((mut near, far): Bearers<G, T>) {
        near.pass().unwrap();
        drop(far);
        assert!(!near.await_turn().unwrap());
    }

    #[test]
    fn every_box_comes_back_and_an_end_is_seen() {
        to_and_fro(mailboxes());
        to_and_fro(mpsc());
        to_and_fro(crossbeam_bounded());
        to_and_fro(crossbeam_unbounded());
        to_and_fro(spin_slots());
    }

    #[test]
    fn a_partner_that_is_gone_is_noticed() {
        noticed(mailboxes());
        noticed(mpsc());
        noticed(crossbeam_bounded());
        noticed(crossbeam_unbounded());
        noticed(spin_slots());
    }
}
