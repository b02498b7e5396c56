//! Switching between tasks: claims 3 to 6.

use super::evidence::{Evidence, Found, clause, over, some};
use super::making::extremes;
use super::verdict::together;
use super::{Answer, Bound, MORE, Point, Rule, Ruling, Verdict};
use crate::title::value_of;

const PIPES: [&str; 2] = [
    "process/switch/pipe/placement=same-cpu",
    "thread/switch/pipe/placement=same-cpu",
];
const RINGS: [&str; 2] = ["process/switch/ring/tasks=2", "thread/switch/ring/tasks=2"];
const STACKFUL: &str = "coroutine/switch/corosensei";
const BARE: &str = "coroutine/switch/bare";
const SYSCALL: &str = "thread/syscall/getppid";

/// What the article claims.
const ARTICLE: f64 = 5.0;

pub(super) const PROCESS: Rule = Rule {
    number: 3,
    claim: "Switching processes costs 5 times as much as switching threads.",
    rule: "Holds if a switch between two processes costs at least 5 times one between two threads on the same CPU, less what the tasks do themselves, whatever memory they work on; where it is at least 1.1 times, “more” holds and the figure does not.",
    judge: |record| {
        let points = against_threads(record)?;
        let at = |threshold: f64| -> Vec<(String, Answer)> {
            let held = points.iter().map(|point| {
                let bound = Bound::Least(threshold);
                let held = Point {
                    bound,
                    ..point.clone()
                };
                (held.what.clone(), held.answer())
            });
            held.collect()
        };
        // Where the figure fails everywhere, the comparison may still hold.
        let verdict = match (Verdict::under(&at(ARTICLE)), Verdict::under(&at(MORE))) {
            (figure @ (Verdict::Holds | Verdict::HoldsWhen(_)), _) => figure,
            (_, Verdict::Holds) => Verdict::HoldsWhen("“more” is meant, not the figure".to_owned()),
            (_, Verdict::HoldsWhen(condition)) => {
                Verdict::HoldsWhen(format!("“more” is meant, not the figure, and {condition}"))
            }
            (_, other) => other,
        };
        let finding = format!(
            "A process switch costs {} what a thread switch costs.",
            extremes(&points)
        );
        Ok(Ruling {
            verdict,
            finding,
            points,
        })
    },
};

/// The pipe, which the headlines speak of, then rings of two tasks that each
/// work on so much memory.
fn against_threads(record: &Evidence<'_>) -> Found<Vec<Point>> {
    let [processes, threads] = PIPES;
    let mut points = vec![(
        "a byte goes through a pipe".to_owned(),
        record.ratio(processes, threads),
        Bound::Least(ARTICLE),
    )];
    let [processes, threads] = RINGS;
    points.extend(
        record
            .sizes(processes, "set")
            .into_iter()
            .map(|(size, id)| {
                let other = id.replacen(processes, threads, 1);
                let ratio = over(record.net(&id), record.net(&other));
                (works_on(record, &id, size), ratio, Bound::Least(ARTICLE))
            }),
    );
    some(points)
}

/// The working set of a case as a condition.
fn works_on(record: &Evidence<'_>, id: &str, size: u64) -> String {
    let set = record.case(id).ok().and_then(|(summary, _)| {
        let set = summary.info.parameters.get("set")?;
        Some(value_of("set", set))
    });
    match set {
        Some(set) if size > 0 => format!("a task works on {set}"),
        _ => "a task touches no memory".to_owned(),
    }
}

/// Page faults per switch from which on they are part of it.
const FAULTS: f64 = 0.01;

pub(super) const MEMORY: Rule = Rule {
    number: 4,
    claim: "A process switch reloads memory: it brings page faults and cold caches.",
    rule: "Holds if a switch between processes takes at least 0.01 page faults, and costs at least 1.1 times as much where a task works on memory as where it touches none, less the work itself.",
    judge: memory,
};

fn memory(record: &Evidence<'_>) -> Found<Ruling> {
    let caches = some(growth(record, RINGS[0]))?;
    let threads = some(growth(record, RINGS[1])).unwrap_or_default();
    let largest = record.sizes(RINGS[0], "set").pop();
    let largest = largest.map_or_else(|| RINGS[0].to_owned(), |(_, id)| id);
    let faults = record.counted(&largest, "page faults", |summary| {
        summary.per_operation.minor_faults
    })?;
    let faults = Point::new("page faults are meant", faults, Bound::Least(FAULTS));
    let conditions: Vec<(String, Answer)> = caches
        .iter()
        .map(|point| (point.what.clone(), point.answer()))
        .collect();
    let verdict = match (Verdict::under(&conditions), faults.answer()) {
        (cold, Answer::Yes) => match cold {
            Verdict::DoesNotHold => Verdict::HoldsWhen(faults.what.clone()),
            other => other,
        },
        (Verdict::Holds, _) => {
            Verdict::HoldsWhen("cold caches are meant, not page faults".to_owned())
        }
        (Verdict::HoldsWhen(sizes), _) => Verdict::HoldsWhen(format!(
            "cold caches are meant, not page faults, and {sizes}"
        )),
        (other, _) => other,
    };
    let beside = match threads.is_empty() {
        true => String::new(),
        false => format!(" (a thread switch {})", extremes(&threads)),
    };
    let finding = format!(
        "Where a task works on memory, a process switch costs {}{beside} what it costs where it touches none, and takes {} page faults.",
        extremes(&caches),
        faults.reading.words(),
    );
    Ok(Ruling {
        verdict,
        finding,
        points: caches.into_iter().chain([faults]).collect(),
    })
}

/// Switches among tasks that work on memory, over one that touches none.
fn growth(record: &Evidence<'_>, ring: &str) -> Vec<(String, Found, Bound)> {
    let none = || record.net(&format!("{ring}/set=0KiB"));
    let sizes = record.sizes(ring, "set").into_iter();
    let mut grown: Vec<_> = sizes
        .filter(|(size, _)| *size > 0)
        .map(|(size, id)| {
            let ratio = over(record.net(&id), none());
            (works_on(record, &id, size), ratio, Bound::Least(MORE))
        })
        .collect();
    if grown.is_empty() {
        let missing = record.net(&format!("{ring}/set=256KiB"));
        grown.push((String::new(), over(missing, none()), Bound::Least(MORE)));
    }
    grown
}

pub(super) const KERNEL: Rule = Rule {
    number: 5,
    claim: "A thread switch is a trip into the kernel; a coroutine switch is not.",
    rule: "Holds if a round trip of threads takes at least 1.1 times as long as one of coroutines, which takes at most the time of one system call, and the kernel counts at least 0.99 switches in the former and at most 0.01 in the latter.",
    judge: |record| {
        let points = vec![
            (
                "a thread's round trip and a coroutine's",
                record.ratio(PIPES[1], STACKFUL),
                Bound::Least(MORE),
            ),
            (
                "a coroutine's round trip and a system call",
                record.ratio(STACKFUL, SYSCALL),
                Bound::Most(1.0),
            ),
            (
                "switches of threads",
                record.switches(PIPES[1]),
                Bound::Least(0.99),
            ),
            (
                "switches of coroutines",
                record.switches(STACKFUL),
                Bound::Most(0.01),
            ),
        ];
        Ruling::of_all(points, |words| {
            format!(
                "A round trip of coroutines takes {} the time of one system call and {} switches of the kernel; one of threads takes {} switches and {} the time.",
                words[1], words[3], words[2], words[0],
            )
        })
    },
};

/// What a few registers are at most: thirty-two of eight bytes.
const REGISTERS_AT_MOST: f64 = 256.0;

/// What a switch saves, by how it is made.
const SIZES: [(&str, &str); 4] = [
    ("it is switched by corosensei", "coroutine/size/corosensei"),
    (
        "it is switched by assembly of a few lines",
        "coroutine/size/bare",
    ),
    (
        "it is switched by swapcontext",
        "coroutine/size/swapcontext",
    ),
    ("it is a future", "coroutine/size/future"),
];

pub(super) const REGISTERS: Rule = Rule {
    number: 6,
    claim: "A coroutine switch saves a few registers and part of a stack.",
    rule: "Holds if a switch of every kind of coroutine saves at most 256 bytes, which are 32 registers.",
    judge: |record| {
        let size = |(what, id): &(&str, &str)| {
            (
                (*what).to_owned(),
                record.cost(id),
                Bound::Most(REGISTERS_AT_MOST),
            )
        };
        let points = some(SIZES.iter().map(size).collect())?;
        let finding = format!(
            "A switch saves {}{}.",
            extremes(&points),
            clause(record.ratio(STACKFUL, BARE), |times| format!(
                "; one by corosensei takes {times} the time of one by a few lines of assembly"
            ))
        );
        Ok(Ruling::any(points, finding))
    },
};

/// The answer of several points together.
pub(super) fn jointly(points: &[Point]) -> Answer {
    together(points.iter().map(Point::answer))
}
