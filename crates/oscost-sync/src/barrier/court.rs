//! The parties of a barrier, which pass it together as long as the measuring
//! one does. What they are asked, they are asked by the number of a passage:
//! whoever is still busy with an earlier one cannot take it for his.

use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::thread::JoinHandle;
use std::time::Duration;

use oscost_harness::posted::{self, Posted};
use oscost_harness::{Audit, During as _, Evidence, Failure, Measure, Work};
use oscost_sys::map::SharedPage;

use crate::asleep::eventually;

/// Where nobody passes until all have come.
pub(super) trait Gate: Send + Sync + 'static {
    /// Waits for all others. Tells whether the caller is the one of them who
    /// is told so.
    fn pass(&self) -> Result<bool, Failure>;
}

/// What the parties are asked at a passage, in the slot of orders.
const POST: u32 = 0;
const LEAVE: u32 = 1;

// The slots of the page. The long number of the first is the passage at which
// something is asked, the word of the next how many have answered.
const ORDER: usize = 0;
const ANSWERED: usize = 1;
const FIRST: usize = 2;

/// Slots of a party: how often it was told, and its account.
const SLOTS: usize = 1 + posted::SLOTS;

/// The gate and the board beside it.
struct Yard<G> {
    gate: G,
    page: SharedPage,
}

impl<G: Gate> Yard<G> {
    fn told(&self, partner: usize) -> &std::sync::atomic::AtomicU64 {
        &self.page.slot(FIRST + partner * SLOTS).long
    }

    fn account(&self, partner: usize) -> Posted<'_> {
        Posted::at(&self.page, FIRST + partner * SLOTS + 1)
    }

    /// What a party other than the measuring one does until it is told to
    /// leave.
    fn be_partner(&self, partner: usize) -> Result<(), Failure> {
        let order = self.page.slot(ORDER);
        let (mut passage, mut done, mut told) = (0, 0, 0);
        loop {
            told += u64::from(self.gate.pass()?);
            passage += 1;
            if order.long.load(Acquire) != passage {
                done += 1;
                continue;
            }
            let leave = order.word.load(Relaxed) == LEAVE;
            self.told(partner).store(told, Relaxed);
            self.account(partner).write(done)?;
            let answered = &self.page.slot(ANSWERED).word;
            answered.fetch_add(1, AcqRel);
            if leave {
                return Ok(());
            }
        }
    }
}

/// The measuring party, and all others.
pub(super) struct Court<G: Gate> {
    yard: &'static Yard<G>,
    partners: Vec<JoinHandle<Result<(), Failure>>>,
    /// Passages so far, those at which something was asked among them.
    passages: u64,
    /// Those that were timed.
    done: u64,
    told: u64,
}

/// Shorter than the harness waits for an answer, so that the reason is told.
const PATIENCE: Duration = Duration::from_secs(10);

impl<G: Gate> Court<G> {
    /// A gate for so many parties, as a case.
    pub(super) fn measure(gate: G, parties: u64) -> Result<Measure, Failure> {
        Ok(Measure::Timed(Box::new(Self::new(gate, parties)?)))
    }

    fn new(gate: G, parties: u64) -> Result<Self, Failure> {
        let partners = usize::try_from(parties.saturating_sub(1)).unwrap_or(usize::MAX);
        let slots = FIRST + partners.saturating_mul(SLOTS);
        let page = SharedPage::with_slots(slots).during("mmap(MAP_SHARED)")?;
        let yard: &'static Yard<G> = Box::leak(Box::new(Yard { gate, page }));
        let partner = |partner| {
            std::thread::Builder::new()
                .spawn(move || yard.be_partner(partner))
                .during("std::thread::spawn")
        };
        Ok(Self {
            yard,
            partners: (0..partners).map(partner).collect::<Result<_, _>>()?,
            passages: 0,
            done: 0,
            told: 0,
        })
    }

    #[inline]
    fn pass(&mut self) -> Result<(), Failure> {
        self.told += u64::from(self.yard.gate.pass()?);
        self.passages += 1;
        Ok(())
    }

    /// Passes once more, and waits until all have done there what they are
    /// asked. Such a passage is no operation.
    fn ask(&mut self, order: u32) -> Result<(), Failure> {
        let page = &self.yard.page;
        let answered = &page.slot(ANSWERED).word;
        answered.store(0, Relaxed);
        page.slot(ORDER).word.store(order, Relaxed);
        page.slot(ORDER).long.store(self.passages + 1, Release);
        self.pass()?;
        let all = self.partners.len();
        if eventually(PATIENCE, || Ok(answered.load(Acquire) as usize == all))? {
            Ok(())
        } else {
            Err(Failure::Fail(format!(
                "a party did not come back from the barrier within {} s",
                PATIENCE.as_secs()
            )))
        }
    }
}

impl<G: Gate> Work for Court<G> {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        for _ in 0..ops {
            self.pass()?;
            self.done += 1;
        }
        Ok(())
    }
}

impl<G: Gate> Evidence for Court<G> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        self.ask(POST)?;
        let mut audit = Audit::alone(self.done)?;
        let mut told = self.told;
        for partner in 0..self.partners.len() {
            let (done, party) = self.yard.account(partner).read();
            if done != self.done {
                return Err(Failure::Fail(format!(
                    "one party passed {} times, another {done} times",
                    self.done
                )));
            }
            told += self.yard.told(partner).load(Relaxed);
            audit.parties.push(party);
        }
        if told == self.passages {
            Ok(audit)
        } else {
            Err(Failure::Fail(format!(
                "one party is told at each of {} passages, but {told} were",
                self.passages
            )))
        }
    }
}

impl<G: Gate> Drop for Court<G> {
    fn drop(&mut self) {
        if self.ask(LEAVE).is_ok() {
            for partner in self.partners.drain(..) {
                let _ = partner.join();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    /// A barrier that tells whom it likes.
    struct Odd {
        gate: Barrier,
        tells: fn(bool) -> bool,
    }

    impl Gate for Odd {
        fn pass(&self) -> Result<bool, Failure> {
            Ok((self.tells)(self.gate.wait().is_leader()))
        }
    }

    fn court(tells: fn(bool) -> bool) -> Court<Odd> {
        let gate = Barrier::new(5);
        Court::new(Odd { gate, tells }, 5).unwrap()
    }

    #[test]
    fn all_pass_equally_often() {
        let mut court = court(|leader| leader);
        for passages in [0, 1, 100] {
            let before = court.audit().unwrap();
            court.run(passages).unwrap();
            let after = court.audit().unwrap();
            assert_eq!(after.done - before.done, passages);
            assert_eq!(after.parties.len(), 5);
        }
    }

    #[test]
    fn a_barrier_that_tells_nobody_or_everybody_is_noticed() {
        for tells in [|_| false, |_| true] as [fn(bool) -> bool; 2] {
            let failure = court(tells).audit().unwrap_err().to_string();
            assert!(failure.contains("told"), "{failure}");
        }
    }
}
