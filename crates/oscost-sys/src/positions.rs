//! How far the two ends of a ring are, the one that fills it and the one that
//! empties it: what every ring in shared memory needs, whatever lies in it.
//!
//! Positions count all that ever went in and came out, and wrap around. They
//! live in memory of their own, apart from what the ring carries.

use crate::futex::Scope;
use crate::map::SharedPage;
use crate::meter::{self, Meter};

/// Of two processes that have them since a fork, each is one end.
#[derive(Debug)]
pub struct Positions {
    page: SharedPage,
    scope: Scope,
}

impl Positions {
    /// Both ends at 0.
    ///
    /// # Errors
    /// What `mmap(2)` says.
    pub fn new(scope: Scope) -> nix::Result<Self> {
        let page = SharedPage::with_slots(2 * meter::SLOTS)?;
        Ok(Self { page, scope })
    }

    /// How much has been filled.
    #[must_use]
    #[inline]
    pub fn filled(&self) -> Meter<'_> {
        Meter::at(&self.page, 0, self.scope)
    }

    /// How much of it has been emptied.
    #[must_use]
    #[inline]
    pub fn emptied(&self) -> Meter<'_> {
        Meter::at(&self.page, meter::SLOTS, self.scope)
    }
}
