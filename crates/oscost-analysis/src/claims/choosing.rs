//! Who chooses the next task: claim 19.

use super::evidence::{clause, over};
use super::{Bound, MORE, Rule, Ruling};

const THREADS: &str = "thread/many/one-cpu/tasks=1000";
const COROUTINES: &str = "coroutine/switch/ring-stackful/tasks=1000";

pub(super) const SCHEDULED: Rule = Rule {
    number: 19,
    claim: "The program schedules coroutines, the kernel schedules threads.",
    rule: "Holds if the kernel counts at least 0.99 switches for each hand-off among 1,000 threads and at most 0.01 among 1,000 coroutines, which takes at most the time that threads take divided by 1.1.",
    judge: |record| {
        let points = vec![
            (
                "a hand-off of threads and of coroutines",
                record.ratio(THREADS, COROUTINES),
                Bound::Least(MORE),
            ),
            (
                "switches of threads",
                record.switches(THREADS),
                Bound::Least(0.99),
            ),
            (
                "switches of coroutines",
                record.switches(COROUTINES),
                Bound::Most(0.01),
            ),
        ];
        let growth = |many: &str, few: &str| over(record.cost(many), record.cost(few));
        Ruling::of_all(points, |words| {
            format!(
                "Among 1,000 tasks a hand-off of threads takes {} the time of one of coroutines and {} switches of the kernel, one of coroutines {}{}{}.",
                words[0],
                words[1],
                words[2],
                clause(
                    growth(
                        "thread/many/one-cpu/tasks=10000",
                        "thread/many/one-cpu/tasks=2"
                    ),
                    |times| format!("; among 10,000 threads it takes {times} as long as among 2")
                ),
                clause(
                    growth(
                        "coroutine/switch/ring-stackful/tasks=10000",
                        "coroutine/switch/ring-stackful/tasks=2"
                    ),
                    |times| format!(", among 10,000 coroutines {times}")
                ),
            )
        })
    },
};
