//! Making a coroutine, running it to its end, and clearing it away.
//!
//! One operation is all three. The body counts itself and does nothing else.

use std::hint::black_box;
use std::task::{Context, Waker};

use corosensei::stack::DefaultStack;
use corosensei::{Coroutine as Corosensei, CoroutineResult};
use nix::errno::Errno;
use oscost_harness::{During as _, Expect, Failure, Measure, Place, Row, Setting};
use oscost_record::{Aspect, TaskKind, Tier};

use crate::context::ContextPair;
use crate::pause::Boxed;
use crate::runtime;
use crate::stack::{Coroutine, Stack};
use crate::tally::Tally;
use crate::timed::timed;

/// The creations.
pub const ROWS: &[Row] = &[
    row(
        "create/bare",
        "own switch, reused stack",
        "What does it cost at least to start a coroutine on a stack that is already there, and \
         to see it end?",
        bare,
    ),
    Row {
        tier: Tier::Full,
        ..row(
            "create/bare-fresh",
            "own switch, fresh stack",
            "What does it cost to map a stack of 64 KiB, to run a coroutine on it from start to \
             end, and to unmap it?",
            bare_fresh,
        )
    },
    row(
        "create/corosensei",
        "corosensei, fresh 1 MiB stack",
        "What does it cost to make a stackful coroutine with a stack that is mapped for it, to \
         run it to its end and to unmap the stack?",
        corosensei,
    ),
    row(
        "create/corosensei-pooled",
        "corosensei, reused stack",
        "What does it cost to make a stackful coroutine on a stack from a pool, and to run it to \
         its end?",
        corosensei_pooled,
    ),
    row(
        "create/swapcontext",
        "makecontext, reused stack",
        "What does it cost to make a context of the C library on a stack that is already there, \
         to run it to its end and to be back?",
        swapcontext,
    ),
    row(
        "create/future",
        "boxed async block",
        "What does it cost to put an async block on the heap, to poll it to its end and to free \
         it?",
        future,
    ),
    row(
        "create/tokio",
        "task on a tokio thread",
        "What does it cost to spawn a task on a one-thread tokio runtime and to await its end?",
        tokio,
    ),
];

const fn row(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Coroutine,
        aspect: Aspect::Create,
        per: "create+finish",
        tier: Tier::Core,
        axes: &[],
        place: Place::OneCpu,
        peers: None,
        control: Some("control/loop"),
        claims: &[2],
        needs: |_| Vec::new(),
        expect: |_| Expect::NO_SWITCH,
        build,
    }
}

/// The stack that is reused.
const STACK: usize = 64 << 10;

fn bare(_: &Setting) -> Result<Measure, Failure> {
    let tally = Tally::new();
    let mut pool = Some(Stack::new(STACK).during("mmap(stack)")?);
    Ok(timed(tally, move |ops| {
        for _ in 0..ops {
            let stack = pool.take().ok_or_else(lost)?;
            let mut coroutine = Coroutine::new(stack, move |_| tally.count());
            coroutine.resume();
            pool = coroutine.into_stack();
        }
        Ok(())
    }))
}

fn bare_fresh(_: &Setting) -> Result<Measure, Failure> {
    let tally = Tally::new();
    Ok(timed(tally, move |ops| {
        for _ in 0..ops {
            let stack = Stack::new(STACK).during("mmap(stack)")?;
            let mut coroutine = Coroutine::new(stack, move |_| tally.count());
            coroutine.resume();
            // One that had not ended would keep its stack.
            drop(coroutine.into_stack().ok_or_else(lost)?);
        }
        Ok(())
    }))
}

fn lost() -> Failure {
    Failure::Fail("a coroutine did not end, and kept its stack".into())
}

/// The size that `DefaultStack::default` has.
pub(crate) const DEFAULT_STACK: usize = 1 << 20;

fn corosensei(_: &Setting) -> Result<Measure, Failure> {
    let tally = Tally::new();
    Ok(timed(tally, move |ops| {
        for _ in 0..ops {
            drop(run_on(library_stack()?, tally)?);
        }
        Ok(())
    }))
}

fn corosensei_pooled(_: &Setting) -> Result<Measure, Failure> {
    let tally = Tally::new();
    let mut pool = vec![library_stack()?];
    Ok(timed(tally, move |ops| {
        for _ in 0..ops {
            let stack = pool.pop().ok_or_else(lost)?;
            pool.push(run_on(stack, tally)?);
        }
        Ok(())
    }))
}

fn library_stack() -> Result<DefaultStack, Failure> {
    DefaultStack::new(DEFAULT_STACK).during("mmap(stack)")
}

/// Runs a coroutine of the library to its end, and gives its stack back.
#[inline(always)]
fn run_on(stack: DefaultStack, tally: Tally) -> Result<DefaultStack, Failure> {
    let mut coroutine = Corosensei::<(), (), (), _>::with_stack(stack, move |_, ()| tally.count());
    match coroutine.resume(()) {
        CoroutineResult::Return(()) => Ok(coroutine.into_stack()),
        CoroutineResult::Yield(()) => Err(lost()),
    }
}

fn swapcontext(_: &Setting) -> Result<Measure, Failure> {
    let tally = Tally::new();
    let mut contexts = ContextPair::idle(tally, STACK).during("mmap(stack)")?;
    Ok(timed(tally, move |ops| {
        (0..ops)
            .try_for_each(|_| contexts.run_once())
            .map_err(|errno: Errno| Failure::call("swapcontext", errno))
    }))
}

fn future(_: &Setting) -> Result<Measure, Failure> {
    let tally = Tally::new();
    Ok(timed(tally, move |ops| {
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..ops {
            let future: Boxed = Box::pin(async move { tally.count() });
            // Behind this the compiler cannot know that the box is not needed.
            if black_box(future).as_mut().poll(&mut context).is_pending() {
                return Err(Failure::Fail("a future did not end".into()));
            }
        }
        Ok(())
    }))
}

fn tokio(_: &Setting) -> Result<Measure, Failure> {
    let tally = Tally::new();
    let runtime = runtime::on_this_thread()?;
    Ok(timed(tally, move |ops| {
        runtime
            .block_on(async move {
                for _ in 0..ops {
                    tokio::spawn(async move { tally.count() }).await?;
                }
                Ok(())
            })
            .map_err(|error: tokio::task::JoinError| Failure::Fail(format!("a task: {error}")))
    }))
}
