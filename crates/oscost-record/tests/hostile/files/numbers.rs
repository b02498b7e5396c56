//! Files with numbers that nobody measured, and some at the edge that somebody
//! could have.

use serde_json::{Value, json};

use super::Owed::{Rest, Whole};
use super::{CASES, Hostile, case, rewritten};

pub(super) fn bad_numbers() -> Vec<Hostile> {
    let damaged = Rest(CASES - 1);
    let histogram = |buckets: Value| json!({"histogram": buckets});
    vec![
        rewritten("NaN", "1001.0", "NaN"),
        rewritten("infinity", "1001.0", "-Infinity"),
        rewritten("beyond a double", "1001.0", "1e999"),
        rewritten("a quoted number", "1001.0", "\"1001.0\""),
        case(
            "beyond what can be measured",
            damaged,
            "/samples",
            json!({"raw": [1e300]}),
        ),
        case(
            "count below zero",
            damaged,
            "/samples",
            histogram(json!([[1.0, -1]])),
        ),
        case(
            "half a count",
            damaged,
            "/samples",
            histogram(json!([[1.0, 0.5]])),
        ),
        case(
            "count at the top",
            damaged,
            "/samples",
            histogram(json!([[1.0, u64::MAX]])),
        ),
        case(
            "counts that overflow",
            damaged,
            "/samples",
            histogram(json!([[1.0, u64::MAX], [2.0, u64::MAX]])),
        ),
        case(
            "more than can be counted",
            damaged,
            "/samples",
            histogram(json!([[1.0, 1_u64 << 37]])),
        ),
        case(
            "many operations",
            damaged,
            "/ops_per_sample",
            json!(u64::MAX),
        ),
        case(
            "operations below zero",
            damaged,
            "/ops_per_sample",
            json!(-1),
        ),
        case("a busy burst", damaged, "/bursts/0/ops", json!(u64::MAX)),
        case(
            "a burst before its beginning",
            damaged,
            "/bursts/0/elapsed",
            json!(-1.0),
        ),
        case("time below zero", damaged, "/counters/steal", json!(-1.0)),
        case(
            "a figure beyond",
            damaged,
            "/counters/figures/wait_ns",
            json!(1e300),
        ),
        case(
            "round at the top of 64 bits",
            damaged,
            "/round",
            json!(u64::MAX),
        ),
        case("round below zero", damaged, "/round", json!(-1)),
        case("CPU below zero", damaged, "/cpus", json!([-1])),
        case(
            "round at the top of 32 bits",
            Whole(CASES),
            "/round",
            json!(u32::MAX),
        ),
        case(
            "CPU at the top",
            Whole(CASES),
            "/bursts/0/cpus",
            json!([u32::MAX]),
        ),
        case(
            "as many as can be",
            Whole(CASES),
            "/samples",
            histogram(json!([[1.0, 1_u64 << 35], [9.0, 7]])),
        ),
        case("no operations", Whole(CASES), "/ops_per_sample", json!(0)),
        case("no samples", Whole(CASES), "/samples", json!({"raw": []})),
        case(
            "counts of nothing",
            Whole(CASES),
            "/samples",
            histogram(json!([[1.0, 0]])),
        ),
        case(
            "out of order",
            Whole(CASES),
            "/samples",
            histogram(json!([[9.0, 1], [1.0, 2], [9.0, 3]])),
        ),
        case(
            "below zero",
            Whole(CASES),
            "/samples",
            json!({"raw": [-5.0, -1e18, 0.0]}),
        ),
        case(
            "next to nothing",
            damaged,
            "/samples",
            json!({"raw": [5e-324]}),
        ),
        case(
            "far apart",
            Whole(CASES),
            "/samples",
            json!({"raw": [1e-9, 1e18]}),
        ),
        case(
            "counters at the top",
            Whole(CASES),
            "/counters/voluntary_switches",
            json!(u64::MAX),
        ),
    ]
}
