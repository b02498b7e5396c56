//! Who a crash takes with it: claim 12.

use super::evidence::{Found, clause};
use super::{Bound, Rule, Ruling, Scale};

/// How many workers the cases have.
const WORKERS: f64 = 8.0;

pub(super) const CRASH: Rule = Rule {
    number: 12,
    claim: "A crash in one thread takes the whole process down; a crashed process leaves the others alone.",
    rule: "Holds if of 8 workers at most 0.5 live on after one of them crashes where they are threads, and at least 6.5 where they are processes.",
    judge: |record| {
        let survivors = |kind: &str| -> Found {
            let id = format!("scenario/crash/{kind}/workers=8");
            record.figure(&id, "survivors", Scale::Count)
        };
        let points = vec![
            (
                "threads that live on",
                survivors("thread"),
                Bound::Most(0.5),
            ),
            (
                "processes that live on",
                survivors("process"),
                Bound::Least(WORKERS - 1.5),
            ),
        ];
        Ruling::of_all(points, |words| {
            format!(
                "When one of 8 workers crashes, {} of the threads live on and {} of the processes{}{}.",
                words[0],
                words[1],
                clause(survivors("coroutine"), |number| format!(
                    "; when one of 8 coroutines panics, {number} live on"
                )),
                clause(
                    record.ratio(
                        "scenario/crash/thread/workers=8",
                        "scenario/crash/process/workers=8"
                    ),
                    |times| format!(
                        "; a thread's crash is known after {times} the time of a process's"
                    )
                ),
            )
        })
    },
};
