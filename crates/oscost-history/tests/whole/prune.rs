//! Clearing away removes what it names and nothing else.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::Duration;

use crate::common::{history, names, run};
use oscost_history::{Place, Policy};

fn keep(count: usize) -> Policy {
    Policy {
        keep: Some(count),
        ..Policy::default()
    }
}

#[test]
fn the_newest_are_kept_and_the_others_named() {
    let (_folder, history) = history(&[run(10), run(20), run(30)]);
    let place = Place::of(&run(0)).unwrap();
    let would = history.prune(keep(1), true).unwrap();
    assert_eq!(history.entries(&place).unwrap().len(), 3);
    let removed = history.prune(keep(1), false).unwrap();
    assert_eq!(would, removed);
    let what: Vec<&str> = removed.iter().map(|removed| removed.what).collect();
    assert_eq!(what, ["digest", "digest", "record", "record"]);
    assert!(removed.iter().all(|removed| removed.bytes > 0));
    let left = history.entries(&place).unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].started(), "2026-01-01T00:30:00Z");
    assert_eq!(history.prune(keep(1), false).unwrap(), []);
}

#[test]
fn age_and_number_must_both_say_so() {
    let (_folder, history) = history(&[run(10), run(20)]);
    let aged = |keep, hours: u64| Policy {
        keep,
        older_than: Some(Duration::from_secs(hours * 3600)),
    };
    let ages_ago = 24 * 365 * 1000_u64;
    assert_eq!(history.prune(aged(None, ages_ago), false).unwrap(), []);
    assert_eq!(history.prune(aged(Some(2), 1), false).unwrap(), []);
    assert_eq!(history.prune(Policy::default(), false).unwrap(), []);
    assert_eq!(history.prune(aged(Some(1), 1), false).unwrap().len(), 2);
    assert_eq!(history.prune(aged(None, 1), false).unwrap().len(), 2);
    // Nothing is left, not even folders.
    assert_eq!(names(history.folder()), [".lock"]);
}

#[test]
fn drafts_and_lonely_digests_go_and_strangers_stay() {
    let (folder, history) = history(&[run(10)]);
    let place = Place::of(&run(0)).unwrap();
    let entry = &history.entries(&place).unwrap()[0];
    let inside = history.path(&place, entry).parent().unwrap().to_owned();
    let outside = folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    let stem = "2020-01-01T000000Z-0123456789ab";
    for file in [
        inside.join(".draft-dead"),
        inside.join(format!("{stem}.digest.json")),
        inside.join("notes.jsonl"),
        inside.join("README"),
        history.folder().join("README"),
        outside.join(format!("{stem}.jsonl")),
    ] {
        fs::write(file, "x").unwrap();
    }
    fs::create_dir(inside.join(format!("{stem}.jsonl"))).unwrap();
    // Links under names of ours: to a file, to folders.
    symlink(
        outside.join(format!("{stem}.jsonl")),
        inside.join("2020-01-02T000000Z-0123456789ab.jsonl"),
    )
    .unwrap();
    symlink(&outside, history.folder().join("ffffffffffff")).unwrap();
    symlink(&outside, inside.parent().unwrap().join("eeeeeeeeeeee")).unwrap();
    let removed = history.prune(keep(1), false).unwrap();
    let what: Vec<&str> = removed.iter().map(|removed| removed.what).collect();
    assert_eq!(what, ["digest", "draft"]);
    assert_eq!(names(&outside).len(), 1);
    assert_eq!(names(&inside).len(), 6);
    let all = history.prune(keep(0), false).unwrap();
    assert_eq!(all.len(), 2, "{all:?}");
    assert_eq!(names(&outside).len(), 1);
    assert_eq!(names(&inside).len(), 4);
}
