//! The switch against the procedure-call standard of each architecture: what a
//! call must keep is kept on both sides, a stack begins as a function expects it,
//! and what is not switched is what the files of the switch say.

use std::cell::Cell;

use super::*;

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "aarch64")]
use aarch64 as arch;
#[cfg(target_arch = "x86_64")]
mod x86_64;
#[cfg(target_arch = "x86_64")]
use x86_64 as arch;

/// Leaves its stack once, and is back.
type Hop = unsafe extern "C" fn(*mut Links);

const SIZE: usize = 64 << 10;

/// What the near side and the far side fill their registers with, counting up.
/// No register holds the same on both.
const NEAR: u64 = 0x1111_1111_1111_1111;
const FAR: u64 = 0xeeee_eeee_eeee_0000;

/// Above the links, where `arch::note_stack_pointer` and `arch::note_control` leave
/// what they find.
const NOTE: usize = 64;

thread_local! {
    /// Registers that the far side found as it had left them.
    static FAR_KEPT: Cell<Option<usize>> = const { Cell::new(None) };
}

/// [`Way::resume`] as a function, for assembly to call.
///
/// # Safety
/// As for [`Way::resume`].
unsafe extern "C" fn resume_once<W: Way>(links: *mut Links) {
    // SAFETY: the caller vouches for it.
    unsafe {
        let left = W::resume(links, (*links).far);
        assert_eq!(left, (*links).far, "where the far side was left");
    }
}

/// [`Way::pause`] as a function.
///
/// # Safety
/// As for [`Way::pause`].
unsafe extern "C" fn pause_once<W: Way>(links: *mut Links) {
    // SAFETY: the caller vouches for it.
    unsafe { W::pause(links) }
}

/// Links on a stack that begins with `entry`, as long as the stack is there.
fn begin<W: Way>(stack: &Stack, entry: Entry) -> *mut Links {
    let links = stack
        .0
        .base()
        .wrapping_add(stack.0.len() - 256)
        .cast::<Links>();
    // SAFETY: `links` is on a 16-byte boundary inside a mapping of our own, with
    // nearly all of it below them; `entry` is handed them, and no body.
    unsafe {
        links.write(Links {
            near: std::ptr::null_mut(),
            far: W::prepare(links, entry),
            state: State::New,
            discard: |_| (),
        });
    }
    links
}

/// Fills its registers, leaves, and looks at them when it is resumed.
unsafe extern "C" fn keep_on_the_far_side<W: Way>(links: *mut Links) -> ! {
    // SAFETY: it runs on the stack of the links, and pauses.
    FAR_KEPT.set(Some(unsafe { arch::keep(links, pause_once::<W>, FAR) }));
    loop {
        // SAFETY: as above.
        unsafe { W::pause(links) }
    }
}

fn both_sides_keep<W: Way>() {
    let stack = Stack::new(SIZE).unwrap();
    let links = begin::<W>(&stack, keep_on_the_far_side::<W>);
    // SAFETY: the far side was laid out above, and is never left but by a pause.
    let kept = || unsafe { arch::keep(links, resume_once::<W>, NEAR) };
    // By filling its own registers, each side soils those of the other.
    assert_eq!((kept(), FAR_KEPT.get()), (arch::FILLED, None));
    assert_eq!(
        (kept(), FAR_KEPT.take()),
        (arch::FILLED, Some(arch::FILLED))
    );
}

#[test]
fn every_register_that_a_call_keeps_is_kept_on_both_sides() {
    both_sides_keep::<Called>();
    both_sides_keep::<Called<true>>();
    both_sides_keep::<Inlined>();
}

#[test]
fn a_register_that_is_not_kept_is_noticed() {
    // SAFETY: `soil` switches nothing and is back with the stack as it was; what
    // it breaks for its caller, `keep` puts back for its own.
    let kept = unsafe { arch::keep(std::ptr::null_mut(), arch::soil, NEAR) };
    assert_eq!(kept, 0);
}

fn a_stack_begins_aligned<W: Way>() {
    let stack = Stack::new(SIZE).unwrap();
    let links = begin::<W>(&stack, arch::note_stack_pointer::<W>);
    // SAFETY: the far side was laid out above. What it notes lies between the
    // links and the end of the mapping.
    let found = unsafe {
        W::resume(links, (*links).far);
        links.byte_add(NOTE).cast::<usize>().read()
    };
    assert_eq!((found + arch::PUSHED_BY_A_CALL) % 16, 0);
}

#[test]
fn a_function_finds_its_stack_on_a_boundary_of_16_bytes() {
    a_stack_begins_aligned::<Called>();
    a_stack_begins_aligned::<Called<true>>();
    a_stack_begins_aligned::<Inlined>();
}

/// Rust assumes the usual control words. What runs with others here is assembly,
/// and `resume_once` and `pause_once`, in which two addresses are compared besides.
fn control_words_are_shared<W: Way>() {
    let stack = Stack::new(SIZE).unwrap();
    let links = begin::<W>(&stack, arch::note_control::<W>);
    // SAFETY: what the far side notes lies between the links and the end of the
    // mapping, and it does not run now.
    let noted = || unsafe { links.byte_add(NOTE).cast::<u64>().read() } & arch::CONTROL;
    let usual = arch::control() & arch::CONTROL;
    // SAFETY: the far side was laid out above, and computes nothing.
    unsafe { W::resume(links, (*links).far) };
    assert_eq!(noted(), usual);
    // SAFETY: as above.
    unsafe { arch::with_control_flipped(links, resume_once::<W>) };
    assert_eq!(noted(), usual ^ arch::FLIPPED);
    assert_eq!(arch::control() & arch::CONTROL, usual);
}

#[test]
fn control_words_of_the_floating_point_unit_are_not_switched() {
    control_words_are_shared::<Called>();
    control_words_are_shared::<Called<true>>();
    control_words_are_shared::<Inlined>();
}
