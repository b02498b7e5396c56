//! Stand-in for `oscost_sys::futex`: a kernel that knows who sleeps where.
//!
//! As in the real one, a word is compared under the lock that who wakes takes as
//! well, and both sides pass a full barrier before (`kernel/futex/waitwake.c`).

use std::collections::VecDeque;
use std::time::Duration;

use loom::sync::{Condvar, Mutex};
use nix::errno::Errno;

use crate::atomic::{AtomicU32, Ordering, kernels_fence};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Private,
    Shared,
}

/// Who sleeps, in order of arrival: at which address, under which number.
#[derive(Default)]
struct Sleepers {
    queue: VecDeque<(usize, u64)>,
    came: u64,
}

loom::lazy_static! {
    static ref SLEEPERS: Mutex<Sleepers> = Mutex::new(Sleepers::default());
    static ref WOKEN: Condvar = Condvar::new();
}

pub fn wait(word: &AtomicU32, expected: u32, _: Scope) -> nix::Result<()> {
    let mut sleepers = SLEEPERS.lock().map_err(|_| Errno::EFAULT)?;
    kernels_fence();
    if word.load(Ordering::Relaxed) != expected {
        return Err(Errno::EAGAIN);
    }
    let me = (std::ptr::from_ref(word).addr(), sleepers.came);
    sleepers.came += 1;
    sleepers.queue.push_back(me);
    while sleepers.queue.contains(&me) {
        sleepers = WOKEN.wait(sleepers).map_err(|_| Errno::EFAULT)?;
    }
    Ok(())
}

/// There is no time here: who has any patience has it for ever.
pub fn wait_for(
    word: &AtomicU32,
    expected: u32,
    scope: Scope,
    longest: Duration,
) -> nix::Result<()> {
    if longest.is_zero() {
        return Err(Errno::ETIMEDOUT);
    }
    wait(word, expected, scope)
}

pub fn wake(word: &AtomicU32, count: i32, _: Scope) -> nix::Result<u64> {
    kernels_fence();
    let mut sleepers = SLEEPERS.lock().map_err(|_| Errno::EFAULT)?;
    let mut woken = 0;
    while woken < count.unsigned_abs()
        && let Some(place) = (sleepers.queue.iter())
            .position(|&(address, _)| address == std::ptr::from_ref(word).addr())
    {
        sleepers.queue.remove(place);
        woken += 1;
    }
    if woken > 0 {
        WOKEN.notify_all();
    }
    Ok(woken.into())
}
