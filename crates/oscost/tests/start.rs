//! A probe costs hardly more than the process that it is.

#![allow(
    dead_code,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "shares helpers with the other whole-program tests, which use the rest"
)]

// A program of its own, so that no other test runs beside it.
#[path = "whole/common.rs"]
mod common;

use std::process::Stdio;
use std::time::Instant;

use common::{launcher, oscost, program};
use oscost_harness::drill;
use oscost_harness::probe::{Launcher as _, PROBE_FLAG};

/// Start, answer and end of a probe that does nothing, against fork, exec and
/// wait of the same binary: pairs taken in turn, and the median of their
/// ratios, since a single time means nothing.
#[test]
fn a_probe_takes_at_most_twice_a_bare_start() {
    let (_, launch) = launcher();
    let nothing = drill::SUITE
        .cases()
        .into_iter()
        .find(|case| case.info.operation == "nothing");
    let nothing = nothing.unwrap();
    let bare = || {
        let begin = Instant::now();
        let status = oscost()
            .args([PROBE_FLAG, "bare"])
            .stdin(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success());
        begin.elapsed()
    };
    let probe = || {
        let begin = Instant::now();
        let mut probe = launch.launch(&nothing).unwrap();
        let (burst, _) = probe.burst(1, 1).unwrap();
        assert_eq!(burst.ops.0, 1);
        probe.finish().unwrap();
        begin.elapsed()
    };
    let mut ratios: Vec<f64> = (0..31)
        .map(|_| probe().as_secs_f64() / bare().as_secs_f64())
        .collect();
    ratios.sort_by(f64::total_cmp);
    println!(
        "probe / bare start of {}: {:.2}",
        program().display(),
        ratios[15]
    );
    assert!(ratios[15] <= 2.0, "{ratios:?}");
}

#[test]
fn the_flag_of_probes_is_not_for_people() {
    let output = oscost().args([PROBE_FLAG, "nonsense"]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("own use"));
}
