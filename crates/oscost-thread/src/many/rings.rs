//! Turns that go round: one ring of all threads on one CPU, or, where all CPUs
//! are to be busy, a ring for each of them with an equal share of the threads.
//! Each member counts its turns.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use oscost_harness::ring::{Ring, Table, Touch, WorkingSet};
use oscost_harness::{Audit, During as _, Evidence, Failure, Measure, Setting, Work};
use oscost_sys::futex::Scope;
use oscost_sys::pthread::{Entry, Thread};

use super::stretch::Stretch;
use super::{LEAST, make};

/// A table, and how many have sat down.
struct Seats {
    table: &'static Table,
    taken: AtomicUsize,
}

fn be_seated(seats: &'static Seats) {
    let member = 1 + seats.taken.fetch_add(1, Ordering::Relaxed);
    // A call that fails here stops the turn for good; the driver notices.
    let _ = seats.table.be_member(member, None, nothing());
}

fn nothing() -> WorkingSet {
    WorkingSet::new(0, Touch::Read)
}

/// What the leader of another ring is asked to do.
enum Order {
    Laps(u64),
    Audit,
}

/// The first member of a ring other than the measuring one's.
struct Leader {
    orders: Sender<Order>,
    reports: Receiver<Result<Audit, Failure>>,
    thread: JoinHandle<()>,
}

fn lead(mut ring: Ring, orders: &Receiver<Order>, reports: &Sender<Result<Audit, Failure>>) {
    for order in orders {
        let report = match order {
            Order::Laps(laps) => ring.run(laps * ring.granule()).map(|()| Audit::default()),
            Order::Audit => ring.audit(),
        };
        if reports.send(report).is_err() {
            break;
        }
    }
    let _ = ring.stop();
}

impl Leader {
    fn of(ring: Ring) -> Result<Self, Failure> {
        let (orders, to_do) = channel();
        let (done, reports) = channel();
        let thread = std::thread::Builder::new()
            .spawn(move || lead(ring, &to_do, &done))
            .during("std::thread::spawn")
            .map_err(Failure::too_many)?;
        Ok(Self {
            orders,
            reports,
            thread,
        })
    }

    fn order(&self, order: Order) -> Result<(), Failure> {
        self.orders.send(order).map_err(gone)
    }

    fn report(&self) -> Result<Audit, Failure> {
        self.reports.recv().map_err(gone)?
    }
}

fn gone<E>(_: E) -> Failure {
    Failure::Fail("the leader of a ring has gone".into())
}

struct Rings {
    near: Ring,
    others: Vec<Leader>,
    members: Vec<Thread>,
    tasks: u64,
    stretch: Stretch,
}

pub(super) fn measure(setting: &Setting) -> Result<Measure, Failure> {
    let tasks = setting.of("tasks");
    let count = usize::try_from(tasks)
        .map_err(|_| Failure::Skip("more threads than this machine can count".into()))?;
    // At least two threads to a ring.
    let rings = match setting.cpus[..] {
        [] => std::thread::available_parallelism().map_or(1, usize::from),
        [..] => 1,
    }
    .min(count / 2)
    .max(1);
    let mut members = Vec::with_capacity(count);
    let mut seat = |number: usize| {
        let size = count / rings + usize::from(number < count % rings);
        let table = Table::new(size, Scope::Private)?;
        let seats: &'static Seats = Box::leak(Box::new(Seats {
            table,
            taken: AtomicUsize::new(0),
        }));
        members.extend(make(size - 1, Entry::new(be_seated, seats))?);
        Ok(Ring::new(table, nothing()))
    };
    let near = seat(0)?;
    let others = (1..rings)
        .map(|number| Leader::of(seat(number)?))
        .collect::<Result<_, Failure>>()?;
    Ok(Measure::Timed(Box::new(Rings {
        near,
        others,
        members,
        tasks,
        stretch: Stretch::begin()?,
    })))
}

impl Work for Rings {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        let laps = ops / self.tasks;
        for other in &self.others {
            other.order(Order::Laps(laps))?;
        }
        self.near.run(laps * self.near.granule())?;
        for other in &self.others {
            other.report()?;
        }
        Ok(())
    }

    fn granule(&self) -> u64 {
        LEAST.next_multiple_of(self.tasks)
    }

    /// A lap.
    fn warming(&self) -> u64 {
        self.tasks
    }
}

impl Evidence for Rings {
    fn audit(&mut self) -> Result<Audit, Failure> {
        let figures = self.stretch.end()?;
        let mut all = self.near.audit()?;
        for other in &self.others {
            other.order(Order::Audit)?;
            let audit = other.report()?;
            all.done += audit.done;
            all.parties.extend(audit.parties);
        }
        let cpus: BTreeSet<_> = all.parties.iter().filter_map(|party| party.cpu).collect();
        self.stretch.account(all.done, cpus, figures)
    }
}

impl Drop for Rings {
    fn drop(&mut self) {
        let _ = self.near.stop();
        for other in self.others.drain(..) {
            drop(other.orders);
            let _ = other.thread.join();
        }
        for member in self.members.drain(..) {
            let _ = member.join();
        }
    }
}
