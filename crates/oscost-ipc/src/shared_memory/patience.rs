//! The ways to wait for one's turn in shared memory, and to tell the other
//! that it has come.

use std::hint::spin_loop;
use std::sync::Arc;

use nix::sys::eventfd::EventFd;
use oscost_harness::{During as _, Failure};
use oscost_sys::futex::Scope;
use oscost_sys::lock::semaphore;
use oscost_sys::slate::Slate;

use crate::talk::{call, is_gone};

/// A way to wait.
pub(crate) trait Patience: Send + Sized + 'static {
    /// What each party needs for it.
    ///
    /// # Errors
    /// What making it says.
    fn pair(scope: Scope) -> Result<(Self, Self), Failure>;

    /// Tells the other party that the slate has passed to it. `sleeps`: it has
    /// announced that it sleeps on the slate's futex.
    ///
    /// # Errors
    /// What the call says.
    fn tell(&self, slate: &Slate, sleeps: bool) -> Result<(), Failure>;

    /// Waits until the slate has come. `false`: the other party is gone.
    ///
    /// # Errors
    /// What the call says.
    fn await_turn(&self, slate: &Slate) -> Result<bool, Failure>;
}

/// Looks so many times, then sleeps on a futex.
#[derive(Debug)]
pub(crate) struct Futex<const LOOKS: u32>;

/// A few microseconds to some tens of them: what a message across CPUs takes
/// that nobody sleeps for.
pub(crate) const SPINS: u32 = 1000;

impl<const LOOKS: u32> Patience for Futex<LOOKS> {
    fn pair(_: Scope) -> Result<(Self, Self), Failure> {
        Ok((Self, Self))
    }

    #[inline]
    fn tell(&self, slate: &Slate, sleeps: bool) -> Result<(), Failure> {
        if sleeps {
            slate.wake().during("futex(FUTEX_WAKE)")?;
        }
        Ok(())
    }

    #[inline]
    fn await_turn(&self, slate: &Slate) -> Result<bool, Failure> {
        for _ in 0..LOOKS {
            if slate.is_mine() {
                return Ok(true);
            }
            spin_loop();
        }
        while !slate.is_mine() {
            // Woken, interrupted or too late: look again in every case.
            if slate.sleep().is_err() && is_gone() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Looks until it comes.
#[derive(Debug)]
pub(crate) struct Spin;

impl Patience for Spin {
    fn pair(_: Scope) -> Result<(Self, Self), Failure> {
        Ok((Self, Self))
    }

    #[inline]
    fn tell(&self, _: &Slate, _: bool) -> Result<(), Failure> {
        Ok(())
    }

    #[inline]
    fn await_turn(&self, slate: &Slate) -> Result<bool, Failure> {
        while !slate.is_mine() {
            if is_gone() {
                return Ok(false);
            }
            spin_loop();
        }
        Ok(true)
    }
}

/// Where the slate comes first and the notice after it, there is a slate.
#[inline]
fn woken_for(slate: &Slate) -> Result<bool, Failure> {
    if slate.is_mine() {
        Ok(true)
    } else {
        Err(Failure::Fail("woken before there was a message".into()))
    }
}

/// Sleeps on a POSIX semaphore, one for each party.
#[derive(Debug)]
pub(crate) struct Semaphore {
    mine: semaphore::Semaphore,
    theirs: semaphore::Semaphore,
}

impl Patience for Semaphore {
    fn pair(scope: Scope) -> Result<(Self, Self), Failure> {
        let near = semaphore::Semaphore::new(0, scope).during("sem_init")?;
        let far = semaphore::Semaphore::new(0, scope).during("sem_init")?;
        let party = |mine, theirs| Self { mine, theirs };
        Ok((party(near, far), party(far, near)))
    }

    #[inline]
    fn tell(&self, _: &Slate, _: bool) -> Result<(), Failure> {
        self.theirs.post().during("sem_post")
    }

    #[inline]
    fn await_turn(&self, slate: &Slate) -> Result<bool, Failure> {
        call("sem_wait", || self.mine.wait_once())?;
        woken_for(slate)
    }
}

/// Sleeps in the read of an `eventfd(2)`, one for each party.
#[derive(Debug)]
pub(crate) struct Eventfd {
    mine: Arc<EventFd>,
    theirs: Arc<EventFd>,
}

impl Patience for Eventfd {
    fn pair(_: Scope) -> Result<(Self, Self), Failure> {
        let near = Arc::new(EventFd::new().during("eventfd")?);
        let far = Arc::new(EventFd::new().during("eventfd")?);
        let party = |mine: &Arc<EventFd>, theirs: &Arc<EventFd>| Self {
            mine: Arc::clone(mine),
            theirs: Arc::clone(theirs),
        };
        Ok((party(&near, &far), party(&far, &near)))
    }

    #[inline]
    fn tell(&self, _: &Slate, _: bool) -> Result<(), Failure> {
        call("write(eventfd)", || self.theirs.write(1))?;
        Ok(())
    }

    #[inline]
    fn await_turn(&self, slate: &Slate) -> Result<bool, Failure> {
        call("read(eventfd)", || self.mine.read())?;
        woken_for(slate)
    }
}
