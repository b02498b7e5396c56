//! Stand-in for the module of `oscost-sync` that its locks live in.

use crate::Failure;
use crate::map::{SharedPage, Slot};

#[path = "../../crates/oscost-sync/src/locks/futex.rs"]
mod futex;
#[path = "../../crates/oscost-sync/src/locks/spin.rs"]
mod spin;

pub(crate) use futex::FutexSemaphore;
pub(crate) use spin::{Ticket, Ttas};

pub(crate) trait Lock: Clone + Send + 'static {
    const CALL: &'static str;

    fn hold<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R>;
}

pub(crate) trait Permits: Lock {
    fn permits(&self) -> nix::Result<u32>;
}

/// As there, it lives for good.
pub(crate) fn slot() -> Result<&'static Slot, Failure> {
    let page: &'static SharedPage = match SharedPage::with_slots(1) {
        Ok(page) => Box::leak(Box::new(page)),
        Err(errno) => panic!("{errno}"),
    };
    Ok(page.slot(0))
}
