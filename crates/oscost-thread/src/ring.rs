//! A turn that goes round a ring of threads on one CPU, each of which touches a
//! working set of its own: the same grid as between processes.

use std::thread::JoinHandle;

use oscost_harness::ring::{self, Ring, Table, Touch, WorkingSet, members_and_bytes};
use oscost_harness::{
    Audit, Axis, During as _, Evidence, Failure, Measure, Place, Row, Setting, Work,
};
use oscost_record::{Aspect, Peers, TaskKind, Tier};
use oscost_sys::futex::Scope;

const fn row(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    axes: &'static [Axis],
    control: &'static str,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Thread,
        aspect: Aspect::Switch,
        per: "hand-off",
        tier: Tier::Core,
        axes,
        place: Place::OneCpu,
        peers: Some(Peers::Threads),
        control: Some(control),
        claims: &[3, 4],
        needs: ring::needs,
        // Every hand-off is a switch. Taking stock goes round once more, which in
        // a burst of one lap makes two.
        expect: ring::expect_a_switch_each,
        build,
    }
}

pub(crate) const ROWS: &[Row] = &[
    row(
        "switch/ring",
        "ring, sets read",
        "What does it cost to hand the turn to the next of several threads on one CPU, each of which reads a working set?",
        ring::AXES,
        "control/ring",
        |setting| seat(setting, Touch::Read),
    ),
    row(
        "switch/ring-written",
        "ring, sets written",
        "What does it cost to hand the turn to the next of several threads on one CPU, each of which writes a working set?",
        ring::AXES_WRITTEN,
        "control/ring-written",
        |setting| seat(setting, Touch::Write),
    ),
];

/// A ring whose other members are threads.
struct Threads {
    ring: Ring,
    members: Vec<JoinHandle<Result<(), Failure>>>,
}

fn seat(setting: &Setting, touch: Touch) -> Result<Measure, Failure> {
    let (count, bytes) = members_and_bytes(setting)?;
    let table = Table::new(count, Scope::Private)?;
    let cpu = setting.cpu(0);
    let seat = |member| {
        std::thread::Builder::new()
            .spawn(move || table.be_member(member, cpu, WorkingSet::new(bytes, touch)))
            .during("std::thread::spawn")
            .map_err(Failure::too_many)
    };
    let members = (1..count).map(seat).collect::<Result<_, _>>()?;
    Ok(Measure::Timed(Box::new(Threads {
        ring: Ring::new(table, WorkingSet::new(bytes, touch)),
        members,
    })))
}

impl Work for Threads {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        self.ring.run(ops)
    }

    fn granule(&self) -> u64 {
        self.ring.granule()
    }
}

impl Evidence for Threads {
    fn audit(&mut self) -> Result<Audit, Failure> {
        self.ring.audit()
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if self.ring.stop().is_ok() {
            for member in self.members.drain(..) {
                let _ = member.join();
            }
        }
    }
}
