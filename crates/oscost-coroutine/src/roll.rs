//! The account of many coroutines that take turns: each counts its own turns,
//! in its own state, and tells them when the roll is called.
//!
//! So a turn touches the memory of the one whose turn it is, and nothing is
//! written to a table which the next one's count would lie beside. All members
//! must run on one thread.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use oscost_harness::Failure;

/// What all members look at.
#[derive(Debug)]
pub(crate) struct Roll {
    members: u64,
    /// Turns that have been opened so far.
    opened: AtomicU64,
    /// Of these, the turns that are still to come. Turns that were taken beyond
    /// them make it negative: they count towards the next that are opened.
    left: AtomicI64,
    /// Turns that were taken during a call: they count towards none.
    stray: AtomicU64,
    /// How often the roll has been called.
    calls: AtomicU64,
    /// Answers that are still to come.
    silent: AtomicU64,
    // What the answers to the last call must say in all, and what they say.
    due: AtomicU64,
    turns: AtomicU64,
    fewest: AtomicU64,
    most: AtomicU64,
}

impl Roll {
    /// A roll of so many members, which lives as long as the process.
    pub(crate) fn new(members: u64) -> &'static Self {
        let zero = || AtomicU64::new(0);
        Box::leak(Box::new(Self {
            members,
            opened: zero(),
            left: AtomicI64::new(0),
            stray: zero(),
            calls: zero(),
            silent: zero(),
            due: zero(),
            turns: zero(),
            fewest: zero(),
            most: zero(),
        }))
    }

    /// How many members there are.
    pub(crate) fn members(&self) -> u64 {
        self.members
    }

    /// One of the members, to be kept in the state of a coroutine.
    pub(crate) fn member(&'static self) -> Member {
        Member {
            roll: self,
            turns: 0,
            answers: 0,
        }
    }

    /// Lets the members have so many more turns in all. `false`: they have had
    /// them already.
    pub(crate) fn open(&self, turns: u64) -> bool {
        self.opened
            .store(self.opened.load(Relaxed) + turns, Relaxed);
        let left = self.left.load(Relaxed).saturating_add_unsigned(turns);
        self.left.store(left, Relaxed);
        left > 0
    }

    /// Checks that all turns that were opened were taken, and at most `beyond`
    /// more.
    ///
    /// # Errors
    /// Where turns are missing, or there were too many.
    pub(crate) fn complete(&self, beyond: u64) -> Result<(), Failure> {
        match self.left.load(Relaxed) {
            left if left <= 0 && left.unsigned_abs() <= beyond => Ok(()),
            left => Err(Failure::Fail(format!(
                "{left} turns of {} coroutines are missing",
                self.members
            ))),
        }
    }

    /// The turns that all must have had by now, in all.
    fn taken(&self) -> u64 {
        let opened = self.opened.load(Relaxed) + self.stray.load(Relaxed);
        opened.saturating_add_signed(-self.left.load(Relaxed))
    }

    /// Asks every member for its count, at its next turn.
    pub(crate) fn call(&self) {
        self.due.store(self.taken(), Relaxed);
        self.calls.store(self.calls.load(Relaxed) + 1, Relaxed);
        self.silent.store(self.members, Relaxed);
        self.turns.store(0, Relaxed);
        self.fewest.store(u64::MAX, Relaxed);
        self.most.store(0, Relaxed);
    }

    /// What everybody has answered to the last [`call`](Self::call).
    ///
    /// # Errors
    /// Where somebody has not answered, or the turns do not add up.
    pub(crate) fn told(&self) -> Result<Told, Failure> {
        let told = [&self.silent, &self.due, &self.turns];
        let [silent, due, turns] = told.map(|told| told.load(Relaxed));
        if silent > 0 || turns != due {
            return Err(Failure::Fail(format!(
                "of {} coroutines {silent} did not answer, the others had {turns} turns in all in \
                 place of {due}",
                self.members
            )));
        }
        let stray = self.taken() - due;
        self.stray.store(self.stray.load(Relaxed) + stray, Relaxed);
        let left = self.left.load(Relaxed).saturating_add_unsigned(stray);
        self.left.store(left, Relaxed);
        Ok(Told {
            opened: self.opened.load(Relaxed),
            fewest: self.fewest.load(Relaxed),
            most: self.most.load(Relaxed),
        })
    }
}

/// What is known after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// Turns that were opened, and taken.
    pub(crate) opened: u64,
    /// Turns of the member that had the fewest, since the beginning.
    pub(crate) fewest: u64,
    /// And of the one that had most.
    pub(crate) most: u64,
}

/// One member's own account.
#[derive(Debug)]
pub(crate) struct Member {
    roll: &'static Roll,
    turns: u64,
    answers: u64,
}

impl Member {
    /// Answers if it has been called, else takes a turn. `true`: it was the
    /// last answer, or the last turn of those that are open.
    #[inline(always)]
    pub(crate) fn turn(&mut self) -> bool {
        if self.answers < self.roll.calls.load(Relaxed) {
            return self.answer();
        }
        self.turns += 1;
        let left = self.roll.left.load(Relaxed) - 1;
        self.roll.left.store(left, Relaxed);
        left == 0
    }

    #[cold]
    fn answer(&mut self) -> bool {
        let roll = self.roll;
        self.answers += 1;
        let (fewest, most) = (roll.fewest.load(Relaxed), roll.most.load(Relaxed));
        roll.fewest.store(fewest.min(self.turns), Relaxed);
        roll.most.store(most.max(self.turns), Relaxed);
        roll.turns
            .store(roll.turns.load(Relaxed) + self.turns, Relaxed);
        let silent = roll.silent.load(Relaxed) - 1;
        roll.silent.store(silent, Relaxed);
        silent == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(roll: &Roll, members: &mut [Member]) -> (u64, u64, u64) {
        roll.call();
        assert!(roll.told().is_err(), "nobody has answered");
        for member in members {
            member.turn();
        }
        let told = roll.told().unwrap();
        (told.opened, told.fewest, told.most)
    }

    #[test]
    fn everybody_has_its_turns_and_tells_them() {
        let roll = Roll::new(3);
        let mut members: Vec<Member> = (0..3).map(|_| roll.member()).collect();
        assert!(roll.open(6));
        let last: Vec<bool> = (0..6).map(|turn| members[turn % 3].turn()).collect();
        assert_eq!(last, [false, false, false, false, false, true]);
        assert_eq!(call(roll, &mut members), (6, 2, 2));
        // In the middle of a lap, too.
        assert!(roll.open(1));
        assert!(members[0].turn());
        assert_eq!(call(roll, &mut members), (7, 2, 3));
    }

    #[test]
    fn turns_beyond_count_towards_the_next() {
        let roll = Roll::new(2);
        let mut members = [roll.member(), roll.member()];
        roll.open(2);
        for turn in 0..5 {
            members[turn % 2].turn();
        }
        assert!(roll.complete(2).is_err());
        assert_eq!(roll.complete(3), Ok(()));
        assert_eq!(call(roll, &mut members), (2, 2, 3));
        assert!(!roll.open(3), "taken already");
        assert!(roll.open(1));
        assert!(members[1].turn());
        assert_eq!(call(roll, &mut members), (6, 3, 3));
    }

    #[test]
    fn turns_during_a_call_count_towards_none() {
        let roll = Roll::new(2);
        let mut members = [roll.member(), roll.member()];
        roll.call();
        for member in [0, 0, 0, 1] {
            members[member].turn();
        }
        assert_eq!(roll.told().unwrap().opened, 0);
        assert_eq!(roll.complete(0), Ok(()));
        assert!(roll.open(1));
        assert!(members[1].turn());
        assert_eq!(call(roll, &mut members), (1, 1, 2));
    }

    #[test]
    fn one_who_was_left_out_is_noticed() {
        let roll = Roll::new(2);
        let mut members = [roll.member(), roll.member()];
        roll.open(4);
        for member in [0, 0, 1] {
            members[member].turn();
        }
        assert!(roll.complete(0).is_err());
        members[0].turn();
        assert_eq!(roll.complete(0), Ok(()));
        assert_eq!(call(roll, &mut members), (4, 1, 3));
    }
}
