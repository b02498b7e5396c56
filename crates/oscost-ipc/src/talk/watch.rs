//! Whether the partner is still there, for a party that waits for it in some
//! call: the end of a process interrupts the call, which costs nothing as long
//! as nobody ends.

use std::cell::Cell;

use nix::errno::Errno;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;
use oscost_harness::{During as _, Failure};
use oscost_sys::notice;

use super::board::Board;

/// Whom a party waits for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Watched {
    /// A child of this process.
    Process(Pid),
    /// A thread that tells by the board.
    Thread(Board),
}

thread_local! {
    static PARTNER: Cell<Option<Watched>> = const { Cell::new(None) };
}

/// From now on the calling thread waits for this partner.
pub(super) fn watch(partner: Watched) {
    PARTNER.set(Some(partner));
}

/// The calling thread waits for nobody any more.
pub(super) fn forget() {
    PARTNER.set(None);
}

/// Whether the calling thread's partner has ended. A look at one number, as
/// long as no child has.
#[inline]
pub(crate) fn is_gone() -> bool {
    notice::is_noted() && is_ours()
}

#[cold]
fn is_ours() -> bool {
    notice::take();
    let quietly = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    match PARTNER.get() {
        Some(Watched::Process(pid)) => waitid(Id::Pid(pid), quietly) != Ok(WaitStatus::StillAlive),
        Some(Watched::Thread(board)) => board.is_left(),
        None => false,
    }
}

/// Makes a call, again where something interrupts it that is not the
/// partner's end.
///
/// # Errors
/// What the call says; `EINTR` where the partner is gone.
#[inline]
pub(crate) fn call<T>(name: &str, mut call: impl FnMut() -> nix::Result<T>) -> Result<T, Failure> {
    loop {
        match call() {
            Err(Errno::EINTR) if !is_gone() => {}
            other => return other.during(name),
        }
    }
}
