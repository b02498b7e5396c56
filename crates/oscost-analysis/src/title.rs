//! The words that name a case on an axis, in a table, at the end of a line.
//! Two places must never call one case by two names.

use oscost_record::{CaseInfo, Parameter, Unit};

use crate::format::{grouped, quantity};

/// `fork, 64 MiB`, `pipe, same-cpu`, `forked process, 1,000 tasks`: the title
/// with every parameter, and with the placement where that is a choice.
#[must_use]
pub fn full_title(info: &CaseInfo) -> String {
    title_without(info, "")
}

/// The same without one of the parameters: what all cases of a sweep over it
/// have in common.
#[must_use]
pub fn title_without(info: &CaseInfo, parameter: &str) -> String {
    let mut parts = vec![info.title.clone()];
    let others = info
        .parameters
        .iter()
        .filter(|(name, _)| *name != parameter);
    let unit_tells = |of: &Parameter| {
        let same = info.parameters.values().filter(|one| one.unit == of.unit);
        of.unit.is_empty() || same.count() == 1
    };
    parts.extend(others.map(|(name, value)| match unit_tells(value) {
        true => value_of(name, value),
        false => format!("{} {name}", value_of(name, value)),
    }));
    if has_placement(info) {
        parts.push(info.placement.to_string());
    }
    parts.dedup();
    parts.join(", ")
}

/// Whether the placement is part of the case's id: only then does it tell the
/// case from another.
fn has_placement(info: &CaseInfo) -> bool {
    info.id
        .0
        .ends_with(&format!("/placement={}", info.placement))
}

/// A parameter in words: `1,000 tasks`, `64 MiB`, `1 GiB`, `10 ms`.
#[must_use]
pub fn value_of(name: &str, parameter: &Parameter) -> String {
    let Parameter { value, unit } = parameter;
    let bytes = match unit.as_str() {
        "B" => 1.0,
        "KiB" => 1024.0,
        "MiB" => 1_048_576.0,
        "" if *value == 1 => return format!("1 {}", name.strip_suffix('s').unwrap_or(name)),
        "" => return format!("{} {name}", grouped(*value as f64)),
        _ => return format!("{} {unit}", grouped(*value as f64)),
    };
    if *value == 0 {
        return format!("0 {unit}");
    }
    without_zeros(&quantity(*value as f64 * bytes, &Unit::memory("")))
}

/// `1.00 µs` as `1 µs`: for round values, of which no digit was measured.
#[must_use]
pub fn without_zeros(text: &str) -> String {
    match text.split_once(' ') {
        Some((number, unit)) if number.contains('.') => {
            let number = number.trim_end_matches('0').trim_end_matches('.');
            format!("{number} {unit}")
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str, value: u64, unit: &str) -> String {
        let unit = unit.to_owned();
        value_of(name, &Parameter { value, unit })
    }

    #[test]
    fn values_have_the_unit_that_suits() {
        assert_eq!(shown("tasks", 1000, ""), "1,000 tasks");
        assert_eq!(shown("subscribers", 1, ""), "1 subscriber");
        assert_eq!(shown("rss", 0, "MiB"), "0 MiB");
        assert_eq!(shown("rss", 64, "MiB"), "64 MiB");
        assert_eq!(shown("rss", 1024, "MiB"), "1 GiB");
        assert_eq!(shown("set", 1536, "KiB"), "1.5 MiB");
        assert_eq!(shown("block", 10, "ms"), "10 ms");
    }
}
