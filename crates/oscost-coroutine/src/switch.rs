//! Handing the CPU from one coroutine to another and back, on one thread.
//!
//! One operation is a round trip: resume and yield, two hand-offs. The far side
//! counts its turns itself, and the kernel must have counted no switch.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Waker};

use corosensei::{Coroutine as Corosensei, CoroutineResult};
use nix::errno::Errno;
use oscost_harness::{During as _, Expect, Failure, Measure, Place, Row, Setting};
use oscost_record::{Aspect, Peers, TaskKind, Tier};
use tokio::task::yield_now;

use crate::context::ContextPair;
use crate::pause::{Boxed, Pause};
use crate::runtime;
use crate::stack::{Called, Coroutine, Inlined, Stack, State, Way};
use crate::tally::{LapCounter, Tally};
use crate::timed::{timed, timed_by_lap};

/// The switches.
pub const ROWS: &[Row] = &[
    row(
        "switch/bare",
        "stack switch, inlined",
        "What does it cost to hand the CPU to a coroutine with its own stack and back by \
         assembly that is inlined, calls one way and returns the other, and leaves it to the \
         compiler to save what is in use?",
        &[5, 6],
        bare::<Inlined>,
    ),
    Row {
        tier: Tier::Full,
        ..row(
            "switch/bare-call",
            "stack switch by a function",
            "What does it cost to hand the CPU to a coroutine with its own stack and back by a \
             function that saves every register which a call must keep?",
            &[5, 6],
            bare::<Called>,
        )
    },
    Row {
        tier: Tier::Full,
        ..row(
            "switch/bare-ret",
            "stack switch that returns",
            "What does a switch of stacks by a function cost if it ends in a return \
             instruction, for which the CPU expects another caller each time?",
            &[6],
            bare::<Called<true>>,
        )
    },
    row(
        "switch/corosensei",
        "stackful coroutine (corosensei)",
        "What does it cost to resume a coroutine of a stackful library and to get control back?",
        &[5, 6],
        corosensei,
    ),
    Row {
        tier: Tier::Full,
        ..row(
            "switch/corosensei-value",
            "corosensei, carrying a number",
            "What does the same cost if a number is carried there and back by way of memory, as \
             the library's own benchmark does it?",
            &[6],
            corosensei_value,
        )
    },
    row(
        "switch/swapcontext",
        "swapcontext",
        "What does it cost to hand over and back by the C library's swapcontext, which also \
         saves the signal mask by a system call each way?",
        &[5, 6],
        swapcontext,
    ),
    row(
        "switch/poll",
        "poll of an async block",
        "What does it cost to poll a boxed async block that gives way once per poll?",
        &[5, 6],
        poll,
    ),
    row(
        "switch/tokio",
        "yield on a tokio thread",
        "What does it cost when two tasks of a one-thread tokio runtime yield to each other \
         once each?",
        &[5],
        tokio,
    ),
];

const fn row(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    claims: &'static [u8],
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Coroutine,
        aspect: Aspect::Switch,
        per: "round trip",
        tier: Tier::Core,
        axes: &[],
        place: Place::OneCpu,
        peers: Some(Peers::Coroutines),
        control: Some("control/loop"),
        claims,
        needs: |_| Vec::new(),
        expect: |_| Expect::NO_SWITCH,
        build,
    }
}

/// The stack of each far side, except corosensei's, which has its own default.
const STACK: usize = 64 << 10;

fn bare<W: Way + 'static>(_: &Setting) -> Result<Measure, Failure> {
    let tally = Tally::new();
    let stack = Stack::new(STACK).during("mmap(stack)")?;
    let mut far = Coroutine::<W>::on(stack, move |yielder| {
        let mut laps = LapCounter::new(tally);
        loop {
            laps.count();
            yielder.pause();
        }
    });
    Ok(timed_by_lap(tally, move |ops| {
        all(ops, || far.resume() == State::Suspended)
    }))
}

/// So many round trips, none of which may be the last. It knows the turn, as the
/// library's own loop does: one that only counts down does so in the register in which
/// the far side counts its laps, either by way of its stack, and on a Zen 5 a round trip
/// then takes up to twice as long.
#[inline(always)]
fn all(ops: u64, mut comes_back: impl FnMut() -> bool) -> Result<(), Failure> {
    for turn in 0..ops {
        if !comes_back() {
            return Err(ended(turn, ops));
        }
    }
    Ok(())
}

#[cold]
fn ended(turn: u64, ops: u64) -> Failure {
    Failure::Fail(format!("the coroutine ended in round trip {turn} of {ops}"))
}

fn corosensei(_: &Setting) -> Result<Measure, Failure> {
    let tally = Tally::new();
    let mut far = Corosensei::<(), (), ()>::new(move |yielder, ()| {
        let mut laps = LapCounter::new(tally);
        loop {
            laps.count();
            yielder.suspend(());
        }
    });
    Ok(timed_by_lap(tally, move |ops| {
        all(ops, || far.resume(()) == CoroutineResult::Yield(()))
    }))
}

fn corosensei_value(_: &Setting) -> Result<Measure, Failure> {
    let tally = Tally::new();
    let mut far = Corosensei::new(move |yielder, mut given: usize| {
        let mut laps = LapCounter::new(tally);
        loop {
            laps.count();
            given = yielder.suspend(given);
        }
    });
    Ok(timed_by_lap(tally, move |ops| {
        for _ in 0..ops {
            let back: CoroutineResult<usize, ()> = black_box(far.resume(black_box(7)));
            if back != CoroutineResult::Yield(7) {
                return Err(Failure::Fail(format!("7 went, {back:?} came back")));
            }
        }
        Ok(())
    }))
}

fn swapcontext(_: &Setting) -> Result<Measure, Failure> {
    let tally = Tally::new();
    let mut contexts = ContextPair::turning(tally, STACK).during("getcontext")?;
    Ok(timed(tally, move |ops| {
        (0..ops)
            .try_for_each(|_| contexts.round_trip())
            .map_err(|errno: Errno| Failure::call("swapcontext", errno))
    }))
}

fn poll(_: &Setting) -> Result<Measure, Failure> {
    let tally = Tally::new();
    let future: Boxed = Box::pin(async move {
        loop {
            tally.count();
            Pause::default().await;
        }
    });
    // Behind this the compiler cannot know which future it polls.
    let mut future = black_box(future);
    Ok(timed(tally, move |ops| {
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..ops {
            if future.as_mut().poll(&mut context).is_ready() {
                return Err(Failure::Fail("the future ended in the middle".into()));
            }
        }
        Ok(())
    }))
}

/// Two tasks that yield to the runtime. In each of its rounds both run once;
/// it wakes those that have yielded in reverse order, so the turns go near,
/// far, far, near, near, far.
///
/// Each batch has its own near task, so that one entry into the runtime and
/// one spawn are spread over all its operations (the sampler proves that a
/// batch is long enough for that).
fn tokio(_: &Setting) -> Result<Measure, Failure> {
    let tally = Tally::new();
    // How many turns the far task may have: else it would sometimes run ahead
    // by one when a batch ends.
    let due: &'static AtomicU64 = Box::leak(Box::default());
    let runtime = runtime::on_this_thread()?;
    runtime.block_on(async {
        tokio::spawn(async move {
            loop {
                if tally.so_far() < due.load(Relaxed) {
                    tally.count();
                }
                yield_now().await;
            }
        });
    });
    Ok(timed(tally, move |ops| {
        let before = tally.so_far();
        due.store(before + ops, Relaxed);
        let near = async move {
            for turn in 1..=ops {
                // It may be one ahead or behind, never two.
                if tally.so_far() - before + 1 < turn {
                    return Some(turn);
                }
                yield_now().await;
            }
            while tally.so_far() < before + ops {
                yield_now().await;
            }
            None
        };
        match runtime.block_on(async move { tokio::spawn(near).await }) {
            Ok(None) => Ok(()),
            Ok(Some(turn)) => Err(Failure::Fail(format!(
                "turn {turn} of {ops}: the two tasks did not take turns"
            ))),
            Err(error) => Err(Failure::Fail(format!("the near task: {error}"))),
        }
    }))
}
