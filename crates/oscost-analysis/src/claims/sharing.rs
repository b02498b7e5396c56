//! Locks and semaphores: claims 10 and 11.

use super::evidence::{clause, over, some};
use super::making::extremes;
use super::{Bound, MORE, Rule, Ruling};

const UNLOCKED: &str = "sync/control/unlocked";
const ALONE: &str = "sync/uncontended/pthread-mutex";
const CONTENDED: &str = "sync/contended/pthread-mutex/contenders=2/section=100ns/outside=0ns";
const TURN: &str = "sync/control/turn";

pub(super) const LOCKS: Rule = Rule {
    number: 10,
    claim: "Threads pay for sharing with locks; coroutines of one thread need none.",
    rule: "Holds if the same work takes at least 1.1 times as long with a mutex that nobody else wants as without one, and a turn among two threads that want it at least 1.1 times as long as a turn without a lock.",
    judge: |record| {
        let points = vec![
            (
                "a mutex that nobody else wants",
                record.ratio(ALONE, UNLOCKED),
                Bound::Least(MORE),
            ),
            (
                "a mutex that two threads want",
                record.ratio(CONTENDED, TURN),
                Bound::Least(MORE),
            ),
        ];
        Ruling::of_all(points, |words| {
            format!(
                "Work without a lock, as of coroutines on one thread, takes {} as long with a mutex that nobody else wants, and a turn takes {} as long where two threads want it{}.",
                words[0],
                words[1],
                clause(
                    record.ratio("sync/uncontended/fetch-add", UNLOCKED),
                    |times| format!("; one atomic addition takes {times}")
                )
            )
        })
    },
};

/// Semaphores by their makers.
const SEMAPHORES: [(&str, &str); 3] = [
    ("it is a POSIX semaphore", "sync/semaphore/posix"),
    ("it is a System V semaphore", "sync/semaphore/sysv"),
    ("it is a semaphore over a futex", "sync/semaphore/futex"),
];

pub(super) const PERMITS: Rule = Rule {
    number: 11,
    claim: "A lock admits one, a semaphore admits a set number, and the rest queue.",
    rule: "Holds if four threads wait at least 1.1 times as long for a semaphore with one permit as for one with four, for every kind of semaphore. That never more are inside than may be, each of these cases proves of every burst, or fails.",
    judge: |record| {
        let wait = |kind: &str, permits: u32| {
            record.cost(&format!(
                "{kind}/permits={permits}/contenders=4/section=100ns"
            ))
        };
        let queue = |(what, kind): &(&str, &str)| {
            let ratio = over(wait(kind, 1), wait(kind, 4));
            ((*what).to_owned(), ratio, Bound::Least(MORE))
        };
        let points = some(SEMAPHORES.iter().map(queue).collect())?;
        let finding = format!(
            "Four threads wait {} as long for one permit as for four{}.",
            extremes(&points),
            clause(record.ratio(CONTENDED, ALONE), |times| format!(
                "; two threads wait {times} as long for a mutex as one alone takes to lock and unlock it"
            ))
        );
        Ok(Ruling::any(points, finding))
    },
};
