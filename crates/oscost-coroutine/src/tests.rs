//! Every row builds, does what it is asked for, and accounts for it.

use std::collections::BTreeSet;

use oscost_harness::{
    Case, Clock as _, Evidence as _, MachineClock, Measure, Place, Setting, Work,
};
use oscost_record::{Aspect, Placement, Tier};

use crate::SUITE;

/// Rows without parameters by what they measure.
const SINGLE: &[(&str, &[&str])] = &[
    (
        "switch",
        &[
            "bare",
            "bare-call",
            "bare-ret",
            "corosensei",
            "corosensei-value",
            "swapcontext",
            "poll",
            "tokio",
            "tokio-multi",
            "tokio-multi-notify",
        ],
    ),
    (
        "create",
        &[
            "bare",
            "bare-fresh",
            "corosensei",
            "corosensei-pooled",
            "swapcontext",
            "future",
            "tokio",
            "tokio-multi",
        ],
    ),
    ("channel", &["oneshot", "mpsc"]),
    (
        "size",
        &["bare", "bare-call", "corosensei", "swapcontext", "future"],
    ),
    ("crash", &["panic"]),
    ("control", &["loop"]),
];

/// Rows with one parameter and its values, those that only the full tier
/// measures last.
const SPREAD: &[(&str, &str, &[u64], &[u64])] = &[
    (
        "switch/ring-stackful",
        "tasks=",
        &[2, 10_000],
        &[10, 100, 1_000, 100_000],
    ),
    (
        "switch/ring-future",
        "tasks=",
        &[2, 10_000],
        &[10, 100, 1_000, 100_000, 1_000_000],
    ),
    (
        "switch/ring-tokio",
        "tasks=",
        &[2, 10_000],
        &[10, 100, 1_000, 100_000],
    ),
    (
        "memory/bare",
        "tasks=",
        &[1_000, 10_000],
        &[10, 100, 100_000],
    ),
    (
        "memory/corosensei",
        "tasks=",
        &[1_000, 10_000],
        &[10, 100, 100_000],
    ),
    (
        "memory/future",
        "tasks=",
        &[1_000, 10_000],
        &[10, 100, 100_000, 1_000_000],
    ),
    (
        "memory/tokio",
        "tasks=",
        &[1_000, 10_000],
        &[10, 100, 100_000, 1_000_000],
    ),
    ("channel/broadcast", "subscribers=", &[8], &[1, 64]),
    ("blocking/same-thread", "block=ms", &[1], &[10]),
    ("blocking/spawn-blocking", "block=ms", &[1], &[10]),
];

/// Rows between two threads.
const PLACED: &[&str] = &[
    "channel/oneshot-threads",
    "channel/mpsc-threads",
    "channel/broadcast-threads/subscribers=1",
    "channel/broadcast-threads/subscribers=8",
    "channel/broadcast-threads/subscribers=64",
    "blocking/hand-off",
];

#[test]
fn the_catalogue_is_what_was_agreed() {
    let mut expected = BTreeSet::new();
    for (aspect, variants) in SINGLE {
        for variant in *variants {
            expected.insert(format!("coroutine/{aspect}/{variant}"));
        }
    }
    for (operation, axis, core, full) in SPREAD {
        let (name, unit) = axis.split_once('=').unwrap();
        for value in core.iter().chain(*full) {
            expected.insert(format!("coroutine/{operation}/{name}={value}{unit}"));
        }
    }
    for operation in PLACED {
        expected.insert(format!("coroutine/{operation}/placement="));
    }
    let stem = |id: String| match id.rsplit_once('=') {
        Some((stem, _)) if stem.ends_with("placement") => format!("{stem}="),
        _ => id,
    };
    let cases = SUITE.cases().into_iter();
    let ids: BTreeSet<String> = cases.map(|case| stem(case.info.id.0)).collect();
    assert_eq!(ids, expected);
}

#[test]
fn the_core_tier_is_light() {
    let cases = SUITE.cases();
    let core = cases.iter().filter(|case| case.info.tier == Tier::Core);
    assert!(core.clone().count() <= 40);
    for case in core {
        assert!(
            case.setting(Vec::new()).of("tasks") <= 10_000,
            "{}",
            case.info.id
        );
    }
}

#[test]
fn every_row_says_what_it_asks_and_has_its_control() {
    let cases = SUITE.cases();
    for case in &cases {
        let info = &case.info;
        assert!(
            info.question.ends_with('?') && info.question.contains(' '),
            "{}",
            info.id
        );
        assert!(!info.question.contains("  "), "{}", info.id);
        assert!((1..=32).contains(&info.title.len()), "{}", info.id);
        assert!(!info.claims.is_empty() || info.aspect == Aspect::Control);
        if matches!(info.aspect, Aspect::Switch | Aspect::Create) {
            assert!(info.control.is_some(), "{}", info.id);
        }
        if let Some(control) = &info.control {
            let control = cases.iter().find(|other| other.info.id == *control);
            let control = control.unwrap_or_else(|| panic!("{} names no case", info.id));
            assert_eq!(control.info.aspect, Aspect::Control);
            assert_eq!(control.info.unit.quantity, info.unit.quantity);
        }
    }
}

/// What has been done so far.
fn audited(measure: &mut Measure) -> u64 {
    measure.audit().unwrap().done
}

/// Counts of operations around the 61 and 31 steps after which tokio looks at
/// other things.
fn loops(work: &mut dyn Work) -> Vec<u64> {
    match work.granule() {
        1 => vec![1, 2, 0, 30, 31, 32, 59, 60, 61, 62, 122, 1000, 1001, 4096],
        granule => vec![granule, 2 * granule, 0, 3 * granule],
    }
}

fn prove(case: &Case, now: fn() -> oscost_sys::counter::Ticks) {
    let id = &case.info.id;
    let setting: Setting = case.setting(Vec::new());
    let mut measure = (case.row.build)(&setting).unwrap();
    let mut done = audited(&mut measure);
    let steps = match &mut measure {
        Measure::Timed(work) => loops(work.as_mut()),
        _ => vec![1, 1, 1],
    };
    for ops in steps {
        match &mut measure {
            Measure::Timed(work) => work.run(ops).unwrap(),
            Measure::SelfTimed(work) => {
                work.run_once(now).unwrap();
            }
            Measure::Parallel(work) => {
                work.run(ops, now).unwrap();
            }
            Measure::Level(level) => {
                level.read().unwrap();
            }
        }
        let after = audited(&mut measure);
        assert_eq!(after - done, ops, "{id}");
        done = after;
    }
}

#[test]
fn what_is_measured_is_counted_over_there() {
    let (clock, _) = MachineClock::calibrate();
    for case in SUITE.cases() {
        let many = case.setting(Vec::new()).of("tasks") > 10_000;
        // Nothing is pinned here, so one placement stands for all. Weights are
        // taken in processes of their own: `tests/memory.rs`.
        let again = case.row.place == Place::Each && case.info.placement != Placement::Free;
        if case.info.aspect != Aspect::Memory && !many && !again {
            prove(&case, clock.reader());
        }
    }
}
