//! What a history takes in, what it refuses, and that what it holds stays.

use std::fs;
use std::io::Write as _;

use crate::common::{history, names, record, run, write};
use oscost_history::{Accept, History, HistoryError, Place};
use oscost_record::{Driver, Record};

#[test]
fn a_record_lies_under_its_machine_and_configuration() {
    let run = run(5);
    let (_source, path) = record(&run);
    let (_folder, history) = history(&[]);
    let added = history.add(&path, Accept::default()).unwrap();
    assert_eq!(added.place, Place::of(&run).unwrap());
    assert_eq!(added.entry.started(), "2026-01-01T00:05:00Z");
    assert!(!added.was_there && added.damaged_lines == 0);
    assert_eq!(fs::read(&added.path).unwrap(), fs::read(&path).unwrap());
    assert_eq!(
        history.places().unwrap(),
        std::slice::from_ref(&added.place)
    );
    assert_eq!(history.entries(&added.place).unwrap(), [added.entry]);
    // The record, its digest, and no draft.
    assert_eq!(names(added.path.parent().unwrap()).len(), 2);
}

#[test]
fn the_same_record_twice_is_one() {
    let (_source, path) = record(&run(5));
    let (_folder, history) = history(&[run(5)]);
    let again = history.add(&path, Accept::default()).unwrap();
    assert!(again.was_there);
    assert_eq!(history.entries(&again.place).unwrap().len(), 1);
    assert_eq!(names(again.path.parent().unwrap()).len(), 2);
}

#[test]
fn two_records_of_one_second_are_two() {
    let (_folder, history) = history(&[run(5)]);
    let source = tempfile::tempdir().unwrap();
    let path = source.path().join("other.jsonl");
    write(&path, &run(5), 7);
    let added = history.add(&path, Accept::default()).unwrap();
    assert_eq!(history.entries(&added.place).unwrap().len(), 2);
}

#[test]
fn a_file_under_a_records_name_is_never_replaced() {
    let (_source, path) = record(&run(5));
    let (_folder, history) = history(&[]);
    let added = history.add(&path, Accept::default()).unwrap();
    fs::write(&added.path, "damaged").unwrap();
    let again = history.add(&path, Accept::default());
    assert!(matches!(again, Err(HistoryError::Damaged { .. })));
    assert_eq!(fs::read_to_string(&added.path).unwrap(), "damaged");
}

#[test]
fn another_configuration_or_driver_is_another_series_and_another_build_is_not() {
    let first = run(1);
    let mut kernel = run(2);
    kernel.configuration.0.insert("kernel".into(), "6.2".into());
    let mut criterion = run(3);
    criterion.driver = Driver::Criterion;
    let mut build = run(4);
    build.configuration.0.insert("binary".into(), "0011".into());
    let (_folder, history) = history(&[first.clone(), kernel, criterion, build]);
    assert_eq!(history.places().unwrap().len(), 3);
    assert_eq!(
        history.entries(&Place::of(&first).unwrap()).unwrap().len(),
        2
    );
}

#[test]
fn an_emulated_record_is_refused_unless_asked_for() {
    let mut run = run(1);
    run.machine.emulated = Some("qemu".into());
    run.machine = run.machine.keyed();
    let (_source, path) = record(&run);
    let (_folder, history) = history(&[]);
    let error = history
        .add(&path, Accept::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("emulated") && error.contains("--emulated"),
        "{error}"
    );
    let accept = Accept {
        emulated: true,
        ..Accept::default()
    };
    assert!(history.add(&path, accept).is_ok());
}

#[test]
fn a_record_of_one_operation_each_is_refused_whatever_is_asked_for() {
    let mut run = run(1);
    run.driver = Driver::Once;
    let (_source, path) = record(&run);
    let (_folder, history) = history(&[]);
    let accept = Accept {
        emulated: true,
        unfinished: true,
    };
    let error = history.add(&path, accept).unwrap_err().to_string();
    assert!(error.contains("--once"), "{error}");
    assert!(history.places().unwrap().is_empty());
}

#[test]
fn a_record_without_an_end_is_refused_unless_asked_for() {
    let (_source, path) = record(&run(1));
    let text = fs::read_to_string(&path).unwrap();
    let end = text.trim_end().rfind('\n').unwrap();
    fs::write(&path, &text[..end]).unwrap();
    let (_folder, history) = history(&[]);
    let refused = history.add(&path, Accept::default());
    assert!(matches!(refused, Err(HistoryError::Unfinished { .. })));
    assert!(
        history
            .places()
            .unwrap()
            .iter()
            .all(|place| history.entries(place).unwrap().is_empty())
    );
    let accept = Accept {
        unfinished: true,
        ..Accept::default()
    };
    assert!(history.add(&path, accept).is_ok());
}

#[test]
fn what_a_header_claims_never_becomes_a_path() {
    for (key, started) in [
        ("../../../../tmp", "2026-01-01T00:00:00Z"),
        ("/tmp/oscost", "2026-01-01T00:00:00Z"),
        ("", "2026-01-01T00:00:00Z"),
        ("0123456789ab", "../../../../tmp/x"),
        ("0123456789ab", "\u{1b}[2J"),
    ] {
        let mut run = run(1);
        run.machine.key = key.into();
        run.started = started.into();
        let (_source, path) = record(&run);
        let folder = tempfile::tempdir().unwrap();
        let history = History::at(folder.path().join("history"));
        let error = history.add(&path, Accept::default()).unwrap_err();
        assert!(matches!(error, HistoryError::Claim { .. }), "{error}");
        assert!(!error.to_string().contains('\u{1b}'));
        assert!(names(folder.path()).iter().all(|name| name == "history"));
    }
}

#[test]
fn nothing_is_written_through_a_link() {
    let run = run(1);
    let (_source, path) = record(&run);
    let (folder, history) = history(&[]);
    let outside = folder.path().join("outside");
    let beyond = outside.join(Place::of(&run).unwrap().configuration.as_str());
    fs::create_dir_all(&beyond).unwrap();
    fs::write(beyond.join(".draft-of-another"), "x").unwrap();
    fs::create_dir(history.folder()).unwrap();
    let link = history.folder().join(&run.machine.key);
    std::os::unix::fs::symlink(&outside, &link).unwrap();
    let error = history.add(&path, Accept::default()).unwrap_err();
    assert!(error.to_string().contains("link"), "{error}");
    assert_eq!(names(&beyond), [".draft-of-another"]);
}

#[test]
fn a_damaged_line_is_kept_and_told() {
    let (_source, path) = record(&run(1));
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"{rubbish}\n").unwrap();
    let (_folder, history) = history(&[]);
    let added = history.add(&path, Accept::default()).unwrap();
    assert_eq!(added.damaged_lines, 1);
    assert_eq!(Record::read(&added.path).unwrap().damage.len(), 1);
}

#[test]
fn many_writers_at_once_lose_nothing() {
    let (folder, history) = history(&[]);
    let sources = tempfile::tempdir().unwrap();
    let paths: Vec<_> = (0..24)
        .map(|n| {
            // Every record twice, by two writers.
            let path = sources.path().join(format!("{n}.jsonl"));
            write(&path, &run(n / 2), 3);
            path
        })
        .collect();
    std::thread::scope(|scope| {
        for path in &paths {
            scope.spawn(|| history.add(path, Accept::default()).unwrap());
        }
        scope.spawn(|| {
            history
                .prune(oscost_history::Policy::default(), false)
                .unwrap()
        });
    });
    let place = Place::of(&run(0)).unwrap();
    assert_eq!(history.entries(&place).unwrap().len(), 12);
    let loaded = history.digests(&place).unwrap();
    assert_eq!((loaded.digests.len(), loaded.unreadable.len()), (12, 0));
    let mut left = Vec::new();
    for place in history.places().unwrap() {
        let machine = folder.path().join("history").join(place.machine.as_str());
        left.extend(names(&machine.join(place.configuration.as_str())));
    }
    assert_eq!(left.len(), 24, "{left:?}");
}
