//! The kinds of coroutine that are weighed. Each counts, gives way, and counts
//! again when it is let go on to its end.

use std::cell::RefCell;
use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult};
use oscost_harness::{During as _, Failure};
use tokio::runtime::Runtime;
use tokio::task::{JoinHandle, yield_now};

use crate::create::DEFAULT_STACK;
use crate::pause::{Boxed, Pause};
use crate::runtime;
use crate::stack::State;
use crate::stack::unguarded::{self, Unguarded};
use crate::tally::Tally;

/// A kind of coroutine.
pub(super) trait Kind: Sized {
    /// What is kept of one that is suspended.
    type Task;

    /// Gets ready to make some.
    fn ready() -> Result<Self, Failure>;

    /// Makes one and lets it run until it gives way.
    fn start(&self, tally: Tally) -> Result<Self::Task, Failure>;

    /// Lets it run to its end and clears it away.
    fn finish(&self, task: Self::Task) -> Result<(), Failure>;
}

fn early() -> Failure {
    Failure::Fail("a task that was to wait came to its end".into())
}

fn late() -> Failure {
    Failure::Fail("a task that was let go did not come to its end".into())
}

/// Our own switch.
pub(super) struct Bare;

impl Kind for Bare {
    type Task = Unguarded;

    fn ready() -> Result<Self, Failure> {
        Ok(Self)
    }

    fn start(&self, tally: Tally) -> Result<Self::Task, Failure> {
        let mut task = unguarded::idle(tally).during("mmap(stack)")?;
        match task.resume() {
            State::Suspended => Ok(task),
            _ => Err(early()),
        }
    }

    fn finish(&self, mut task: Self::Task) -> Result<(), Failure> {
        match task.resume() {
            State::Finished => Ok(()),
            _ => Err(late()),
        }
    }
}

/// A stackful library with its default stack.
pub(super) struct Corosensei;

impl Kind for Corosensei {
    type Task = Coroutine<(), (), (), DefaultStack>;

    fn ready() -> Result<Self, Failure> {
        Ok(Self)
    }

    fn start(&self, tally: Tally) -> Result<Self::Task, Failure> {
        let stack = DefaultStack::new(DEFAULT_STACK).during("mmap(stack)")?;
        let mut task = Coroutine::with_stack(stack, move |yielder, ()| {
            tally.count();
            yielder.suspend(());
            tally.count();
        });
        match task.resume(()) {
            CoroutineResult::Yield(()) => Ok(task),
            CoroutineResult::Return(()) => Err(early()),
        }
    }

    fn finish(&self, mut task: Self::Task) -> Result<(), Failure> {
        match task.resume(()) {
            CoroutineResult::Return(()) => Ok(()),
            CoroutineResult::Yield(()) => Err(late()),
        }
    }
}

/// An async block on the heap.
pub(super) struct Future;

impl Kind for Future {
    type Task = Boxed;

    fn ready() -> Result<Self, Failure> {
        Ok(Self)
    }

    fn start(&self, tally: Tally) -> Result<Self::Task, Failure> {
        let mut task: Boxed = Box::pin(async move {
            tally.count();
            Pause::default().await;
            tally.count();
        });
        match task.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => Ok(task),
            Poll::Ready(()) => Err(early()),
        }
    }

    fn finish(&self, mut task: Self::Task) -> Result<(), Failure> {
        match task.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(()) => Ok(()),
            Poll::Pending => Err(late()),
        }
    }
}

/// A task of a one-thread runtime.
pub(super) struct Tokio(Runtime);

thread_local! {
    /// The waker of the task that gave way last. Were it in the task, it would
    /// be weighed.
    static WAKER: RefCell<Option<Waker>> = const { RefCell::new(None) };
}

impl Kind for Tokio {
    type Task = (Waker, JoinHandle<()>);

    fn ready() -> Result<Self, Failure> {
        runtime::on_this_thread().map(Self)
    }

    /// One at a time: the runtime's queue then never grows with their number.
    fn start(&self, tally: Tally) -> Result<Self::Task, Failure> {
        let inside = self.0.enter();
        let handle = tokio::spawn(async move {
            tally.count();
            let mut paused = false;
            poll_fn(move |context| {
                if paused {
                    return Poll::Ready(());
                }
                paused = true;
                WAKER.set(Some(context.waker().clone()));
                Poll::Pending
            })
            .await;
            tally.count();
        });
        drop(inside);
        self.0.block_on(yield_now());
        match WAKER.take() {
            Some(waker) if !handle.is_finished() => Ok((waker, handle)),
            _ => Err(early()),
        }
    }

    fn finish(&self, (waker, handle): Self::Task) -> Result<(), Failure> {
        waker.wake();
        self.0
            .block_on(handle)
            .map_err(|error| Failure::Fail(format!("a task: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep<K: Kind>(count: u64) {
        let kind = K::ready().unwrap();
        let tally = Tally::new();
        let tasks: Vec<K::Task> = (0..count).map(|_| kind.start(tally).unwrap()).collect();
        assert_eq!(tally.so_far(), count);
        for (ended, task) in (1..).zip(tasks) {
            kind.finish(task).unwrap();
            assert_eq!(tally.so_far(), count + ended);
        }
    }

    #[test]
    fn each_kind_counts_waits_and_counts_again() {
        keep::<Bare>(200);
        keep::<Corosensei>(200);
        keep::<Future>(200);
        keep::<Tokio>(200);
    }
}
