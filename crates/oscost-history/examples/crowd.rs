//! Records of many hosts to join: `crowd RECORD COUNT ROUNDS FOLDER [brief]` writes
//! so many of them, each like RECORD in its first rounds, or like what `oscost run
//! --brief` would have kept of it. Hosts are of a dozen kinds
//! of hardware, each with costs of its own; every host is a few percent off its
//! kind, one in a thousand half as dear again at some, one in five hundred
//! emulated; a hundredth of all is on the list and has no record. For
//! `scripts/fleet/speed`.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "an example prints, and stops at the first surprise"
)]

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use oscost_analysis::side_by_side;
use oscost_record::{CaseLine, End, Line, Record, Samples};

const KINDS: u64 = 12;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [record, count, rounds, folder, brief @ ..] => {
            let mut record = Record::read(Path::new(record)).unwrap();
            let rounds: u32 = rounds.parse().unwrap();
            record.cases.retain(|line| line.round < rounds);
            record.rounds.retain(|line| line.round < rounds);
            if let [word] = brief {
                assert_eq!(word, "brief", "the last word is `brief`, or none");
                record.run.brief = true;
                record.cases = record.cases.into_iter().map(CaseLine::condensed).collect();
            }
            crowd(&record, count.parse().unwrap(), Path::new(folder));
        }
        _ => println!("usage: crowd RECORD COUNT ROUNDS FOLDER [brief]"),
    }
}

fn crowd(record: &Record, count: u64, folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let mut names = String::new();
    let hosts: Vec<(u64, String)> = (0..count)
        .map(|host| (host, format!("host-{host:05}")))
        .collect();
    side_by_side(&hosts, |(host, name)| {
        write(&folder.join(format!("{name}.jsonl")), record, *host);
    });
    for (_, name) in hosts {
        names += &format!("{name}\n");
    }
    for host in 0..count / 100 {
        names += &format!("gone-{host:05}\n");
    }
    fs::write(folder.join("hosts.txt"), names).unwrap();
}

/// Between 0 and 1, by the numbers alone: the mixing of SplitMix64 (Steele, Lea
/// and Flood, 2014).
fn drawn(a: u64, b: u64) -> f64 {
    let mut z = a
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add(b.wrapping_mul(0xD1B5_4A32_D192_ED03));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

fn write(path: &Path, record: &Record, host: u64) {
    let kind = host % KINDS;
    let mut run = record.run.clone();
    run.machine.model = format!("{}", 100 + kind);
    run.machine.name = format!("made-up processor {kind}");
    run.machine.emulated = (host % 500 == 499).then(|| "qemu-user".to_owned());
    run.machine = run.machine.keyed();
    run.seed = host;
    let mut file = BufWriter::new(File::create(path).unwrap());
    let mut line = |line: &Line| {
        serde_json::to_writer(&mut file, line).unwrap();
        file.write_all(b"\n").unwrap();
    };
    let cases: Vec<_> = run.cases.iter().map(|case| case.id.clone()).collect();
    line(&Line::Run(Box::new(run)));
    for round in &record.rounds {
        line(&Line::Round(round.clone()));
    }
    for case in &record.cases {
        let number = cases.iter().position(|id| *id == case.id).unwrap_or(0) as u64;
        let of_kind = 0.7 + 0.9 * drawn(kind + 1, number + 1);
        let of_host = 0.97 + 0.06 * drawn(host + 101, number + 1);
        let sick = if host % 1_000 == 7 && number.is_multiple_of(5) {
            1.5
        } else {
            1.0
        };
        line(&Line::Case(Box::new(shifted(
            case,
            of_kind * of_host * sick,
        ))));
    }
    line(&Line::End(End {
        ended: record.run.started.clone(),
        interrupted: false,
    }));
}

fn shifted(case: &CaseLine, times: f64) -> CaseLine {
    let mut case = case.clone();
    match &mut case.samples {
        Samples::Raw(values) => values.iter_mut().for_each(|value| *value *= times),
        // In thousandths of the unit, as a run writes them.
        Samples::Histogram(buckets) => buckets
            .iter_mut()
            .for_each(|(value, _)| *value = (*value * times * 1e3).round() / 1e3),
    }
    case
}
