//! Locks that several tasks want at once, load by load: how many get through,
//! and which lock serves a load best, in sentences. A lock is called best only
//! where its interval overlaps no other's.

use oscost_record::{TaskKind, Unit};

use crate::format::{grouped, quantity};
use crate::{Estimate, Summary};

/// How much a lock is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Load {
    /// What is done while the lock is held, in nanoseconds, as asked for.
    pub section: u64,
    /// What is done between two turns, in nanoseconds, as asked for.
    pub outside: u64,
    /// What the contenders are.
    pub kind: TaskKind,
    /// How many they are.
    pub contenders: u64,
}

/// One lock under one load.
#[derive(Clone, Copy, Debug)]
pub struct Contest<'a> {
    /// How much it is wanted.
    pub load: Load,
    /// Acquisitions per second, of all contenders together.
    pub rate: Estimate,
    /// The case.
    pub summary: &'a Summary,
}

/// The parameters that make a load. A case with others is about something else:
/// several permits, readers among writers.
const LOAD: [&str; 3] = ["contenders", "section", "outside"];

/// Every measured lock under every load, in the order of the catalogue. What has
/// no section, an atomic instruction, stands with those whose section is empty.
#[must_use]
pub fn contests(summaries: &[Summary]) -> Vec<Contest<'_>> {
    summaries.iter().filter_map(Contest::of).collect()
}

impl<'a> Contest<'a> {
    fn of(summary: &'a Summary) -> Option<Self> {
        let Summary { info, figures, .. } = summary;
        let of = |name: &str| info.parameters.get(name).map(|value| value.value);
        let load = |name: &String| LOAD.contains(&name.as_str());
        let rate = |(name, _): &&(String, Estimate)| name == "acquisitions_per_second";
        Some(Self {
            load: Load {
                section: of("section").unwrap_or(0),
                outside: of("outside").unwrap_or(0),
                kind: info.task,
                contenders: of("contenders").filter(|_| info.parameters.keys().all(load))?,
            },
            rate: figures.iter().find(rate)?.1,
            summary,
        })
    }

    /// A figure that the case took beside its samples.
    #[must_use]
    pub fn figure(&self, name: &str) -> Option<Estimate> {
        let figures = &self.summary.figures;
        let found = figures.iter().find(|(known, _)| known == name);
        found.map(|&(_, value)| value)
    }

    /// CPU time of one acquisition in nanoseconds. `None` where it was not
    /// counted, or where less was counted than the work alone takes: the section,
    /// and what is done outside it, of which half is enough to tell. The kernel
    /// brings the account of a running task up to date at ticks and switches, and
    /// a lock that never sleeps may see neither.
    #[must_use]
    pub fn cpu_time(&self) -> Option<f64> {
        let section = self.figure("section_ns").map_or(0.0, |of| of.value);
        let work = section + self.load.outside as f64 / 2.0;
        let counted = self.summary.per_operation.cpu_time;
        counted.filter(|time| *time > work)
    }

    /// Whether it is a lock, not an instruction that needs none.
    fn is_lock(&self) -> bool {
        self.summary.info.parameters.contains_key("section")
    }
}

/// For each section and what is done outside it, which lock is taken most often,
/// by rising section; nothing of a load under which fewer than two locks were
/// measured.
#[must_use]
pub fn best_locks(summaries: &[Summary]) -> Vec<String> {
    let mut all = contests(summaries);
    all.retain(Contest::is_lock);
    // Threads first: they are many more.
    all.sort_by_key(|contest| {
        let load = contest.load;
        (
            load.section,
            load.outside,
            load.kind != TaskKind::Thread,
            load.contenders,
        )
    });
    let alike = |a: &Contest<'_>, b: &Contest<'_>| {
        let key = |load: &Load| (load.section, load.outside, load.kind);
        key(&a.load) == key(&b.load)
    };
    all.chunk_by(alike).filter_map(in_words).collect()
}

/// About loads that differ in the number of contenders alone: `100 ns inside
/// (measured: 98.0 ns), nothing outside. 2 threads: std Mutex (5,840,000 a
/// second).`
fn in_words(contests: &[Contest<'_>]) -> Option<String> {
    let Load {
        section, outside, ..
    } = contests.first()?.load;
    let one_load = |a: &Contest<'_>, b: &Contest<'_>| a.load == b.load;
    let best = |of: &[Contest<'_>]| {
        let locks: Vec<(&str, Estimate)> = of
            .iter()
            .map(|one| (one.summary.info.title.as_str(), one.rate))
            .collect();
        let words = foremost(&locks, Better::Higher, |rate| {
            format!("{} a second", rounded(rate))
        })?;
        let load = of.first()?.load;
        Some(format!(
            "{} {}: {words}.",
            load.contenders,
            plural(load.kind)
        ))
    };
    let clauses: Vec<String> = contests.chunk_by(one_load).filter_map(best).collect();
    let length = |ns: u64| match ns {
        0 => "nothing".to_owned(),
        ns => format!("{} ns", grouped(ns as f64)),
    };
    (!clauses.is_empty()).then(|| {
        format!(
            "{} inside{}, {} outside. {}",
            capitalised(&length(section)),
            measured(section, contests),
            length(outside),
            clauses.join(" ")
        )
    })
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn plural(kind: TaskKind) -> &'static str {
    match kind {
        TaskKind::Process => "processes",
        TaskKind::Thread => "threads",
        TaskKind::Coroutine => "coroutines",
    }
}

/// ` (measured: 991 ns to 998 ns)`; nothing of an empty section.
fn measured(section: u64, contests: &[Contest<'_>]) -> String {
    let Some((low, high)) = section_as_measured(contests).filter(|_| section > 0) else {
        return String::new();
    };
    let [low, high] = [low, high].map(|end| quantity(end, &Unit::time("section")));
    match low == high {
        true => format!(" (measured: {low})"),
        false => format!(" (measured: {low} to {high})"),
    }
}

/// The shortest and the longest section among cases, as their calibrated busy
/// loops measured it, in nanoseconds.
#[must_use]
pub fn section_as_measured(contests: &[Contest<'_>]) -> Option<(f64, f64)> {
    let lengths = contests
        .iter()
        .filter_map(|contest| Some(contest.figure("section_ns")?.value));
    lengths.fold(None, |ends, length| match ends {
        None => Some((length, length)),
        Some((low, high)) => Some((low.min(length), high.max(length))),
    })
}

/// Which end of a scale is the good one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Better {
    /// Much is good.
    Higher,
    /// Little is good.
    Lower,
}

/// The best of several, with its value, and those that can't be told from it:
/// those whose intervals overlap that of the best. `None` for fewer than two.
pub(crate) fn foremost(
    all: &[(&str, Estimate)],
    better: Better,
    value: impl Fn(f64) -> String,
) -> Option<String> {
    let mut order = all.to_vec();
    order.sort_by(|(_, a), (_, b)| match better {
        Better::Higher => b.value.total_cmp(&a.value),
        Better::Lower => a.value.total_cmp(&b.value),
    });
    let [(name, best), others @ ..] = order.as_slice() else {
        return None;
    };
    let overlaps = |other: &Estimate| other.low <= best.high && best.low <= other.high;
    let alike: Vec<String> = others
        .iter()
        .filter(|(_, other)| overlaps(other))
        .map(|(name, _)| quoted(name))
        .collect();
    let best = format!("{} ({})", quoted(name), value(best.value));
    match alike.as_slice() {
        _ if others.is_empty() => None,
        [] => Some(best),
        [one] => Some(format!("{best}, which can't be told from {one}")),
        [few @ .., last] if few.len() < 3 => Some(format!(
            "{best}, which can't be told from {} and {last}",
            few.join(", ")
        )),
        many => Some(format!(
            "{best}, which can't be told from {} others",
            many.len()
        )),
    }
}

/// A name that has commas of its own is set apart.
fn quoted(name: &str) -> String {
    match name.contains(',') {
        true => format!("“{name}”"),
        false => name.to_owned(),
    }
}

/// A number to three significant digits, in groups: `5,840,000`.
fn rounded(value: f64) -> String {
    let digits: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    grouped(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(value: f64, half: f64) -> Estimate {
        Estimate {
            value,
            low: value - half,
            high: value + half,
        }
    }

    #[test]
    fn the_best_is_named_alone_only_where_no_interval_overlaps() {
        let words = |all: &[(&str, Estimate)], better| foremost(all, better, rounded);
        let far = [
            ("a", estimate(10.0, 1.0)),
            ("b", estimate(20.0, 1.0)),
            ("c", estimate(13.0, 1.0)),
        ];
        assert_eq!(words(&far, Better::Higher).unwrap(), "b (20)");
        assert_eq!(words(&far, Better::Lower).unwrap(), "a (10)");
        let near = [
            ("a", estimate(10.0, 2.0)),
            ("b", estimate(20.0, 1.0)),
            ("c", estimate(13.0, 2.0)),
        ];
        let told = "a (10), which can't be told from c";
        assert_eq!(words(&near, Better::Lower).unwrap(), told);
        let many = [("a", estimate(10.0, 2.0)); 6];
        let told = "a (10), which can't be told from 5 others";
        assert_eq!(words(&many, Better::Higher).unwrap(), told);
        assert_eq!(words(&far[..1], Better::Higher), None);
        assert_eq!(words(&[], Better::Higher), None);
    }

    #[test]
    fn three_digits_are_kept() {
        assert_eq!(rounded(5_843_211.0), "5,840,000");
        assert_eq!(rounded(61_249.0), "61,200");
    }
}
