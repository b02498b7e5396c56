//! Coroutines with a stack of their own, by a bare switch in assembly, in one of
//! several ways.
//!
//! A body must never unwind out of its stack: there is nothing to unwind into.
//! A panic in a body ends the process, since it reaches an `extern "C"` frame.
#![expect(unsafe_code, reason = "owns the stacks that the switch runs on")]

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use oscost_sys::map::Mapping;

pub(crate) mod canary;
pub(crate) mod unguarded;
mod way;

pub use way::{Called, Inlined, Way};

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "aarch64")]
use aarch64 as arch;
#[cfg(target_arch = "x86_64")]
mod x86_64;
#[cfg(target_arch = "x86_64")]
use x86_64 as arch;

#[cfg(not(any(target_arch = "aarch64", target_arch = "x86_64")))]
compile_error!("the stack switch is written for aarch64 and x86_64");

/// The stack pointer of a suspended stack; below it lies what was saved.
type Context = *mut u8;

/// What runs first on a new stack.
type Entry = unsafe extern "C" fn(*mut Links) -> !;

/// Room below the links for the frame that starts a stack.
const FIRST_FRAME: usize = 160;

/// Memory for the stack of one coroutine at a time, with a page below that
/// nobody can touch: what runs out of it is stopped by the kernel.
#[derive(Debug)]
pub struct Stack(Mapping);

impl Stack {
    /// Maps a stack of `bytes`, its guard page included.
    ///
    /// # Errors
    /// What `mmap(2)` and `mprotect(2)` say.
    pub fn new(bytes: usize) -> nix::Result<Self> {
        Mapping::stack(bytes, true).map(Self)
    }
}

/// How far a coroutine has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It was never resumed.
    New,
    /// It has paused.
    Suspended,
    /// Its body has returned.
    Finished,
}

/// Where the two sides of a switch find each other: at the very top of the
/// coroutine's stack. Either side reaches it by raw pointer only, for the
/// other one writes to it in between.
#[repr(C)]
#[derive(Debug)]
pub struct Links {
    /// Where the resuming side was left.
    near: Context,
    /// Where the coroutine was left.
    far: Context,
    state: State,
    /// Drops a body that never began.
    discard: unsafe fn(NonNull<Links>),
}

/// The links and the body together.
#[repr(C)]
struct Frame<F> {
    links: Links,
    body: ManuallyDrop<F>,
}

/// A coroutine on a stack of its own. It stays on the thread that made it.
///
/// Dropped while its body is suspended, it leaks body and stack: the frames on
/// it cannot be unwound, and others may rely on them (a scoped thread on the
/// scope, a pinned value on its place), so neither may vanish.
#[derive(Debug)]
pub struct Coroutine<W: Way = Inlined> {
    links: NonNull<Links>,
    /// Where it was left, as in the links: here the compiler can keep it in a register.
    far: Context,
    stack: ManuallyDrop<Stack>,
    way: PhantomData<W>,
}

impl Coroutine {
    /// One whose body does nothing but pause once.
    pub fn idle(stack: Stack) -> Self {
        Self::new(stack, Yielder::pause)
    }

    /// [`on`](Self::on) by the way that costs least.
    ///
    /// # Panics
    /// Where the body itself fills more than half of the stack.
    pub(crate) fn new<F: FnOnce(&Yielder) + 'static>(stack: Stack, body: F) -> Self {
        Self::on(stack, body)
    }
}

impl<W: Way> Coroutine<W> {
    /// Puts `body` onto the stack. It begins with the first
    /// [`resume`](Self::resume). Nothing is allocated.
    ///
    /// Not for everybody: no body may pause while it borrows a thread-local
    /// (`LocalKey::with`). One that is resumed by the destructor of another would
    /// find it gone. None of those that are written here borrows any.
    ///
    /// # Panics
    /// Where the body itself fills more than half of the stack.
    pub(crate) fn on<F: FnOnce(&Yielder<W>) + 'static>(stack: Stack, body: F) -> Self {
        let room = stack.0.len() / 2;
        let align = align_of::<Frame<F>>().max(16);
        assert!(
            size_of::<Frame<F>>() + align + FIRST_FRAME <= room,
            "a body of {} bytes on a stack of {}",
            size_of::<F>(),
            stack.0.len()
        );
        let end = stack
            .0
            .base()
            .wrapping_add(stack.0.len() - size_of::<Frame<F>>());
        let top = end.wrapping_sub(end.addr() % align);
        let frame = top.cast::<Frame<F>>();
        // `frame` is aligned by the line above and lies, with FIRST_FRAME bytes
        // below it, in the upper half of the mapping; a guard page is the lowest,
        // and at least one page more is above it.
        // SAFETY: the mapping is `stack`'s, and nobody else looks into it.
        // `entry` gets the frame that it was made for.
        let (links, far) = unsafe {
            let far = W::prepare(top.cast(), entry::<W, F>);
            let links = Links {
                near: std::ptr::null_mut(),
                far,
                state: State::New,
                discard: discard::<F>,
            };
            frame.write(Frame {
                links,
                body: ManuallyDrop::new(body),
            });
            (NonNull::new_unchecked(frame.cast::<Links>()), far)
        };
        Self {
            links,
            far,
            stack: ManuallyDrop::new(stack),
            way: PhantomData,
        }
    }

    /// Runs the body until it pauses or returns. One that has finished stays
    /// so.
    #[inline]
    pub fn resume(&mut self) -> State {
        let links = self.links.as_ptr();
        // It cannot be running: whoever runs on it borrows it here until it
        // pauses, so `far` is where it was left last, or what `prepare` gave.
        // SAFETY: the links live on the stack that `self` owns, and `&mut self`
        // keeps everybody else from resuming it meanwhile.
        unsafe {
            self.far = W::resume(links, self.far);
            (*links).state
        }
    }

    /// How far it has come.
    #[must_use]
    pub fn state(&self) -> State {
        // SAFETY: as in `resume`; the coroutine does not run, since that
        // would hold a `&mut self`.
        unsafe { (*self.links.as_ptr()).state }
    }

    /// Gives the stack back for another coroutine; `None` (and a leak, see
    /// [`Coroutine`]) where the body is suspended.
    #[must_use]
    pub fn into_stack(self) -> Option<Stack> {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is never dropped or used again.
        unsafe { this.release() }
    }

    /// # Safety
    /// Once only, and `self` must not be used after it.
    unsafe fn release(&mut self) -> Option<Stack> {
        match self.state() {
            State::Suspended => return None,
            // SAFETY: the body has not begun, so it is still in the frame, and
            // `discard` is of its type.
            State::New => unsafe { ((*self.links.as_ptr()).discard)(self.links) },
            State::Finished => {}
        }
        // SAFETY: the caller vouches that this happens once.
        Some(unsafe { ManuallyDrop::take(&mut self.stack) })
    }
}

impl<W: Way> Drop for Coroutine<W> {
    fn drop(&mut self) {
        // SAFETY: `drop` is called once, and last.
        drop(unsafe { self.release() });
    }
}

/// What a body holds to pause.
#[derive(Debug)]
pub struct Yielder<W: Way = Inlined> {
    links: NonNull<Links>,
    way: PhantomData<W>,
}

impl<W: Way> Yielder<W> {
    /// Goes back to where the coroutine was resumed, until the next time.
    #[inline(always)]
    pub fn pause(&self) {
        let links = self.links.as_ptr();
        // SAFETY: only a body has its yielder, by a reference that neither outlives
        // it nor leaves its thread, and it runs only while it is resumed: so on the
        // stack of the links, and `near` is where that resume was left.
        unsafe { W::pause(links) }
    }
}

/// The first function on every stack.
///
/// # Safety
/// `links` must point to the `Frame<F>` of the stack that it runs on, whose
/// body has not begun.
unsafe extern "C" fn entry<W: Way, F: FnOnce(&Yielder<W>)>(links: *mut Links) -> ! {
    // SAFETY: the caller vouches for the frame; the body is taken out of it
    // once, and `state` says so before it runs.
    let (body, yielder) = unsafe {
        (*links).state = State::Suspended;
        let body = ManuallyDrop::take(&mut (*links.cast::<Frame<F>>()).body);
        (
            body,
            Yielder {
                links: NonNull::new_unchecked(links),
                way: PhantomData,
            },
        )
    };
    body(&yielder);
    // SAFETY: as in `pause`.
    unsafe { (*links).state = State::Finished };
    loop {
        yielder.pause();
    }
}

/// Drops the body of a coroutine that never began.
///
/// # Safety
/// `links` must be those of a `Frame<F>` whose body is still in it; it is gone
/// afterwards.
unsafe fn discard<F>(links: NonNull<Links>) {
    // SAFETY: the caller vouches for it.
    unsafe { ManuallyDrop::drop(&mut (*links.cast::<Frame<F>>().as_ptr()).body) }
}

#[cfg(test)]
mod registers;
#[cfg(test)]
mod tests;
