//! Many customers who all wait: claim 16.

use super::evidence::{Evidence, Found, clause, every};
use super::{Answer, Bound, MORE, Point, Rule, Ruling, Scale, Verdict};

/// All are served within so many times the delay that each of them waits for
/// anyway.
const SERVED: f64 = 2.0;

/// How they wait for their database, the most real first.
const DATABASES: [&str; 3] = ["unix", "tcp", "timer"];

pub(super) const CUSTOMERS: Rule = Rule {
    number: 16,
    claim: "10 paying customers fit 10 threads, 10,000 do not; they fit coroutines.",
    rule: "Holds if 10 threads serve 10 customers within at most 2 times the delay of the database, 10,000 threads do not serve 10,000, and coroutines do; where coroutines do not either, but threads take at least 1.1 times as long, the comparison holds and the fit does not.",
    judge: customers,
};

fn customers(record: &Evidence<'_>) -> Found<Ruling> {
    let mut databases = DATABASES.into_iter();
    let database = databases.find(|database| storm(record, database, "thread", 10).is_ok());
    let database = database.unwrap_or(DATABASES[0]);
    let of = |kind, customers| storm(record, database, kind, customers);
    let many = |kind: &str| format!("scenario/storm/{database}/{kind}/tasks=10000");
    let mut points = every(vec![
        ("10,000 threads", of("thread", 10_000), Bound::Least(SERVED)),
        (
            "10,000 coroutines",
            of("coroutine", 10_000),
            Bound::Most(SERVED),
        ),
        ("10 threads", of("thread", 10), Bound::Most(SERVED)),
    ])?;
    let longer = record.ratio(&many("thread"), &many("coroutine"))?;
    let memory = |kind: &str| record.figure(&many(kind), "memory_bytes_per_task", Scale::Bytes);
    let words = |place: usize| points[place].reading.words();
    let finding = format!(
        "10,000 customers are served in {} the delay by threads and {} by coroutines, so that threads take {} as long; 10 by threads in {}{}{}.",
        words(0),
        words(1),
        longer.words(),
        words(2),
        clause(memory("thread"), |bytes| format!(
            "; a thread takes {bytes}"
        )),
        clause(memory("coroutine"), |bytes| format!(
            ", a coroutine {bytes}"
        )),
    );
    let longer = Point::new("threads and coroutines", longer, Bound::Least(MORE));
    let answers = [&points[0], &points[1], &points[2], &longer].map(Point::answer);
    let verdict = match answers {
        [
            Answer::Yes,
            Answer::No | Answer::Unsure,
            Answer::Yes,
            Answer::Yes,
        ] => {
            Verdict::HoldsWhen("coroutines are held against threads, not against the delay".into())
        }
        [threads, coroutines, few, _] => Verdict::all([threads, coroutines, few].into_iter()),
    };
    points.push(longer);
    Ok(Ruling {
        verdict,
        finding,
        points,
    })
}

/// How long a storm takes, as a multiple of the delay.
fn storm(record: &Evidence<'_>, database: &str, kind: &str, customers: u64) -> Found {
    let id = format!("scenario/storm/{database}/{kind}/tasks={customers}");
    record.figure(&id, "ideal_ratio", Scale::Times)
}
