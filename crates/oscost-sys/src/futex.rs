//! Raw `futex(2)`: wait, wake and requeue, private to a process or shared.
#![expect(unsafe_code, reason = "nix has no futex")]

pub mod pi;
pub mod several;

use std::sync::atomic::AtomicU32;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::time::TimeSpec;

/// Who may wait on the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Threads of one process (`FUTEX_PRIVATE_FLAG`): found by address.
    Private,
    /// Any process that maps the page: found by page.
    Shared,
}

impl Scope {
    #[inline]
    fn flag(self) -> libc::c_int {
        match self {
            Self::Private => libc::FUTEX_PRIVATE_FLAG,
            Self::Shared => 0,
        }
    }
}

/// Sleeps until woken, unless `word` no longer holds `expected`.
///
/// # Errors
/// `EAGAIN` where the word had changed already, `EINTR` where a signal came.
#[inline]
pub fn wait(word: &AtomicU32, expected: u32, scope: Scope) -> nix::Result<()> {
    // SAFETY: the word is alive for the whole call; the kernel only reads it.
    // The null time-out means: no time-out.
    let result = unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT | scope.flag(),
            expected,
            std::ptr::null::<libc::timespec>(),
        )
    };
    Errno::result(result).map(drop)
}

/// The same, but no longer than `longest`.
///
/// # Errors
/// Those of [`wait`], and `ETIMEDOUT`.
pub fn wait_for(
    word: &AtomicU32,
    expected: u32,
    scope: Scope,
    longest: Duration,
) -> nix::Result<()> {
    let longest = TimeSpec::from_duration(longest);
    // SAFETY: word and time-out are alive for the whole call; the kernel only
    // reads them.
    let result = unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT | scope.flag(),
            expected,
            std::ptr::from_ref::<libc::timespec>(longest.as_ref()),
        )
    };
    Errno::result(result).map(drop)
}

/// Wakes up to `count` of those who wait on `word`; tells how many it woke.
///
/// # Errors
/// Whatever `futex(2)` says.
#[inline]
pub fn wake(word: &AtomicU32, count: i32, scope: Scope) -> nix::Result<u64> {
    // SAFETY: the kernel uses the word's address alone.
    counted(unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAKE | scope.flag(),
            count,
        )
    })
}

/// Lets up to `count` of those who wait on `from` wait on `to` instead,
/// without waking them; tells how many there were (`FUTEX_CMP_REQUEUE`).
///
/// # Errors
/// `EAGAIN` where `from` no longer holds `expected`.
#[inline]
pub fn requeue(
    from: &AtomicU32,
    expected: u32,
    to: &AtomicU32,
    count: i32,
    scope: Scope,
) -> nix::Result<u64> {
    const WAKE_NOBODY: libc::c_int = 0;
    // SAFETY: both words are alive for the whole call, in which the kernel
    // reads the first; those who wait on the second from now on do so by its
    // address alone.
    counted(unsafe {
        libc::syscall(
            libc::SYS_futex,
            from.as_ptr(),
            libc::FUTEX_CMP_REQUEUE | scope.flag(),
            WAKE_NOBODY,
            // In the place of the time-out, as wide as a pointer.
            libc::c_long::from(count),
            to.as_ptr(),
            expected,
        )
    })
}

/// A call that gives a count, or -1 and `errno`.
#[inline]
#[expect(
    clippy::cast_sign_loss,
    reason = "Errno::result lets no negative count through"
)]
fn counted(result: libc::c_long) -> nix::Result<u64> {
    Errno::result(result).map(|count| count as u64)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;

    #[test]
    fn a_changed_word_is_not_waited_for() {
        let word = AtomicU32::new(1);
        for scope in [Scope::Private, Scope::Shared] {
            assert_eq!(wait(&word, 0, scope), Err(Errno::EAGAIN));
        }
    }

    #[test]
    fn nobody_waits_nobody_wakes() {
        assert_eq!(wake(&AtomicU32::new(0), 1, Scope::Private), Ok(0));
    }

    #[test]
    fn nobody_waits_nobody_moves() {
        let words = [AtomicU32::new(0), AtomicU32::new(0)];
        let [from, to] = &words;
        assert_eq!(requeue(from, 0, to, 1, Scope::Private), Ok(0));
        let changed = requeue(from, 1, to, 1, Scope::Private);
        assert_eq!(changed, Err(Errno::EAGAIN));
    }

    #[test]
    fn a_wait_has_an_end() {
        let word = AtomicU32::new(0);
        let longest = Duration::from_millis(1);
        let woken = wait_for(&word, 0, Scope::Private, longest);
        assert_eq!(woken, Err(Errno::ETIMEDOUT));
    }

    #[test]
    fn who_was_requeued_is_woken_at_the_other_word() {
        let (from, to) = (AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            scope.spawn(|| wait(&from, 0, Scope::Private).unwrap());
            while requeue(&from, 0, &to, 1, Scope::Private).unwrap() == 0 {
                std::thread::yield_now();
            }
            assert_eq!(wake(&from, 1, Scope::Private), Ok(0));
            assert_eq!(wake(&to, 1, Scope::Private), Ok(1));
        });
    }

    #[test]
    fn a_waiter_is_woken() {
        let word = AtomicU32::new(0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while word.load(Ordering::Acquire) == 0 {
                    let _ = wait(&word, 0, Scope::Private);
                }
            });
            word.store(1, Ordering::Release);
            wake(&word, 1, Scope::Private).unwrap();
        });
    }
}
