//! Stackless coroutines as the compiler makes them: boxed futures, and the
//! leaf that makes one stop half-way.

use std::pin::Pin;
use std::task::{Context, Poll};

/// A future as it is kept: on the heap, behind a pointer that says nothing of
/// what it does.
pub(crate) type Boxed = Pin<Box<dyn Future<Output = ()>>>;

/// Gives way once: pending when it is polled first, ready the next time. It
/// wakes nobody.
#[derive(Debug, Default)]
pub(crate) struct Pause {
    paused: bool,
}

impl Future for Pause {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.paused {
            return Poll::Ready(());
        }
        self.paused = true;
        Poll::Pending
    }
}
