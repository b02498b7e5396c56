//! Words and figures that the table, the pictures and the page share, so that
//! one thing has one name everywhere.

use std::collections::BTreeMap;

use oscost_analysis::{
    Counter, Difference, Estimate, Fate, Moved, Net, Percentile, Summary, format, full_title,
};
use oscost_record::{Aspect, CaseId, CaseInfo, Machine, Quantity, TaskKind, Unit};

/// A number of things: `1 round`, `15 rounds`.
pub(crate) fn several(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {what}{plural}", format::grouped(number as f64))
}

/// A machine in one line.
pub(crate) fn machine(machine: &Machine) -> String {
    let name = match machine.name.as_str() {
        "" => &machine.arch,
        name => name,
    };
    format!("{name}, {}", several(u64::from(machine.usable_cpus), "CPU"))
}

/// The longest value of a configuration that a line has room for, in characters.
const LONGEST: usize = 60;

/// As much of a value as a line has room for.
pub(crate) fn shortened(value: &str) -> String {
    match value.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}

/// A difference in one line: `kernel: 6.1, 6.2 here`, where `here` is what is
/// said of the latter.
#[must_use]
pub fn otherwise(difference: &Difference, here: &str) -> String {
    let value = |value: &Option<String>| match value {
        None => "not known".to_owned(),
        Some(value) => shortened(value),
    };
    let (before, after) = (value(&difference.before), value(&difference.after));
    let name = difference.name.replace('_', " ");
    format!("{name}: {before}, {after}{here}")
}

/// What an axis with this unit is called: `time per round trip`.
pub(crate) fn axis(unit: &Unit) -> String {
    let quantity = match unit.quantity {
        Quantity::Time => "time",
        Quantity::Memory => "memory",
    };
    format!("{quantity} per {}", unit.per)
}

/// What a panel about an aspect is called.
pub(crate) fn aspect(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Create => "To make: one task created and seen to end",
        Aspect::Switch => "To switch: the CPU handed over and back",
        Aspect::Memory => "To keep: memory of one idle task",
        Aspect::Part => "Creation, taken apart",
        Aspect::Touch => "To touch memory",
        Aspect::Talk => "To hand something over",
        Aspect::Lock => "To lock and to wait",
        Aspect::Delay => "What the others wait",
        Aspect::Crash => "When one goes down",
        Aspect::Work => "Whole programs",
        Aspect::Size => "How large it is",
        Aspect::Control => "Controls: the loop without the work",
        Aspect::Floor => "Floors: what everything else stands on",
    }
}

/// What an answer of the first screen is about.
pub(crate) fn question(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Create => "To make",
        Aspect::Switch => "To switch",
        Aspect::Memory => "To keep",
        _ => "Besides",
    }
}

/// A ratio: `5.1×`.
pub(crate) fn times(ratio: f64) -> String {
    format!("{}×", format::ratio(ratio))
}

/// An estimate with its interval: `3.21 µs (3.10 µs to 3.30 µs)`.
pub(crate) fn interval(estimate: &Estimate, unit: &Unit) -> String {
    let [value, low, high] =
        [estimate.value, estimate.low, estimate.high].map(|value| format::quantity(value, unit));
    format!("{value} ({low} to {high})")
}

/// An interval alone, with its unit once where both ends have the same:
/// `3.10 to 3.30 µs`.
pub(crate) fn range(estimate: &Estimate, unit: &Unit) -> String {
    let [low, high] = [estimate.low, estimate.high].map(|end| format::quantity(end, unit));
    match (low.split_once(' '), high.split_once(' ')) {
        (Some((number, one)), Some((_, other))) if one == other => format!("{number} to {high}"),
        _ => format!("{low} to {high}"),
    }
}

/// Half of an interval's width over its estimate.
pub(crate) fn half_width(estimate: &Estimate) -> f64 {
    (estimate.high - estimate.low) / 2.0 / estimate.value
}

/// The percentile of a rank, where there were samples enough for it.
pub(crate) fn percentile(summary: &Summary, rank: f64) -> Option<&Percentile> {
    summary
        .percentiles
        .iter()
        .find(|percentile| (percentile.rank - rank).abs() < 1e-9)
}

/// Samples that a percentile needs before it is printed.
pub(crate) fn samples_needed(rank: f64) -> u64 {
    match rank {
        rank if rank >= 99.9 => 10_000,
        rank if rank >= 99.0 => 1_000,
        _ => 1,
    }
}

/// A net figure in words, with its interval.
pub(crate) fn net(net: &Net, unit: &Unit) -> String {
    match net {
        Net::Above(estimate) => interval(estimate, unit),
        Net::BelowResolution(estimate) => {
            format!("below resolution: {}", interval(estimate, unit))
        }
    }
}

/// Why a case has no figure, or not a whole one.
pub(crate) fn note(fate: &Fate) -> Option<String> {
    match fate {
        Fate::Measured => None,
        Fate::Partly(rounds, reasons) => Some(format!(
            "failed in {}: {}",
            several(u64::from(*rounds), "round"),
            reasons.join("; ")
        )),
        Fate::Skipped(reason) => Some(format!("skipped: {reason}")),
        Fate::Failed(reasons) => Some(format!("failed: {}", reasons.join("; "))),
        Fate::Missing => Some("missing: the run ended before it".to_owned()),
    }
}

/// What is to be known of a case that was mostly disturbed.
pub(crate) fn disturbed((bursts, disturbed): (u64, u64)) -> String {
    format!("disturbed: {disturbed} of {}", several(bursts, "burst"))
}

/// What that note means.
pub(crate) const DISTURBED: &str = "disturbed: in at least half of the case's bursts the hypervisor took time away, or others ran in between; measure again on a quiet machine";

/// A remark as a sentence: its first letter large, a full stop at its end.
pub(crate) fn sentence(remark: &str) -> String {
    let mut letters = remark.trim().chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    let text: String = first.to_uppercase().chain(letters).collect();
    if text.ends_with(['.', '!', '?']) {
        text
    } else {
        text + "."
    }
}

/// A counter that moved: `voluntary switches: 2.00 to 4.00 per operation`.
pub(crate) fn moved(moved: &Moved) -> String {
    let value = |value: f64| match moved.counter {
        Counter::CpuTime | Counter::Steal => format::quantity(value, &Unit::time("")),
        _ => format::ratio(value),
    };
    format!(
        "{}: {} to {} per operation",
        moved.counter.name().replace('_', " "),
        value(moved.before.value),
        value(moved.after.value)
    )
}

/// The plural of a kind, for headings.
pub(crate) fn kinds(kind: TaskKind) -> &'static str {
    match kind {
        TaskKind::Process => "processes",
        TaskKind::Thread => "threads",
        TaskKind::Coroutine => "coroutines",
    }
}

/// How long a lock is held and left alone: `100 ns inside, 1,000 ns outside`.
pub(crate) fn load(section: u64, outside: u64) -> String {
    let inside = match section {
        0 => "nothing inside".to_owned(),
        length => format!("{} ns inside", format::grouped(length as f64)),
    };
    match outside {
        0 => inside,
        length => format!("{inside}, {} ns outside", format::grouped(length as f64)),
    }
}

/// A name for each case, as short as tells it from the others of the slice: the
/// title alone, the parameters and the placement alone, or all of these.
pub(crate) fn labels<'a>(cases: &[&'a CaseInfo]) -> BTreeMap<&'a CaseId, String> {
    let one_title = cases.windows(2).all(|pair| pair[0].title == pair[1].title);
    let twins = |case: &CaseInfo| {
        let same = |other: &&&CaseInfo| other.task == case.task && other.title == case.title;
        cases.iter().filter(same).count() > 1
    };
    let name = |case: &CaseInfo| {
        let full = full_title(case);
        let rest = full.strip_prefix(&format!("{}, ", case.title));
        match rest {
            Some(rest) if one_title && twins(case) => rest.to_owned(),
            _ if twins(case) => full,
            _ => case.title.clone(),
        }
    };
    cases.iter().map(|case| (&case.id, name(case))).collect()
}

/// A name with the parameters and the placement of a case.
pub(crate) fn circumstances(name: &str, case: &CaseInfo) -> String {
    let renamed = CaseInfo {
        title: name.to_owned(),
        ..case.clone()
    };
    full_title(&renamed)
}

/// An anchor from a case's id: letters, digits and hyphens alone.
pub(crate) fn slug(text: &str) -> String {
    let hyphened = text.chars().map(|letter| {
        if letter.is_ascii_alphanumeric() {
            letter
        } else {
            '-'
        }
    });
    hyphened.collect::<String>().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular() {
        assert_eq!(several(1, "round"), "1 round");
        assert_eq!(several(1500, "sample"), "1,500 samples");
    }

    #[test]
    fn a_range_names_a_common_unit_once() {
        let range = |low, high| {
            let value = (low + high) / 2.0;
            super::range(&Estimate { value, low, high }, &Unit::time(""))
        };
        assert_eq!(range(3_100.0, 3_300.0), "3.10 to 3.30 µs");
        assert_eq!(range(900.0, 1_100.0), "900 ns to 1.10 µs");
    }

    #[test]
    fn a_remark_becomes_a_sentence() {
        assert_eq!(sentence("load of 1.1"), "Load of 1.1.");
        assert_eq!(sentence("`ps` names it."), "`ps` names it.");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn a_slug_has_no_letter_that_means_something() {
        assert_eq!(
            slug("process/create/fork/rss=0MiB"),
            "process-create-fork-rss-0mib"
        );
        assert_eq!(slug("<a b=\"'>"), "-a-b----");
    }
}
