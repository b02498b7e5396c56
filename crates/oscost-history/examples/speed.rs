//! Long histories, and what a program takes to go through them: for
//! `scripts/gate-speed`.
//!
//!     speed fill RECORD COUNT FOLDER    a history of COUNT records of 300 cases,
//!                                       each that of RECORD, shifted, and in
//!                                       `current.jsonl` one to judge
//!     speed time PROGRAM ARGUMENT…      seconds and peak MiB of a call
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "an example prints, and stops at the first surprise"
)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use nix::sys::resource::{UsageWho, getrusage};
use oscost_analysis::Digest;
use oscost_analysis::verdict::WINDOW;
use oscost_history::Place;
use oscost_record::{CaseLine, End, Line, Record, RecordWriter, Samples};

const CASES: usize = 300;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match &words[..] {
        ["fill", record, count, folder] => {
            fill(Path::new(folder), Path::new(record), count.parse().unwrap());
        }
        ["time", program, arguments @ ..] => time(program, arguments),
        _ => println!("usage: speed fill RECORD COUNT FOLDER | speed time PROGRAM ARGUMENT…"),
    }
}

/// The newest are brief records, as CI keeps them: as many as a verdict looks at,
/// which reads them where their digests are gone. Those before are headers alone:
/// what is read of all of them is their digests.
fn fill(folder: &Path, record: &Path, count: u32) {
    let mut record = Record::read(record).unwrap();
    spread(&mut record);
    let mut digest = Digest::of(&record);
    let place = Place::of(&record.run).unwrap();
    let series = folder
        .join(place.machine.as_str())
        .join(place.configuration.as_str());
    record.run.brief = true;
    let lines = std::mem::take(&mut record.cases).into_iter();
    let lines: Vec<CaseLine> = lines.map(CaseLine::condensed).collect();
    record.cases.clone_from(&lines);
    write(&folder.join("current.jsonl"), &record);
    record.cases.clear();
    let cases = std::mem::take(&mut record.run.cases);
    let oldest_read = count.saturating_sub(u32::try_from(WINDOW).unwrap());
    for n in 0..count {
        let time =
            SystemTime::UNIX_EPOCH + Duration::from_secs(1_262_304_000 + 3_600 * u64::from(n));
        digest.started = humantime::format_rfc3339_seconds(time).to_string();
        record.run.started.clone_from(&digest.started);
        // A few percent to and fro, so that all digits are there to be read.
        let shift = 1.0 + f64::from(n * 7_919 % 101) / 2_500.0;
        let mut shifted = digest.clone();
        for case in shifted.cases.values_mut() {
            case.raw.level *= shift;
            case.raw.spread *= shift;
        }
        if n >= oldest_read {
            record.run.cases.clone_from(&cases);
            record.cases = lines.iter().map(|line| times(line, shift)).collect();
        }
        let stem = format!("{}-{n:012x}", digest.started.replace(':', ""));
        write(&series.join(format!("{stem}.jsonl")), &record);
        let text = serde_json::to_vec(&shifted).unwrap();
        std::fs::write(series.join(format!("{stem}.digest.json")), text).unwrap();
    }
    println!("{}", place.machine);
}

fn write(path: &Path, record: &Record) {
    let mut writer = RecordWriter::create(path, &record.run).unwrap();
    for line in &record.cases {
        writer.write(&Line::Case(Box::new(line.clone()))).unwrap();
    }
    let end = End {
        ended: record.run.started.clone(),
        interrupted: false,
    };
    writer.write(&Line::End(end)).unwrap();
}

/// The same line, with every sample so many times what it was.
fn times(line: &CaseLine, shift: f64) -> CaseLine {
    let mut line = line.clone();
    match &mut line.samples {
        Samples::Raw(values) => values.iter_mut().for_each(|value| *value *= shift),
        Samples::Histogram(groups) => groups.iter_mut().for_each(|group| group.0 *= shift),
    }
    line
}

/// Makes as many cases as are wanted of those that there are.
fn spread(record: &mut Record) {
    let (cases, lines) = (record.run.cases.clone(), record.cases.clone());
    for copy in 1.. {
        if record.run.cases.len() >= CASES {
            break;
        }
        for case in &cases {
            let mut case = case.clone();
            case.id.0 += &format!("/copy={copy}");
            record.run.cases.push(case);
        }
        for line in &lines {
            let mut line = line.clone();
            line.id.0 += &format!("/copy={copy}");
            record.cases.push(line);
        }
    }
    record.run.cases.truncate(CASES);
}

/// In a process of its own for each call: the peak is that of all children.
fn time(program: &str, arguments: &[&str]) {
    let begin = Instant::now();
    let mut command = Command::new(program);
    let status = command.args(arguments).stdout(Stdio::null()).status();
    let took = begin.elapsed().as_secs_f64();
    assert!(status.unwrap().success());
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    println!("{took:.3} {}", usage.max_rss() / 1024);
}
