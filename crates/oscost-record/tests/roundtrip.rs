//! What is written is read back; what is damaged is named and costs one line.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may unwrap as tests do"
)]

use std::io::Write as _;
use std::path::Path;

use oscost_record::{
    CaseLine, Counters, Cpu, End, Line, Ops, Outcome, ReadError, Record, RecordWriter, Samples,
    Unit,
};
use proptest::prelude::*;

mod common;

use common::run;

fn line(round: u32) -> CaseLine {
    CaseLine {
        id: "thread/create/pthread".into(),
        round,
        outcome: Outcome::Measured,
        unit: Unit::time("create+join"),
        ops_per_sample: Ops(1),
        samples: Samples::Histogram(vec![(31_000.0, 12), (32_000.5, 3)]),
        counters: Counters {
            voluntary_switches: Some(30),
            ..Counters::default()
        },
        cpus: vec![Cpu(0)],
        bursts: Vec::new(),
        reference: None,
    }
}

fn write(path: &Path, lines: u32) {
    let mut writer = RecordWriter::create(path, &run()).unwrap();
    for round in 0..lines {
        writer.write(&Line::Case(Box::new(line(round)))).unwrap();
    }
    writer
        .write(&Line::End(End {
            ended: "2026-01-01T00:01:00Z".into(),
            interrupted: false,
        }))
        .unwrap();
    writer.sync().unwrap();
}

#[test]
fn a_record_survives_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/record.jsonl");
    write(&path, 3);
    let record = Record::read(&path).unwrap();
    assert_eq!(record.run, run());
    assert_eq!(record.cases, vec![line(0), line(1), line(2)]);
    assert!(record.end.is_some());
    assert!(record.damage.is_empty());
}

#[test]
fn an_existing_file_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.jsonl");
    write(&path, 1);
    let error = RecordWriter::create(&path, &run()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
}

#[test]
fn a_damaged_line_is_named_and_the_rest_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.jsonl");
    write(&path, 2);
    let mut text: Vec<String> = std::fs::read_to_string(&path)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    text[1].truncate(40);
    std::fs::write(&path, text.join("\n")).unwrap();
    let record = Record::read(&path).unwrap();
    assert_eq!(record.cases, vec![line(1)]);
    assert_eq!(record.damage.len(), 1);
    assert_eq!(record.damage[0].line, 2);
}

#[test]
fn a_later_schema_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.jsonl");
    std::fs::write(&path, "{\"kind\":\"run\",\"schema\":99}\n").unwrap();
    assert!(matches!(
        Record::read(&path),
        Err(ReadError::TooNew { schema: 99, .. })
    ));
}

#[test]
fn appending_after_a_cut_loses_only_the_cut_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.jsonl");
    write(&path, 1);
    std::fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .unwrap()
        .write_all(b"{\"kind\":\"case\",\"id\":\"thr")
        .unwrap();
    let mut writer = RecordWriter::append(&path).unwrap();
    writer.write(&Line::Case(Box::new(line(1)))).unwrap();
    let record = Record::read(&path).unwrap();
    assert_eq!(record.cases, vec![line(0), line(1)]);
    assert_eq!(record.damage.len(), 1);
}

proptest! {
    #[test]
    fn a_record_cut_anywhere_after_its_header_reads(cut in 0.0f64..1.0) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.jsonl");
        write(&path, 3);
        let text = std::fs::read(&path).unwrap();
        let header = text.iter().position(|&byte| byte == b'\n').unwrap();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "inside the file")]
        let keep = header + ((text.len() - header) as f64 * cut) as usize;
        std::fs::write(&path, &text[..keep]).unwrap();
        let record = Record::read(&path).unwrap();
        prop_assert!(record.damage.len() <= 1);
        for (kept, round) in record.cases.iter().zip(0..) {
            prop_assert_eq!(kept, &line(round));
        }
    }
}
