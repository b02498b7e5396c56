//! Creation taken apart: until the call returns to the parent, until the child
//! runs its first instruction, and from the child's end to the parent's return
//! from `wait`.
//!
//! The child notes the time as the first thing it does, and again before it
//! exits. A child that borrows its parent's memory and does nothing needs one
//! note for both.

mod stages;

use oscost_harness::{
    Audit, Axis, Evidence, Expect, Failure, Measure, Need, Place, Row, TimedWork,
};
use oscost_record::{Aspect, TaskKind, Tier};
use oscost_sys::counter::Ticks;
use oscost_sys::fork::{clone3_vfork_noting, vfork_noting};

use self::stages::{Borrowing, Forking, Moments, Spawning, Stages};
use crate::child;
use crate::create::memory;
use crate::target::FOREIGN;

/// From one moment to another.
type Stretch = fn(&Moments) -> Ticks;

const RETURN: Stretch = |moments| moments.returned.since(moments.called);
const FIRST: Stretch = |moments| moments.first.since(moments.called);
const WAIT: Stretch = |moments| moments.reaped.since(moments.last);

const ROW: Row = Row {
    operation: "",
    title: "",
    question: "",
    task: TaskKind::Process,
    aspect: Aspect::Part,
    per: "",
    tier: Tier::Full,
    axes: &[],
    place: Place::OneCpu,
    peers: None,
    control: None,
    claims: &[1],
    needs: |_| Vec::new(),
    expect: |_| Expect::tasks(1),
    build: |_| Err(Failure::Fail("a row that builds nothing".into())),
};

const FORK: Row = Row {
    axes: &[Axis {
        name: "rss",
        unit: "MiB",
        core: &[],
        full: &[0, 64, 1024],
    }],
    needs: |setting| vec![memory(setting)],
    ..ROW
};

const VFORK: Row = Row {
    needs: |_| vec![Need::Native("user-mode emulation runs vfork as fork")],
    ..ROW
};

const CLONE3: Row = Row {
    needs: |_| vec![Need::Native("user-mode emulation has no clone3")],
    ..ROW
};

const SPAWN: Row = Row {
    needs: |_| vec![FOREIGN],
    ..ROW
};

pub(crate) const ROWS: &[Row] = &[
    Row {
        operation: "apart/fork/return",
        title: "fork returns",
        question: "How long does the parent spend in the call of fork, as its resident memory grows?",
        per: "call",
        build: |setting| Ok(apart(Forking::new(setting)?, RETURN)),
        ..FORK
    },
    Row {
        operation: "apart/fork/first-instruction",
        title: "fork, first instruction",
        question: "How long after the call of fork does the child run, once the parent has left it the CPU by waiting?",
        per: "first instruction",
        build: |setting| Ok(apart(Forking::new(setting)?, FIRST)),
        ..FORK
    },
    Row {
        operation: "apart/fork/exit-to-wait",
        title: "fork, exit to wait",
        question: "How long after a forked child's exit does its parent, which waits on the same CPU, get on?",
        per: "exit",
        build: |setting| Ok(apart(Forking::new(setting)?, WAIT)),
        ..FORK
    },
    Row {
        operation: "apart/vfork/return",
        title: "vfork returns",
        question: "How long does the parent spend in the call of vfork, which lasts until the child has exited?",
        per: "call",
        build: |_| Ok(apart(Borrowing::new(vfork_noting, "vfork"), RETURN)),
        ..VFORK
    },
    Row {
        operation: "apart/vfork/first-instruction",
        title: "vfork, first instruction",
        question: "How long after the call of vfork does the child run its first instruction?",
        per: "first instruction",
        build: |_| Ok(apart(Borrowing::new(vfork_noting, "vfork"), FIRST)),
        ..VFORK
    },
    Row {
        operation: "apart/vfork/exit-to-wait",
        title: "vfork, exit to wait",
        question: "How long after the exit of a child made by vfork has its parent reaped it?",
        per: "exit",
        build: |_| Ok(apart(Borrowing::new(vfork_noting, "vfork"), WAIT)),
        ..VFORK
    },
    Row {
        operation: "apart/clone3/return",
        title: "clone3(VM|VFORK) returns",
        question: "How long does the parent spend in the call of clone3 with the flags of vfork, which lasts until the child has exited?",
        per: "call",
        build: |_| Ok(apart(Borrowing::new(clone3_vfork_noting, "clone3"), RETURN)),
        ..CLONE3
    },
    Row {
        operation: "apart/clone3/first-instruction",
        title: "clone3(VM|VFORK), first instr.",
        question: "How long after the call of clone3 with the flags of vfork does the child run its first instruction?",
        per: "first instruction",
        build: |_| Ok(apart(Borrowing::new(clone3_vfork_noting, "clone3"), FIRST)),
        ..CLONE3
    },
    Row {
        operation: "apart/clone3/exit-to-wait",
        title: "clone3(VM|VFORK), exit to wait",
        question: "How long after the exit of a child made by clone3 with the flags of vfork has its parent reaped it?",
        per: "exit",
        build: |_| Ok(apart(Borrowing::new(clone3_vfork_noting, "clone3"), WAIT)),
        ..CLONE3
    },
    Row {
        operation: "apart/posix-spawn/return",
        title: "posix_spawn returns",
        question: "How long does the parent spend in the call of posix_spawn, which lasts until the child has executed the program?",
        per: "call",
        build: |_| Ok(apart(Spawning::new()?, RETURN)),
        ..SPAWN
    },
    Row {
        operation: "apart/posix-spawn/first-instruction",
        title: "posix_spawn, first instruction",
        question: "How long after the call of posix_spawn does the new program, a static one, run its first instruction?",
        per: "first instruction",
        build: |_| Ok(apart(Spawning::new()?, FIRST)),
        ..SPAWN
    },
    Row {
        operation: "apart/posix-spawn/exit-to-wait",
        title: "posix_spawn, exit to wait",
        question: "How long after the exit of a spawned program does its parent, which waits on the same CPU, get on?",
        per: "exit",
        build: |_| Ok(apart(Spawning::new()?, WAIT)),
        ..SPAWN
    },
];

struct Apart<S> {
    stages: S,
    stretch: Stretch,
}

fn apart(stages: impl Stages + 'static, stretch: Stretch) -> Measure {
    Measure::SelfTimed(Box::new(Apart { stages, stretch }))
}

impl<S: Stages> TimedWork for Apart<S> {
    fn run_once(&mut self, now: fn() -> Ticks) -> Result<Ticks, Failure> {
        let moments = self.stages.once(now)?;
        let Moments {
            called,
            returned,
            first,
            last,
            reaped,
        } = moments;
        let in_order = called <= returned && [called, first, last, reaped].is_sorted();
        if !in_order {
            return Err(Failure::Fail(format!(
                "a child's notes do not fit between its making and its reaping: {moments:?}"
            )));
        }
        Ok((self.stretch)(&moments))
    }
}

impl<S: Stages> Evidence for Apart<S> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        child::audit(self.stages.noted())
    }
}
