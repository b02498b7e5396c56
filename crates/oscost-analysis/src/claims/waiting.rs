//! Who waits for whom: claims 17 and 18.

use super::evidence::clause;
use super::{Bound, MORE, Rule, Ruling, Scale};

const MILLISECOND: f64 = 1e6;
/// The blocking call of the cases.
const BLOCK: f64 = 10.0 * MILLISECOND;

pub(super) const BLOCKING: Rule = Rule {
    number: 17,
    claim: "Coroutines only pay together with asynchronous I/O: a blocking call in one stops all of its thread.",
    rule: "Holds if a neighbour waits for at least 9 ms while a coroutine of its thread blocks for 10 ms, and for at most 1 ms where another thread does the blocking.",
    judge: |record| {
        let points = vec![
            (
                "the call blocks the thread",
                record.cost("coroutine/blocking/same-thread/block=10ms"),
                Bound::Least(0.9 * BLOCK),
            ),
            (
                "another thread makes the call",
                record.cost("coroutine/blocking/spawn-blocking/block=10ms"),
                Bound::Most(0.1 * BLOCK),
            ),
        ];
        let storm = |id: &str| record.figure(id, "ideal_ratio", Scale::Times);
        Ruling::of_all(points, |words| {
            format!(
                "While a coroutine blocks for 10 ms, its neighbour waits for {}; for {} where another thread makes the call{}.",
                words[0],
                words[1],
                clause(
                    storm("scenario/storm/blocking/coroutine/tasks=100"),
                    |times| format!(
                        "; 100 customers of coroutines that block take {times} the delay"
                    )
                )
            )
        })
    },
};

/// The tick that has to come in time.
const TICK: f64 = 10.0 * MILLISECOND;

pub(super) const RESPONSIVE: Rule = Rule {
    number: 18,
    claim: "Threads keep a program responsive while a part of it is busy.",
    rule: "Holds if a tick comes at most 10 ms late beside a computation in another thread, and at least 1.1 times as late in the computation's own thread.",
    judge: |record| {
        let tick = |place: &str| format!("scenario/responsive/{place}");
        let points = vec![
            (
                "late in a thread of its own",
                record.cost(&tick("thread")),
                Bound::Most(TICK),
            ),
            (
                "the computation's own thread",
                record.ratio(&tick("same-thread"), &tick("thread")),
                Bound::Least(MORE),
            ),
        ];
        let late = |place: &str, words: &str| {
            clause(record.cost(&tick(place)), |time| {
                format!("; {words} {time}")
            })
        };
        Ruling::of_all(points, |words| {
            format!(
                "Beside a computation a tick comes {} late in a thread of its own{}; in the computation's own thread {} as late{}{}.",
                words[0],
                late("process", "in a process of its own"),
                words[1],
                late(
                    "coroutine-polite",
                    "beside a coroutine that yields each 100 µs"
                ),
                late("coroutine-hog", "beside one that never yields"),
            )
        })
    },
};
