//! What becomes of values over a stack switch, and what happens at its ends. Its
//! registers have tests of their own.

use std::cell::{Cell, RefCell};
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;
use std::rc::Rc;

use nix::sys::signal::Signal;
use nix::sys::wait::{WaitStatus, waitpid};

use super::*;

const SIZE: usize = 256 << 10;

fn stack() -> Stack {
    Stack::new(SIZE).unwrap()
}

#[test]
fn values_survive_on_both_sides() {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let log = Rc::clone(&seen);
    let mut coroutine = Coroutine::new(stack(), move |yielder| {
        let (mut a, mut b, mut x) = (1_u64, 1_u64, 0.5_f64);
        for _ in 0..40 {
            log.borrow_mut().push((a, x));
            (a, b, x) = (b, a + b, x * 1.5);
            yielder.pause();
        }
    });
    let (mut a, mut b, mut x) = (1_u64, 1_u64, 0.5_f64);
    for _ in 0..40 {
        assert_eq!(coroutine.resume(), State::Suspended);
        assert_eq!(seen.borrow().last(), Some(&(a, x)));
        (a, b, x) = (b, a + b, x * 1.5);
    }
    assert_eq!(coroutine.resume(), State::Finished);
    assert_eq!(
        Rc::strong_count(&seen),
        1,
        "a finished body has dropped what it held"
    );
}

#[test]
fn every_way_does_the_same() {
    take_forty_turns::<Called>();
    take_forty_turns::<Called<true>>();
    take_forty_turns::<Inlined>();
}

/// Where the linker happens to put it would show: 15 % where it crossed a line
/// of the cache.
#[test]
fn the_switch_begins_at_a_boundary() {
    for switch in [arch::exchange::<true>, arch::exchange::<false>] {
        assert_eq!(switch as *const () as usize % 64, 0);
    }
}

fn take_forty_turns<W: Way>() {
    let turns = Rc::new(Cell::new(0));
    let counted = Rc::clone(&turns);
    let mut coroutine = Coroutine::<W>::on(stack(), move |yielder| {
        for _ in 0..40 {
            counted.set(counted.get() + 1);
            yielder.pause();
        }
    });
    for turn in 1..=40 {
        assert_eq!(coroutine.resume(), State::Suspended);
        assert_eq!(turns.get(), turn);
    }
    assert_eq!(coroutine.resume(), State::Finished);
    assert!(coroutine.into_stack().is_some());
}

#[test]
fn many_take_turns() {
    let turns = Rc::new(Cell::new(0_usize));
    let mut all: Vec<Coroutine> = (0..200)
        .map(|number| {
            let turns = Rc::clone(&turns);
            Coroutine::new(stack(), move |yielder| {
                for round in 0..10 {
                    assert_eq!(turns.get(), round * 200 + number);
                    turns.set(turns.get() + 1);
                    yielder.pause();
                }
            })
        })
        .collect();
    for _ in 0..10 {
        assert!(all.iter_mut().all(|one| one.resume() == State::Suspended));
    }
    assert!(all.iter_mut().all(|one| one.resume() == State::Finished));
    assert_eq!(turns.get(), 2000);
}

fn deep(left: usize, yielder: &Yielder) -> usize {
    let ballast = std::hint::black_box([left; 64]);
    if left == 0 {
        yielder.pause();
        return 0;
    }
    deep(left - 1, yielder) + ballast[left % 64] / left
}

#[test]
fn a_deep_stack_can_pause() {
    let depth = Rc::new(Cell::new(0));
    let result = Rc::clone(&depth);
    let mut coroutine = Coroutine::new(Stack::new(1 << 20).unwrap(), move |yielder| {
        result.set(deep(500, yielder));
    });
    assert_eq!(coroutine.resume(), State::Suspended);
    assert_eq!(depth.get(), 0);
    assert_eq!(coroutine.resume(), State::Finished);
    assert_eq!(depth.get(), 500);
}

fn endless(depth: u64) -> u64 {
    let ballast = std::hint::black_box([depth; 64]);
    match std::hint::black_box(depth) {
        u64::MAX => 0,
        _ => endless(depth + 1) + ballast[1],
    }
}

#[test]
fn what_runs_out_of_its_stack_is_stopped_by_the_guard() {
    let child = oscost_sys::fork::fork(|| {
        let overflow = |_: &Yielder| assert_ne!(endless(0), 1);
        let _ = oscost_sys::crash::prepare();
        u8::from(Coroutine::new(stack(), overflow).resume() != State::Finished)
    });
    let ended = waitpid(child.unwrap(), None).unwrap();
    assert!(
        matches!(ended, WaitStatus::Signaled(_, Signal::SIGSEGV, false)),
        "{ended:?}"
    );
}

#[test]
fn a_panic_in_a_body_ends_the_process() {
    const ALONE: &str = "OSCOST_TEST_OF_A_PANIC";
    if std::env::var_os(ALONE).is_some() {
        oscost_sys::crash::prepare().unwrap();
        Coroutine::new(stack(), |_| panic!("of a body, in a test")).resume();
        return;
    }
    // Not by a fork: a panic takes locks that other tests may hold just then.
    let mut words = std::env::var_os("OSCOST_PROBE_RUNNER")
        .into_iter()
        .chain([std::env::current_exe().unwrap().into_os_string()]);
    let again = Command::new(words.next().unwrap())
        .args(words)
        .args([
            "--exact",
            "stack::tests::a_panic_in_a_body_ends_the_process",
        ])
        .env(ALONE, "1")
        .output()
        .unwrap();
    assert_eq!(
        again.status.signal(),
        Some(Signal::SIGABRT as i32),
        "{again:?}"
    );
}

#[test]
fn a_coroutine_can_run_another() {
    let order = Rc::new(RefCell::new(String::new()));
    let (outer_log, inner_log) = (Rc::clone(&order), Rc::clone(&order));
    let mut outer = Coroutine::new(stack(), move |yielder| {
        let mut inner = Coroutine::new(stack(), move |yielder| {
            inner_log.borrow_mut().push('b');
            yielder.pause();
            inner_log.borrow_mut().push('d');
        });
        outer_log.borrow_mut().push('a');
        inner.resume();
        outer_log.borrow_mut().push('c');
        yielder.pause();
        inner.resume();
        outer_log.borrow_mut().push('e');
    });
    outer.resume();
    assert_eq!(*order.borrow(), "abc");
    assert_eq!(outer.resume(), State::Finished);
    assert_eq!(*order.borrow(), "abcde");
}

#[test]
fn one_that_has_finished_stays_so_and_gives_its_stack_back() {
    let mut coroutine = Coroutine::new(stack(), |_| ());
    assert_eq!(coroutine.state(), State::New);
    for _ in 0..3 {
        assert_eq!(coroutine.resume(), State::Finished);
    }
    let base = coroutine.stack.0.base();
    let stack = coroutine.into_stack().unwrap();
    assert_eq!(stack.0.base(), base);
    assert_eq!(Coroutine::new(stack, |_| ()).resume(), State::Finished);
}

#[test]
fn one_that_never_began_drops_its_body() {
    let held = Rc::new(());
    let body = Rc::clone(&held);
    let coroutine = Coroutine::new(stack(), move |_| drop(body));
    assert_eq!(Rc::strong_count(&held), 2);
    assert!(coroutine.into_stack().is_some());
    assert_eq!(Rc::strong_count(&held), 1);
}

#[test]
fn one_that_is_suspended_leaks_body_and_stack() {
    let held = Rc::new(Cell::new(7));
    let body = Rc::clone(&held);
    let mut coroutine = Coroutine::new(stack(), move |yielder| {
        yielder.pause();
        drop(body);
    });
    coroutine.resume();
    let links = coroutine.links;
    drop(coroutine);
    assert_eq!(Rc::strong_count(&held), 2);
    // SAFETY: the stack, and the links on it, were leaked: still mapped.
    assert_eq!(unsafe { (*links.as_ptr()).state }, State::Suspended);
}

#[test]
fn an_aligned_body_lies_aligned() {
    #[repr(align(128))]
    struct Aligned(u8);
    let value = Aligned(9);
    let mut coroutine = Coroutine::new(stack(), move |yielder| {
        assert_eq!((&raw const value).addr() % 128, 0);
        yielder.pause();
        assert_eq!(value.0, 9);
    });
    assert_eq!(coroutine.resume(), State::Suspended);
    assert_eq!(coroutine.resume(), State::Finished);
}

#[test]
#[should_panic(expected = "on a stack of")]
fn a_body_larger_than_its_stack_is_refused() {
    let large = [0_u8; 200 << 10];
    drop(Coroutine::new(stack(), move |_| assert_eq!(large[0], 0)));
}
