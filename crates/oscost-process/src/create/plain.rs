//! Processes that execute nothing: by `fork`, and by the calls that borrow the
//! parent's memory instead of copying it.

use std::sync::atomic::{AtomicU32, Ordering};

use nix::unistd::Pid;
use oscost_harness::{Axis, During as _, Failure, Need, Row, Setting};
use oscost_sys::fork::{clone3_vfork, fork, vfork};

use super::{MEMORY, ROW, Way, burden, measure, memory};
use crate::child::reap;

pub(crate) const ROWS: &[Row] = &[
    Row {
        operation: "create/fork",
        title: "fork",
        question: "What does it cost to fork a process, let it exit at once and reap it, as the parent's resident memory grows?",
        axes: &[Axis {
            name: "rss",
            unit: "MiB",
            core: &[0, 16, 64, 256, 1024],
            full: &[],
        }],
        needs: |setting| vec![memory(setting)],
        build: |setting| measure(Fork, burden::memory(setting)?),
        ..ROW
    },
    Row {
        operation: "create/vfork",
        title: "vfork",
        question: "What does it cost to make a process by vfork, which borrows its parent's memory, let it exit at once and reap it?",
        axes: MEMORY,
        needs: |setting| {
            vec![
                memory(setting),
                Need::Native("user-mode emulation runs vfork as fork"),
            ]
        },
        build: |setting| borrowing(setting, vfork, "vfork"),
        ..ROW
    },
    Row {
        operation: "create/clone3",
        title: "clone3(VM|VFORK)",
        question: "What does it cost to make a process by clone3 with CLONE_VM and CLONE_VFORK, let it exit at once and reap it?",
        axes: MEMORY,
        needs: |setting| {
            vec![
                memory(setting),
                Need::Native("user-mode emulation has no clone3"),
            ]
        },
        build: |setting| borrowing(setting, clone3_vfork, "clone3"),
        ..ROW
    },
];

pub(super) struct Fork;

impl Way for Fork {
    #[inline]
    fn once(&mut self) -> Result<(), Failure> {
        reap(fork(|| 0).during("fork").map_err(Failure::too_many)?)
    }
}

/// A child that runs in its parent's memory and leaves a mark there.
struct Borrowing {
    make: fn(&AtomicU32) -> nix::Result<Pid>,
    call: &'static str,
    /// Counted by the children themselves.
    ran: AtomicU32,
    /// The same without a wrap.
    done: u64,
}

fn borrowing(
    setting: &Setting,
    make: fn(&AtomicU32) -> nix::Result<Pid>,
    call: &'static str,
) -> Result<oscost_harness::Measure, Failure> {
    let way = Borrowing {
        make,
        call,
        ran: AtomicU32::new(0),
        done: 0,
    };
    measure(way, burden::memory(setting)?)
}

impl Way for Borrowing {
    #[inline]
    fn once(&mut self) -> Result<(), Failure> {
        reap(
            (self.make)(&self.ran)
                .during(self.call)
                .map_err(Failure::too_many)?,
        )
    }

    fn ran(&mut self) -> Option<u64> {
        self.done += u64::from(self.ran.swap(0, Ordering::Relaxed));
        Some(self.done)
    }
}
