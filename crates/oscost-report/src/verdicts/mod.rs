//! Verdicts for people and for scripts: a table for a terminal, a comment for
//! a pull request, and JSON. Whatever was judged is told, in words or in the
//! census; nothing here decides.

mod class;
mod json;
mod markdown;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use oscost_analysis::verdict::{Census, Judgement, Outcome, Statistic, Tally, Verdict};
use oscost_analysis::{Moved, format};
use oscost_record::CaseId;

use crate::words;
use class::{Class, ranked};

pub use json::verdict_json;
pub use markdown::verdict_markdown;
pub use table::verdict_table;

/// Everything that is told of a set of verdicts.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// What was held against what, in a few words.
    pub title: &'a str,
    /// The verdicts.
    pub judgements: &'a [Judgement],
    /// The counters that moved with a case.
    pub moved: &'a BTreeMap<CaseId, Vec<Moved>>,
    /// How many of which verdict.
    pub census: &'a Census,
    /// How it ends.
    pub outcome: Outcome,
    /// What else is to be known, a sentence each.
    pub notes: &'a [String],
}

impl<'a> Judged<'a> {
    /// The verdict on the whole, and how the program ends.
    fn verdict(&self) -> String {
        let nothing = || "nothing could be judged".to_owned();
        let said = match self.outcome {
            Outcome::Regression => {
                let count = self.census.count(Verdict::Regressed) as u64;
                format!("{} confirmed", words::several(count, "regression"))
            }
            Outcome::Clear => match self.suspicions() {
                0 if Outcome::of(self.census, true) == Outcome::NothingJudged => nothing(),
                0 => "no regression".to_owned(),
                count => format!(
                    "no regression confirmed, {} not measured anew",
                    words::several(count, "suspicion")
                ),
            },
            Outcome::NothingJudged => nothing(),
            Outcome::Unusable => "not judged".to_owned(),
        };
        format!("{said} (exit code {})", self.outcome.exit_code())
    }

    fn suspicions(&self) -> u64 {
        let suspected = self.judgements.iter();
        let suspected = suspected.filter(|judgement| judgement.suspicion.is_some());
        suspected.count() as u64
    }

    /// The counters that moved with each of these cases, in words: under the
    /// first of its figures alone, which share them.
    fn counters(&self, judgements: &[(Class, &Judgement)]) -> Vec<Vec<String>> {
        let mut told = BTreeSet::new();
        let counters = judgements.iter().map(|(class, judgement)| {
            let says = class.is_told() && *class != Class::Lost && told.insert(&judgement.id);
            let of_case = self.moved.get(&judgement.id).filter(|_| says);
            of_case.into_iter().flatten().map(words::moved).collect()
        });
        counters.collect()
    }

    /// How many figures got a verdict; how wide δ was where they are the same,
    /// and how small a change could have been seen where nothing can be said.
    fn tally(&self, tally: &Tally) -> String {
        let figures = match tally.statistic {
            Statistic::Median => "medians",
            Statistic::P99 => "p99",
        };
        let alike = self.judgements.iter().filter(|judgement| {
            judgement.verdict == tally.verdict && judgement.statistic == tally.statistic
        });
        let about = match tally.verdict {
            Verdict::Same => {
                let widths = alike.filter_map(|judgement| Some(judgement.delta?.share));
                range(widths).map(|widths| format!(" (δ {widths})"))
            }
            Verdict::Inconclusive => {
                let sizes = alike.filter_map(|judgement| judgement.smallest);
                range(sizes).map(|sizes| format!(" (could see {sizes})"))
            }
            _ => None,
        };
        let count = format::grouped(tally.count as f64);
        let about = about.unwrap_or_default();
        format!("{figures}: {count} {}{about}", tally.verdict)
    }
}

/// `2.0 % to 31 %, half of them up to 5.1 %`; `None` where there are none.
fn range(shares: impl Iterator<Item = f64>) -> Option<String> {
    let mut shares: Vec<f64> = shares.collect();
    shares.sort_by(f64::total_cmp);
    let (least, most) = (share(*shares.first()?), share(*shares.last()?));
    let middle = share(shares[(shares.len() - 1) / 2]);
    Some(if least == most {
        least
    } else {
        format!("{least} to {most}, half of them up to {middle}")
    })
}

/// A change that a test can see, in percent.
fn share(share: f64) -> String {
    if share < 10.0 {
        format::percent(share)
    } else {
        "over tenfold".to_owned()
    }
}

/// A ratio to three decimals below 2: verdicts turn on shares of a hundredth.
fn times(ratio: f64) -> String {
    match ratio {
        ratio if (0.1..1.9995).contains(&ratio) => format!("{ratio:.3}"),
        ratio => format::ratio(ratio),
    }
}

/// A probability to two digits.
fn probability(p: f64) -> String {
    match p {
        p if p < 0.000_1 => "<0.0001".to_owned(),
        p if p < 0.1 => format::ratio(p),
        p => format!("{p:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_verdicts_tell_hundredths_apart() {
        assert_eq!(
            [0.012, 0.9804, 1.0214, 1.9996, 35.4].map(times),
            ["0.012", "0.980", "1.021", "2.0", "35"]
        );
        assert_eq!(
            [0.0, 0.000_12, 0.0432, 0.5].map(probability),
            ["<0.0001", "0.00012", "0.043", "0.50"]
        );
        assert_eq!(share(f64::INFINITY), "over tenfold");
        assert_eq!(share(0.034), "3.4 %");
        assert_eq!(
            range([0.3, 0.02, 0.05].into_iter()).unwrap(),
            "2.0 % to 30 %, half of them up to 5.0 %"
        );
        assert_eq!(range([0.02].into_iter()).unwrap(), "2.0 %");
        assert_eq!(range(std::iter::empty()), None);
    }
}
