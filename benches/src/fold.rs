//! The current record: what several bench targets measure on one machine,
//! together in one file, and the report made from it.

use std::io;
use std::path::Path;

use anyhow::Context as _;
use oscost_harness::session::now;
use oscost_record::{CaseLine, End, Line, Record, RecordWriter, Run};

use crate::settings::say;

/// Puts the lines into the current record in place of older ones of the same
/// cases, refreshes the report, and prints the suite's table and the report's
/// path.
///
/// # Errors
/// Where the folder cannot be written.
pub(crate) fn fold(folder: &Path, header: Run, lines: Vec<CaseLine>) -> anyhow::Result<()> {
    let suite = header
        .cases
        .first()
        .map(|case| case.suite.clone())
        .unwrap_or_default();
    let path = folder.join("record.jsonl");
    let record = merged(Record::read(&path).ok(), header, lines);
    write(&path, &record).with_context(|| format!("cannot write {}", path.display()))?;
    let written = oscost_report::write(&record, &folder.join("report"))?;
    let mut summaries = oscost_analysis::summarise(&record);
    summaries.retain(|summary| summary.info.suite == suite);
    say(&oscost_report::table(&summaries));
    say(&format!("\nreport: {}", written.page.display()));
    Ok(())
}

/// The old record with the new cases in it. A record of another machine or
/// configuration is not continued: nobody could say what it was a record of.
fn merged(old: Option<Record>, mut header: Run, lines: Vec<CaseLine>) -> Record {
    // Every bench target is a program of its own, so no one hash is right.
    header.tool.binary = None;
    header.configuration.0.remove("binary");
    let mut cases = Vec::new();
    let mut kept = Vec::new();
    let mut rounds = Vec::new();
    let continues = |old: &Record| {
        old.run.machine.key == header.machine.key
            && old.run.configuration == header.configuration
            && old.run.tool == header.tool
    };
    if let Some(old) = old.filter(continues) {
        let fresh = |id| lines.iter().any(|line| line.id == id);
        kept = old
            .cases
            .into_iter()
            .filter(|line| !fresh(line.id.clone()))
            .collect();
        cases = old.run.cases;
        rounds = old.rounds;
    }
    let measured: Vec<_> = header
        .cases
        .iter()
        .filter(|case| lines.iter().any(|line| line.id == case.id))
        .cloned()
        .collect();
    cases.retain(|case| measured.iter().all(|fresh| fresh.id != case.id));
    cases.extend(measured);
    // Suites in the order of their kinds, cases in that of their catalogue.
    cases.sort_by_key(|case| case.task);
    rounds.push(oscost_record::RoundLine {
        round: 0,
        state: oscost_harness::session::state_now(),
    });
    kept.extend(lines);
    header.cases = cases;
    Record {
        run: header,
        rounds,
        cases: kept,
        end: Some(End {
            ended: now(),
            interrupted: false,
        }),
        damage: Vec::new(),
    }
}

/// Writes a whole record beside its place and then puts it there, so that a
/// full disk or a kill leaves the old one.
fn write(path: &Path, record: &Record) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let beside = tempfile::Builder::new()
        .prefix(".record-")
        .tempdir_in(folder)?;
    let draft = beside.path().join("record.jsonl");
    let mut writer = RecordWriter::create(&draft, &record.run)?;
    for round in &record.rounds {
        writer.write(&Line::Round(round.clone()))?;
    }
    for line in &record.cases {
        writer.write(&Line::Case(Box::new(line.clone())))?;
    }
    if let Some(end) = &record.end {
        writer.write(&Line::End(end.clone()))?;
    }
    writer.sync()?;
    std::fs::rename(&draft, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use oscost_harness::session::Session;
    use oscost_harness::{drill, round};
    use oscost_record::{CaseInfo, Driver, Tier};

    fn parts() -> (Run, Vec<CaseLine>) {
        let cases = drill::SUITE.cases();
        let header = Session::open().header(Driver::Criterion, Tier::Core, 0, &cases);
        let lines = cases[..2]
            .iter()
            .map(|case| round::line(case, 0, None, Ok(Vec::new())));
        (header, lines.collect())
    }

    fn ids(record: &Record) -> Vec<&str> {
        record
            .run
            .cases
            .iter()
            .map(|case: &CaseInfo| case.id.0.as_str())
            .collect()
    }

    #[test]
    fn another_target_adds_and_the_same_replaces() {
        let (header, lines) = parts();
        let first = merged(None, header.clone(), lines[..1].to_vec());
        assert_eq!(ids(&first).len(), 1);
        let both = merged(Some(first), header.clone(), lines[1..].to_vec());
        assert_eq!(ids(&both), ["drill/nothing", "drill/segfault"]);
        let again = merged(Some(both), header, lines[..1].to_vec());
        assert_eq!(again.cases.len(), 2);
        assert_eq!(ids(&again).len(), 2);
    }

    #[test]
    fn another_machine_begins_anew() {
        let (mut header, lines) = parts();
        let first = merged(None, header.clone(), lines[..1].to_vec());
        header.machine.key = "another".into();
        let second = merged(Some(first), header, lines[1..].to_vec());
        assert_eq!(ids(&second), ["drill/segfault"]);
    }

    #[test]
    fn a_record_is_put_in_place_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.jsonl");
        let (header, lines) = parts();
        let record = merged(None, header, lines);
        write(&path, &record).unwrap();
        write(&path, &record).unwrap();
        assert_eq!(Record::read(&path).unwrap(), record);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
