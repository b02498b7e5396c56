//! A history to look at: `made RECORD COUNT CASES FOLDER` fills the folder with
//! so many records like a real one, one each six hours, of so many cases: those of
//! the record over and over. Levels wander by a few percent;
//! after a third of them the kernel is another and some cases cost half as much
//! again; after two thirds a few get cheaper, and nothing says why.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "an example prints, and stops at the first surprise"
)]

use std::path::Path;
use std::time::{Duration, SystemTime};

use oscost_analysis::Digest;
use oscost_history::Place;
use oscost_record::{CaseId, CaseInfo, CaseLine, Record, RecordWriter};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [record, count, cases, folder] => {
            let record = grown(
                Record::read(Path::new(record)).unwrap(),
                cases.parse().unwrap(),
            );
            fill(Path::new(folder), record, count.parse().unwrap());
        }
        _ => println!("usage: made RECORD COUNT CASES FOLDER"),
    }
}

/// The record with so many cases.
fn grown(mut record: Record, cases: usize) -> Record {
    let (infos, lines) = (record.run.cases.clone(), record.cases.clone());
    for copy in 2..=cases.div_ceil(infos.len().max(1)) {
        let named = |id: &CaseId| CaseId(format!("{}/copy={copy}", id.0));
        let infos = infos.iter().cloned().map(|info| CaseInfo {
            id: named(&info.id),
            ..info
        });
        record.run.cases.extend(infos);
        let lines = lines.iter().cloned().map(|line| CaseLine {
            id: named(&line.id),
            ..line
        });
        record.cases.extend(lines);
    }
    record.run.cases.truncate(cases);
    record
}

fn fill(folder: &Path, mut record: Record, count: u32) {
    let plain = Digest::of(&record);
    let cases = std::mem::take(&mut record.run.cases);
    for n in 0..count {
        let time = Duration::from_secs(1_767_225_600 + 21_600 * u64::from(n));
        let time = SystemTime::UNIX_EPOCH + time;
        let mut digest = plain.clone();
        digest.started = humantime::format_rfc3339_seconds(time).to_string();
        let other = n >= count / 3;
        if other {
            let kernel = ("kernel".to_owned(), "6.19.0, made up".to_owned());
            digest.configuration.0.extend([kernel]);
        }
        for (number, case) in (0u32..).zip(digest.cases.values_mut()) {
            let wander = 1.0 + f64::from((n * 7_919 + number * 104_729) % 101) / 2_500.0;
            let dearer = if other && number % 9 == 0 { 1.5 } else { 1.0 };
            let cheaper = if n >= 2 * count / 3 && number % 31 == 0 {
                0.8
            } else {
                1.0
            };
            case.raw.level *= wander * dearer * cheaper;
        }
        record.run.started = digest.started.clone();
        record.run.configuration = digest.configuration.clone();
        // Only the newest says what the cases are: nobody asks the others.
        if n + 1 == count {
            record.run.cases = cases.clone();
        }
        let place = Place::of(&record.run).unwrap();
        let series = folder
            .join(place.machine.as_str())
            .join(place.configuration.as_str());
        let stem = format!("{}-{n:012x}", digest.started.replace(':', ""));
        RecordWriter::create(&series.join(format!("{stem}.jsonl")), &record.run).unwrap();
        let text = serde_json::to_vec(&digest).unwrap();
        std::fs::write(series.join(format!("{stem}.digest.json")), text).unwrap();
    }
}
