//! A place for one parcel behind a mutex, with a condition variable for who
//! waits for it (std).

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::parcel::{Giver, Parcel, Taker};

#[derive(Debug, Default)]
struct Mailbox {
    content: Mutex<Content>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Content {
    parcel: Option<Box<Parcel>>,
    abandoned: bool,
}

impl Mailbox {
    #[inline]
    fn open(&self) -> MutexGuard<'_, Content> {
        // Nobody panics with the lock in hand.
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end that a parcel goes in.
#[derive(Debug)]
pub(crate) struct MailIn(Arc<Mailbox>);

/// The end that a parcel comes out.
#[derive(Debug)]
pub(crate) struct MailOut(Arc<Mailbox>);

/// A mailbox's two ends.
pub(crate) fn mailbox() -> (MailIn, MailOut) {
    let mailbox = Arc::new(Mailbox::default());
    (MailIn(Arc::clone(&mailbox)), MailOut(mailbox))
}

impl Giver for MailIn {
    #[inline]
    fn give(&mut self, parcel: Box<Parcel>) {
        // The lock is given back before the other is woken, or it would wake
        // only to wait for that.
        self.0.open().parcel = Some(parcel);
        self.0.changed.notify_one();
    }
}

impl Drop for MailIn {
    fn drop(&mut self) {
        self.0.open().abandoned = true;
        self.0.changed.notify_one();
    }
}

impl Taker for MailOut {
    #[inline]
    fn take(&mut self) -> Option<Box<Parcel>> {
        let mut content = self.0.open();
        loop {
            if let Some(parcel) = content.parcel.take() {
                return Some(parcel);
            }
            if content.abandoned {
                return None;
            }
            let woken = self.0.changed.wait(content);
            content = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }
}
