//! Raw `futex(2)`: wait and wake, private to a process or shared.
#![expect(unsafe_code, reason = "nix has no futex")]

use std::sync::atomic::AtomicU32;

use nix::errno::Errno;

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

/// Wakes up to `count` of those who wait on `word`; tells how many it woke.
///
/// # Errors
/// Whatever `futex(2)` says.
#[inline]
#[expect(
    clippy::cast_sign_loss,
    reason = "Errno::result lets no negative count through"
)]
pub fn wake(word: &AtomicU32, count: i32, scope: Scope) -> nix::Result<u64> {
    // SAFETY: the kernel uses the word's address alone.
    let result = unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAKE | scope.flag(),
            count,
        )
    };
    Errno::result(result).map(|woken| woken as u64)
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
