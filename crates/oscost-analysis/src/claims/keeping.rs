//! Keeping many threads: claims 7 and 8.

use super::evidence::{Evidence, Found, Gap, every};
use super::{Bound, MORE, Point, Reading, Rule, Ruling, Scale};
use crate::{Estimate, PerTask, per_task};

const MEBIBYTE: f64 = 1_048_576.0;
/// What the article gives each thread.
const STACK: f64 = 4.0 * MEBIBYTE;
/// How many threads the article speaks of.
const MANY: f64 = 10_000.0;
/// The memory of the article's server.
const SERVER: f64 = 8.0 * 1024.0 * MEBIBYTE;

pub(super) const THREADS: Rule = Rule {
    number: 7,
    claim: "An idle thread takes at least 4 MB, so 10,000 threads need 39 GB and do not fit a server of 8 GB.",
    rule: "Holds if 10,000 idle threads take at least 39.1 GiB of memory, which is 4 MiB each: resident, page tables and kernel stack, 10,000 times the slope of a line over numbers of threads. Addresses are counted apart: they are no memory until they are touched.",
    judge: threads,
};

fn threads(record: &Evidence<'_>) -> Found<Ruling> {
    let all = per_task(record.summaries());
    let pthread = all
        .iter()
        .find(|one| one.case.0.starts_with("thread/memory/pthread/tasks="));
    let lines = pthread
        .and_then(|one| Some((one, one.whole?, one.part("virtual")?, one.part("resident")?)));
    let Some((pthread, whole, addresses, resident)) = lines else {
        let two = "thread/memory/pthread (it takes two numbers of threads)";
        return Err(match record.cost("thread/memory/pthread/tasks=1000") {
            Ok(_) => Gap::new(two),
            Err(gap) => gap,
        });
    };
    let cases = cases(record, pthread);
    let of_many = |slope: Estimate| {
        let each = Reading {
            number: slope,
            scale: Scale::Bytes,
            cases: cases.clone(),
        };
        each.times(MANY)
    };
    let [memory, resident, mapped] = [whole.slope, resident.slope, addresses.slope].map(of_many);
    let value = |of: &Reading| of.scale.words(of.number.value);
    let counted = format!(
        "addresses are counted ({}), not memory ({})",
        value(&mapped),
        value(&memory)
    );
    let fits = match whole.slope.high * MANY < SERVER {
        true => "They fit 8 GB.",
        false if whole.slope.low * MANY >= SERVER => "They do not fit 8 GB.",
        false => "Whether they fit 8 GB, this run cannot tell.",
    };
    let finding = format!(
        "10,000 idle threads take {} of memory, of which {} is resident, and map {} of addresses. {fits}",
        memory.words(),
        resident.words(),
        mapped.words(),
    );
    let enough = Bound::Least(STACK * MANY);
    Ok(Ruling::any(
        vec![
            Point::new("memory that is taken is counted", memory, enough),
            Point::new(counted, mapped, enough),
        ],
        finding,
    ))
}

/// Every measured number of threads.
fn cases(record: &Evidence<'_>, of: &PerTask) -> Vec<oscost_record::CaseId> {
    let base = of.case.0.split("/tasks=").next().unwrap_or_default();
    let sizes = record.sizes(base, "tasks").into_iter();
    sizes.map(|(_, id)| id.as_str().into()).collect()
}

const RING: &str = "thread/many/one-cpu";

pub(super) const SWITCHING: Rule = Rule {
    number: 8,
    claim: "The more threads there are, the more of the machine's time goes into switching.",
    rule: "Holds if both the share of CPU time that is the kernel's and the time of one hand-off are at least 1.1 times with the most threads what they are with two, all taking turns on one CPU.",
    judge: |record| {
        let few = format!("{RING}/tasks=2");
        let many = record.sizes(RING, "tasks").pop();
        let (size, many) = many
            .filter(|(size, _)| *size > 2)
            .unwrap_or_else(|| (10_000, format!("{RING}/tasks=10000")));
        let share = |id: &str| record.figure(id, "system_time_share", Scale::Share);
        let shares = super::evidence::over(share(&many), share(&few));
        let points = every(vec![
            (
                "the time of one hand-off is meant",
                record.ratio(&many, &few),
                Bound::Least(MORE),
            ),
            (
                "the kernel's share of the time is meant",
                shares,
                Bound::Least(MORE),
            ),
        ])?;
        let (before, after) = super::evidence::both(share(&few), share(&many))?;
        let finding = format!(
            "Among {} threads a hand-off takes {} as long as among 2, and the kernel has {} of the CPU time instead of {}.",
            crate::format::grouped(size as f64),
            points[0].reading.words(),
            after.words(),
            before.words(),
        );
        Ok(Ruling::any(points, finding))
    },
};
