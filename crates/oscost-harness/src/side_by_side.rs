//! Measures two programs side by side: of each case both have a fresh process,
//! live at once, and take short bursts in turn. A third process, a second one
//! of A, takes turns with them: what differs between two of A was made by the
//! measuring.
//!
//! Nothing tells the three apart but what is started. Which of them is started
//! first, and which stands where in a turn, is drawn anew for each pair, every
//! arrangement as often as any other.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

use oscost_record::CaseId;

use crate::Failure;
use crate::case::Case;
use crate::interrupt;
use crate::need::Supply;
use crate::plan::{Effort, order};
use crate::probe::{Launcher, Probe};
use crate::round::{self, Bursts};
use crate::runner::Ending;
use crate::sampler::Plan;
use crate::turns::{Turn, take_turns_in};

/// Every arrangement of three. As turns, each next to its reverse, so that a
/// steady drift falls on all alike; in all six each process stands at each
/// place twice.
const ARRANGEMENTS: [[usize; 3]; 6] = [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
    [0, 2, 1],
    [2, 0, 1],
    [1, 0, 2],
];

/// A case whose first pair takes longer than this gets as few pairs as a look
/// allows.
const SLOW: Duration = Duration::from_millis(600);

/// A case that failed so often is not tried again in the same look.
const PATIENCE: u32 = 2;

/// How long each process is measured in a pair, and in bursts of what length.
/// The shorter the bursts, the more alike is the machine in neighbouring ones;
/// much shorter ones would hold too few operations of the slower cases.
pub const EFFORT: Effort = Effort {
    rounds: 0,
    measuring: Duration::from_millis(15),
    burst: Duration::from_micros(1_250),
    once: false,
};

/// The bursts of the three processes of a pair. The n-th of all belong
/// together.
#[derive(Clone, Debug, PartialEq)]
pub struct Trio {
    /// One of A.
    pub a: Bursts,
    /// One of B.
    pub b: Bursts,
    /// The second one of A.
    pub again: Bursts,
}

/// What became of a case in a pair.
#[derive(Clone, Debug)]
pub struct Pair<'a> {
    /// The case.
    pub case: &'a Case,
    /// Which pair, counted from 0.
    pub round: u32,
    /// Operations of one sample.
    pub batch: u64,
    /// The bursts.
    pub measured: Result<Trio, Failure>,
}

/// Hears of every pair.
pub trait Listener {
    /// A case is about to be measured; so many pairs are done of so many that
    /// are still expected.
    fn pair_begins(&mut self, case: &Case, done: u64, expected: u64);

    /// A pair is done.
    ///
    /// # Errors
    /// Where it cannot be written down: the look ends.
    fn pair_ends(&mut self, pair: Pair<'_>) -> io::Result<()>;
}

/// How many pairs a look takes of each case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pairs {
    /// Of a case that is quick enough.
    pub each: u32,
    /// Of a slow one.
    pub slow: u32,
}

/// Two programs to be measured side by side.
#[expect(missing_debug_implementations, reason = "holds launchers")]
pub struct SideBySide<'a> {
    /// Where processes of A come from.
    pub a: &'a dyn Launcher,
    /// Where processes of B come from.
    pub b: &'a dyn Launcher,
    /// What the machine has for each of three.
    supply: Supply,
    /// Decides the order of the cases and the arrangement of every pair.
    pub seed: u64,
    plans: BTreeMap<CaseId, Plan>,
}

/// What is known of a case within a look.
#[derive(Clone, Copy, Debug)]
struct Memory {
    pairs: u32,
    failures: u32,
}

impl<'a> SideBySide<'a> {
    /// Nothing is measured yet.
    #[must_use]
    pub fn of(a: &'a dyn Launcher, b: &'a dyn Launcher, supply: &Supply, seed: u64) -> Self {
        Self {
            a,
            b,
            supply: supply.shared_by(3),
            seed,
            plans: BTreeMap::new(),
        }
    }

    /// One look at `cases`: round by round a pair of each, in an order drawn
    /// anew. A further look is another draw where the seed is another.
    ///
    /// # Errors
    /// What the listener could not write down.
    pub fn look(
        &mut self,
        cases: &[Case],
        pairs: Pairs,
        listener: &mut dyn Listener,
    ) -> io::Result<Ending> {
        let fresh = Memory {
            pairs: pairs.each,
            failures: 0,
        };
        let mut memories = vec![fresh; cases.len()];
        let mut done = 0;
        for round in 0..pairs.each {
            for index in order(cases.len(), self.seed, round) {
                let (case, memory) = (&cases[index], memories[index]);
                if round >= memory.pairs {
                    continue;
                }
                if let Some(signal) = interrupt::requested() {
                    return Ok(Ending::Interrupted(signal));
                }
                let expected: u64 = memories.iter().map(|memory| u64::from(memory.pairs)).sum();
                listener.pair_begins(case, done, expected.max(done + 1));
                let begin = Instant::now();
                let pair = self.pair(case, round);
                if let Some(signal) = interrupt::requested() {
                    return Ok(Ending::Interrupted(signal));
                }
                let slow = begin.elapsed() > SLOW;
                memories[index] = memory.after(&pair.measured, round, slow.then_some(pairs.slow));
                listener.pair_ends(pair)?;
                done += 1;
            }
        }
        Ok(Ending::Complete)
    }

    fn pair<'c>(&mut self, case: &'c Case, round: u32) -> Pair<'c> {
        let measured = match self.supply.lacks(case) {
            Some(reason) => Err(Failure::Skip(reason)),
            None => self.measure(case, round),
        };
        Pair {
            case,
            round,
            batch: self.plans.get(&case.info.id).map_or(1, |plan| plan.batch),
            measured,
        }
    }

    fn measure(&mut self, case: &Case, round: u32) -> Result<Trio, Failure> {
        let plan = self.plan(case)?;
        // What is started at each of the three places.
        let roles = arrangement(self.seed, &case.info.id, round);
        let launchers = [("A", self.a), ("B", self.b), ("A", self.a)];
        let mut probes: Vec<Box<dyn Probe>> = Vec::new();
        for role in roles {
            let (name, launcher) = launchers[role];
            let ready = launcher.launch(case).and_then(|mut probe| {
                round::prepare(probe.as_mut(), case, Some(plan), &EFFORT)?;
                Ok(probe)
            });
            probes.push(ready.map_err(|failure| failure.of(name))?);
        }
        let (turn, turns) = turns(case, plan);
        let mut in_turn: Vec<(&mut dyn Probe, Turn)> = Vec::new();
        for probe in &mut probes {
            in_turn.push((probe.as_mut(), turn));
        }
        let orders = ARRANGEMENTS.iter().cycle().take(turns);
        let orders = orders.map(<[usize; 3]>::as_slice);
        let mut taken = take_turns_in(orders, &mut in_turn)?;
        drop(in_turn);
        for (probe, role) in probes.into_iter().zip(roles) {
            let (name, _) = launchers[role];
            probe.finish().map_err(|failure| failure.of(name))?;
        }
        let mut of = |role: usize| {
            let place = roles.iter().position(|&here| here == role);
            place
                .map(|place| std::mem::take(&mut taken[place]))
                .unwrap_or_default()
        };
        Ok(Trio {
            a: of(0),
            b: of(1),
            again: of(2),
        })
    }

    /// How the case is timed, found out once by a process of A that takes no
    /// part in any pair: all that do are equally cold.
    fn plan(&mut self, case: &Case) -> Result<Plan, Failure> {
        if let Some(plan) = self.plans.get(&case.info.id) {
            return Ok(*plan);
        }
        let found_out = self.a.launch(case).and_then(|mut probe| {
            let plan = probe.pilot()?;
            probe.finish()?;
            Ok(plan)
        });
        let plan = found_out.map_err(|failure| failure.of("A"))?;
        self.plans.insert(case.info.id.clone(), plan);
        Ok(plan)
    }
}

impl Memory {
    fn after(self, measured: &Result<Trio, Failure>, round: u32, slow: Option<u32>) -> Self {
        let failures = self.failures + u32::from(measured.is_err());
        let given_up = match measured {
            Err(Failure::Skip(_)) => true,
            Err(Failure::Fail(_)) => failures >= PATIENCE,
            Ok(_) => false,
        };
        let pairs = match slow {
            _ if given_up => round + 1,
            Some(slow) if round == 0 => self.pairs.min(slow),
            _ => self.pairs,
        };
        Self { pairs, failures }
    }
}

/// The bursts that one process takes: what it is asked for in each, and how
/// many. A level is read once in a process; an operation longer than all the
/// time there is, twice.
fn turns(case: &Case, plan: Plan) -> (Turn, usize) {
    let (ops, bursts) = EFFORT.bursts(plan);
    let turns = match usize::try_from(bursts).unwrap_or(usize::MAX) {
        _ if case.info.aspect.is_level() => 1,
        0..4 => 2,
        4..6 => 4,
        6..12 => ARRANGEMENTS.len(),
        _ => 2 * ARRANGEMENTS.len(),
    };
    let batch = plan.batch;
    (Turn { batch, ops }, turns)
}

/// Who is started first, second and third: 0 and 2 are of A, 1 is of B. Of
/// six pairs in a row each has another arrangement.
fn arrangement(seed: u64, id: &CaseId, round: u32) -> [usize; 3] {
    let all = ARRANGEMENTS.len();
    let place = usize::try_from(round).unwrap_or_default();
    let block = u32::try_from(place / all).unwrap_or_default();
    // Cases must not all have the same one in the same round.
    let mixed = id.0.bytes().fold(seed, |mixed, byte| {
        (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    ARRANGEMENTS[order(all, mixed, block)[place % all]]
}

#[cfg(test)]
mod tests;
