//! How small a change of each case of a record could be seen, and how many rounds
//! it would take to see one of [`TARGET`].
//!
//! A change is one between this record and another that is like it, and its error what
//! the gate takes it for: that of a trimmed mean. It is told by the spread between
//! rounds on the scale that is steadier: raw times, or multiples
//! of the frozen workload that took turns with the case.
//!
//! A few rounds may lie close together by luck, and whoever stops measuring as soon
//! as they do would always be lucky. Each spread is therefore moderated by that of
//! the typical case, as if two more degrees of freedom had told that (Smyth,
//! "Linear models and empirical Bayes methods", 2004).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use oscost_record::{CaseId, CaseLine, Outcome};

use crate::quantile::median;
use crate::rounds::Round;
use crate::spread::mean_and_deviation;
use crate::statistics::{normal_quantile, smallest_effect};
use crate::verdict::{FOR_TRIMMING, POWER};

/// The change that is to be seen: 5 %.
pub const TARGET: f64 = 0.05;

/// The level of the test that would see it: what the gate suspects at.
const LEVEL: f64 = 0.05;

/// Degrees of freedom that the typical spread counts for.
const TYPICAL: f64 = 2.0;

/// Of fewer rounds nothing is said.
const FEWEST: usize = 3;

/// How well a case is known, and how many rounds it would take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// The smallest change, as a share, that a one-sided test would find with a
    /// probability of 80 %.
    pub effect: f64,
    /// Rounds in all from which on that is [`TARGET`] or less, if the rounds go on
    /// to lie as far apart as they do.
    pub wanted: u32,
}

/// What the lines of a record, or of a run that goes on, tell of every case.
#[derive(Clone, Debug, Default)]
pub struct Acuity {
    cases: BTreeMap<CaseId, Rounds>,
}

/// The measured rounds of a case.
#[derive(Clone, Debug, Default)]
struct Rounds {
    raw: Vec<f64>,
    /// As many, or the case has no ratios.
    relative: Vec<f64>,
    workload: Option<String>,
}

/// How far rounds lie apart, and the degrees of freedom of that.
#[derive(Clone, Copy)]
struct Spread {
    value: f64,
    degrees: f64,
}

impl Acuity {
    /// Takes note of a line. One that was not measured tells nothing.
    pub fn add(&mut self, line: &CaseLine) {
        let measured = line.outcome == Outcome::Measured;
        let Some(round) = Round::of(line).filter(|_| measured) else {
            return;
        };
        let case = self.cases.entry(line.id.clone()).or_default();
        case.raw.push(round.median);
        if let Some(reference) = &line.reference {
            let same = case
                .workload
                .get_or_insert_with(|| reference.workload.clone());
            if *same == reference.workload {
                case.relative.push(reference.ratio);
            }
        }
    }

    /// Every case with three rounds or more.
    #[must_use]
    pub fn outlooks(&self) -> BTreeMap<CaseId, Outlook> {
        let known = self
            .cases
            .iter()
            .filter(|(_, case)| case.raw.len() >= FEWEST);
        let spreads: Vec<_> = known
            .map(|(id, case)| (id, case.raw.len(), case.spreads()))
            .collect();
        let typical = [0, 1].map(|scale| {
            let found = spreads.iter().filter_map(|(_, _, both)| both[scale]);
            let mut values: Vec<f64> = found.map(|spread| spread.value).collect();
            values.retain(|&value| value > 0.0);
            median(&mut values).unwrap_or(0.0)
        });
        let outlook = |rounds: usize, both: [Option<Spread>; 2]| {
            let moderated = both.iter().zip(typical);
            let moderated =
                moderated.filter_map(|(spread, typical)| Some((*spread)?.moderated(typical)));
            let steadier = moderated.min_by(f64::total_cmp)?;
            Some(Outlook {
                effect: (steadier * reach(rounds)).exp_m1(),
                wanted: wanted(steadier),
            })
        };
        let told = spreads.into_iter();
        told.filter_map(|(id, rounds, both)| Some((id.clone(), outlook(rounds, both)?)))
            .collect()
    }

    /// Of how many cases a change of [`TARGET`] would be seen, and how many have a
    /// round at all.
    #[must_use]
    pub fn sharp(&self) -> (usize, usize) {
        let outlooks = self.outlooks();
        let sharp = outlooks.values().filter(|outlook| outlook.effect <= TARGET);
        (sharp.count(), self.cases.len())
    }
}

impl Rounds {
    /// Of the raw times, and of the ratios.
    fn spreads(&self) -> [Option<Spread>; 2] {
        let paired = self.relative.len() == self.raw.len();
        let relative = paired.then(|| Spread::of(&self.relative)).flatten();
        [Spread::of(&self.raw), relative]
    }
}

impl Spread {
    /// On the logarithmic scale; where a level is 0, as a share of the mean.
    fn of(values: &[f64]) -> Option<Self> {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let scaled: Vec<f64> = match values.iter().all(|&value| value > 0.0) {
            true => values.iter().map(|value| value.ln()).collect(),
            false if mean == 0.0 => values.to_vec(),
            false => values.iter().map(|value| value / mean.abs()).collect(),
        };
        let (_, deviation) = mean_and_deviation(&scaled)?;
        deviation.is_finite().then_some(Self {
            value: FOR_TRIMMING * deviation,
            degrees: values.len() as f64 - 1.0,
        })
    }

    /// What does not stray at all is a count, and known.
    fn moderated(self, typical: f64) -> f64 {
        if self.value == 0.0 {
            return 0.0;
        }
        let squares = self.degrees * self.value.powi(2) + TYPICAL * typical.powi(2);
        (squares / (self.degrees + TYPICAL)).sqrt()
    }
}

/// The effect on the logarithmic scale that is seen of two records with so many
/// rounds each, as a multiple of the spread.
fn reach(rounds: usize) -> f64 {
    REACHES
        .get(rounds.saturating_sub(FEWEST))
        .copied()
        .unwrap_or_else(|| *LIMIT * (2.0 / rounds as f64).sqrt())
}

/// Of three rounds and more: every choice of a case asks for hundreds.
static REACHES: LazyLock<Vec<f64>> = LazyLock::new(|| {
    let of = |rounds: usize| {
        let degrees = 2.0 * (rounds as f64 - 1.0 + TYPICAL);
        smallest_effect((2.0 / rounds as f64).sqrt(), degrees, LEVEL, POWER)
    };
    (FEWEST..=TABULATED).map(of).collect()
});

/// With more rounds Student's t is the normal distribution.
const TABULATED: usize = 500;

/// What [`reach`] comes to, but for the root.
static LIMIT: LazyLock<f64> =
    LazyLock::new(|| normal_quantile(1.0 - LEVEL) + normal_quantile(POWER));

fn wanted(spread: f64) -> u32 {
    let needed = TARGET.ln_1p() / spread;
    let first = REACHES.partition_point(|&reach| reach > needed);
    if first < REACHES.len() {
        return u32::try_from(FEWEST + first).unwrap_or(u32::MAX);
    }
    let rounds = (2.0 * (*LIMIT / needed).powi(2)).ceil();
    u32::try_from(crate::quantile::whole(rounds)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use oscost_record::{Nanos, Reference, Samples};

    use super::*;
    use crate::rounds::tests::line;

    /// Rounds of one sample each.
    fn add(acuity: &mut Acuity, id: &str, values: &[f64], ratios: &[f64]) {
        for (index, &value) in values.iter().enumerate() {
            let reference = ratios.get(index).map(|&ratio| Reference {
                workload: "pipe@1".into(),
                level: Nanos(1.0),
                ratio,
            });
            acuity.add(&CaseLine {
                id: id.into(),
                reference,
                ..line(Samples::Raw(vec![value]))
            });
        }
    }

    fn outlook(acuity: &Acuity, id: &str) -> Outlook {
        acuity.outlooks()[&CaseId::from(id)]
    }

    #[test]
    fn an_effect_is_that_of_a_test_of_two_records() {
        let mut acuity = Acuity::default();
        let spread: f64 = 0.01;
        let values = [-spread, 0.0, spread].map(f64::exp);
        add(&mut acuity, "a", &values, &[]);
        let found = outlook(&acuity, "a");
        // Alone it is its own typical case, with 2 + 2 degrees of freedom: of two
        // such records 8. Student's t has 1.8595 and 0.8889 there.
        let expected = (1.0702 * spread * (2.0_f64 / 3.0).sqrt() * (1.859_55 + 0.888_89)).exp_m1();
        assert!((found.effect / expected - 1.0).abs() < 1e-4, "{found:?}");
        assert_eq!(found.wanted, 3);
    }

    #[test]
    fn so_many_rounds_as_are_wanted_are_enough_and_one_fewer_is_not() {
        for spread in [0.03, 0.05, 0.1, 0.7, 3.0] {
            let rounds = wanted(spread) as usize;
            assert!((spread * reach(rounds)).exp_m1() <= TARGET + 1e-12);
            let fewer = (spread * reach(rounds - 1)).exp_m1();
            assert!(fewer > TARGET, "{spread}: {rounds}");
        }
        assert_eq!(wanted(0.0), 3);
        // More rounds always help, also where one more is cut off.
        assert!(REACHES.is_sorted_by(|before, after| before > after));
    }

    #[test]
    fn the_steadier_scale_counts() {
        let mut acuity = Acuity::default();
        add(
            &mut acuity,
            "a",
            &[1.0, 1.5, 2.0, 1.2],
            &[1.0, 1.01, 1.0, 0.99],
        );
        let both = outlook(&acuity, "a");
        let mut raw = Acuity::default();
        add(&mut raw, "a", &[1.0, 1.5, 2.0, 1.2], &[]);
        let one = outlook(&raw, "a");
        assert!(both.effect < TARGET && one.effect > 10.0 * TARGET);
        assert!(one.wanted > 100, "{one:?}");
        assert_eq!((both.wanted <= 4, acuity.sharp()), (true, (1, 1)));
        // A round without a ratio, or by another workload, spoils the comparison.
        add(&mut acuity, "a", &[1.1], &[]);
        assert!(outlook(&acuity, "a").effect > TARGET);
    }

    #[test]
    fn luck_is_moderated_by_what_is_typical() {
        let mut acuity = Acuity::default();
        add(&mut acuity, "lucky", &[1.0, 1.000_1, 1.000_2], &[]);
        let alone = outlook(&acuity, "lucky");
        for id in ["b", "c", "d"] {
            add(&mut acuity, id, &[1.0, 1.3, 0.8], &[]);
        }
        let among = outlook(&acuity, "lucky");
        assert!(alone.effect < 0.01 && among.effect > TARGET);
        // With more rounds it speaks for itself.
        add(&mut acuity, "lucky", &[1.000_1; 12], &[]);
        add(
            &mut acuity,
            "lucky",
            &[1.000_2, 1.0, 1.000_2, 1.0, 0.999_9],
            &[],
        );
        assert!(outlook(&acuity, "lucky").effect < among.effect / 2.0);
    }

    #[test]
    fn counts_are_known_and_few_rounds_are_not() {
        let mut acuity = Acuity::default();
        add(&mut acuity, "count", &[4096.0; 3], &[]);
        add(&mut acuity, "zero", &[0.0; 3], &[]);
        add(&mut acuity, "sometimes", &[0.0, 4096.0, 0.0], &[]);
        add(&mut acuity, "few", &[1.0, 1.0], &[]);
        assert_eq!(outlook(&acuity, "count").effect, 0.0);
        assert_eq!(outlook(&acuity, "zero").effect, 0.0);
        assert!(outlook(&acuity, "sometimes").effect > 1.0);
        assert_eq!((acuity.outlooks().len(), acuity.sharp()), (3, (2, 4)));
    }
}
