//! One case through records in the order of time: where its level changed, and
//! what else did just then. Nothing here knows where records are kept.

use oscost_record::CaseId;

use crate::statistics::{changes, trimmed_mean};
use crate::{CaseDigest, Difference, Digest, Level, configuration_differences};

/// A case in one of several records.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage<'a> {
    /// Which of the records.
    pub record: usize,
    /// The case in it.
    pub case: &'a CaseDigest,
    /// What is configured otherwise than in the record before.
    pub differences: Vec<Difference>,
    /// The level before and the level from here on, where it changed here.
    pub change: Option<(f64, f64)>,
    /// How many times the level relative to the frozen workload was after that
    /// change what it was before, where both sides know.
    pub relative: Option<f64>,
}

/// One case through the records that measured it. Its level changed where
/// [`changes`] says so of the logarithms of its levels, or of the levels
/// themselves where one is not above zero. The same records always give the
/// same answer.
#[must_use]
pub fn course<'a>(records: impl IntoIterator<Item = &'a Digest>, id: &CaseId) -> Vec<Stage<'a>> {
    let mut stages: Vec<Stage<'a>> = Vec::new();
    let mut before: Option<&Digest> = None;
    for (record, digest) in records.into_iter().enumerate() {
        let Some(case) = digest.cases.get(id) else {
            continue;
        };
        let differences = before.map_or_else(Vec::new, |before| {
            configuration_differences(&before.configuration, &digest.configuration)
        });
        before = Some(digest);
        stages.push(Stage {
            record,
            case,
            differences,
            change: None,
            relative: None,
        });
    }
    let levels: Vec<f64> = stages.iter().map(|stage| stage.case.raw.level).collect();
    let scale = Scale::of(&levels);
    let levels: Vec<f64> = levels.into_iter().map(|level| scale.on(level)).collect();
    let begins = changes(&levels, 0);
    for (index, &at) in begins.iter().enumerate() {
        let from = index.checked_sub(1).map_or(0, |before| begins[before]);
        let to = begins.get(index + 1).copied().unwrap_or(levels.len());
        let level = |levels: &[f64]| trimmed_mean(levels).map(|mean| scale.off(mean));
        let workload = stages[at].case.reference.clone();
        let relative = |stages: &[Stage<'_>]| relative(stages, workload.as_deref()?);
        let sides = relative(&stages[from..at]).zip(relative(&stages[at..to]));
        stages[at].change = level(&levels[from..at]).zip(level(&levels[at..to]));
        stages[at].relative = sides.map(|(before, after)| after / before);
    }
    stages
}

/// Logarithms, where there are any.
#[derive(Clone, Copy)]
struct Scale {
    logarithmic: bool,
}

impl Scale {
    fn of(levels: &[f64]) -> Self {
        let logarithmic = levels.iter().all(|&level| level > 0.0);
        Self { logarithmic }
    }

    fn on(self, level: f64) -> f64 {
        if self.logarithmic { level.ln() } else { level }
    }

    fn off(self, value: f64) -> f64 {
        if self.logarithmic { value.exp() } else { value }
    }
}

/// The level of a stretch relative to a frozen workload: `None` where a record
/// has none, took turns with another workload, or is not above zero.
fn relative(stages: &[Stage<'_>], workload: &str) -> Option<f64> {
    let level = |stage: &Stage<'_>| {
        let same = stage.case.reference.as_deref() == Some(workload);
        let Level { level, .. } = stage.case.relative.filter(|_| same)?;
        (level > 0.0).then(|| level.ln())
    };
    let levels: Option<Vec<f64>> = stages.iter().map(level).collect();
    trimmed_mean(&levels?).map(f64::exp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use oscost_record::{Configuration, Machine};

    const ID: &str = "thread/create/pthread";

    /// A record of one case; it took turns with that workload, if with any.
    fn digest(kernel: &str, raw: f64, relative: Option<(f64, &str)>) -> Digest {
        let level = |level| Level {
            level,
            spread: 0.01,
        };
        let case = CaseDigest {
            rounds: 5,
            raw: level(raw),
            relative: relative.map(|(value, _)| level(value)),
            reference: relative.map(|(_, workload)| workload.to_owned()),
            p99: None,
            counters: [].into(),
        };
        Digest {
            version: crate::DIGEST,
            started: String::new(),
            machine: Machine::default(),
            configuration: Configuration([("kernel".to_owned(), kernel.to_owned())].into()),
            tool: String::new(),
            seed: 0,
            cases: [(CaseId::from(ID), case)].into(),
            missing: [].into(),
        }
    }

    /// Twenty-four records; the kernel changes with the thirteenth, and with it
    /// the level, by half.
    fn digests(relative: impl Fn(usize) -> Option<(f64, &'static str)>) -> Vec<Digest> {
        let one = |n: usize| {
            let noise = 1.0 + (n * 7 % 5) as f64 / 200.0;
            let (kernel, factor) = if n < 12 { ("6.1", 1.0) } else { ("6.2", 1.5) };
            digest(kernel, 100.0 * noise * factor, relative(n))
        };
        (0..24).map(one).collect()
    }

    fn changed<'a>(stages: &'a [Stage<'a>]) -> Vec<&'a Stage<'a>> {
        let changed = stages.iter().filter(|stage| stage.change.is_some());
        changed.collect()
    }

    #[test]
    fn a_change_comes_with_what_was_configured_otherwise() {
        let digests = digests(|_| None);
        let stages = course(&digests, &ID.into());
        assert_eq!(stages.len(), 24);
        let [one] = changed(&stages)[..] else {
            panic!("one change: {stages:?}");
        };
        assert_eq!((one.record, one.differences.len()), (12, 1));
        assert_eq!(one.relative, None);
        assert!(course(&digests, &"thread/none".into()).is_empty());
    }

    #[test]
    fn a_slower_machine_changes_the_level_and_not_that_beside_its_workload() {
        let steady = digests(|n| Some((2.0 + (n % 3) as f64 / 100.0, "frozen")));
        let stages = course(&steady, &ID.into());
        let relative = changed(&stages)[0].relative.unwrap();
        assert!((relative - 1.0).abs() < 0.01, "{relative}");
        // Another workload is no measure of the first.
        let torn = digests(|n| Some((2.0, if n < 12 { "frozen" } else { "molten" })));
        let stages = course(&torn, &ID.into());
        assert_eq!(changed(&stages)[0].relative, None);
    }
}
