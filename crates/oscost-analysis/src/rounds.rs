//! One measured round of a case: one fresh process, the unit of replication.
//! Puts the samples in order once, so that nothing later depends on the order
//! in which they, or the lines of the file, came.

use oscost_record::CaseLine;

use crate::quantile::quantile;
use crate::random::Draws;

/// The samples of a measured round, ready for drawing.
#[derive(Clone, Debug)]
pub(crate) struct Round {
    /// `(value, how often)`, by rising value, every count above zero.
    pub(crate) sorted: Vec<(f64, u64)>,
    /// Values that are at or below each entry of `sorted`.
    cumulative: Vec<u64>,
    /// The round's statistic.
    pub(crate) median: f64,
}

/// Up to here a resample is drawn value by value.
const DRAWN_ONE_BY_ONE: u64 = 16;

impl Round {
    /// `None` where the line has no usable sample.
    pub(crate) fn of(line: &CaseLine) -> Option<Self> {
        let mut sorted = line.samples.sorted();
        sorted.retain(|&(value, count)| value.is_finite() && count > 0);
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        sorted.dedup_by(|later, first| {
            let equal = later.0 == first.0;
            if equal {
                first.1 += later.1;
            }
            equal
        });
        let median = quantile(&sorted, 0.5)?;
        let mut seen = 0;
        let cumulative = sorted
            .iter()
            .map(|&(_, count)| {
                seen += count;
                seen
            })
            .collect();
        Some(Self {
            sorted,
            cumulative,
            median,
        })
    }

    /// A round that gave one value.
    pub(crate) fn single(value: f64) -> Self {
        Self {
            sorted: vec![(value, 1)],
            cumulative: vec![1],
            median: value,
        }
    }

    /// How many samples there are.
    pub(crate) fn count(&self) -> u64 {
        self.cumulative.last().copied().unwrap_or(0)
    }

    /// How many samples are at or below `value`.
    pub(crate) fn at_or_below(&self, value: f64) -> u64 {
        let entries = self.sorted.partition_point(|&(sample, _)| sample <= value);
        entries
            .checked_sub(1)
            .map_or(0, |last| self.cumulative[last])
    }

    /// The median of as many samples as there are, drawn with replacement.
    ///
    /// Few samples are drawn one by one. Of many, only the median is drawn:
    /// the middle order statistic of n draws from an empirical distribution F
    /// is F⁻¹(X) with X from Beta((n + 1) / 2, (n + 1) / 2). That is exact for
    /// an odd n (Efron, *The Jackknife, the Bootstrap*, 1982, section 10.3);
    /// for an even n it has the mean and, to a part in n, the variance of the
    /// mean of the two in the middle.
    pub(crate) fn resampled_median(&self, draws: &mut Draws, scratch: &mut Vec<f64>) -> f64 {
        let n = self.count();
        if self.sorted.len() == 1 {
            return self.median;
        }
        if n > DRAWN_ONE_BY_ONE {
            let share = draws.symmetric_beta((n as f64 + 1.0) / 2.0);
            return self.at_share(share);
        }
        scratch.clear();
        for _ in 0..n {
            let share = draws.unit();
            scratch.push(self.at_share(share));
        }
        crate::quantile::median(scratch).unwrap_or(self.median)
    }

    /// F⁻¹ of the samples, for a share above 0 and below 1.
    fn at_share(&self, share: f64) -> f64 {
        let wanted = crate::quantile::whole(share * self.count() as f64);
        let entry = self.cumulative.partition_point(|&seen| seen <= wanted);
        self.sorted[entry.min(self.sorted.len() - 1)].0
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use oscost_record::{Ops, Outcome, Samples, Unit};

    use super::*;
    use crate::spread::mean_and_deviation;

    pub(crate) fn line(samples: Samples) -> CaseLine {
        CaseLine {
            id: "a/b".into(),
            round: 0,
            outcome: Outcome::Measured,
            unit: Unit::time("x"),
            ops_per_sample: Ops(1),
            samples,
            counters: oscost_record::Counters::default(),
            cpus: Vec::new(),
            bursts: Vec::new(),
            reference: None,
        }
    }

    fn round(values: Vec<f64>) -> Round {
        Round::of(&line(Samples::Raw(values))).unwrap()
    }

    #[test]
    fn order_and_form_of_the_samples_do_not_matter() {
        let raw = round(vec![3.0, 1.0, 3.0, f64::NAN]);
        let counted = Round::of(&line(Samples::Histogram(vec![
            (3.0, 2),
            (2.0, 0),
            (1.0, 1),
        ])));
        assert_eq!(raw.sorted, vec![(1.0, 1), (3.0, 2)]);
        assert_eq!(raw.sorted, counted.unwrap().sorted);
        assert!(Round::of(&line(Samples::Raw(vec![f64::NAN]))).is_none());
    }

    #[test]
    fn ranks_of_values() {
        let round = round(vec![1.0, 2.0, 2.0, 5.0]);
        let below: Vec<u64> = [0.5, 1.0, 2.0, 9.0].map(|x| round.at_or_below(x)).into();
        assert_eq!(below, vec![0, 1, 3, 4]);
    }

    #[test]
    fn the_shortcut_agrees_with_drawing_every_value() {
        let mut draws = Draws::of(5, &"a/b".into());
        for n in [17_u32, 40, 301] {
            let values: Vec<f64> = (0..n).map(|i| f64::from(i).powi(2)).collect();
            let round = round(values.clone());
            let mut scratch = Vec::new();
            let short: Vec<f64> = (0..20_000)
                .map(|_| round.resampled_median(&mut draws, &mut scratch))
                .collect();
            let long: Vec<f64> = (0..20_000)
                .map(|_| {
                    let mut resample: Vec<f64> = values
                        .iter()
                        .map(|_| values[draws.below(values.len())])
                        .collect();
                    crate::quantile::median(&mut resample).unwrap()
                })
                .collect();
            let (short, long) = (
                mean_and_deviation(&short).unwrap(),
                mean_and_deviation(&long).unwrap(),
            );
            assert!(
                (short.0 / long.0 - 1.0).abs() < 0.01,
                "{n}: {short:?} {long:?}"
            );
            assert!(
                (short.1 / long.1 - 1.0).abs() < 0.04,
                "{n}: {short:?} {long:?}"
            );
        }
    }
}
