//! Making tasks: claims 1 and 2.

use oscost_record::{Aspect, Unit};

use super::evidence::{Evidence, Found, clause, some};
use super::{Answer, Bound, MORE, Point, Reading, Rule, Ruling, Verdict};
use crate::crossing::crossing;
use crate::format::quantity;
use crate::sweep::sweeps;

const FORK: &str = "process/create/fork/rss=0MiB";
const SPAWN: &str = "process/create/posix-spawn/static/rss=0MiB";
const PTHREAD: &str = "thread/create/pthread";

/// What the article read off a machine under Solaris.
const ARTICLE: f64 = 30.0;

pub(super) const PROCESS: Rule = Rule {
    number: 1,
    claim: "Making a process costs 30 times as much as making a thread.",
    rule: "Holds if fork, exit and wait cost at least 30 times what create, exit and join of a thread cost; where it is at least 1.1 times, “more” holds and the figure does not.",
    judge: process,
};

fn process(record: &Evidence<'_>) -> Found<Ruling> {
    let ratio = record.ratio(FORK, PTHREAD)?;
    let answer = |at: f64| Point::new("", ratio.clone(), Bound::Least(at)).answer();
    let verdict = match (answer(MORE), answer(ARTICLE)) {
        (_, Answer::Yes) => Verdict::Holds,
        (Answer::Yes, Answer::No) => Verdict::HoldsWhen(format!(
            "“more” is meant, not the figure{}",
            thirty(record).unwrap_or_default()
        )),
        (Answer::No, _) => Verdict::DoesNotHold,
        _ => Verdict::Undecided,
    };
    let spawn = record.ratio(SPAWN, PTHREAD);
    let finding = format!(
        "A fork with exit and wait costs {} what a thread costs{}.",
        ratio.words(),
        clause(spawn.clone(), |times| format!(
            ", a small program started by posix_spawn {times}"
        ))
    );
    let others = spawn
        .ok()
        .map(|spawn| Point::new("a program is started", spawn, Bound::Least(ARTICLE)));
    let first = Point::new(
        "a parent without memory forks",
        ratio,
        Bound::Least(ARTICLE),
    );
    Ok(Ruling {
        verdict,
        finding,
        points: [first].into_iter().chain(others).collect(),
    })
}

/// From which resident size of the parent on a fork costs 30 threads.
fn thirty(record: &Evidence<'_>) -> Option<String> {
    let all = sweeps(record.summaries(), "rss", |info| {
        info.aspect == Aspect::Create
    });
    let forks = all
        .iter()
        .find(|sweep| sweep.id.0 == "process/create/fork")?;
    let forks: Vec<_> = forks.measured().collect();
    let threads = record.cost(PTHREAD).ok()?.times(ARTICLE).number;
    let level: Vec<_> = forks.iter().map(|&(size, _)| (size, threads)).collect();
    let from = crossing(&forks, &level)?.from?;
    let size = quantity(from * 1_048_576.0, &Unit::memory(""));
    Some(format!(": 30 times takes a parent with {size} resident"))
}

/// Coroutines by what they are made of.
const COROUTINES: [(&str, &str); 5] = [
    (
        "the coroutine has a fresh stack (corosensei)",
        "coroutine/create/corosensei",
    ),
    (
        "the coroutine has a used stack (corosensei)",
        "coroutine/create/corosensei-pooled",
    ),
    (
        "the coroutine is a ucontext",
        "coroutine/create/swapcontext",
    ),
    ("the coroutine is a boxed future", "coroutine/create/future"),
    ("the coroutine is a tokio task", "coroutine/create/tokio"),
];

pub(super) const THREAD: Rule = Rule {
    number: 2,
    claim: "Making a thread costs more than making a coroutine.",
    rule: "Holds if create, exit and join of a thread cost at least 1.1 times create and finish of a coroutine, for every kind of coroutine.",
    judge: |record| {
        let ratio = |(what, id): &(&str, &str)| {
            (
                (*what).to_owned(),
                record.ratio(PTHREAD, id),
                Bound::Least(MORE),
            )
        };
        let points = some(COROUTINES.iter().map(ratio).collect())?;
        let words = extremes(&points);
        Ok(Ruling::any(
            points,
            format!("A thread costs {words} what a coroutine costs."),
        ))
    },
};

/// The smallest reading and the largest: `2.3 times (2.2–2.3) to 300 times
/// (290–310)`.
pub(super) fn extremes(points: &[Point]) -> String {
    let by_value = |a: &&Reading, b: &&Reading| a.number.value.total_cmp(&b.number.value);
    let readings = || points.iter().map(|point| &point.reading);
    let ends = readings().min_by(by_value).zip(readings().max_by(by_value));
    match ends {
        None => String::new(),
        Some((low, _)) if points.len() == 1 => low.words(),
        Some((low, high)) => format!("{} to {}", low.words(), high.words()),
    }
}
