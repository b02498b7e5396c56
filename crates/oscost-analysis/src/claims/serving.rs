//! Five designs of a server: claim 15.

use super::evidence::{Evidence, Found, both, every, over};
use super::switching::jointly;
use super::{Answer, Bound, MORE, Point, Rule, Ruling, Scale, Verdict};
use crate::format::grouped;

pub(super) const SERVER: Rule = Rule {
    number: 15,
    claim: "A web server that forks for each request works, one with threads is lighter, and coroutines win where much is waited for.",
    rule: "Holds if at every number of connections at which all three were measured, a request takes at least 1.1 times the CPU time by fork that it takes by thread, and coroutines on all CPUs answer at least 1.1 times the requests per second that threads answer.",
    judge: |record| {
        let sizes = record.sizes("scenario/server/thread", "connections");
        let fallback = vec![(10, String::new())];
        let sizes = if sizes.is_empty() { &fallback } else { &sizes };
        let mut all: Vec<(u64, Vec<Point>)> = Vec::new();
        let mut missing = None;
        for (connections, _) in sizes {
            match compared(record, *connections) {
                Ok(points) => all.push((*connections, points)),
                Err(gap) => missing = missing.or(Some(gap)),
            }
        }
        let Some((most, last)) = all.last() else {
            return Err(missing.unwrap_or_default());
        };
        let conditions: Vec<(String, Answer)> = all
            .iter()
            .map(|(connections, points)| (connected(*connections), jointly(points)))
            .collect();
        let finding = format!(
            "With {} connections a request takes {} the CPU time by fork that it takes by thread, and coroutines answer {} the requests per second that threads answer.",
            grouped(*most as f64),
            last[0].reading.words(),
            last[1].reading.words(),
        );
        Ok(Ruling {
            verdict: Verdict::under(&conditions),
            finding,
            points: all
                .into_iter()
                .rev()
                .flat_map(|(_, points)| points)
                .collect(),
        })
    },
};

fn connected(connections: u64) -> String {
    format!("{} are connected", grouped(connections as f64))
}

/// Fork against thread, coroutines against threads.
fn compared(record: &Evidence<'_>, connections: u64) -> Found<Vec<Point>> {
    let figure = |design: &str, name: &str| {
        let id = format!("scenario/server/{design}/connections={connections}");
        record.figure(&id, name, Scale::Count)
    };
    let cpu = |design| figure(design, "cpu_ns_per_request");
    let rate = |design| figure(design, "requests_per_s");
    let forks = over(cpu("fork"), cpu("thread"));
    let coroutines = over(rate("coroutines"), rate("thread"));
    let (forks, coroutines) = both(forks, coroutines)?;
    every(vec![
        (
            "CPU time by fork and by thread",
            Ok(forks),
            Bound::Least(MORE),
        ),
        (
            "requests by coroutines and by threads",
            Ok(coroutines),
            Bound::Least(MORE),
        ),
    ])
}
