//! How many bytes a switch saves, by kind: found by painting, not by reading
//! the manual. The state of an async block is the exception. It is not saved,
//! it stays where it is, and its type has a size.

use std::collections::BTreeMap;

use oscost_harness::{
    Audit, During as _, Evidence, Expect, Failure, Level, Measure, Place, Reading, Row,
};
use oscost_record::{Aspect, TaskKind, Tier};

use crate::context::ContextPair;
use crate::pause::{Boxed, Pause};
use crate::stack::canary::{self, KEYS, Seen, paint};
use crate::stack::{Called, Inlined};
use crate::tally::Tally;

/// The sizes.
pub const ROWS: &[Row] = &[
    Row {
        operation: "size/bare",
        title: "stack switch, inlined",
        question: "How many bytes does a switch of stacks write that is inlined in assembly, \
                   beside what the compiler has there because it is in use?",
        build: |_| Ok(painted(canary::bare::<Inlined>)),
        ..ROW
    },
    Row {
        operation: "size/bare-call",
        title: "stack switch by a function",
        question: "How many bytes does a switch by a function write that saves every register \
                   which a call must keep, the stack pointer among them?",
        build: |_| Ok(painted(canary::bare::<Called>)),
        ..ROW
    },
    Row {
        operation: "size/corosensei",
        title: "stackful coroutine (corosensei)",
        question: "How many bytes does a coroutine of a stackful library write to its stack when \
                   it gives way, beside what the compiler has there because it is in use?",
        build: |_| Ok(painted(canary::corosensei)),
        ..ROW
    },
    Row {
        operation: "size/swapcontext",
        title: "swapcontext",
        question: "How many bytes does the C library's swapcontext write to save a context: \
                   registers, the floating-point unit's state and the signal mask?",
        build: |_| Ok(painted(swapcontext)),
        ..ROW
    },
    Row {
        operation: "size/future",
        title: "async block",
        question: "How many bytes of state does an async block keep in place, without copying \
                   any, while it waits with nothing but a pointer in use?",
        build: |_| {
            let tally = Tally::new();
            Ok(level(tally, 1, move || future(tally)))
        },
        ..ROW
    },
];

const ROW: Row = Row {
    operation: "",
    title: "",
    question: "",
    task: TaskKind::Coroutine,
    aspect: Aspect::Size,
    per: "switch",
    tier: Tier::Core,
    axes: &[],
    place: Place::OneCpu,
    peers: None,
    control: None,
    claims: &[6],
    needs: |_| Vec::new(),
    expect: |_| Expect::COUNT,
    build: |_| Err(Failure::Fail("a row without a kind".into())),
};

/// A size, and how often those whose size it is went on after their pause.
struct Size<F> {
    find: F,
    tally: Tally,
    /// How many go on in one reading.
    each: u64,
}

fn level(
    tally: Tally,
    each: u64,
    find: impl FnMut() -> Result<Reading, Failure> + 'static,
) -> Measure {
    Measure::Level(Box::new(Size { find, tally, each }))
}

impl<F: FnMut() -> Result<Reading, Failure>> Level for Size<F> {
    fn read(&mut self) -> Result<Reading, Failure> {
        (self.find)()
    }
}

impl<F> Evidence for Size<F> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(self.tally.so_far() / self.each)
    }
}

/// What a pause writes over both paints.
fn painted(pause: fn(Tally, u8) -> Result<Seen, Failure>) -> Measure {
    let tally = Tally::new();
    level(tally, 2, move || {
        let first = pause(tally, KEYS[0])?;
        let second = pause(tally, KEYS[1])?;
        if first.stack.first() != Some(&paint(KEYS[0])) {
            return Err(Failure::Fail("more was written than was painted".into()));
        }
        let stack = written(&first.stack, &second.stack);
        let beside = written(&first.beside, &second.beside);
        let parts = [("on_the_stack", stack), ("beside_it", beside)];
        Ok(Reading {
            value: stack + beside,
            parts: BTreeMap::from(parts.map(|(name, bytes)| (name.to_owned(), bytes))),
        })
    })
}

/// Bytes that no longer have their paint.
fn written(first: &[u8], second: &[u8]) -> f64 {
    let both = first.iter().zip(second);
    let marked = both.filter(|&(&first, &second)| [first, second] != KEYS.map(paint));
    marked.count() as f64
}

/// The stack of the far context.
const STACK: usize = 64 << 10;

fn swapcontext(tally: Tally, key: u8) -> Result<Seen, Failure> {
    let mut contexts = ContextPair::painting(Tally::new(), STACK, key).during("getcontext")?;
    contexts.round_trip().during("swapcontext")?;
    let seen = contexts.seen();
    // It must be able to go on.
    contexts.round_trip().during("swapcontext")?;
    tally.count();
    Ok(seen)
}

fn future(tally: Tally) -> Result<Reading, Failure> {
    let mut future: Boxed = Box::pin(async move {
        Pause::default().await;
        tally.count();
    });
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let paused = future.as_mut().poll(&mut context).is_pending();
    let bytes = size_of_val(&*future);
    if paused && future.as_mut().poll(&mut context).is_ready() {
        Ok(Reading {
            value: bytes as f64,
            ..Reading::default()
        })
    } else {
        Err(Failure::Fail(
            "a future did not pause once, and then end".into(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::Way;

    fn read(measure: Measure) -> Reading {
        let Measure::Level(mut level) = measure else {
            panic!("not a level");
        };
        let reading = level.read().unwrap();
        assert_eq!(level.audit().unwrap().done, 1);
        reading
    }

    #[test]
    fn what_the_bare_switch_saves_is_what_it_says() {
        what_it_says::<Inlined>();
        what_it_says::<Called>();
        what_it_says::<Called<true>>();
    }

    fn what_it_says<W: Way>() {
        let reading = read(painted(canary::bare::<W>));
        assert_eq!(reading.value, W::SAVED_BYTES as f64);
        assert_eq!(reading.parts["beside_it"], size_of::<usize>() as f64);
    }

    #[test]
    fn the_library_saves_a_few_words_and_the_c_library_a_context() {
        let library = read(painted(canary::corosensei));
        // Unoptimised, it is several calls.
        println!("{library:?}");
        assert!((16.0..2048.0).contains(&library.value), "{library:?}");
        let context = read(painted(swapcontext));
        println!("{context:?}");
        assert!(
            context.value > Called::<false>::SAVED_BYTES as f64,
            "{context:?}"
        );
        assert!(context.parts["on_the_stack"] < 512.0, "{context:?}");
    }

    #[test]
    fn a_byte_that_looks_like_paint_is_counted_all_the_same() {
        let painted = |key| {
            let mut bytes = vec![paint(key); 64];
            bytes[60] = paint(KEYS[0]);
            bytes[61] = paint(KEYS[1]);
            bytes[62] = 0;
            bytes
        };
        let [first, second] = KEYS.map(painted);
        assert_eq!(written(&first, &second), 3.0);
    }
}
