//! What `oscost run --once` looks at, and what it says in the end: how many cases
//! proved their work, which failed, and what was left out for which reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use oscost_harness::case::Case;
use oscost_record::{CaseId, CaseInfo, Outcome, Record};

use crate::exit::End;

/// The first `most` cases of each row, which are its smallest.
pub(crate) fn first_of_each_row(mut cases: Vec<Case>, most: u32) -> Vec<Case> {
    let mut seen: BTreeMap<(String, &str), u32> = BTreeMap::new();
    cases.retain(|case| {
        let row = (case.info.suite.clone(), case.row.operation);
        let count = seen.entry(row).or_default();
        *count += 1;
        *count <= most
    });
    cases
}

/// How the cases of a record ended.
pub(crate) struct Account {
    proven: usize,
    /// Reason to cases.
    skipped: BTreeMap<String, Vec<CaseId>>,
    failed: Vec<(CaseId, String)>,
    /// In the header, and never begun.
    left_out: usize,
    /// Rows of which no case was begun.
    left_out_rows: BTreeSet<String>,
}

impl Account {
    /// Reads the lines of a record that has one per case.
    pub(crate) fn of(record: &Record) -> Self {
        let begun: BTreeSet<&CaseId> = record.cases.iter().map(|line| &line.id).collect();
        let row = |info: &CaseInfo| format!("{}/{}", info.suite, info.operation);
        let infos = record.run.cases.iter();
        let (tried, left_out): (Vec<_>, Vec<_>) = infos.partition(|info| begun.contains(&info.id));
        let tried: BTreeSet<String> = tried.into_iter().map(row).collect();
        let rows = left_out.iter().map(|info| row(info));
        let mut account = Self {
            proven: 0,
            skipped: BTreeMap::new(),
            failed: Vec::new(),
            left_out_rows: rows.filter(|row| !tried.contains(row)).collect(),
            left_out: left_out.len(),
        };
        for line in &record.cases {
            let id = line.id.clone();
            match &line.outcome {
                Outcome::Measured => account.proven += 1,
                Outcome::Skipped(reason) => {
                    account.skipped.entry(reason.clone()).or_default().push(id);
                }
                Outcome::Failed(reason) => account.failed.push((id, reason.clone())),
            }
        }
        account
    }

    /// A case that failed is an objection. So is a run in which none was proven, or
    /// that ended before every row had its turn.
    pub(crate) fn end(&self) -> End {
        if self.failed.is_empty() && self.proven > 0 && self.left_out_rows.is_empty() {
            End::Done
        } else {
            End::Objection
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let skipped: usize = self.skipped.values().map(Vec::len).sum();
        for (reason, cases) in &self.skipped {
            match cases.as_slice() {
                [one] => writeln!(f, "skipped: {one}: {reason}")?,
                cases => {
                    let ids: Vec<&str> = cases.iter().map(|id| id.0.as_str()).collect();
                    writeln!(f, "skipped: {} cases: {reason}", cases.len())?;
                    writeln!(f, "  {}", ids.join(" "))?;
                }
            }
        }
        for (id, reason) in &self.failed {
            writeln!(f, "failed: {id}: {reason}")?;
        }
        if self.left_out > 0 {
            writeln!(
                f,
                "left out, since the run ended before: {} cases, the larger ones of their rows; of {} rows none was tried",
                self.left_out,
                self.left_out_rows.len()
            )?;
        }
        for row in &self.left_out_rows {
            writeln!(f, "  {row}")?;
        }
        write!(
            f,
            "{} cases proved their work, {} failed, {skipped} skipped",
            self.proven,
            self.failed.len(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_of_each_row_stay_and_no_row_goes() {
        let cases = oscost::catalogue();
        let rows = |cases: &[Case]| -> BTreeMap<(String, &str), u32> {
            let mut rows = BTreeMap::new();
            for case in cases {
                let row = (case.info.suite.clone(), case.row.operation);
                *rows.entry(row).or_default() += 1;
            }
            rows
        };
        let all = rows(&cases);
        assert!(all.values().any(|&count| count > 2));
        let expected = all.into_iter().map(|(row, count)| (row, count.min(2)));
        assert_eq!(rows(&first_of_each_row(cases, 2)), expected.collect());
    }

    fn account(failed: &[&str], proven: usize) -> Account {
        let failed = failed.iter().map(|id| (CaseId::from(*id), "broke".into()));
        Account {
            proven,
            skipped: [
                ("needs root".into(), vec!["a/b".into(), "a/c".into()]),
                ("no veth".into(), vec!["a/d".into()]),
            ]
            .into(),
            failed: failed.collect(),
            left_out: 3,
            left_out_rows: ["z/row".to_owned()].into(),
        }
    }

    #[test]
    fn a_failure_a_row_left_out_or_nothing_at_all_is_an_objection() {
        let whole = |failed, proven| Account {
            left_out_rows: BTreeSet::new(),
            ..account(failed, proven)
        };
        assert_eq!(whole(&[], 1).end(), End::Done);
        assert_eq!(whole(&["x/y"], 1).end(), End::Objection);
        assert_eq!(whole(&[], 0).end(), End::Objection);
        assert_eq!(account(&[], 1).end(), End::Objection);
    }

    #[test]
    fn every_case_that_did_not_run_is_named_with_its_reason() {
        let text = account(&["x/y"], 7).to_string();
        for part in [
            "skipped: 2 cases: needs root\n  a/b a/c\n",
            "skipped: a/d: no veth\n",
            "failed: x/y: broke\n",
            "left out, since the run ended before: 3 cases",
            "of 1 rows none was tried\n  z/row\n",
            "7 cases proved their work, 1 failed, 3 skipped",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }
}
