//! The order in which the members of a ring have their turns: shuffled, since
//! one that follows the order of addresses is foreseen by the hardware, and
//! always the same, so that two runs measure the same.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use tokio::task::yield_now;

/// Where tasks wait until all are there, to set out in shuffled order. From
/// then on a task is as far behind another as it was at the start.
#[derive(Debug, Default)]
pub(super) struct StartingLine(Mutex<Vec<Waker>>);

impl StartingLine {
    fn waiting(&self) -> MutexGuard<'_, Vec<Waker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the start.
    pub(super) async fn wait(&self) {
        let mut waits = false;
        std::future::poll_fn(|context| {
            if waits {
                return Poll::Ready(());
            }
            waits = true;
            self.waiting().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Lets them all go once there are so many.
    pub(super) async fn start(&self, members: u64) {
        while (self.waiting().len() as u64) < members {
            yield_now().await;
        }
        let mut waiting = std::mem::take(&mut *self.waiting());
        shuffle(&mut waiting);
        waiting.into_iter().for_each(Waker::wake);
    }
}

/// Puts a list into an order that has nothing to do with the one before, and
/// is the same each time (Fisher and Yates, by the generator of Knuth's MMIX).
pub(super) fn shuffle<T>(list: &mut [T]) {
    let mut state = 2026_u64;
    for end in (1..list.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let drawn = (u128::from(state) * (end as u128 + 1)) >> 64;
        list.swap(end, usize::try_from(drawn).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_shuffled_and_always_the_same() {
        let mut list: Vec<u32> = (0..1000).collect();
        shuffle(&mut list);
        let mut again: Vec<u32> = (0..1000).collect();
        shuffle(&mut again);
        assert_eq!(list, again);
        let neighbours = list.windows(2).filter(|pair| pair[0] + 1 == pair[1]);
        assert!(neighbours.count() < 20);
        list.sort_unstable();
        assert_eq!(list, (0..1000).collect::<Vec<_>>());
    }
}
