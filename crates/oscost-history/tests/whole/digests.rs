//! Digests are disposable: whatever becomes of them, the series is the same.
use crate::common;

use std::fs;
use std::path::PathBuf;

use crate::common::{history, run};
use oscost_analysis::Digest;
use oscost_history::{History, Place};
use oscost_record::Record;

fn digest_files(history: &History, place: &Place) -> Vec<PathBuf> {
    let entries = history.entries(place).unwrap();
    let path = |entry| history.path(place, entry).with_extension("digest.json");
    entries.iter().map(path).collect()
}

#[test]
fn a_series_is_oldest_first_and_what_its_records_say() {
    let (_folder, history) = history(&[run(30), run(10), run(20)]);
    let place = Place::of(&run(0)).unwrap();
    let loaded = history.digests(&place).unwrap();
    let seeds: Vec<u64> = loaded
        .digests
        .iter()
        .map(|(_, digest)| digest.seed)
        .collect();
    assert_eq!(seeds, [10, 20, 30]);
    for (entry, digest) in &loaded.digests {
        let record = Record::read(&history.path(&place, entry)).unwrap();
        assert_eq!(*digest, Digest::of(&record));
    }
    let last = history.latest_digests(&place, 2).unwrap();
    assert_eq!(last.digests, loaded.digests[1..]);
}

#[test]
fn a_digest_that_is_no_good_is_made_anew() {
    let (_folder, history) = history(&[run(10), run(20)]);
    let place = Place::of(&run(0)).unwrap();
    let before = history.digests(&place).unwrap();
    let files = digest_files(&history, &place);
    let good = fs::read_to_string(&files[0]).unwrap();
    let other = fs::read_to_string(&files[1]).unwrap();
    for spoiled in [
        String::new(),
        good[..good.len() / 2].to_owned(),
        good.replacen("\"version\":1", "\"version\":0", 1),
        "[".repeat(100_000),
        other,
    ] {
        fs::write(&files[0], &spoiled).unwrap();
        assert_eq!(history.digests(&place).unwrap(), before);
        assert_eq!(fs::read_to_string(&files[0]).unwrap(), good);
    }
    fs::remove_file(&files[0]).unwrap();
    assert_eq!(history.digests(&place).unwrap(), before);
    assert_eq!(fs::read_to_string(&files[0]).unwrap(), good);
}

#[test]
fn a_digest_behind_a_link_is_not_read_and_its_target_not_written() {
    let (folder, history) = history(&[run(10)]);
    let place = Place::of(&run(0)).unwrap();
    let before = history.digests(&place).unwrap();
    let file = &digest_files(&history, &place)[0];
    let outside = folder.path().join("outside");
    fs::write(&outside, "mine").unwrap();
    fs::remove_file(file).unwrap();
    std::os::unix::fs::symlink(&outside, file).unwrap();
    assert_eq!(history.digests(&place).unwrap(), before);
    assert_eq!(fs::read_to_string(&outside).unwrap(), "mine");
}

#[test]
fn a_record_that_cannot_be_read_is_named() {
    let (_folder, history) = history(&[run(10), run(20)]);
    let place = Place::of(&run(0)).unwrap();
    let entries = history.entries(&place).unwrap();
    fs::write(history.path(&place, &entries[0]), "").unwrap();
    // Its digest is still good.
    assert_eq!(history.digests(&place).unwrap().digests.len(), 2);
    fs::remove_file(&digest_files(&history, &place)[0]).unwrap();
    let loaded = history.digests(&place).unwrap();
    assert_eq!(loaded.digests.len(), 1);
    assert_eq!(loaded.unreadable[0].path, history.path(&place, &entries[0]));
}

#[test]
fn a_record_is_held_against_what_began_before_it() {
    let runs: Vec<_> = (0..5).map(common::run).collect();
    let (_folder, history) = common::history(&runs);
    let place = Place::of(&runs[0]).unwrap();
    let before = |started: &str, most| {
        let loaded = history.digests_before(&place, started, most).unwrap();
        let digests = loaded.digests.into_iter();
        digests
            .map(|(_, digest)| digest.started)
            .collect::<Vec<_>>()
    };
    let all: Vec<String> = runs.iter().map(|run| run.started.clone()).collect();
    assert_eq!(before(&all[3], 10), all[..3]);
    assert_eq!(before(&all[3], 2), all[1..3], "the newest");
    // A fraction of a second is not in a record's name.
    let fraction = all[3].replace('Z', ".9Z");
    assert_eq!(before(&fraction, 10), all[..3]);
    assert!(before("2025-01-01T00:00:00Z", 10).is_empty());
    let timeless = history.digests_before(&place, "yesterday", 10).unwrap_err();
    assert!(timeless.to_string().contains("no time"), "{timeless}");
}
