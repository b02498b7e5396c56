//! A turn that goes round a ring of tasks, each of which touches a working set
//! of its own when its turn comes: the body of the switch grid, the same for
//! processes and threads.
//!
//! One operation is one hand-off, from a member to the next. Each member counts
//! its own turns, and posts what the kernel counted for it when it is asked,
//! which is never part of what is timed.

use std::hint::black_box;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use oscost_record::{Bytes, Cpu};
use oscost_sys::futex::{self, Scope};
use oscost_sys::map::{SharedPage, Slot};

use crate::failure::During as _;
use crate::posted::{self, Posted};
use crate::work::{Audit, Evidence, Work};
use crate::{Axis, Expect, Failure, Need, Setting, pin};

/// The members, and the working set of each.
pub const AXES: &[Axis] = &[
    Axis {
        name: "tasks",
        unit: "",
        core: &[2],
        full: &[4, 8, 16, 64],
    },
    Axis {
        name: "set",
        unit: "KiB",
        core: &[0, 256],
        full: &[16, 64, 1024, 4096],
    },
];

/// The same where the working sets are written: nothing to write is nothing
/// new.
pub const AXES_WRITTEN: &[Axis] = &[
    Axis {
        name: "tasks",
        unit: "",
        core: &[2],
        full: &[4, 8, 16, 64],
    },
    Axis {
        name: "set",
        unit: "KiB",
        core: &[256],
        full: &[16, 64, 1024, 4096],
    },
];

/// How many members a setting asks for, and the bytes of each one's set.
///
/// # Errors
/// Where that is more than this machine can address.
pub fn members_and_bytes(setting: &Setting) -> Result<(usize, usize), Failure> {
    let whole = |value: u64| {
        usize::try_from(value)
            .map_err(|_| Failure::Skip("more memory than this machine can address".into()))
    };
    Ok((whole(setting.of("tasks"))?, whole(setting.of("set") << 10)?))
}

/// What a ring needs of the machine.
#[must_use]
pub fn needs(setting: &Setting) -> Vec<Need> {
    let tasks = setting.of("tasks");
    vec![
        Need::Tasks(tasks + 10),
        Need::Memory(Bytes(tasks * (setting.of("set") << 10) * 5 / 4)),
    ]
}

/// What a member does with its working set at each turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// Reads every line: they stay clean, and may be in several caches.
    Read,
    /// Writes every line: whoever needs the cache next has them written back.
    Write,
}

/// Memory that a task touches from end to end when its turn comes.
#[derive(Debug)]
pub struct WorkingSet {
    lines: Vec<Line>,
    touch: Touch,
    turn: u64,
}

/// What a cache holds at once on both architectures.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Line(u64);

impl WorkingSet {
    /// Resident memory of so many bytes. Make it in the task that touches it.
    #[must_use]
    pub fn new(bytes: usize, touch: Touch) -> Self {
        let line = |number| Line(number as u64);
        Self {
            lines: (0..bytes / size_of::<Line>()).map(line).collect(),
            touch,
            turn: 0,
        }
    }

    /// Touches every line once.
    #[inline]
    pub fn touch(&mut self) {
        self.turn += 1;
        match self.touch {
            Touch::Read => {
                let sum = self
                    .lines
                    .iter()
                    .map(|line| line.0)
                    .fold(0, u64::wrapping_add);
                black_box(sum);
            }
            Touch::Write => {
                for line in &mut self.lines {
                    line.0 = self.turn;
                }
                black_box(&mut self.lines);
            }
        }
    }
}

// What a member may find with its turn.
const GO_ON: u32 = 0;
const POST: u32 = 1;
const STOP: u32 = 2;

/// Slots of a member: its turn, and the account that it posts.
const TURN: usize = 0;
const POSTED: usize = 1;
const SLOTS: usize = POSTED + posted::SLOTS;

/// Where all members meet. Member 0 is the one that measures.
#[derive(Debug)]
pub struct Table {
    page: SharedPage,
    members: usize,
    scope: Scope,
}

impl Table {
    /// A table for so many members, which lives as long as the process.
    ///
    /// # Errors
    /// What `mmap(2)` says.
    pub fn new(members: usize, scope: Scope) -> Result<&'static Self, Failure> {
        // One more for the orders.
        let page = SharedPage::with_slots(members * SLOTS + 1).during("mmap(MAP_SHARED)")?;
        Ok(Box::leak(Box::new(Self {
            page,
            members,
            scope,
        })))
    }

    fn slot(&self, member: usize, slot: usize) -> &Slot {
        self.page.slot(1 + member * SLOTS + slot)
    }

    fn order(&self) -> &Slot {
        self.page.slot(0)
    }

    /// Hands the turn to the member after `member`.
    #[inline]
    fn pass(&self, member: usize) -> Result<(), Failure> {
        let next = if member + 1 == self.members {
            0
        } else {
            member + 1
        };
        let word = &self.slot(next, TURN).word;
        word.store(word.load(Relaxed).wrapping_add(1), Release);
        futex::wake(word, 1, self.scope).during("futex(FUTEX_WAKE)")?;
        Ok(())
    }

    /// Sleeps until the turn of `member` numbered `turn` has come.
    #[inline]
    fn await_turn(&self, member: usize, turn: u32) {
        let word = &self.slot(member, TURN).word;
        loop {
            let seen = word.load(Acquire);
            if seen == turn {
                return;
            }
            // Woken, interrupted or too late: look again in every case.
            let _ = futex::wait(word, seen, self.scope);
        }
    }

    /// What a member other than 0 does until it is stopped.
    ///
    /// # Errors
    /// What pinning or a call says.
    pub fn be_member(
        &self,
        member: usize,
        cpu: Option<Cpu>,
        mut set: WorkingSet,
    ) -> Result<(), Failure> {
        if let Some(cpu) = cpu {
            pin::this_thread(cpu)?;
        }
        let mut turn = 0_u32;
        let mut done = 0;
        loop {
            turn = turn.wrapping_add(1);
            self.await_turn(member, turn);
            match self.order().word.load(Acquire) {
                GO_ON => {
                    set.touch();
                    done += 1;
                }
                POST => self.account(member).write(done)?,
                _ => {
                    self.pass(member)?;
                    return Ok(());
                }
            }
            self.pass(member)?;
        }
    }

    fn account(&self, member: usize) -> Posted<'_> {
        Posted::at(&self.page, 1 + member * SLOTS + POSTED)
    }
}

/// The measuring member, number 0.
#[derive(Debug)]
pub struct Ring {
    table: &'static Table,
    set: WorkingSet,
    turn: u32,
    laps: u64,
    audits: u64,
}

impl Ring {
    /// The ring as its first member sees it. The others must be at the table,
    /// or on their way to it.
    #[must_use]
    pub fn new(table: &'static Table, set: WorkingSet) -> Self {
        Self {
            table,
            set,
            turn: 0,
            laps: 0,
            audits: 0,
        }
    }

    #[inline]
    fn lap(&mut self) -> Result<(), Failure> {
        self.table.pass(0)?;
        self.turn = self.turn.wrapping_add(1);
        self.table.await_turn(0, self.turn);
        Ok(())
    }

    /// Sends the others home.
    ///
    /// # Errors
    /// What `futex(2)` says.
    pub fn stop(&mut self) -> Result<(), Failure> {
        self.table.order().word.store(STOP, Release);
        self.table.pass(0)
    }
}

impl Work for Ring {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        for _ in 0..ops / self.granule() {
            self.lap()?;
            self.set.touch();
            self.laps += 1;
        }
        Ok(())
    }

    fn granule(&self) -> u64 {
        self.table.members as u64
    }
}

impl Evidence for Ring {
    fn audit(&mut self) -> Result<Audit, Failure> {
        self.table.order().word.store(POST, Release);
        if self.audits == 0 {
            // The first lap may find members on their way to the table, who
            // need not sleep for it.
            self.lap()?;
        }
        self.lap()?;
        self.table.order().word.store(GO_ON, Release);
        self.audits += 1;
        let mut audit = Audit::alone(self.laps)?;
        for member in 1..self.table.members {
            let (done, party) = self.table.account(member).read();
            audit.done += done;
            audit.parties.push(party);
        }
        // Taking stock is a lap of its own, in which each member slept once.
        for party in &mut audit.parties {
            if let Some(switches) = &mut party.usage.voluntary_switches {
                *switches = switches.saturating_sub(self.audits);
            }
        }
        Ok(audit)
    }
}

/// On one CPU every hand-off is a switch.
#[must_use]
pub fn expect_a_switch_each(_: &Setting) -> Expect {
    Expect::switches(1.0, 1.0)
}

/// The same without the other tasks: one task makes the calls of a hand-off
/// and touches the working set of the next member, so that as much memory goes
/// through the caches.
#[must_use]
pub fn alone(members: usize, bytes: usize, touch: Touch, scope: Scope) -> crate::Measure {
    let word = std::sync::atomic::AtomicU32::new(0);
    let mut sets: Vec<WorkingSet> = (0..members)
        .map(|_| WorkingSet::new(bytes, touch))
        .collect();
    let mut next = 0;
    crate::alone::calls(move || {
        futex::wake(&word, 1, scope).during("futex(FUTEX_WAKE)")?;
        match futex::wait(&word, 1, scope) {
            Err(nix::errno::Errno::EAGAIN) => {}
            other => {
                return Err(Failure::Fail(format!(
                    "a wait for a value that had passed gave {other:?}"
                )));
            }
        }
        sets[next].touch();
        next = if next + 1 == sets.len() { 0 } else { next + 1 };
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_counts_its_turns() {
        let table = Table::new(5, Scope::Private).unwrap();
        let members: Vec<_> = (1..5)
            .map(|member| {
                std::thread::spawn(move || {
                    table.be_member(member, None, WorkingSet::new(4096, Touch::Write))
                })
            })
            .collect();
        let mut ring = Ring::new(table, WorkingSet::new(4096, Touch::Read));
        let before = ring.audit().unwrap();
        ring.run(5 * 40).unwrap();
        let after = ring.audit().unwrap();
        assert_eq!(after.done - before.done, 200);
        assert_eq!(after.parties.len(), 5);
        ring.stop().unwrap();
        for member in members {
            member.join().unwrap().unwrap();
        }
    }

    #[test]
    fn a_working_set_is_as_large_as_it_says() {
        for touch in [Touch::Read, Touch::Write] {
            let mut set = WorkingSet::new(64 << 10, touch);
            set.touch();
            assert_eq!(size_of_val(&set.lines[..]), 64 << 10);
        }
        WorkingSet::new(0, Touch::Write).touch();
    }
}
