//! What a set of verdicts means to a script.

use super::Census;
use super::judgement::Verdict;

/// How a gate ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No confirmed regression: exit code 0.
    Clear,
    /// At least one: 1.
    Regression,
    /// Usage, input or I/O error: 2. No census ends so; the command does.
    Unusable,
    /// Nothing could be judged, and that was asked not to pass: 3.
    NothingJudged,
}

impl Outcome {
    /// What the command ends with, and what its texts say that it does.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Clear => 0,
            Self::Regression => 1,
            Self::Unusable => 2,
            Self::NothingJudged => 3,
        }
    }

    /// A suspicion that nobody measured anew fails nothing. `strict` asks that
    /// at least one figure be judged.
    #[must_use]
    pub fn of(census: &Census, strict: bool) -> Self {
        let judged = [Verdict::Improved, Verdict::Same];
        if census.count(Verdict::Regressed) > 0 {
            Self::Regression
        } else if strict && judged.iter().all(|&verdict| census.count(verdict) == 0) {
            Self::NothingJudged
        } else {
            Self::Clear
        }
    }
}
