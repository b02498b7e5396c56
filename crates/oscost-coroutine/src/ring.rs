//! Rings of coroutines that have their turns one after the other: two of them
//! stay in the caches, a hundred thousand do not.
//!
//! One operation is one hand-off: the next one is chosen, has its turn, and
//! gives way. The order of turns is shuffled, always in the same way, since one
//! that follows the order of addresses would be foreseen by the hardware. Each
//! member counts its turns in its own state. A plain loop must have given all as
//! many; how fair tokio is stands beside its times.

use std::task::{Context, Poll, Waker};

use oscost_harness::{
    Audit, Axis, During as _, Evidence, Expect, Failure, Measure, Need, Place, Row, Setting, Work,
};
use oscost_record::{Aspect, Bytes, Peers, TaskKind, Tier};
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::task::yield_now;

use self::order::{StartingLine, shuffle};
use crate::pause::{Boxed, Pause};
use crate::roll::Roll;
use crate::runtime;
use crate::stack::unguarded::{self, Unguarded};

mod order;

/// The rings.
pub const ROWS: &[Row] = &[
    Row {
        operation: "switch/ring-stackful",
        title: "ring of own switches",
        question: "What does it cost a plain loop to resume the next of many coroutines, each \
                   with a stack of its own, and to get control back: two switches of stacks?",
        needs: |setting| memory(setting, 8 << 10),
        build: stackful,
        ..ROW
    },
    Row {
        operation: "switch/ring-future",
        title: "ring of async blocks",
        question: "What does it cost a plain loop to poll the next of many boxed async blocks, \
                   which gives way at once?",
        axes: &[Axis {
            full: &[10, 100, 1_000, 100_000, 1_000_000],
            ..TASKS
        }],
        needs: |setting| memory(setting, 256),
        build: future,
        ..ROW
    },
    Row {
        operation: "switch/ring-tokio",
        title: "ring of tokio tasks",
        question: "What does it cost a one-thread tokio runtime to choose the next of many ready \
                   tasks, and to run it until it yields?",
        needs: |setting| memory(setting, 1 << 10),
        build: tokio,
        ..ROW
    },
];

const TASKS: Axis = Axis {
    name: "tasks",
    unit: "",
    core: &[2, 10_000],
    full: &[10, 100, 1_000, 100_000],
};

const ROW: Row = Row {
    operation: "",
    title: "",
    question: "",
    task: TaskKind::Coroutine,
    aspect: Aspect::Switch,
    per: "hand-off",
    tier: Tier::Core,
    axes: &[TASKS],
    place: Place::OneCpu,
    peers: Some(Peers::Coroutines),
    control: Some("control/loop"),
    claims: &[19],
    needs: |_| Vec::new(),
    expect: |_| Expect::NO_SWITCH,
    build: |_| Err(Failure::Fail("a row without a kind".into())),
};

fn memory(setting: &Setting, each: u64) -> Vec<Need> {
    vec![Need::Memory(Bytes(setting.value() * each))]
}

/// Where the turns go round.
trait Ring {
    /// Turns that may be taken beyond those that were asked for.
    const BEYOND: u64;
    /// Whether all come to their turn equally often. Where they need not, it is
    /// told how far they do.
    const EVEN: bool;

    /// Lets the next so many members come to their turn.
    fn go_on(&mut self, turns: u64) -> Result<(), Failure>;
}

/// A ring, and the account of its members.
struct Turns<R> {
    ring: R,
    roll: &'static Roll,
    granule: u64,
}

impl<R: Ring + 'static> Turns<R> {
    fn measure(ring: R, roll: &'static Roll, granule: u64) -> Measure {
        Measure::Timed(Box::new(Self {
            ring,
            roll,
            granule,
        }))
    }
}

impl<R: Ring> Work for Turns<R> {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        if self.roll.open(ops) {
            self.ring.go_on(ops)?;
        }
        self.roll.complete(R::BEYOND)
    }

    fn granule(&self) -> u64 {
        self.granule
    }
}

impl<R: Ring> Evidence for Turns<R> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        self.roll.call();
        self.ring.go_on(self.roll.members())?;
        let told = self.roll.told()?;
        let mut audit = Audit::alone(told.opened)?;
        // In the middle of a lap some have had one turn more.
        if R::EVEN && told.most > told.fewest + 1 {
            return Err(Failure::Fail(format!(
                "one coroutine had {} turns, another {}",
                told.fewest, told.most
            )));
        }
        if !R::EVEN && told.most >= ENOUGH {
            let share = told.fewest as f64 / told.most as f64;
            audit.figures.insert("fairness_share".to_owned(), share);
        }
        Ok(audit)
    }
}

/// Turns of one, since the beginning, after which it can be told how fair they
/// are shared out: one burst gives the members of a large ring too few.
const ENOUGH: u64 = 100;

/// The members of a ring that a plain loop serves, and where it is.
struct Loop<M> {
    members: Vec<M>,
    next: usize,
}

/// What a plain loop can serve.
trait Resume {
    fn resume(&mut self) -> Result<(), Failure>;
}

/// A part of a lap of a large ring is measured at a time, and whole laps of the
/// others.
const PART: u64 = 1_000;

fn plain<M: Resume + 'static>(
    setting: &Setting,
    member: fn(&'static Roll) -> Result<M, Failure>,
) -> Result<Measure, Failure> {
    let roll = Roll::new(setting.value());
    let mut members = Vec::new();
    for _ in 0..roll.members() {
        members.push(member(roll)?);
    }
    shuffle(&mut members);
    let ring = Loop { members, next: 0 };
    Ok(Turns::measure(ring, roll, roll.members().min(PART)))
}

impl<M: Resume> Ring for Loop<M> {
    const BEYOND: u64 = 0;
    const EVEN: bool = true;

    fn go_on(&mut self, turns: u64) -> Result<(), Failure> {
        let mut left = usize::try_from(turns).unwrap_or(usize::MAX);
        while left > 0 {
            let rest = &mut self.members[self.next..];
            let these = left.min(rest.len());
            rest[..these].iter_mut().try_for_each(Resume::resume)?;
            left -= these;
            self.next = (self.next + these) % self.members.len();
        }
        Ok(())
    }
}

/// Coroutines on stacks of 64 KiB. All stacks begin at the same place of a
/// page, as mapped ones do, so that what they have in use competes for few
/// sets of a cache. At the end they are left to the end of the process.
fn stackful(setting: &Setting) -> Result<Measure, Failure> {
    plain(setting, |roll| {
        unguarded::member(roll).during("mmap(stack)")
    })
}

impl Resume for Unguarded {
    #[inline(always)]
    fn resume(&mut self) -> Result<(), Failure> {
        Unguarded::resume(self);
        Ok(())
    }
}

fn future(setting: &Setting) -> Result<Measure, Failure> {
    plain(setting, |roll| {
        let member: Boxed = Box::pin(async move {
            let mut member = roll.member();
            loop {
                member.turn();
                Pause::default().await;
            }
        });
        Ok(member)
    })
}

impl Resume for Boxed {
    #[inline(always)]
    fn resume(&mut self) -> Result<(), Failure> {
        let mut context = Context::from_waker(Waker::noop());
        match self.as_mut().poll(&mut context) {
            Poll::Pending => Ok(()),
            Poll::Ready(()) => Err(Failure::Fail("a future ended in the middle".into())),
        }
    }
}

/// The tasks of a runtime. They yield for ever; the one that has the last turn
/// of those that were asked for says so.
struct Tasks {
    runtime: Runtime,
    last: &'static Notify,
}

fn tokio(setting: &Setting) -> Result<Measure, Failure> {
    let roll = Roll::new(setting.value());
    let members = roll.members();
    let last: &'static Notify = Box::leak(Box::default());
    let line: &'static StartingLine = Box::leak(Box::default());
    let runtime = runtime::on_this_thread()?;
    for _ in 0..members {
        runtime.spawn(async move {
            line.wait().await;
            let mut member = roll.member();
            loop {
                if member.turn() {
                    last.notify_one();
                }
                yield_now().await;
            }
        });
    }
    runtime.block_on(line.start(members));
    let tasks = Tasks { runtime, last };
    // What is taken beyond is to be a hundredth at most.
    let granule = 100 * members.min(Tasks::BEYOND);
    Ok(Turns::measure(tasks, roll, granule))
}

impl Ring for Tasks {
    /// The one that waits for the last turn is looked at after a lap, or after
    /// as many other tasks.
    const BEYOND: u64 = 61;
    /// Each time tokio has run that many, those of them that yielded get into
    /// line again, the last one first. So of a hundred tasks some come to their
    /// turn twice while others come once.
    const EVEN: bool = false;

    fn go_on(&mut self, _: u64) -> Result<(), Failure> {
        self.runtime.block_on(self.last.notified());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_ring_goes_on_where_it_was() {
        let values = [("tasks", 2500)].into();
        let setting = Setting {
            values,
            ..Setting::default()
        };
        for build in [stackful, future] {
            let Measure::Timed(mut work) = build(&setting).unwrap() else {
                panic!("not timed");
            };
            for lap in 1..=6 {
                work.run(1000).unwrap();
                assert_eq!(work.audit().unwrap().done, lap * 1000);
            }
        }
    }

    #[test]
    fn a_member_of_another_ring_is_noticed() {
        let roll = Roll::new(3);
        let foreign = [roll, roll, Roll::new(1)];
        let ring = Loop {
            members: foreign.map(|roll| unguarded::member(roll).unwrap()).into(),
            next: 0,
        };
        let mut turns = Turns {
            ring,
            roll,
            granule: 3,
        };
        assert!(turns.run(3).is_err());
    }
}
