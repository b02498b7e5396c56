//! The reader against files that are no good records: an error that says what
//! is wrong, or the sound rest; never a panic, never more memory than its
//! bounds.
#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "helpers of tests may unwrap as tests do"
)]

mod files;

use files::{Owed, files};
use oscost_record::{ReadError, Record};

fn read(bytes: &[u8]) -> Result<Record, ReadError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.jsonl");
    std::fs::write(&path, bytes).unwrap();
    let header = Record::header(&path);
    let record = Record::read(&path);
    assert_eq!(header.ok().as_ref(), record.as_ref().ok().map(|r| &r.run));
    record
}

#[test]
fn every_file_gets_what_it_is_owed() {
    let files = files();
    assert!(files.len() > 50, "{}", files.len());
    for file in files {
        let name = file.name;
        match (file.owed, read(&file.bytes)) {
            (Owed::Refusal, Err(error)) => {
                let said = error.to_string();
                assert!(
                    said.contains("record.jsonl") && said.len() < 1_000,
                    "{name}: {said}"
                );
                assert!(!said.contains(char::is_control), "{name}: {said}");
            }
            (Owed::Whole(cases), Ok(record)) => {
                assert_eq!(record.cases.len(), cases, "{name}: {:?}", record.damage);
                assert_eq!(record.damage, [], "{name}");
            }
            (Owed::Rest(cases), Ok(record)) => {
                assert_eq!(record.cases.len(), cases, "{name}: {:?}", record.damage);
                assert!(!record.damage.is_empty(), "{name}");
                assert!(record.damage.len() <= 1_001, "{name}");
                for damage in &record.damage {
                    let why = &damage.why;
                    assert!(
                        damage.line > 0 && !why.is_empty() && why.len() < 1_000,
                        "{name}"
                    );
                    assert!(!why.contains(char::is_control), "{name}: {why:?}");
                }
            }
            (owed, got) => panic!("{name}: owed {owed:?}, got {:?}", got.map(|r| r.damage)),
        }
    }
}

#[test]
fn what_is_no_file_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("none")] {
        assert!(matches!(Record::read(&path), Err(ReadError::Io { .. })));
    }
}

#[test]
fn damage_beyond_measure_is_counted() {
    let rubbish = files()
        .into_iter()
        .find(|file| file.name == "rubbish")
        .unwrap();
    let damage = read(&rubbish.bytes).unwrap().damage;
    assert_eq!(damage.len(), 1_001);
    assert_eq!(damage.last().unwrap().why, "and 4000 more before here");
}

/// A file that never ends must neither be held nor be read for ever. The peak
/// of this process tells, with what the other tests of it hold at a time.
#[cfg(target_os = "linux")]
#[test]
fn an_endless_file_is_neither_held_nor_read_for_ever() {
    assert!(matches!(
        Record::read("/dev/zero".as_ref()),
        Err(ReadError::NoHeader { .. })
    ));
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    let kib: u64 = peak.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(kib < 700 << 10, "{peak}");
}
