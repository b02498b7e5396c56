//! δ: how large a change must be to count. It must never fall below what the
//! case's own noise or the clock could make of nothing.

use std::collections::{BTreeMap, HashMap};

use oscost_record::{CaseId, Outcome, Quantity, Record};
use serde::Serialize;

use crate::Digest;

/// The smallest change that is ever told: 2 %. Less than that, a new layout of
/// the program's code can make of the same source (Mytkowicz and others,
/// "Producing wrong data without doing anything obviously wrong!", 2009).
pub const FLOOR: f64 = 0.02;

/// What the caller knows of cases beyond their digests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// The clock's resolution as a share of a sample of the case: one step of
    /// the clock over (level × operations of a sample). Absent: negligible.
    pub resolutions: BTreeMap<CaseId, f64>,
}

impl Rules {
    /// What a record tells.
    #[must_use]
    pub fn of(record: &Record, digest: &Digest) -> Self {
        let mut ops: HashMap<&CaseId, u64> = HashMap::new();
        for line in &record.cases {
            if line.outcome == Outcome::Measured {
                let fewest = ops.entry(&line.id).or_insert(u64::MAX);
                *fewest = line.ops_per_sample.0.min(*fewest);
            }
        }
        let step = record.run.clock.resolution.0;
        let timed = record.run.cases.iter();
        let timed = timed.filter(|info| info.unit.quantity == Quantity::Time);
        let resolutions = timed.filter_map(|info| {
            let level = digest.cases.get(&info.id)?.raw.level;
            let share = step / (level * *ops.get(&info.id)? as f64);
            (share > 0.0 && share.is_finite()).then(|| (info.id.clone(), share))
        });
        Self {
            resolutions: resolutions.collect(),
        }
    }
}

/// Which of the three is the largest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deciding {
    /// [`FLOOR`].
    Floor,
    /// The case's own noise on this machine.
    Noise,
    /// The clock's resolution.
    Resolution,
}

/// δ of a case, as a share: 0.02 is 2 % slower, or as much faster.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Delta {
    /// The largest of floor, noise and resolution.
    pub share: f64,
    /// Which that is.
    pub decided_by: Deciding,
}

impl Delta {
    /// `noise` is on the logarithmic scale, `resolution` a share.
    pub(crate) fn of(noise: f64, resolution: f64) -> Self {
        let candidates = [
            (FLOOR, Deciding::Floor),
            (noise.exp_m1(), Deciding::Noise),
            (resolution, Deciding::Resolution),
        ];
        let start = (0.0, Deciding::Floor);
        let (share, decided_by) = candidates.into_iter().fold(start, |largest, candidate| {
            if candidate.0 > largest.0 {
                candidate
            } else {
                largest
            }
        });
        Self { share, decided_by }
    }

    /// On the logarithmic scale, where faster and slower are alike.
    pub(crate) fn logarithmic(self) -> f64 {
        self.share.ln_1p()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_decides() {
        let decided = |noise, resolution| Delta::of(noise, resolution).decided_by;
        assert_eq!(decided(0.001, 0.0), Deciding::Floor);
        assert_eq!(decided(0.1, 0.05), Deciding::Noise);
        assert_eq!(decided(0.03, 0.05), Deciding::Resolution);
        assert_eq!(Delta::of(f64::NAN, f64::NAN).share, FLOOR);
    }
}
