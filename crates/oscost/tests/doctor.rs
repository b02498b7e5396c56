//! The doctor is held to its word: each thing that it calls noisy is switched on
//! on purpose, and it says so; of a quiet machine it says nothing.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::print_stderr,
    unreachable_pub,
    reason = "shares helpers with the other whole-program tests, which use the rest"
)]

// A program of its own: some of what is switched on holds for a whole process and
// for what it starts.
#[path = "doctor/disturbances.rs"]
mod disturbances;
#[path = "doctor/tree.rs"]
mod tree;

#[path = "whole/common.rs"]
mod common;

use std::process::Command;

use serde_json::Value;

/// What the doctor says by a call: severity and text of each finding. Whether it
/// is strict must follow from that.
fn findings(mut doctor: Command) -> Vec<(String, String)> {
    let output = doctor.args(["--json", "--strict"]).output().unwrap();
    let all: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let found: Vec<(String, String)> = all["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let text = |name: &str| finding[name].as_str().unwrap().to_owned();
            assert!(!text("why").is_empty() && !text("remedy").is_empty());
            (text("severity"), text("what"))
        })
        .collect();
    let warns = found.iter().any(|(severity, _)| severity == "warning");
    assert_eq!(output.status.code(), Some(i32::from(warns)), "{found:?}");
    found
}

/// Whether a warning says something.
fn warns(found: &[(String, String)], words: &str) -> bool {
    found
        .iter()
        .any(|(severity, what)| severity == "warning" && what.contains(words))
}
