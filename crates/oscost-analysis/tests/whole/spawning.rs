//! From which size on a fork costs more than a spawn, from whole records.

use crate::common::{measured, record};
use oscost_analysis::{spawning, summarise};
use oscost_record::{CaseInfo, CaseLine};

const SIZES: [u64; 4] = [0, 16, 64, 256];

fn sentences(cases: Vec<(CaseInfo, Vec<CaseLine>)>) -> Vec<String> {
    let (infos, lines): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    spawning(&summarise(&record(1, infos, lines.concat())))
}

/// A cost of `base` and so much for each mebibyte.
fn sweep(operation: &str, base: f64, each: f64) -> Vec<(CaseInfo, Vec<CaseLine>)> {
    let cost = |size: u64| base + each * size as f64;
    let case = |size: &u64| {
        measured(
            &format!("process/create/{operation}/rss={size}MiB"),
            cost(*size),
        )
    };
    SIZES.iter().map(case).collect()
}

#[test]
fn fork_overtakes_between_two_sizes() {
    let mut cases = sweep("fork", 60e3, 10e3);
    cases.extend(sweep("posix-spawn/static", 120e3, 0.0));
    let found = sentences(cases);
    assert_eq!(found.len(), 1);
    // Equal at 6 MiB; the intervals are a few percent wide.
    assert!(
        found[0].starts_with("Fork alone, without any program, costs more than posix_spawn from 6 MiB of resident memory on (95 % interval: 5."),
        "{found:?}"
    );
}

#[test]
fn a_spawn_without_sizes_is_a_level() {
    let mut cases = sweep("fork-exec/static", 180e3, 10e3);
    cases.push(measured("process/create/posix-spawn/static", 120e3));
    assert_eq!(
        sentences(cases),
        ["Fork with exec costs more than posix_spawn whatever the parent's size."]
    );
}

#[test]
fn never_is_said_where_it_is_so_and_nothing_where_nothing_is_known() {
    let mut cases = sweep("fork", 60e3, 10.0);
    assert_eq!(sentences(cases.clone()), Vec::<String>::new());
    cases.extend(sweep("posix-spawn/static", 120e3, 0.0));
    assert_eq!(
        sentences(cases),
        [
            "Fork alone, without any program, never costs more than posix_spawn on this machine, up to 256 MiB resident."
        ]
    );
}
