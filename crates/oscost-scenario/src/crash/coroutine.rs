//! Workers that are coroutines of one thread. One goes down by a panic; it
//! waits for no sleep, since who awaits it waits whenever it runs.

use std::panic::{self, panic_any};
use std::sync::{Arc, Once};
use std::time::Duration;

use oscost_harness::Failure;
use oscost_sys::counter::Ticks;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::task::yield_now;

use super::{Crew, Toll, WORKERS};
use crate::piece::Piece;
use crate::runtime;

/// As long as that of the others.
const PIECE: Duration = Duration::from_micros(50);

/// What the coroutine panics with.
struct Injected(Ticks);

/// Keeps the message of an injected panic off the standard error: writing it
/// would be part of what is timed. Other panics are reported as before.
fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !info.payload().is::<Injected>() {
                report(info);
            }
        }));
    });
}

/// Eight coroutines.
pub(super) struct Coroutines {
    runtime: Runtime,
    piece: Piece,
}

impl Coroutines {
    pub(super) fn new() -> Result<Self, Failure> {
        hush();
        Ok(Self {
            runtime: runtime::on_this_thread()?,
            piece: Piece::lasting(PIECE),
        })
    }
}

/// What a worker does that does not go down: half of its piece, and the other
/// half when it may. Gives whether both came out right.
async fn be_worker(piece: Piece, begun: Arc<Semaphore>, finish: Arc<Semaphore>) -> bool {
    let first = piece.work();
    begun.add_permits(1);
    // It is never closed.
    let may = finish.acquire().await.is_ok();
    may && first == piece.result() && piece.work() == first
}

/// What the one does that goes down once all have begun.
async fn go_down(piece: Piece, begun: Arc<Semaphore>, now: fn() -> Ticks) {
    std::hint::black_box(piece.work());
    begun.add_permits(1);
    while begun.available_permits() < WORKERS as usize {
        yield_now().await;
    }
    panic_any(Injected(now()));
}

impl Crew for Coroutines {
    fn crash(&mut self, now: fn() -> Ticks) -> Result<Toll, Failure> {
        let piece = self.piece;
        let begun = Arc::new(Semaphore::new(0));
        let finish = Arc::new(Semaphore::new(0));
        self.runtime.block_on(async {
            let worker =
                |_| tokio::spawn(be_worker(piece, Arc::clone(&begun), Arc::clone(&finish)));
            let others: Vec<_> = (1..WORKERS).map(worker).collect();
            let outcome = tokio::spawn(go_down(piece, Arc::clone(&begun), now)).await;
            let known = now();
            let payload = outcome.err().and_then(|error| error.try_into_panic().ok());
            let injected = payload.and_then(|payload| payload.downcast::<Injected>().ok());
            let Some(injected) = injected else {
                return Err(Failure::Fail("the panic did not arrive".into()));
            };
            finish.add_permits(WORKERS as usize);
            let mut finished = 0;
            for other in others {
                finished += u32::from(other.await.map_err(runtime::died)?);
            }
            Ok(Toll {
                known_after: known.since(injected.0),
                begun: u32::try_from(begun.available_permits()).unwrap_or(u32::MAX),
                finished,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use oscost_sys::counter::read_monotonic;

    use super::*;

    #[test]
    fn the_other_coroutines_live_on() {
        let mut crew = Coroutines::new().unwrap();
        for _ in 0..2 {
            let toll = crew.crash(read_monotonic).unwrap();
            assert_eq!((toll.begun, toll.finished), (WORKERS, WORKERS - 1));
        }
    }
}
