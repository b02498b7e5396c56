//! A turn round a ring of processes, each with a working set of its own, and
//! the same by one process alone.

use oscost_harness::child::Child;
use oscost_harness::ring::{
    AXES, AXES_WRITTEN, Ring, Table, Touch, WorkingSet, alone, expect_a_switch_each,
    members_and_bytes, needs,
};
use oscost_harness::{Audit, Evidence, Expect, Failure, Measure, Place, Row, Setting, Work};
use oscost_record::{Aspect, Peers, TaskKind, Tier};
use oscost_sys::futex::Scope;

const ROW: Row = Row {
    operation: "switch/ring",
    title: "ring",
    question: "What does it cost to hand the CPU on to the next of several processes, each of which reads a working set of its own when its turn comes?",
    task: TaskKind::Process,
    aspect: Aspect::Switch,
    per: "hand-off",
    tier: Tier::Core,
    axes: AXES,
    place: Place::OneCpu,
    peers: Some(Peers::Processes),
    control: Some("control/ring"),
    claims: &[3, 4],
    needs,
    expect: expect_a_switch_each,
    build: |setting| together(setting, Touch::Read),
};

const WRITTEN: Row = Row {
    operation: "switch/ring-written",
    title: "ring, written",
    question: "What does it cost to hand the CPU on to the next of several processes, each of which writes a working set of its own when its turn comes?",
    axes: AXES_WRITTEN,
    control: Some("control/ring-written"),
    build: |setting| together(setting, Touch::Write),
    ..ROW
};

pub(crate) const ROWS: &[Row] = &[
    ROW,
    WRITTEN,
    Row {
        operation: "control/ring",
        title: "ring, one task",
        question: "What do the calls of a hand-off and reading the working sets cost when one process does it all and nobody switches?",
        aspect: Aspect::Control,
        control: None,
        peers: None,
        expect: |_| Expect::NO_SWITCH,
        build: |setting| by_one(setting, Touch::Read),
        ..ROW
    },
    Row {
        operation: "control/ring-written",
        title: "ring, written, one task",
        question: "What do the calls of a hand-off and writing the working sets cost when one process does it all and nobody switches?",
        aspect: Aspect::Control,
        control: None,
        peers: None,
        expect: |_| Expect::NO_SWITCH,
        build: |setting| by_one(setting, Touch::Write),
        ..WRITTEN
    },
];

/// The ring, and the processes that are its other members.
struct Members {
    ring: Ring,
    _children: Vec<Child>,
}

fn together(setting: &Setting, touch: Touch) -> Result<Measure, Failure> {
    let (members, bytes) = members_and_bytes(setting)?;
    let table = Table::new(members, Scope::Shared)?;
    let children = (1..members).map(|member| {
        let cpu = setting.cpu(member);
        Child::bound(|| table.be_member(member, cpu, WorkingSet::new(bytes, touch)))
    });
    Ok(Measure::Timed(Box::new(Members {
        _children: children.collect::<Result<_, _>>()?,
        ring: Ring::new(table, WorkingSet::new(bytes, touch)),
    })))
}

fn by_one(setting: &Setting, touch: Touch) -> Result<Measure, Failure> {
    let (members, bytes) = members_and_bytes(setting)?;
    Ok(alone(members, bytes, touch, Scope::Shared))
}

impl Work for Members {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        self.ring.run(ops)
    }

    fn granule(&self) -> u64 {
        self.ring.granule()
    }
}

impl Evidence for Members {
    fn audit(&mut self) -> Result<Audit, Failure> {
        self.ring.audit()
    }
}

#[cfg(test)]
mod tests {
    use oscost_harness::proof::prove;
    use oscost_harness::usage;
    use oscost_record::Placement;

    use super::*;

    fn judge(measure: Measure, ops: u64) -> Result<(), Failure> {
        let Measure::Timed(mut work) = measure else {
            panic!("not timed");
        };
        let before = work.audit().unwrap();
        work.run(ops).unwrap();
        let after = work.audit().unwrap();
        prove(
            ops,
            (&before, &after),
            expect_a_switch_each(&setting()),
            Placement::Free,
        )
        .map(drop)
    }

    fn setting() -> Setting {
        Setting {
            values: vec![("tasks", 4), ("set", 16)],
            cpus: usage::this_cpu().into_iter().collect(),
        }
    }

    /// Pins itself: in a thread of its own, since the test runner's is not
    /// ours to pin.
    fn apart(test: fn(Setting)) {
        std::thread::spawn(move || {
            let setting = setting();
            oscost_harness::pin::this_thread(setting.cpus[0]).unwrap();
            test(setting);
        })
        .join()
        .unwrap();
    }

    #[test]
    fn a_ring_on_one_cpu_switches_at_every_hand_off() {
        apart(|setting| judge(together(&setting, Touch::Write).unwrap(), 4000).unwrap());
    }

    #[test]
    fn hand_offs_that_switch_nobody_are_caught() {
        apart(|setting| {
            let failure = judge(by_one(&setting, Touch::Read).unwrap(), 4000).unwrap_err();
            assert!(failure.to_string().contains("context switches"));
        });
    }
}
