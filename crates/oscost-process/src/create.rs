//! Making a process that ends at once, and reaping it: by `fork` from parents
//! of several sizes, and by the calls that share the parent's memory.

use std::sync::atomic::{AtomicU32, Ordering};

use nix::unistd::Pid;
use oscost_harness::{
    Audit, Axis, During as _, Evidence, Expect, Failure, Measure, Need, Place, Row, Setting, Work,
};
use oscost_record::{Aspect, Bytes, TaskKind, Tier};
use oscost_sys::fork::{clone3_vfork, fork, vfork};
use oscost_sys::map::Ballast;

use crate::reap;

/// What one operation is, in all of these.
const PER: &str = "create+exit+wait";

pub(crate) const ROWS: &[Row] = &[
    Row {
        operation: "create/fork",
        title: "fork",
        question: "What does it cost to fork a process, let it exit at once and reap it, as the parent's resident memory grows?",
        task: TaskKind::Process,
        aspect: Aspect::Create,
        per: PER,
        tier: Tier::Core,
        axes: &[Axis {
            name: "rss",
            unit: "MiB",
            core: &[0, 16, 64, 256, 1024],
            full: &[],
        }],
        place: Place::OneCpu,
        peers: None,
        control: Some("control/wait"),
        claims: &[1],
        needs: |setting| vec![Need::Memory(Bytes((setting.value() * 5 / 4) << 20))],
        expect: |_| Expect::tasks(1),
        build: build_fork,
    },
    Row {
        operation: "create/vfork",
        title: "vfork",
        question: "What does it cost to make a process by vfork, which borrows its parent's memory, let it exit at once and reap it?",
        task: TaskKind::Process,
        aspect: Aspect::Create,
        per: PER,
        tier: Tier::Core,
        axes: &[],
        place: Place::OneCpu,
        peers: None,
        control: Some("control/wait"),
        claims: &[1],
        needs: |_| vec![Need::Native("user-mode emulation runs vfork as fork")],
        expect: |_| Expect::tasks(1),
        build: |_| Ok(borrowing(vfork, "vfork")),
    },
    Row {
        operation: "create/clone3",
        title: "clone3(VM|VFORK)",
        question: "What does it cost to make a process by clone3 with CLONE_VM and CLONE_VFORK, let it exit at once and reap it?",
        task: TaskKind::Process,
        aspect: Aspect::Create,
        per: PER,
        tier: Tier::Core,
        axes: &[],
        place: Place::OneCpu,
        peers: None,
        control: Some("control/wait"),
        claims: &[1],
        needs: |_| vec![Need::Native("user-mode emulation has no clone3")],
        expect: |_| Expect::tasks(1),
        build: |_| Ok(borrowing(clone3_vfork, "clone3")),
    },
];

struct Fork {
    _ballast: Ballast,
    reaped: u64,
}

fn build_fork(setting: &Setting) -> Result<Measure, Failure> {
    let bytes = usize::try_from(setting.value() << 20)
        .map_err(|_| Failure::Skip("more memory than this machine can address".into()))?;
    let ballast = Ballast::new(bytes).during("mmap")?;
    Ok(Measure::Timed(Box::new(Fork {
        _ballast: ballast,
        reaped: 0,
    })))
}

impl Work for Fork {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        for _ in 0..ops {
            let child = fork(|| 0).during("fork").map_err(too_many)?;
            reap::reap(child)?;
            self.reaped += 1;
        }
        Ok(())
    }
}

impl Evidence for Fork {
    fn audit(&mut self) -> Result<Audit, Failure> {
        reap::audit(self.reaped)
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

fn borrowing(make: fn(&AtomicU32) -> nix::Result<Pid>, call: &'static str) -> Measure {
    Measure::Timed(Box::new(Borrowing {
        make,
        call,
        ran: AtomicU32::new(0),
        done: 0,
    }))
}

impl Work for Borrowing {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        for _ in 0..ops {
            let child = (self.make)(&self.ran).during(self.call).map_err(too_many)?;
            reap::reap(child)?;
        }
        Ok(())
    }
}

impl Evidence for Borrowing {
    fn audit(&mut self) -> Result<Audit, Failure> {
        self.done += u64::from(self.ran.swap(0, Ordering::Relaxed));
        reap::audit(self.done)
    }
}

/// Adds what to do about a limit on processes.
pub(crate) fn too_many(failure: Failure) -> Failure {
    failure.with_remedy(
        "EAGAIN: see `ulimit -u`, the cgroup's pids.max, kernel.threads-max; ENOMEM: too little memory, or vm.overcommit_memory=2; ENOSYS: the kernel or a sandbox refuses the call",
    )
}
