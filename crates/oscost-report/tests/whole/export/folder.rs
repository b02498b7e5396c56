//! The format that is a folder: criterion's.

use std::path::{Path, PathBuf};

use oscost_analysis::summarise;
use oscost_report::export::criterion_tree;
use serde_json::Value;

use super::records::{each, ids, measured};
use crate::common;

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn criterion_gets_a_folder_per_case_and_nothing_lies_outside() {
    each(|record, summaries| {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("deep/below/criterion");
        for baseline in ["new", "../../../up"] {
            let cases = criterion_tree(record, summaries, &out, baseline).unwrap();
            assert_eq!(cases, ids(measured(summaries)).len());
        }
        let all = files(folder.path());
        assert!(all.iter().all(|path| path.starts_with(&out)));
        assert_eq!(all.len(), 2 * 4 * ids(measured(summaries)).len());
        for path in &all {
            let below = path.strip_prefix(&out).unwrap();
            assert!((3..=4).contains(&below.components().count()), "{below:?}");
            let value: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
            match path.file_name().unwrap().to_str().unwrap() {
                "benchmark.json" => {
                    let named = value["directory_name"].as_str().unwrap();
                    assert!(below.starts_with(named), "{named} {below:?}");
                }
                "estimates.json" => {
                    let median = &value["median"];
                    let interval = &median["confidence_interval"];
                    assert!(interval["lower_bound"].as_f64() <= median["point_estimate"].as_f64());
                    assert!(value["std_dev"]["point_estimate"].as_f64().unwrap() >= 0.0);
                }
                "sample.json" => {
                    let times = value["times"].as_array().unwrap();
                    assert!(times.len() > 1);
                    assert_eq!(times.len(), value["iters"].as_array().unwrap().len());
                }
                "tukey.json" => assert_eq!(value.as_array().unwrap().len(), 4),
                other => panic!("{other}"),
            }
        }
    });
}

#[test]
fn a_single_round_gives_criterion_its_quantiles() {
    let record = common::record_of(1, |id| id.0 == "process/create/fork/rss=0MiB");
    let summaries = summarise(&record);
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        criterion_tree(&record, &summaries, folder.path(), "new").unwrap(),
        1
    );
    let sample = folder
        .path()
        .join("process/create_fork_rss=0MiB/new/sample.json");
    let sample: Value = serde_json::from_slice(&std::fs::read(sample).unwrap()).unwrap();
    let times = sample["times"].as_array().unwrap();
    assert_eq!(times.len(), 100);
    assert!(times.is_sorted_by(|a, b| a.as_f64() <= b.as_f64()));
}
