//! Where tasks can spread: claims 13 and 14.

use super::evidence::{Evidence, Found, Gap, clause};
use super::{Bound, MORE, Rule, Ruling};

/// Of so many CPUs this share at least has to be gained.
const GAIN: f64 = 0.75;
/// A task that has one CPU gains no more than noise.
const NO_GAIN: f64 = 1.25;

pub(super) const CORES: Rule = Rule {
    number: 13,
    claim: "Threads and processes use many cores; coroutines on one thread use one.",
    rule: "Holds if with as many workers as CPUs, work is done at least 0.75 times that number of times as fast by processes, by threads and by coroutines on as many threads, and at most 1.25 times as fast by coroutines on one thread.",
    judge: |record| {
        let most = record.sizes("scenario/scaling/thread", "workers").pop();
        let cpus = match most {
            Some((1, _)) => return Err(Gap::new("this machine has one CPU for it")),
            Some((cpus, _)) => cpus,
            None => 2,
        };
        let gain = Bound::Least(GAIN * cpus as f64);
        let points = vec![
            ("threads", speed_up(record, "thread", cpus), gain),
            ("processes", speed_up(record, "process", cpus), gain),
            (
                "coroutines on many threads",
                speed_up(record, "coroutines", cpus),
                gain,
            ),
            (
                "coroutines on one thread",
                speed_up(record, "coroutine", cpus),
                Bound::Most(NO_GAIN),
            ),
        ];
        Ruling::of_all(points, |words| {
            format!(
                "With {cpus} workers instead of 1, work is done {} as fast by threads, {} by processes, {} by coroutines on as many threads, and {} by coroutines on one thread.",
                words[0], words[1], words[2], words[3],
            )
        })
    },
};

/// How many times as fast so many workers of a kind are as one of them.
fn speed_up(record: &Evidence<'_>, kind: &str, workers: u64) -> Found {
    let of = |workers: u64| format!("scenario/scaling/{kind}/workers={workers}");
    record.ratio(&of(1), &of(workers))
}

const APART: &str = "scenario/hosts/namespaces";
const LOOPBACK: &str = "scenario/hosts/loopback";
const THREADS: &str = "scenario/hosts/threads";

pub(super) const MACHINES: Rule = Rule {
    number: 14,
    claim: "Processes can spread over machines, threads only over cores.",
    rule: "Holds if a process in another network namespace, as on another machine, answers a request over TCP; that it takes at least 1.1 times as long as an answer of a thread is the price.",
    judge: |record| {
        let points = vec![(
            "the price of spreading",
            record.ratio(APART, THREADS),
            Bound::Least(MORE),
        )];
        Ruling::of_all(points, |words| {
            format!(
                "A request over TCP to another network namespace is answered in {} the time that a thread takes{}.",
                words[0],
                clause(record.ratio(APART, LOOPBACK), |times| format!(
                    ", and in {times} the time of a process beside it"
                ))
            )
        })
    },
};
