//! A case line without what its level does not stand on. Who joins the records
//! of ten thousand hosts reads half of each file, and no field by way of a
//! buffer, as the flattened outcome of a whole line would be.

use std::borrow::Cow;

use serde::Deserialize;

use crate::{CaseId, CaseLine, Counters, Cpu, Ops, Outcome, Samples, Unit};

/// See the module.
#[derive(Deserialize)]
pub(super) struct Brief<'a> {
    id: CaseId,
    round: u32,
    #[serde(borrow)]
    outcome: Cow<'a, str>,
    #[serde(default)]
    reason: Option<String>,
    unit: Unit,
    ops_per_sample: Ops,
    #[serde(default)]
    samples: Samples,
    #[serde(default)]
    cpus: Vec<Cpu>,
}

impl Brief<'_> {
    /// As a line of a record.
    ///
    /// # Errors
    /// Where the outcome is none.
    pub(super) fn line(self) -> Result<CaseLine, String> {
        let reason = self.reason.unwrap_or_default();
        let outcome = match &*self.outcome {
            "measured" => Outcome::Measured,
            "skipped" => Outcome::Skipped(reason),
            "failed" => Outcome::Failed(reason),
            other => return Err(format!("no outcome is called `{other}`")),
        };
        Ok(CaseLine {
            id: self.id,
            round: self.round,
            outcome,
            unit: self.unit,
            ops_per_sample: self.ops_per_sample,
            samples: self.samples,
            counters: Counters::default(),
            cpus: self.cpus,
            bursts: Vec::new(),
            reference: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::Record;
    use crate::reader::EXAMPLE;

    #[test]
    fn a_brief_reading_has_the_samples_of_a_whole_one() {
        let path = Path::new(EXAMPLE);
        let whole = Record::read(path).unwrap();
        let wanted = |id: &str| id.starts_with("thread/");
        let brief = Record::read_brief(path, |case| wanted(&case.id.0)).unwrap();
        assert_eq!(brief.damage, []);
        assert_eq!(brief.end, whole.end);
        assert_eq!(brief.rounds, whole.rounds);
        let mut lines: Vec<_> = whole.cases;
        lines.retain(|line| wanted(&line.id.0));
        assert!(!lines.is_empty() && lines.len() == brief.cases.len());
        for (line, brief) in lines.iter().zip(&brief.cases) {
            assert_eq!(line.samples, brief.samples);
            assert_eq!(
                (&line.id, line.round, &line.outcome, &line.unit),
                (&brief.id, brief.round, &brief.outcome, &brief.unit)
            );
        }
    }
}
