//! A case through all records of a machine: its levels in the order of time,
//! where they changed, and what was configured otherwise just then.

use crate::common::{history, run, write};
use oscost_analysis::Digest;
use oscost_history::{Accept, Place};
use oscost_record::{CaseLine, Line, Record, RecordWriter, Run, Samples};

/// A record of that run whose every sample is `level`.
fn at_level(run: &Run, level: f64) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plain.jsonl");
    write(&path, run, 5);
    let record = Record::read(&path).unwrap();
    let path = folder.path().join("record.jsonl");
    let mut writer = RecordWriter::create(&path, run).unwrap();
    for line in record.cases {
        let line = CaseLine {
            samples: Samples::Raw(vec![level; 8]),
            ..line
        };
        writer.write(&Line::Case(Box::new(line))).unwrap();
    }
    writer.write(&Line::End(record.end.unwrap())).unwrap();
    (folder, path)
}

#[test]
fn a_change_is_found_with_the_configuration_that_came_with_it() {
    let (_folder, history) = history(&[]);
    for minute in 0..24 {
        let mut run = run(minute);
        let mut level = 100.0 + f64::from(u32::try_from(minute * 7 % 5).unwrap());
        if minute >= 12 {
            run.configuration.0.insert("kernel".into(), "6.2".into());
            level *= 1.5;
        }
        let (_source, path) = at_level(&run, level);
        history.add(&path, Accept::default()).unwrap();
    }
    let key = Place::of(&run(0)).unwrap().machine;
    let timeline = history.timeline(&key).unwrap();
    assert_eq!(timeline.moments.len(), 24);
    let series = timeline.series(&"thread/create/pthread".into());
    let changed: Vec<usize> = (0..24).filter(|&at| series[at].change.is_some()).collect();
    assert_eq!(changed, [12]);
    let (before, after) = series[12].change.unwrap();
    assert!((after / before - 1.5).abs() < 0.02, "{before} {after}");
    let differing: Vec<usize> = (0..24)
        .filter(|&at| !series[at].differences.is_empty())
        .collect();
    assert_eq!(differing, [12]);
    assert_eq!(series[12].differences[0].after.as_deref(), Some("6.2"));
    assert!(timeline.series(&"thread/none".into()).is_empty());
}

#[test]
fn a_machine_is_known_by_the_beginning_of_its_key() {
    let (_folder, history) = history(&[run(1)]);
    let place = Place::of(&run(1)).unwrap();
    assert_eq!(history.machine("").unwrap(), place.machine);
    assert_eq!(
        history.machine(&place.machine.as_str()[..4]).unwrap(),
        place.machine
    );
    assert!(history.machine("zz").is_err() && history.machine("..").is_err());
    let timeline = history.timeline(&place.machine).unwrap();
    let entry = &timeline.moments[0].entry;
    let record = Record::read(&history.path(&place, entry)).unwrap();
    assert_eq!(timeline.moments[0].digest, Digest::of(&record));
}
