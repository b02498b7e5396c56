//! The samples of one case in one round: raw where there are few, a histogram
//! where there are many. Values are per operation, in the case's unit.

use serde::{Deserialize, Serialize};

/// Values per operation, in the unit of the case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Samples {
    /// Every value, in the order in which it was taken.
    Raw(Vec<f64>),
    /// `[value, how often]`, by rising value. Values are exact to three
    /// significant digits.
    Histogram(Vec<(f64, u64)>),
}

impl Default for Samples {
    fn default() -> Self {
        Self::Raw(Vec::new())
    }
}

impl Samples {
    /// How many values there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        match self {
            Self::Raw(values) => values.len() as u64,
            Self::Histogram(buckets) => buckets.iter().map(|&(_, n)| n).sum(),
        }
    }

    /// `(value, how often)` by rising value, whichever way they are stored.
    #[must_use]
    pub fn sorted(&self) -> Vec<(f64, u64)> {
        match self {
            Self::Histogram(buckets) => buckets.clone(),
            Self::Raw(values) => {
                let mut sorted = values.clone();
                sorted.sort_by(f64::total_cmp);
                sorted.into_iter().map(|value| (value, 1)).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_values_sort_and_count() {
        let samples = Samples::Raw(vec![3.0, 1.0, 2.0]);
        assert_eq!(samples.count(), 3);
        assert_eq!(samples.sorted(), vec![(1.0, 1), (2.0, 1), (3.0, 1)]);
    }

    #[test]
    fn a_histogram_counts_what_it_holds() {
        assert_eq!(Samples::Histogram(vec![(1.0, 2), (5.0, 3)]).count(), 5);
    }
}
