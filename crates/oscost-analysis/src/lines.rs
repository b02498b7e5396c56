//! Which lines of a record belong to a case, and which of them count. A round
//! that failed, or that is in another unit, is never among them.

use std::collections::HashMap;

use oscost_record::{CaseId, CaseInfo, CaseLine, Record};

use crate::fate;

/// The lines of a record by case, in the order of the file.
#[derive(Debug)]
pub struct Lines<'a>(HashMap<&'a CaseId, Vec<&'a CaseLine>>);

impl<'a> Lines<'a> {
    /// Sorts the lines of a record by case.
    #[must_use]
    pub fn of(record: &'a Record) -> Self {
        let mut lines: HashMap<&CaseId, Vec<&CaseLine>> = HashMap::new();
        for line in &record.cases {
            lines.entry(&line.id).or_default().push(line);
        }
        Self(lines)
    }

    /// The lines of a case that were measured, by rising round, with the
    /// median of each.
    #[must_use]
    pub fn measured(&self, info: &CaseInfo) -> Vec<(&'a CaseLine, f64)> {
        let lines = self.0.get(&info.id).into_iter().flatten().copied();
        let (rounds, _) = fate::sort_out(info, lines);
        let mut medians: Vec<(&CaseLine, f64)> = rounds
            .into_iter()
            .map(|(line, round)| (line, round.median))
            .collect();
        medians.sort_by(|(one, a), (two, b)| one.round.cmp(&two.round).then(a.total_cmp(b)));
        medians
    }
}
