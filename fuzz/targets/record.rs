//! Any bytes as a record: read, boiled down and summed up. Nothing of it may
//! panic, and a digest must survive its text.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use oscost_analysis::{Digest, summarise};
use oscost_record::Record;

fuzz_target!(|bytes: &[u8]| {
    let Ok(record) = Record::read_from(Path::new("record.jsonl"), bytes) else {
        return;
    };
    let digest = Digest::of(&record);
    let text = serde_json::to_string(&digest).expect("a digest has a text");
    let again: Digest = serde_json::from_str(&text).expect("a digest survives its text");
    assert_eq!(again, digest);
    for summary in summarise(&record) {
        if let Some(estimate) = summary.estimate {
            assert!(estimate.low <= estimate.value && estimate.value <= estimate.high);
        }
    }
});
