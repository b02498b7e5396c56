//! Two semaphores, of POSIX and of System V; `futex` has one of our own.
//!
//! With one permit they serve as locks, with more they admit as many.

use std::sync::Arc;

use oscost_harness::guard::Guard;
use oscost_harness::{During as _, Failure};
use oscost_sys::futex::Scope;
use oscost_sys::lock::{semaphore, sysv};

use super::{Lock, Permits};

/// `sem_wait` and `sem_post`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PosixSemaphore(semaphore::Semaphore);

impl PosixSemaphore {
    pub(crate) fn new(permits: u16, scope: Scope) -> Result<Self, Failure> {
        let made = semaphore::Semaphore::new(permits.into(), scope);
        made.during("sem_init").map(Self)
    }
}

impl Lock for PosixSemaphore {
    const CALL: &'static str = "sem_wait";

    #[inline]
    fn hold<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        self.0.wait()?;
        let done = inside();
        self.0.post()?;
        Ok(done)
    }
}

impl Permits for PosixSemaphore {
    fn permits(&self) -> nix::Result<u32> {
        self.0.permits()
    }
}

/// `semop`. It is removed with its last copy, or with the process.
#[derive(Clone, Debug)]
pub(crate) struct SysvSemaphore {
    semaphore: sysv::Semaphore,
    _guard: Arc<Guard>,
}

impl SysvSemaphore {
    /// Call it before the process makes its first thread.
    pub(crate) fn new(permits: u16) -> Result<Self, Failure> {
        let make = || Ok(sysv::Semaphore::make(permits)?.number());
        let remove = |number| {
            let _ = sysv::Semaphore::of(number).remove();
        };
        let (guard, number) = Guard::holding("semget", make, remove)?;
        Ok(Self {
            semaphore: sysv::Semaphore::of(number),
            _guard: Arc::new(guard),
        })
    }
}

impl Lock for SysvSemaphore {
    const CALL: &'static str = "semop";

    #[inline]
    fn hold<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        self.semaphore.wait()?;
        let done = inside();
        self.semaphore.post()?;
        Ok(done)
    }
}

impl Permits for SysvSemaphore {
    fn permits(&self) -> nix::Result<u32> {
        self.semaphore.permits()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering::{Relaxed, SeqCst};
    use std::time::{Duration, Instant};

    use nix::sys::signal::{Signal, killpg};
    use nix::sys::wait::waitpid;
    use nix::unistd::{Pid, pause, setpgid};
    use oscost_sys::fork::fork;

    use super::*;
    use crate::locks::{FutexSemaphore, slot};

    fn is_there(number: i32) -> bool {
        sysv::Semaphore::of(number).permits().is_ok()
    }

    #[test]
    fn a_system_v_semaphore_goes_with_its_last_copy() {
        let semaphore = SysvSemaphore::new(1).unwrap();
        let number = semaphore.semaphore.number();
        let copy = semaphore.clone();
        drop(semaphore);
        assert!(is_there(number));
        drop(copy);
        assert!(!is_there(number));
    }

    #[test]
    fn a_system_v_semaphore_goes_with_a_killed_probe() {
        let told = slot().unwrap();
        let probe = fork(|| {
            // A group of its own, as the driver gives it.
            let _ = setpgid(Pid::from_raw(0), Pid::from_raw(0));
            let semaphore = SysvSemaphore::new(1).unwrap();
            let number = semaphore.semaphore.number();
            told.long.store(number.unsigned_abs().into(), Relaxed);
            told.word.store(1, SeqCst);
            loop {
                pause();
            }
        })
        .unwrap();
        while told.word.load(SeqCst) == 0 {
            std::thread::yield_now();
        }
        let number = i32::try_from(told.long.load(Relaxed)).unwrap();
        assert!(is_there(number));
        killpg(probe, Signal::SIGKILL).unwrap();
        waitpid(probe, None).unwrap();
        let begin = Instant::now();
        while is_there(number) {
            assert!(
                begin.elapsed() < Duration::from_secs(60),
                "it is still there"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn permits_come_back() {
        fn take_two(semaphore: &impl Permits) {
            let left = semaphore.hold(|| semaphore.hold(|| semaphore.permits()));
            assert_eq!(left, Ok(Ok(Ok(1))));
            assert_eq!(semaphore.permits(), Ok(3));
        }
        take_two(&PosixSemaphore::new(3, Scope::Private).unwrap());
        take_two(&FutexSemaphore::new(3, Scope::Private).unwrap());
        take_two(&SysvSemaphore::new(3).unwrap());
    }
}
