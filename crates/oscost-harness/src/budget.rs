//! Who is measured next where a time is to be filled: first everybody as often
//! as it takes to know anything, then whoever gains most by it.
//!
//! It knows what a round of a case costs and what an [`Outlook`] says of it. It
//! must know no clock, no probe and no statistics: the outlook comes from outside.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use oscost_record::{CaseId, CaseLine};

/// How long a run may take, and what it does with that time.
#[derive(Clone, Copy, Default)]
#[expect(missing_debug_implementations, reason = "holds somebody's statistics")]
pub enum Budget<'a> {
    /// As long as the rounds take.
    #[default]
    None,
    /// As long as the rounds take, but nothing is begun after so long.
    Until(Duration),
    /// All of the time and no more, whatever number of rounds that is.
    Filled(Duration, Shares<'a>),
}

/// Who gets how much of a time that is filled.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "holds somebody's statistics")]
pub enum Shares<'a> {
    /// All cases get as many rounds.
    Equal,
    /// Cases of which too large a change would go unseen get more.
    Worst(&'a RefCell<dyn Sight>),
}

/// Knows from the lines of a run how small a change of each case could be seen.
pub trait Sight {
    /// Takes note of a line.
    fn see(&mut self, line: &CaseLine);

    /// Of every case that is known well enough.
    fn outlooks(&self) -> BTreeMap<CaseId, Outlook>;
}

/// How well a case is known, and how many rounds it would take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// The smallest change that would be seen, as a share.
    pub effect: f64,
    /// Rounds in all from which on that is small enough.
    pub wanted: u32,
}

/// Rounds that every case gets before any gets more: of fewer nobody can tell how
/// far they lie apart.
pub(crate) const LEAST: u32 = 3;

/// Cases that take part in a pass at the least, so that no case's rounds follow
/// each other at once.
const SMALLEST: usize = 2;

/// Cases that are chosen at a time where not all of a pass fits any more.
const AT_THE_END: usize = 4;

/// The share of the time that goes to cases that are out of reach, the worst of
/// them: a quarter.
const TO_THE_FAR: f64 = 0.25;

/// A case as it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stand {
    /// Its rounds so far.
    pub(crate) rounds: u32,
    /// What one more takes, where any was measured.
    pub(crate) cost: Option<Duration>,
    /// `None` where nobody knows.
    pub(crate) outlook: Option<Outlook>,
    /// It can be measured.
    pub(crate) open: bool,
}

impl Stand {
    fn cost(&self) -> f64 {
        self.cost.unwrap_or_default().as_secs_f64()
    }

    fn effect(&self) -> f64 {
        self.outlook.map_or(1.0, |outlook| outlook.effect)
    }

    /// Seconds until its effect is small enough; 0 where it is.
    fn way(&self) -> f64 {
        let wanted = self.outlook.map_or(self.rounds + 1, |told| told.wanted);
        f64::from(wanted.saturating_sub(self.rounds)) * self.cost()
    }

    /// How fast its effect falls with the time that it gets, but for a factor: an
    /// effect falls with the root of the rounds.
    fn gain(&self) -> f64 {
        self.effect() / (f64::from(self.rounds.max(1)) * self.cost().max(1e-9))
    }
}

/// Chooses the cases of one pass after the other.
#[derive(Debug, Default)]
pub(crate) struct Chooser {
    /// Seconds that cases out of reach may have and have not had yet.
    credit: f64,
}

impl Chooser {
    /// The cases that take part in the next pass, each once, with so much time
    /// left. In no particular order; empty where no case can be measured.
    pub(crate) fn pass(&mut self, stands: &[Stand], left: Duration, equal: bool) -> Vec<usize> {
        let open: Vec<usize> = (0..stands.len()).filter(|&i| stands[i].open).collect();
        let fewest = open.iter().map(|&i| stands[i].rounds).min();
        if let Some(fewest) = fewest.filter(|&fewest| fewest < LEAST || equal) {
            let behind = open.into_iter().filter(|&i| stands[i].rounds == fewest);
            return behind.collect();
        }
        let (unknown, open): (Vec<usize>, Vec<usize>) =
            open.into_iter().partition(|&i| stands[i].cost.is_none());
        let (mut blurred, sharp): (Vec<usize>, Vec<usize>) =
            open.iter().partition(|&&i| stands[i].way() > 0.0);
        blurred.sort_by(|&a, &b| stands[a].way().total_cmp(&stands[b].way()));
        let near = within(&blurred, stands, left.as_secs_f64() * (1.0 - TO_THE_FAR));
        let mut chosen = unknown;
        chosen.extend(&blurred[..near]);
        let mut others = blurred.split_off(near);
        by_gain(&mut others, stands);
        let rest = match (near, others.len()) {
            // All is known well enough: better still, then.
            (0, 0) => {
                others = sharp;
                by_gain(&mut others, stands);
                others.len().div_ceil(4)
            }
            (0, far) => far.div_ceil(4),
            _ => self.far(&chosen, &others, stands),
        };
        chosen.extend(others.drain(..rest));
        if chosen.len() < SMALLEST {
            let mut more: Vec<usize> = open.into_iter().filter(|i| !chosen.contains(i)).collect();
            by_gain(&mut more, stands);
            more.truncate(SMALLEST - chosen.len());
            chosen.extend(more);
        }
        chosen
    }

    /// How many of the cases out of reach take part beside those within.
    fn far(&mut self, near: &[usize], far: &[usize], stands: &[Stand]) -> usize {
        let spent: f64 = near.iter().map(|&i| stands[i].cost()).sum();
        self.credit += spent * TO_THE_FAR / (1.0 - TO_THE_FAR);
        let paid = far.iter().take_while(|&&i| {
            let affordable = stands[i].cost() <= self.credit;
            if affordable {
                self.credit -= stands[i].cost();
            }
            affordable
        });
        paid.count()
    }
}

/// How many of them, in this order, reach their goal together in so many seconds.
fn within(cases: &[usize], stands: &[Stand], seconds: f64) -> usize {
    let mut sum = 0.0;
    let reached = cases.iter().take_while(|&&i| {
        sum += stands[i].way();
        sum <= seconds
    });
    reached.count()
}

fn by_gain(cases: &mut [usize], stands: &[Stand]) {
    cases.sort_by(|&a, &b| stands[b].gain().total_cmp(&stands[a].gain()));
}

/// Who fills what is left, when nobody of a pass fits into it: whatever fits, first
/// what gains most; where nothing fits and much is left, the shortest, as long as
/// that ends nearer to the end than now is.
pub(crate) fn leftovers(stands: &[Stand], left: Duration, budget: Duration) -> Vec<usize> {
    let known = (0..stands.len()).filter(|&i| stands[i].open && stands[i].cost.is_some());
    let left = left.as_secs_f64();
    let (mut fitting, tight): (Vec<usize>, Vec<usize>) =
        known.partition(|&i| stands[i].cost() <= left);
    by_gain(&mut fitting, stands);
    fitting.truncate(AT_THE_END);
    let is_much = left > 0.04 * budget.as_secs_f64();
    let shortest = |&a: &usize, &b: &usize| stands[a].cost().total_cmp(&stands[b].cost());
    if fitting.is_empty()
        && is_much
        && let Some(shortest) = tight.into_iter().min_by(shortest)
        && stands[shortest].cost() < 2.0 * left
    {
        return vec![shortest];
    }
    fitting
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stand(rounds: u32, millis: u64, effect: f64, wanted: u32) -> Stand {
        Stand {
            rounds,
            cost: Some(Duration::from_millis(millis)),
            outlook: Some(Outlook { effect, wanted }),
            open: true,
        }
    }

    fn pass(stands: &[Stand], seconds: u64) -> Vec<usize> {
        let left = Duration::from_secs(seconds);
        let mut chosen = Chooser::default().pass(stands, left, false);
        chosen.sort_unstable();
        chosen
    }

    #[test]
    fn everybody_has_the_least_before_anybody_has_more() {
        let mut stands = vec![stand(3, 30, 0.5, 300); 6];
        stands[4].rounds = 2;
        stands[5].rounds = 1;
        assert_eq!(pass(&stands, 60), [5]);
        stands[5].rounds = 2;
        assert_eq!(pass(&stands, 60), [4, 5]);
        stands[4].open = false;
        assert_eq!(pass(&stands, 60), [5]);
        let shut = Stand {
            open: false,
            ..stands[0]
        };
        assert!(pass(&[shut; 3], 60).is_empty());
    }

    #[test]
    fn who_is_known_well_enough_makes_way_for_whom_more_rounds_help() {
        let sharp = stand(3, 30, 0.01, 3);
        let near = stand(3, 30, 0.08, 9);
        let hopeless = stand(3, 30, 4.0, 100_000);
        let mut stands = vec![sharp; 10];
        stands.extend([near; 5]);
        stands.extend([hopeless; 5]);
        // A third of what the five take together goes to the others: one of them.
        let chosen = pass(&stands, 60);
        assert_eq!(chosen[..5], [10, 11, 12, 13, 14]);
        assert_eq!((chosen.len(), chosen[5] >= 15), (6, true));
        // Where time is too short for all five, it is enough for some; and a pass
        // stays one of several cases.
        assert_eq!(pass(&stands, 1)[..4], [10, 11, 12, 13]);
        // Where nobody comes into reach, it goes where a round helps most.
        assert!(pass(&stands[15..], 60).len() >= SMALLEST);
        // And where all are known well enough, they are known better still.
        assert!(pass(&stands[..10], 60).len() >= SMALLEST);
    }

    #[test]
    fn equal_shares_ask_nobody() {
        let stands = [stand(7, 30, 0.01, 3), stand(7, 30, 4.0, 900)];
        let left = Duration::from_secs(1);
        assert_eq!(Chooser::default().pass(&stands, left, true), [0, 1]);
    }

    #[test]
    fn cases_out_of_reach_are_paid_a_quarter() {
        let mut stands = vec![stand(3, 40, 0.08, 1_000_000); 3];
        stands.extend([stand(3, 40, 5.0, 4_000_000_000); 3]);
        let mut chooser = Chooser::default();
        let year = Duration::from_secs(365 * 86_400);
        let mut turns = [0_u32; 6];
        for _ in 0..90 {
            for index in chooser.pass(&stands, year, false) {
                turns[index] += 1;
                stands[index].rounds += 1;
            }
        }
        assert_eq!(turns[..3], [90; 3]);
        let far: u32 = turns[3..].iter().sum();
        assert_eq!(far, 90);
        // They take turns.
        assert!(turns[3..].iter().all(|&turns| turns == 30), "{turns:?}");
    }

    #[test]
    fn what_is_left_is_filled_with_what_fits() {
        let stands = [
            stand(3, 900, 0.5, 9),
            stand(3, 300, 0.1, 9),
            stand(3, 200, 0.3, 9),
        ];
        let millis = Duration::from_millis;
        let minute = Duration::from_secs(60);
        assert_eq!(leftovers(&stands, millis(400), minute), [2, 1]);
        assert!(leftovers(&stands, millis(150), minute).is_empty());
        // A tenth of the budget: rather a little too long than much too short.
        let budget = millis(1_500);
        assert_eq!(leftovers(&stands, millis(150), budget), [2]);
        assert!(leftovers(&stands, millis(90), budget).is_empty());
    }
}
