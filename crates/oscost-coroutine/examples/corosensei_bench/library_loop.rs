//! The loop of corosensei's own benchmark, `coroutine_switch`, written again
//! without criterion: a coroutine is resumed over and over. It knows nothing of
//! oscost.

use std::hint::black_box;

use corosensei::{Coroutine, CoroutineResult};

/// As the library has it: a number goes there and back, by way of memory,
/// which is what `black_box` does. Gives how many came back of so many, in a row.
pub(crate) fn identity() -> impl FnMut(u64) -> u64 {
    let mut identity = Coroutine::new(|yielder, mut input| {
        loop {
            input = yielder.suspend(input);
        }
    });
    move |ops| {
        for turn in 0..ops {
            let given: CoroutineResult<usize, ()> = black_box(identity.resume(black_box(0)));
            if given != CoroutineResult::Yield(0) {
                return turn;
            }
        }
        ops
    }
}

/// The same with nothing to carry: the bare switch, as oscost's case has it.
pub(crate) fn nothing() -> impl FnMut(u64) -> u64 {
    let mut coroutine = Coroutine::new(|yielder, ()| {
        loop {
            yielder.suspend(());
        }
    });
    move |ops| {
        for turn in 0..ops {
            let given: CoroutineResult<(), ()> = coroutine.resume(());
            if given != CoroutineResult::Yield(()) {
                return turn;
            }
        }
        ops
    }
}
