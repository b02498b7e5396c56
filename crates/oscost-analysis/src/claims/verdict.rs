//! What a record says of a claim, from the answers of its points.

use std::fmt;

use super::Answer;

/// What a record says of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Holds,
    /// It holds under this condition, and not otherwise.
    HoldsWhen(String),
    /// It does not hold.
    DoesNotHold,
    /// The interval straddles the threshold.
    Undecided,
    /// What it takes was not measured: why.
    NotMeasured(String),
}

impl Verdict {
    /// One word for what became of it, that never changes.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::HoldsWhen(_) => "holds-when",
            Self::DoesNotHold => "does-not-hold",
            Self::Undecided => "undecided",
            Self::NotMeasured(_) => "not-measured",
        }
    }

    /// The verdict without its condition or reason.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::HoldsWhen(_) => "holds only when",
            Self::DoesNotHold => "does not hold",
            Self::Undecided => "undecided on this machine",
            Self::NotMeasured(_) => "not measured",
        }
    }

    /// The condition or the reason, where it has one.
    #[must_use]
    pub fn because(&self) -> Option<&str> {
        match self {
            Self::HoldsWhen(text) | Self::NotMeasured(text) => Some(text),
            _ => None,
        }
    }

    /// Where every answer has to be yes.
    pub(super) fn all(answers: impl Iterator<Item = Answer>) -> Self {
        match together(answers) {
            Answer::Yes => Self::Holds,
            Answer::No => Self::DoesNotHold,
            Answer::Unsure => Self::Undecided,
        }
    }

    /// Where each answer is that under a condition.
    pub(super) fn under(conditions: &[(String, Answer)]) -> Self {
        let of = |wanted: Answer| {
            let found = conditions.iter().filter(move |(_, one)| *one == wanted);
            found.map(|(what, _)| what.as_str())
        };
        if of(Answer::Yes).count() == conditions.len() {
            Self::Holds
        } else if of(Answer::Yes).next().is_some() {
            Self::HoldsWhen(either(of(Answer::Yes)))
        } else if of(Answer::Unsure).next().is_some() {
            Self::Undecided
        } else {
            Self::DoesNotHold
        }
    }
}

/// Yes where all are, no where one is.
pub(super) fn together(answers: impl Iterator<Item = Answer>) -> Answer {
    answers.fold(Answer::Yes, |so_far, one| match (so_far, one) {
        (Answer::No, _) | (_, Answer::No) => Answer::No,
        (Answer::Unsure, _) | (_, Answer::Unsure) => Answer::Unsure,
        _ => Answer::Yes,
    })
}

/// Conditions of which any will do.
fn either<'a>(conditions: impl Iterator<Item = &'a str>) -> String {
    conditions.collect::<Vec<_>>().join("; or ")
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HoldsWhen(condition) => write!(f, "{} {condition}", self.words()),
            Self::NotMeasured(why) => write!(f, "{}: {why}", self.words()),
            _ => f.pad(self.words()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Answer::{No, Unsure, Yes};

    #[test]
    fn one_no_is_enough_against_all() {
        let all = |answers: &[Answer]| Verdict::all(answers.iter().copied());
        assert_eq!(all(&[Yes, Yes]), Verdict::Holds);
        assert_eq!(all(&[Yes, Unsure]), Verdict::Undecided);
        assert_eq!(all(&[Unsure, No, Yes]), Verdict::DoesNotHold);
    }

    #[test]
    fn a_claim_holds_under_what_it_holds_under() {
        let under = |answers: [Answer; 3]| {
            let named = ["it rains", "it snows", "it is dry"].map(str::to_owned);
            let conditions: Vec<(String, Answer)> = named.into_iter().zip(answers).collect();
            Verdict::under(&conditions).to_string()
        };
        assert_eq!(under([Yes, Yes, Yes]), "holds");
        assert_eq!(
            under([Yes, Unsure, Yes]),
            "holds only when it rains; or it is dry"
        );
        assert_eq!(under([No, Unsure, No]), "undecided on this machine");
        assert_eq!(under([No, No, No]), "does not hold");
    }
}
