//! A run that fills a time: pass after pass of whom [`Chooser`] names, until
//! nothing fits into what is left.
//!
//! Its clock is the ledger's: what was spent before the first case counts.

use std::io;
use std::time::Duration;

use super::{Ending, Listener, Memory, Runner};
use crate::budget::{Chooser, LEAST, Shares, Stand, leftovers};
use crate::case::Case;
use crate::interrupt;
use crate::ledger::Spending;
use crate::plan::{Effort, order};
use crate::reference::Companions;

/// Frozen workloads serve so many measurements at the least before fresh ones
/// take over: a small pass is not worth their start.
const SERVICE: u32 = 24;

/// What a case takes beside its bursts, as long as nobody knows.
const OVERHEAD: Duration = Duration::from_millis(15);

/// The shortest measuring in a round: one burst.
const SHORTEST: Duration = Duration::from_millis(3);

/// A case's account.
#[derive(Clone, Copy, Debug, Default)]
struct Account {
    /// Its lines so far; the next one's round.
    rounds: u32,
    /// What the first took that this run measured: it finds out how to time.
    first: Option<Duration>,
    /// What those after it took together, and how many they were.
    later: (Duration, u32),
}

impl Account {
    fn book(&mut self, took: Duration) {
        self.rounds += 1;
        match self.first {
            None => self.first = Some(took),
            Some(_) => self.later = (self.later.0 + took, self.later.1 + 1),
        }
    }

    fn cost(&self) -> Option<Duration> {
        let (sum, count) = self.later;
        sum.checked_div(count).or(self.first)
    }
}

/// The course of such a run.
struct Course<'a> {
    memories: Vec<Memory>,
    accounts: Vec<Account>,
    budget: Duration,
    shares: Shares<'a>,
    /// What measurements took beside their bursts, and how many they were.
    overhead: (Duration, u32),
    done: u64,
}

impl Runner<'_> {
    pub(super) fn fill(
        &self,
        cases: &[Case],
        (budget, shares): (Duration, Shares<'_>),
        companions: &mut Companions<'_>,
        listener: &mut dyn Listener,
    ) -> io::Result<Ending> {
        let mut course = Course {
            memories: cases.iter().map(|_| self.fresh_memory()).collect(),
            accounts: cases.iter().map(|case| self.resumed(case)).collect(),
            budget,
            shares,
            overhead: (OVERHEAD, 1),
            done: 0,
        };
        let mut chooser = Chooser::default();
        let rounds = course.accounts.iter().map(|account| account.rounds);
        let mut number = rounds.max().unwrap_or_default();
        let mut serving: Option<u32> = None;
        let mut last = None;
        for draw in number.. {
            let chosen = self.chosen(cases, &course, &mut chooser);
            if chosen.is_empty() {
                break;
            }
            if serving.is_none_or(|measured| measured >= SERVICE) {
                listener.round_begins(number)?;
                self.ledger.enter(Spending::Stop);
                companions.begin_round();
                self.ledger.enter(Spending::Driver);
                (number, serving) = (number + 1, Some(0));
            }
            let mut order = order(cases.len(), self.seed, draw);
            order.retain(|index| chosen.contains(index));
            if order.first().copied() == last {
                order.rotate_left(1);
            }
            for index in order {
                // What was chosen alone is there to end beyond the end.
                if chosen.len() > 1 && !course.fits(index, self.left(budget)) {
                    continue;
                }
                if let Some(signal) = interrupt::requested() {
                    return Ok(Ending::Interrupted(signal));
                }
                self.one(&cases[index], index, &mut course, companions, listener)?;
                if let Some(signal) = interrupt::requested() {
                    return Ok(Ending::Interrupted(signal));
                }
                last = Some(index);
                serving = serving.map(|measured| measured + 1);
            }
        }
        Ok(course.ending())
    }

    /// One case, one more round. Nothing of it is kept where a signal comes.
    fn one(
        &self,
        case: &Case,
        index: usize,
        course: &mut Course<'_>,
        companions: &mut Companions<'_>,
        listener: &mut dyn Listener,
    ) -> io::Result<()> {
        let begin = self.ledger.elapsed();
        let left = self.left(course.budget);
        course.memories[index].effort = course.effort(self.effort, left);
        listener.case_begins(case, course.done, course.expected(left));
        let round = course.accounts[index].rounds;
        let line = self.line(case, &mut course.memories[index], companions, round);
        if interrupt::requested().is_some() {
            return Ok(());
        }
        if let Shares::Worst(sight) = course.shares {
            sight.borrow_mut().see(&line);
        }
        listener.case_ends(line)?;
        course.book(index, self.ledger.elapsed().saturating_sub(begin));
        Ok(())
    }

    /// The cases of the next pass; none where the time is up.
    fn chosen(&self, cases: &[Case], course: &Course<'_>, chooser: &mut Chooser) -> Vec<usize> {
        let stands = course.stands(cases);
        let left = self.left(course.budget);
        let equal = matches!(course.shares, Shares::Equal);
        let mut chosen = chooser.pass(&stands, left, equal);
        chosen.retain(|&index| course.fits(index, left));
        match chosen.is_empty() {
            true => leftovers(&stands, left, course.budget),
            false => chosen,
        }
    }

    /// Goes on where an earlier run has ended.
    fn resumed(&self, case: &Case) -> Account {
        let done = self.done.iter().filter(|(id, _)| *id == case.info.id);
        Account {
            rounds: done.map(|(_, round)| round + 1).max().unwrap_or_default(),
            ..Account::default()
        }
    }

    fn left(&self, budget: Duration) -> Duration {
        budget.saturating_sub(self.ledger.elapsed())
    }
}

impl Course<'_> {
    fn stands(&self, cases: &[Case]) -> Vec<Stand> {
        let outlooks = match self.shares {
            Shares::Worst(sight) => sight.borrow().outlooks(),
            Shares::Equal => Default::default(),
        };
        let both = self.accounts.iter().zip(&self.memories).zip(cases);
        both.map(|((account, memory), case)| Stand {
            rounds: account.rounds,
            cost: account.cost(),
            outlook: outlooks.get(&case.info.id).copied(),
            open: !memory.given_up,
        })
        .collect()
    }

    fn book(&mut self, index: usize, took: Duration) {
        let (sum, count) = self.overhead;
        let beside = took.saturating_sub(self.memories[index].effort.measuring);
        self.overhead = (sum + beside, count + 1);
        self.accounts[index].book(took);
        self.done += 1;
    }

    /// Whether a round of it is over in time. Of whom nothing is known, it is
    /// taken for what the others take on average.
    fn fits(&self, index: usize, left: Duration) -> bool {
        let cost = self.accounts[index].cost();
        !left.is_zero() && cost.or_else(|| self.typical()).unwrap_or_default() <= left
    }

    fn typical(&self) -> Option<Duration> {
        let costs = self.accounts.iter().filter_map(Account::cost);
        let (sum, count) = costs.fold((Duration::ZERO, 0), |(sum, count), cost| {
            (sum + cost, count + 1)
        });
        sum.checked_div(count)
    }

    /// Shorter than was asked for, where else not every case would get its least.
    fn effort(&self, asked: Effort, left: Duration) -> Effort {
        let open = self.accounts.iter().zip(&self.memories);
        let open = open.filter(|(_, memory)| !memory.given_up);
        let pending: u32 = open
            .map(|(account, _)| LEAST.saturating_sub(account.rounds))
            .sum();
        let Some(share) = left.checked_div(pending) else {
            return asked;
        };
        let (sum, count) = self.overhead;
        let measuring = share.saturating_sub(sum / count);
        let measuring = measuring.clamp(SHORTEST.min(asked.measuring), asked.measuring);
        Effort {
            measuring,
            burst: asked.burst.min(measuring),
            ..asked
        }
    }

    /// How many measurements it will have been.
    fn expected(&self, left: Duration) -> u64 {
        let typical = self.typical().unwrap_or(OVERHEAD).max(SHORTEST);
        let more = left.as_nanos() / typical.as_nanos();
        self.done + u64::try_from(more).unwrap_or(u64::MAX / 2).max(1)
    }

    fn ending(&self) -> Ending {
        let mut all = self.accounts.iter().zip(&self.memories);
        match all.any(|(account, memory)| account.rounds == 0 && !memory.given_up) {
            true => Ending::OutOfTime,
            false => Ending::Complete,
        }
    }
}

#[cfg(test)]
mod tests;
