//! One creation from the call to the reaping, with the moments in between, in
//! each of the ways to make a process.

use std::ffi::CString;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use nix::unistd::Pid;
use oscost_harness::{ClockKind, During as _, Failure, Setting};
use oscost_sys::counter::Ticks;
use oscost_sys::fork::{Note, fork};
use oscost_sys::map::SharedPage;

use crate::child::reap;
use crate::create::burden::{self, Burden};
use crate::create::program::posix;
use crate::notes::Notes;
use crate::target::{Image, Target};

/// The moments of one creation, in the order in which they come; only the
/// return of the call may be anywhere after it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moments {
    pub(super) called: Ticks,
    pub(super) returned: Ticks,
    /// The child's first instruction.
    pub(super) first: Ticks,
    /// The child is about to exit.
    pub(super) last: Ticks,
    pub(super) reaped: Ticks,
}

/// Makes a process and reaps it, and knows when each thing happened.
pub(super) trait Stages {
    fn once(&mut self, now: fn() -> Ticks) -> Result<Moments, Failure>;

    /// How many children have noted the time so far.
    fn noted(&self) -> u64;
}

/// A child that is a copy of its parent.
pub(super) struct Forking {
    /// The child's notes: first, last, how many children there were.
    page: SharedPage,
    _burden: Burden,
}

impl Forking {
    /// From a parent of the size that the setting asks for.
    pub(super) fn new(setting: &Setting) -> Result<Self, Failure> {
        Ok(Self {
            page: SharedPage::new().during("mmap(MAP_SHARED)")?,
            _burden: burden::memory(setting)?,
        })
    }

    fn notes(&self) -> [&AtomicU64; 3] {
        [0, 1, 2].map(|slot| &self.page.slot(slot).long)
    }
}

impl Stages for Forking {
    fn once(&mut self, now: fn() -> Ticks) -> Result<Moments, Failure> {
        let [first, last, ran] = self.notes();
        let called = now();
        let child = fork(|| {
            first.store(now().0, Relaxed);
            ran.fetch_add(1, Relaxed);
            last.store(now().0, Relaxed);
            0
        });
        let returned = now();
        reap(child.during("fork").map_err(Failure::too_many)?)?;
        Ok(Moments {
            called,
            returned,
            reaped: now(),
            first: Ticks(first.load(Relaxed)),
            last: Ticks(last.load(Relaxed)),
        })
    }

    fn noted(&self) -> u64 {
        self.notes()[2].load(Relaxed)
    }
}

/// A child that borrows its parent's memory.
pub(super) struct Borrowing {
    make: fn(&mut Note) -> nix::Result<Pid>,
    call: &'static str,
    note: Note,
}

impl Borrowing {
    /// By the call that has this name.
    pub(super) fn new(make: fn(&mut Note) -> nix::Result<Pid>, call: &'static str) -> Self {
        Self {
            make,
            call,
            note: Note::default(),
        }
    }
}

impl Stages for Borrowing {
    fn once(&mut self, now: fn() -> Ticks) -> Result<Moments, Failure> {
        if ClockKind::of(now) != ClockKind::Counter {
            return Err(Failure::Skip(
                "such a child can read nothing but the CPU's counter, which is not the clock here"
                    .into(),
            ));
        }
        let called = now();
        let child = (self.make)(&mut self.note);
        let returned = now();
        reap(child.during(self.call).map_err(Failure::too_many)?)?;
        Ok(Moments {
            called,
            returned,
            reaped: now(),
            first: self.note.first(),
            last: self.note.first(),
        })
    }

    fn noted(&self) -> u64 {
        self.note.ran()
    }
}

/// A child that executes a program.
pub(super) struct Spawning {
    image: Image,
    notes: Notes,
    arguments: Vec<CString>,
}

impl Spawning {
    /// By `posix_spawn` of a static program.
    pub(super) fn new() -> Result<Self, Failure> {
        let (image, notes) = (Target::NotingStatic.load()?, Notes::new()?);
        Ok(Self {
            arguments: vec![image.path().clone(), notes.argument()?],
            image,
            notes,
        })
    }
}

impl Stages for Spawning {
    fn once(&mut self, now: fn() -> Ticks) -> Result<Moments, Failure> {
        let clock = ClockKind::of(now);
        let called = now();
        let child = posix(self.image.path(), &self.arguments);
        let returned = now();
        reap(child?)?;
        Ok(Moments {
            called,
            returned,
            reaped: now(),
            first: self.notes.first(clock),
            last: self.notes.last(clock),
        })
    }

    fn noted(&self) -> u64 {
        self.notes.ran()
    }
}
