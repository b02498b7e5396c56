//! How long the digests of a long history take to load, and what they hold in
//! memory. `load RECORD COUNT…` makes histories of so many digests like that of
//! a real record, each level shifted a little, and loads each in a process of
//! its own.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "an example prints, and stops at the first surprise"
)]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use oscost_analysis::Digest;
use oscost_history::{History, Place};
use oscost_record::{Record, RecordWriter};

/// As many cases as the record has, at most.
const CASES: usize = 300;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [word, folder] if word == "--load" => load(Path::new(folder)),
        [record, counts @ ..] if !counts.is_empty() => {
            for count in counts {
                let folder = tempfile::tempdir().unwrap();
                fill(folder.path(), Path::new(record), count.parse().unwrap());
                let mut child = Command::new(std::env::current_exe().unwrap());
                let status = child.arg("--load").arg(folder.path()).status().unwrap();
                assert!(status.success());
            }
        }
        _ => println!("usage: load RECORD COUNT…"),
    }
}

/// Makes a history of `count` records without lines, and their digests.
fn fill(folder: &Path, record: &Path, count: u32) {
    let mut record = Record::read(record).unwrap();
    record.run.cases.truncate(CASES);
    let mut digest = Digest::of(&record);
    let place = Place::of(&record.run).unwrap();
    let series = folder
        .join(place.machine.as_str())
        .join(place.configuration.as_str());
    record.run.cases.clear();
    for n in 0..count {
        let time =
            SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600 + 3_600 * u64::from(n));
        digest.started = humantime::format_rfc3339_seconds(time).to_string();
        record.run.started = digest.started.clone();
        // A few percent to and fro, so that all digits are there to be read.
        let shift = 1.0 + f64::from(n * 7_919 % 101) / 2_500.0;
        let mut shifted = digest.clone();
        for case in shifted.cases.values_mut() {
            case.raw.level *= shift;
            case.raw.spread *= shift;
        }
        let stem = format!("{}-{n:012x}", digest.started.replace(':', ""));
        RecordWriter::create(&series.join(format!("{stem}.jsonl")), &record.run).unwrap();
        let text = serde_json::to_vec(&shifted).unwrap();
        std::fs::write(series.join(format!("{stem}.digest.json")), text).unwrap();
    }
}

fn load(folder: &Path) {
    let history = History::at(folder);
    let place = history.places().unwrap().remove(0);
    let begin = Instant::now();
    let loaded = history.digests(&place).unwrap();
    let took = begin.elapsed();
    assert!(loaded.unreadable.is_empty());
    let cases: usize = loaded.digests.iter().map(|(_, d)| d.cases.len()).sum();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    println!(
        "{} digests, {} cases in all: {:.3} s, peak {}",
        loaded.digests.len(),
        cases,
        took.as_secs_f64(),
        peak.unwrap().trim()
    );
}
