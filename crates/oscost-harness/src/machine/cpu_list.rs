//! Sets of CPUs as the kernel prints them: `0-3,8,10-11`.
//! Never panics on a list that is malformed: the broken part is left out.

use std::collections::BTreeSet;

/// The highest number taken for a CPU: above what any kernel is built for
/// (`CONFIG_NR_CPUS` ends at 8192), so that a broken range stays harmless.
const HIGHEST: u32 = 65_535;

/// The CPUs of a list.
pub(super) fn parse(list: &str) -> BTreeSet<u32> {
    let mut cpus = BTreeSet::new();
    for part in list.trim().split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        if let (Ok(first), Ok(last)) = (first.trim().parse::<u32>(), last.trim().parse::<u32>()) {
            cpus.extend(first..=last.min(HIGHEST));
        }
    }
    cpus
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_single_cpus_mix() {
        assert_eq!(parse("0-2,8,10-11\n"), [0, 1, 2, 8, 10, 11].into());
        assert_eq!(parse("3"), [3].into());
    }

    #[test]
    fn nonsense_is_left_out() {
        assert!(parse("").is_empty());
        assert_eq!(parse("x,1,5-y,4-2"), [1].into());
        assert_eq!(parse("0-4294967295").len(), HIGHEST as usize + 1);
    }
}
