//! The twenty claims of an article on processes, threads and coroutines, each
//! put to the test by a rule over named cases. A rule never gives a number for
//! what was not measured, and never decides what an interval leaves open.

mod choosing;
mod cores;
mod crashing;
mod evidence;
mod keeping;
mod kinds;
mod making;
mod point;
mod serving;
mod sharing;
mod storming;
mod switching;
mod talking;
mod verdict;
mod waiting;

use oscost_record::CaseId;

use crate::Summary;
use evidence::{Evidence, Found, Gap};
pub use kinds::{Fact, Trait, kinds};
pub use point::{Answer, Bound, Point, Reading, Scale};
pub use verdict::Verdict;

/// From how many times on a cost is called more than another: a tenth. Less may
/// be real, but nobody would choose by it.
const MORE: f64 = 1.1;

/// A claim, and what a record says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// Its number, from 1: that of [`oscost_record::CaseInfo::claims`].
    pub number: u8,
    /// What is claimed.
    pub claim: &'static str,
    /// What decides it, with the threshold.
    pub rule: &'static str,
    /// What this record says.
    pub verdict: Verdict,
    /// The figures that the verdict stands on, in a sentence; empty where they
    /// were not measured.
    pub finding: String,
    /// The same figures, the first before all others.
    pub points: Vec<Point>,
    /// The cases of which no figure could be told, where that leaves it open.
    pub open: Vec<CaseId>,
}

impl Claim {
    /// The cases that the verdict came from, each once.
    #[must_use]
    pub fn cases(&self) -> Vec<&CaseId> {
        let mut cases: Vec<&CaseId> = Vec::new();
        let told = self.points.iter().flat_map(|point| &point.reading.cases);
        for case in told.chain(&self.open) {
            if !cases.contains(&case) {
                cases.push(case);
            }
        }
        cases
    }
}

/// What makes a verdict of a record.
struct Rule {
    number: u8,
    claim: &'static str,
    rule: &'static str,
    judge: fn(&Evidence<'_>) -> Result<Ruling, Gap>,
}

/// What a rule comes to where its cases were measured.
struct Ruling {
    verdict: Verdict,
    finding: String,
    points: Vec<Point>,
}

impl Ruling {
    /// Without a number: what was measured and tells nothing is open, and not
    /// unmeasured.
    fn without(gap: &Gap) -> Self {
        let (verdict, finding) = match gap.untold_cases().is_empty() {
            true => (Verdict::NotMeasured(gap.to_string()), String::new()),
            false => (Verdict::Undecided, format!("{gap}.")),
        };
        Self {
            verdict,
            finding,
            points: Vec::new(),
        }
    }

    /// Every point must hold.
    fn all(points: Vec<Point>, finding: String) -> Self {
        Self {
            verdict: Verdict::all(points.iter().map(Point::answer)),
            finding,
            points,
        }
    }

    /// The same of points that may not have been measured; the sentence is made
    /// of their words, in the same order.
    fn of_all(
        points: Vec<(&str, Found, Bound)>,
        finding: impl FnOnce(&[String]) -> String,
    ) -> Found<Self> {
        let points = evidence::every(points)?;
        let words: Vec<String> = points.iter().map(|point| point.reading.words()).collect();
        let finding = finding(&words);
        Ok(Self::all(points, finding))
    }

    /// Each point is a condition of its own, named by what it is about: the
    /// claim holds under those that hold.
    fn any(points: Vec<Point>, finding: String) -> Self {
        let conditions = points
            .iter()
            .map(|point| (point.what.clone(), point.answer()));
        Self {
            verdict: Verdict::under(&conditions.collect::<Vec<_>>()),
            finding,
            points,
        }
    }
}

const RULES: [Rule; 20] = [
    making::PROCESS,
    making::THREAD,
    switching::PROCESS,
    switching::MEMORY,
    switching::KERNEL,
    switching::REGISTERS,
    keeping::THREADS,
    keeping::SWITCHING,
    talking::SHARING,
    sharing::LOCKS,
    sharing::PERMITS,
    crashing::CRASH,
    cores::CORES,
    cores::MACHINES,
    serving::SERVER,
    storming::CUSTOMERS,
    waiting::BLOCKING,
    waiting::RESPONSIVE,
    choosing::SCHEDULED,
    talking::MEANS,
];

/// A verdict on each claim, by rising number; always twenty. The same summaries
/// give the same words.
#[must_use]
pub fn claims(summaries: &[Summary]) -> Vec<Claim> {
    let evidence = Evidence::of(summaries);
    let judged = |rule: &Rule| {
        let (ruling, open) = match (rule.judge)(&evidence) {
            Ok(ruling) => (ruling, Vec::new()),
            Err(gap) => (Ruling::without(&gap), gap.untold_cases()),
        };
        Claim {
            number: rule.number,
            claim: rule.claim,
            rule: rule.rule,
            verdict: ruling.verdict,
            finding: ruling.finding,
            points: ruling.points,
            open,
        }
    };
    RULES.iter().map(judged).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_one_to_twenty() {
        let numbers: Vec<u8> = RULES.iter().map(|rule| rule.number).collect();
        assert_eq!(numbers, (1..=20).collect::<Vec<u8>>());
    }

    #[test]
    fn a_rule_says_when_the_claim_holds() {
        for rule in RULES {
            assert!(rule.rule.starts_with("Holds if "), "{}", rule.number);
            assert!(rule.rule.ends_with('.') && rule.claim.ends_with('.'));
        }
    }

    #[test]
    fn nothing_is_said_of_nothing() {
        for claim in claims(&[]) {
            assert!(
                matches!(claim.verdict, Verdict::NotMeasured(_)),
                "{claim:?}"
            );
            assert!(claim.finding.is_empty() && claim.points.is_empty());
        }
    }
}
