//! Why a partner or a child left, told in shared memory: it has no other way, and
//! what its leaving does to the other party names only itself.

use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::time::{Duration, Instant};

use nix::unistd::{Pid, getpid};
use oscost_sys::map::SharedPage;

use crate::Failure;

/// Slots that last words take.
pub const SLOTS: usize = 1 + LONGEST;

/// Room for a sentence, eight bytes a slot.
const LONGEST: usize = 32;

/// How long it may take a partner that has left to be heard.
const PATIENCE: Duration = Duration::from_millis(30);

// What the first slot says, beside whose words they are.
const NONE: u32 = 0;
const SKIP: u32 = 1;
const FAIL: u32 = 2;
const BEING_WRITTEN: u32 = 3;

/// Where last words stand.
#[derive(Clone, Copy, Debug)]
pub struct LastWords<'a> {
    page: &'a SharedPage,
    first: usize,
    who: &'static str,
}

impl<'a> LastWords<'a> {
    /// Those of a partner, whose first slot is `first`.
    #[must_use]
    pub fn at(page: &'a SharedPage, first: usize) -> Self {
        let who = "the partner";
        Self { page, first, who }
    }

    /// The same, of somebody else.
    #[must_use]
    pub fn of(self, who: &'static str) -> Self {
        Self { who, ..self }
    }

    /// Leaves them, cut where they are long. Who finds others' there is not
    /// heard.
    pub fn leave(&self, failure: &Failure) {
        let first = self.page.slot(self.first);
        let claim = first
            .word
            .compare_exchange(NONE, BEING_WRITTEN, AcqRel, Relaxed);
        if claim.is_err() {
            return;
        }
        let author = getpid().as_raw().unsigned_abs();
        first.long.store(author.into(), Relaxed);
        let text = failure.to_string();
        let pieces = text.as_bytes().chunks(8).take(LONGEST);
        for (place, piece) in pieces.enumerate() {
            let mut bytes = [0; 8];
            bytes[..piece.len()].copy_from_slice(piece);
            let slot = self.page.slot(self.first + 1 + place);
            slot.long.store(u64::from_le_bytes(bytes), Relaxed);
        }
        let kind = match failure {
            Failure::Skip(_) => SKIP,
            Failure::Fail(_) => FAIL,
        };
        first.word.store(kind, Release);
    }

    /// What was left, with whose words they are; `None` where nothing was.
    #[must_use]
    pub fn read(&self) -> Option<Failure> {
        let kind = self.page.slot(self.first).word.load(Acquire);
        if kind == NONE || kind == BEING_WRITTEN {
            return None;
        }
        let slots = (0..LONGEST).map(|place| self.page.slot(self.first + 1 + place));
        let bytes: Vec<u8> = slots
            .flat_map(|slot| slot.long.load(Relaxed).to_le_bytes())
            .take_while(|&byte| byte != 0)
            .collect();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let failure = match kind {
            SKIP => Failure::Skip(text),
            _ => Failure::Fail(text),
        };
        Some(failure.of(self.who))
    }

    /// The same, if it is this process that has left them.
    pub(crate) fn read_from(&self, pid: Pid) -> Option<Failure> {
        let author = self.page.slot(self.first).long.load(Acquire);
        let is_author = author == u64::from(pid.as_raw().unsigned_abs());
        is_author.then(|| self.read())?
    }

    /// Makes room for others' words, if they are those of this process.
    pub(crate) fn forget(&self, pid: Pid) {
        let first = self.page.slot(self.first);
        if self.read_from(pid).is_some() {
            first.word.store(NONE, Release);
        }
    }

    /// The partner's reason, where it has one, instead of what follows from it. It
    /// is given a moment.
    #[cold]
    #[must_use]
    pub fn rather_than(&self, failure: Failure) -> Failure {
        let begin = Instant::now();
        loop {
            match self.read() {
                Some(reason) => return reason,
                None if begin.elapsed() >= PATIENCE => return failure,
                None => std::thread::sleep(Duration::from_millis(1)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_read_as_they_were_left() {
        let page = SharedPage::with_slots(3 + SLOTS).unwrap();
        let words = LastWords::at(&page, 3);
        assert_eq!(words.read(), None);
        let failure = Failure::Fail("read: EPIPE".into());
        assert_eq!(words.rather_than(failure.clone()), failure);
        words.leave(&Failure::Skip("no permission, sadly".into()));
        let told = Failure::Skip("the partner: no permission, sadly".into());
        assert_eq!(words.rather_than(failure.clone()), told);
        words.leave(&failure);
        assert_eq!(words.read(), Some(told), "the first is heard");
    }

    #[test]
    fn what_is_long_is_cut_and_what_is_forgotten_makes_room() {
        let page = SharedPage::with_slots(SLOTS).unwrap();
        let words = LastWords::at(&page, 0).of("a child");
        words.leave(&Failure::Fail("x".repeat(1000)));
        let (own, other) = (getpid(), Pid::from_raw(1));
        assert_eq!(words.read_from(other), None);
        words.forget(other);
        let cut = words.read_from(own);
        assert!(matches!(cut, Some(Failure::Fail(text)) if text.len() > 200));
        words.forget(own);
        words.leave(&Failure::Fail("short".into()));
        assert_eq!(words.read(), Some(Failure::Fail("a child: short".into())));
    }
}
