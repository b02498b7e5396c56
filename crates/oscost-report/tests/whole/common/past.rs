//! Records like one, through time.

#![allow(dead_code, reason = "each test file uses some of these")]

use oscost_analysis::Digest;
use oscost_record::{CaseId, Record};
use oscost_report::Past;

/// `count` records like this one, a day apart. With the middle one comes another
/// kernel, and `changed` cases cost half as much again.
pub(crate) fn past(record: &Record, count: usize, changed: impl Fn(&CaseId) -> bool) -> Past {
    let plain = Digest::of(record);
    let digest = |n: usize| {
        let mut digest = plain.clone();
        digest.started = format!("2026-{:02}-{:02}T12:00:00Z", 1 + n / 28 % 12, 1 + n % 28);
        let is_new = n >= count / 2;
        if is_new {
            let kernel = ("kernel".to_owned(), "6.9".to_owned());
            digest.configuration.0.extend([kernel]);
        }
        for (number, (id, case)) in digest.cases.iter_mut().enumerate() {
            // Noise without order: neither runs of it nor two alike at a change.
            case.raw.level *= 1.0 + ((n * 7_919 + number * 31) % 101) as f64 / 5_000.0;
            if is_new && changed(id) {
                case.raw.level *= 1.5;
            }
        }
        digest
    };
    Past {
        digests: (0..count).map(digest).collect(),
        cases: record.run.cases.clone(),
    }
}
