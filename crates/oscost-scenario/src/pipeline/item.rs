//! What goes through a pipeline: 64 bytes that hang on the item's number, so
//! that the far end can tell a wrong one, and count the right ones.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::Duration;

use oscost_harness::{During as _, Failure};
use oscost_sys::futex::{self, Scope};
use oscost_sys::map::SharedPage;

/// The bytes of an item.
pub(super) const SIZE: usize = 64;

/// One item.
pub(super) type Item = [u8; SIZE];

/// The words of the item of a number: it, and seven that follow from it by the
/// steps of a linear congruential generator (Knuth's MMIX).
fn words(number: u64) -> impl Iterator<Item = u64> {
    let next = |word: &u64| {
        let product = word.wrapping_mul(6_364_136_223_846_793_005);
        Some(product.wrapping_add(1_442_695_040_888_963_407))
    };
    std::iter::successors(Some(number), next).take(SIZE / size_of::<u64>())
}

/// Makes the item of a number.
pub(super) fn make(number: u64) -> Item {
    let mut item = [0; SIZE];
    let (places, _) = item.as_chunks_mut();
    for (place, word) in places.iter_mut().zip(words(number)) {
        *place = word.to_ne_bytes();
    }
    item
}

/// Whether it is the item of that number.
fn is(item: &Item, number: u64) -> bool {
    let (places, _) = item.as_chunks();
    let mut pairs = places.iter().zip(words(number));
    pairs.all(|(place, word)| u64::from_ne_bytes(*place) == word)
}

/// What the far end has seen, in memory that processes can share.
pub(super) struct Tally {
    page: SharedPage,
}

// The slots of the page.
const GOAL: usize = 0;
const CHECKED: usize = 1;
const REACHED: usize = 2;

/// How long the near end sleeps before it looks whether the far end lives.
const PATIENCE: Duration = Duration::from_millis(200);

impl Tally {
    pub(super) fn new() -> Result<Self, Failure> {
        Ok(Self {
            page: SharedPage::new().during("mmap(MAP_SHARED)")?,
        })
    }

    /// How many items were right.
    pub(super) fn checked(&self) -> u64 {
        self.page.slot(CHECKED).long.load(Acquire)
    }

    /// Before so many more items are sent. Gives the number of the first.
    pub(super) fn expect(&self, items: u64) -> u64 {
        let first = self.checked();
        self.page.slot(REACHED).word.store(0, Relaxed);
        self.page.slot(GOAL).long.store(first + items, Release);
        first
    }

    /// Checks the item that came, the next one in order. Tells whether it was
    /// the last of those that are expected.
    pub(super) fn check(&self, item: &Item) -> Result<bool, Failure> {
        let checked = &self.page.slot(CHECKED).long;
        // Only one ever counts.
        let number = checked.load(Relaxed);
        if !is(item, number) {
            return Err(Failure::Fail(format!("item {number} came out wrong")));
        }
        checked.store(number + 1, Release);
        Ok(number + 1 == self.page.slot(GOAL).long.load(Acquire))
    }

    /// Wakes the near end: all have come.
    pub(super) fn tell(&self) -> Result<(), Failure> {
        let reached = &self.page.slot(REACHED).word;
        reached.store(1, Release);
        futex::wake(reached, 1, Scope::Shared).during("futex(FUTEX_WAKE)")?;
        Ok(())
    }

    /// Waits until all have come.
    pub(super) fn await_all(&self, is_far_end_gone: impl Fn() -> bool) -> Result<(), Failure> {
        let reached = &self.page.slot(REACHED).word;
        while reached.load(Acquire) == 0 {
            let _ = futex::wait_for(reached, 0, Scope::Shared, PATIENCE);
            if reached.load(Acquire) == 0 && is_far_end_gone() {
                return Err(gone());
            }
        }
        Ok(())
    }
}

/// The far end has ended before its time: it does so where an item is wrong.
pub(super) fn gone() -> Failure {
    Failure::Fail("the consumer is gone, or has got a wrong item".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_item_of_a_number_is_right() {
        let item = make(7);
        assert!(is(&item, 7) && !is(&item, 8));
        for place in 0..SIZE {
            let mut spoilt = item;
            spoilt[place] ^= 1;
            assert!(!is(&spoilt, 7), "{place}");
        }
    }

    #[test]
    fn a_lost_or_doubled_item_is_noticed() {
        let tally = Tally::new().unwrap();
        assert_eq!(tally.expect(3), 0);
        assert_eq!(tally.check(&make(0)), Ok(false));
        assert!(tally.check(&make(0)).is_err());
        assert!(tally.check(&make(2)).is_err());
        assert_eq!(tally.check(&make(1)), Ok(false));
        assert_eq!(tally.check(&make(2)), Ok(true));
        assert_eq!((tally.checked(), tally.expect(1)), (3, 3));
    }
}
