//! One number with its interval, held against a threshold. What the interval
//! straddles is not decided.

use oscost_record::{CaseId, Unit};

use crate::format::{grouped, percent, quantity, ratio};
use crate::{Estimate, title};

/// What a number is a number of, for its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// How many times one is the other.
    Times,
    /// Nanoseconds.
    Time,
    /// Bytes.
    Bytes,
    /// A share of 1.
    Share,
    /// A bare number.
    Count,
}

impl Scale {
    /// A value with what it is counted in: `5.8 times`, `31.4 µs`, `2.0`.
    #[must_use]
    pub fn words(self, value: f64) -> String {
        match self {
            Self::Times => format!("{} times", ratio(value)),
            Self::Time => quantity(value, &Unit::time("")),
            Self::Bytes => quantity(value, &Unit::memory("")),
            Self::Share => percent(value),
            // Of whole things a part of a hundredth is none.
            Self::Count if value.abs() < 0.01 => "0".to_owned(),
            Self::Count if value.fract() == 0.0 => grouped(value),
            Self::Count => ratio(value),
        }
    }

    /// The same without a unit that the other end of an interval has too.
    fn bare(self, value: f64) -> String {
        match self {
            Self::Times => ratio(value),
            other => other.words(value),
        }
    }

    /// A threshold: a round value, of which no digit was measured.
    fn round(self, value: f64) -> String {
        match self {
            Self::Time | Self::Bytes => title::without_zeros(&self.words(value)),
            Self::Share => percent(value),
            Self::Times | Self::Count => format!("{value}"),
        }
    }
}

/// A number with its interval and the cases that it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The number.
    pub number: Estimate,
    /// What it is a number of.
    pub scale: Scale,
    /// Where it came from: of a ratio the dividend before the divisor.
    pub cases: Vec<CaseId>,
}

impl Reading {
    /// `5.8 times (5.7–6.5)`.
    #[must_use]
    pub fn words(&self) -> String {
        let Estimate { value, low, high } = self.number;
        let value = self.scale.words(value);
        if low == high {
            // Counted, not estimated.
            return value;
        }
        format!(
            "{value} ({}–{})",
            self.scale.bare(low),
            self.scale.bare(high)
        )
    }

    /// The same number so many times.
    #[must_use]
    pub(super) fn times(&self, factor: f64) -> Self {
        let Estimate { value, low, high } = self.number;
        Self {
            number: Estimate {
                value: value * factor,
                low: low * factor,
                high: high * factor,
            },
            ..self.clone()
        }
    }
}

/// Which side of a threshold a number has to be on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// At least so much.
    Least(f64),
    /// At most so much.
    Most(f64),
}

impl Bound {
    /// The threshold.
    #[must_use]
    pub fn at(self) -> f64 {
        match self {
            Self::Least(at) | Self::Most(at) => at,
        }
    }
}

/// Which side of its threshold a number is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The right one, with its whole interval.
    Yes,
    /// The wrong one, with its whole interval.
    No,
    /// The interval straddles the threshold.
    Unsure,
}

/// A number and its threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// What it is about, as the condition of a sentence: `a task works on
    /// 256 KiB`.
    pub what: String,
    /// The number.
    pub reading: Reading,
    /// The threshold.
    pub bound: Bound,
}

impl Point {
    pub(super) fn new(what: impl Into<String>, reading: Reading, bound: Bound) -> Self {
        Self {
            what: what.into(),
            reading,
            bound,
        }
    }

    /// Which side it is on.
    #[must_use]
    pub fn answer(&self) -> Answer {
        let Estimate { low, high, .. } = self.reading.number;
        match self.bound {
            Bound::Least(at) if low >= at => Answer::Yes,
            Bound::Least(at) if high < at => Answer::No,
            Bound::Most(at) if high <= at => Answer::Yes,
            Bound::Most(at) if low > at => Answer::No,
            _ => Answer::Unsure,
        }
    }

    /// `at least 1.1 times`.
    #[must_use]
    pub fn threshold(&self) -> String {
        let scale = self.reading.scale;
        let side = match self.bound {
            Bound::Least(_) => "at least",
            Bound::Most(_) => "at most",
        };
        let times = if scale == Scale::Times { " times" } else { "" };
        format!("{side} {}{times}", scale.round(self.bound.at()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(low: f64, high: f64, bound: Bound) -> Point {
        let reading = Reading {
            number: Estimate {
                value: f64::midpoint(low, high),
                low,
                high,
            },
            scale: Scale::Times,
            cases: Vec::new(),
        };
        Point::new("", reading, bound)
    }

    #[test]
    fn a_straddled_threshold_is_left_open() {
        let least = |low, high| point(low, high, Bound::Least(2.0)).answer();
        assert_eq!(least(2.0, 3.0), Answer::Yes);
        assert_eq!(least(1.0, 1.9), Answer::No);
        assert_eq!(least(1.9, 2.1), Answer::Unsure);
        let most = |low, high| point(low, high, Bound::Most(2.0)).answer();
        assert_eq!(most(1.0, 2.0), Answer::Yes);
        assert_eq!(most(2.1, 2.2), Answer::No);
        assert_eq!(most(1.9, 2.1), Answer::Unsure);
    }

    #[test]
    fn numbers_have_words() {
        let ratio = point(5.0, 7.0, Bound::Least(1.1));
        assert_eq!(ratio.reading.words(), "6.0 times (5.0–7.0)");
        assert_eq!(ratio.threshold(), "at least 1.1 times");
        assert_eq!(
            point(2.0, 2.0, Bound::Most(3.0)).reading.words(),
            "2.0 times"
        );
        assert_eq!(Scale::Count.words(0.000_4), "0");
        assert_eq!(Scale::Count.words(1000.0), "1,000");
        assert_eq!(Scale::Bytes.round(4_194_304.0), "4 MiB");
    }
}
