//! What sender and receiver of a stream tell each other beside it, in shared
//! memory: how far the sender will go, how far the receiver has come, its
//! account, and what it found wrong.
//!
//! Nothing here is touched for a chunk in the middle of a sample, but for one
//! look at the goal.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use nix::errno::Errno;
use oscost_harness::posted::Posted;
use oscost_harness::{During as _, Failure};
use oscost_sys::futex::Scope;
use oscost_sys::map::SharedPage;
use oscost_sys::meter::{self, Meter};

use super::mark::Damage;

const GOAL: usize = 0;
const SEEN: usize = 1;
const FAULT: usize = SEEN + meter::SLOTS;
/// A number each.
const FAULT_SLOTS: usize = 4;
const POSTED: usize = FAULT + FAULT_SLOTS;
const SLOTS: usize = POSTED + oscost_harness::posted::SLOTS;

/// Where both sides of a stream meet.
#[derive(Debug)]
pub(crate) struct Table {
    page: SharedPage,
    scope: Scope,
}

/// What the receiver may find wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A chunk is not the next one, or not whole.
    Damaged { chunk: u64, damage: Damage },
    /// The stream ended inside a chunk.
    Cut { chunk: u64, bytes: u64 },
    /// The receiver's call, or its own business, failed.
    Refused(Errno),
}

impl Table {
    pub(crate) fn new(scope: Scope) -> Result<Self, Failure> {
        let page = SharedPage::with_slots(SLOTS).during("mmap(MAP_SHARED)")?;
        Ok(Self { page, scope })
    }

    /// The number of chunks, from the first, after which the receiver is to
    /// tell that it has seen them, and whether it is to post its account then.
    /// Numbers wrap around.
    pub(crate) fn set_goal(&self, chunks: u32, post: bool) {
        let slot = self.page.slot(GOAL);
        slot.long.store(post.into(), Relaxed);
        slot.word.store(chunks, Release);
    }

    /// The goal, and whether to post there.
    #[inline]
    pub(crate) fn goal(&self) -> (u32, bool) {
        let slot = self.page.slot(GOAL);
        let chunks = slot.word.load(Acquire);
        (chunks, slot.long.load(Relaxed) != 0)
    }

    /// How many chunks the receiver had seen when it last reached a goal.
    pub(crate) fn seen(&self) -> Meter<'_> {
        Meter::at(&self.page, SEEN, self.scope)
    }

    /// The receiver's account.
    pub(crate) fn account(&self) -> Posted<'_> {
        Posted::at(&self.page, POSTED)
    }

    /// Leaves word of a fault. The receiver ends after it.
    pub(crate) fn report(&self, fault: Fault) {
        let (kind, numbers) = match fault {
            Fault::Damaged { chunk, damage } => {
                (1, [chunk, damage.word, damage.expected, damage.found])
            }
            Fault::Cut { chunk, bytes } => (2, [chunk, bytes, 0, 0]),
            Fault::Refused(errno) => (3, [(errno as i32).unsigned_abs().into(), 0, 0, 0]),
        };
        for (index, number) in numbers.into_iter().enumerate() {
            self.page.slot(FAULT + index).long.store(number, Relaxed);
        }
        self.page.slot(FAULT).word.store(kind, Release);
    }

    /// The fault that was reported, if any.
    pub(crate) fn fault(&self) -> Option<Fault> {
        let kind = self.page.slot(FAULT).word.load(Acquire);
        let number = |index: usize| self.page.slot(FAULT + index).long.load(Relaxed);
        match kind {
            0 => None,
            1 => Some(Fault::Damaged {
                chunk: number(0),
                damage: Damage {
                    word: number(1),
                    expected: number(2),
                    found: number(3),
                },
            }),
            2 => Some(Fault::Cut {
                chunk: number(0),
                bytes: number(1),
            }),
            _ => Some(Fault::Refused(Errno::from_raw(
                i32::try_from(number(0)).unwrap_or_default(),
            ))),
        }
    }
}

impl Fault {
    /// The sentence for the record; `call` is what the receiver receives by.
    pub(crate) fn into_failure(self, call: &str) -> Failure {
        match self {
            Self::Damaged { chunk, damage } => Failure::Fail(format!(
                "chunk {chunk} arrived damaged by {call}: word {} is {:#x} instead of {:#x}",
                damage.word, damage.found, damage.expected
            )),
            Self::Cut { chunk, bytes } => Failure::Fail(format!(
                "the stream ended after {bytes} bytes of chunk {chunk}"
            )),
            Self::Refused(errno) => Failure::call(call, errno),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_as_it_was_reported() {
        let damage = Damage {
            word: 3,
            expected: u64::MAX,
            found: 0,
        };
        for fault in [
            Fault::Damaged { chunk: 7, damage },
            Fault::Cut { chunk: 8, bytes: 9 },
            Fault::Refused(Errno::EPERM),
        ] {
            let table = Table::new(Scope::Private).unwrap();
            assert_eq!(table.fault(), None);
            table.report(fault);
            assert_eq!(table.fault(), Some(fault));
        }
    }

    #[test]
    fn a_refusal_skips_and_damage_fails() {
        let refused = Fault::Refused(Errno::EPERM).into_failure("process_vm_readv");
        assert!(matches!(refused, Failure::Skip(text) if text.contains("process_vm_readv")));
        let cut = Fault::Cut { chunk: 1, bytes: 2 }.into_failure("read");
        assert!(matches!(cut, Failure::Fail(text) if text.contains("chunk 1")));
    }
}
