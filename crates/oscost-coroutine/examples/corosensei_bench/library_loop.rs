//! The loop of corosensei's own benchmark, `coroutine_switch`, written again
//! without criterion: a coroutine is resumed over and over. It knows nothing of
//! oscost.

use std::hint::black_box;

use corosensei::{Coroutine, CoroutineResult};

/// As the library has it: a number goes there and back, by way of memory,
/// which is what `black_box` does. Gives how many came back of so many.
pub(crate) fn identity() -> impl FnMut(u64) -> u64 {
    let mut identity = Coroutine::new(|yielder, mut input| {
        loop {
            input = yielder.suspend(input);
        }
    });
    move |ops| {
        let mut done = 0;
        for _ in 0..ops {
            let given: CoroutineResult<usize, ()> = black_box(identity.resume(black_box(0)));
            done += u64::from(given == CoroutineResult::Yield(0));
        }
        done
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
        let mut done = 0;
        for _ in 0..ops {
            let given: CoroutineResult<(), ()> = coroutine.resume(());
            done += u64::from(given == CoroutineResult::Yield(()));
        }
        done
    }
}
