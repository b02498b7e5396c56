//! Figures that a case took beside its samples, in words. A name of the record
//! ends in its unit; a name without a known unit is shown as it is.

use oscost_analysis::{Estimate, format};
use oscost_record::Unit;

/// What a value is, by the end of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A part of 1.
    Share,
    /// So many a second.
    Rate,
    /// Nanoseconds.
    Time,
    /// Bytes.
    Size,
    /// A number of things.
    Count,
    /// A number without a known unit.
    Number,
}

const ENDS: [(&str, Kind); 6] = [
    ("_share", Kind::Share),
    ("_per_second", Kind::Rate),
    ("_per_s", Kind::Rate),
    ("_ns", Kind::Time),
    ("_bytes", Kind::Size),
    ("_count", Kind::Count),
];

/// A name of the record, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    /// The name without its unit.
    pub(crate) what: &'a str,
    /// What the value is counted per, which may follow the unit:
    /// `cpu_ns_per_task`.
    pub(crate) per: Option<&'a str>,
    pub(crate) kind: Kind,
}

impl<'a> Name<'a> {
    pub(crate) fn of(name: &'a str) -> Self {
        let known = |name: &'a str| {
            let mut ends = ENDS.iter();
            ends.find_map(|&(end, kind)| Some((name.strip_suffix(end)?, kind)))
        };
        let counted_per = || {
            let (name, per) = name.rsplit_once("_per_")?;
            let (what, kind) = known(name)?;
            Some(Self {
                what,
                per: Some(per),
                kind,
            })
        };
        let plain = |(what, kind)| Self {
            what,
            per: None,
            kind,
        };
        let found = known(name).map(plain).or_else(counted_per);
        found.unwrap_or_else(|| plain((name, Kind::Number)))
    }

    /// In words: `cpu per task`.
    fn words(&self) -> String {
        let per = self.per.map(|per| format!(" per {per}"));
        (self.what.to_owned() + &per.unwrap_or_default()).replace('_', " ")
    }
}

/// A value alone: `97 %`, `240,000 per second`, `3.21 µs`.
fn value(kind: Kind, value: f64) -> String {
    match kind {
        Kind::Share => format::percent(value),
        Kind::Rate => format!("{} per second", count(value)),
        Kind::Time => format::quantity(value, &Unit::time("")),
        Kind::Size => format::quantity(value, &Unit::memory("")),
        Kind::Count | Kind::Number => count(value),
    }
}

/// A number with a decimal where it is small.
fn count(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size < 99.5 && size.fract() != 0.0 => format::ratio(value),
        _ => format::grouped(value),
    }
}

/// A figure with its interval: `fairness: 97 % (95 % to 98 %)`. That of a share
/// ends where shares do: few rounds may reach beyond.
pub(crate) fn with_interval(name: &str, estimate: &Estimate) -> String {
    let name = Name::of(name);
    let possible = |end: f64| match name.kind {
        Kind::Share => end.clamp(0.0, 1.0),
        _ => end,
    };
    let ends = [possible(estimate.low), possible(estimate.high)];
    let [middle, low, high] = [estimate.value, ends[0], ends[1]].map(|end| value(name.kind, end));
    format!("{}: {middle} ({low} to {high})", name.words())
}

/// A figure without it: `fairness 97 %`.
pub(crate) fn short(name: &str, estimate: &Estimate) -> String {
    let name = Name::of(name);
    format!("{} {}", name.words(), value(name.kind, estimate.value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_read_off_the_name() {
        let estimate = |value: f64| Estimate {
            value,
            low: value * 0.5,
            high: value * 2.0,
        };
        for (name, value, text) in [
            ("system_share", 0.4, "system: 40 % (20 % to 80 %)"),
            ("fair_share", 0.6, "fair: 60 % (30 % to 100 %)"),
            (
                "switches_per_second",
                240_000.0,
                "switches: 240,000 per second (120,000 per second to 480,000 per second)",
            ),
            (
                "worst_wait_ns",
                3_000.0,
                "worst wait: 3.00 µs (1.50 µs to 6.00 µs)",
            ),
            ("saved_bytes", 64.0, "saved: 64 B (32 B to 128 B)"),
            ("lost_jobs_count", 3.0, "lost jobs: 3 (1.50 to 6)"),
            ("oddity", 7.0, "oddity: 7 (3.5 to 14)"),
        ] {
            assert_eq!(with_interval(name, &estimate(value)), text);
        }
        assert_eq!(short("system_share", &estimate(0.4)), "system 40 %");
        assert_eq!(
            short("requests_per_s", &estimate(2_000.0)),
            "requests 2,000 per second"
        );
        assert_eq!(
            short("cpu_ns_per_task", &estimate(2_000.0)),
            "cpu per task 2.00 µs"
        );
        assert_eq!(
            short("switches_per_task", &estimate(2.0)),
            "switches per task 2"
        );
    }
}
