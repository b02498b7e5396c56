//! Bencher Metric Format: a benchmark per case, a measure per figure of it.
//! Measures are named by slugs that stay the same for ever: histories at
//! Bencher hang on them.

use oscost_analysis::{Estimate, Summary};
use oscost_record::Quantity;
use serde_json::{Map, Value};

use super::{Written, finite, tails};
use crate::words;

/// Bencher's longest name of a benchmark, in characters.
const NAME: usize = 1024;

/// Bencher's longest slug of a measure.
const SLUG: usize = 64;

/// `latency` (ns) or `memory` (bytes), the same of the tails with `-p99` and
/// `-p99-9`, and a measure for each figure that the case took beside its
/// samples, by its name and in its unit: `bytes-per-second`.
pub(super) fn bmf(cases: &[&Summary]) -> Written {
    let mut all = Map::new();
    for case in cases {
        let measures = measures(case);
        if !measures.is_empty() {
            let name = case.info.id.0.chars().take(NAME).collect();
            all.insert(name, Value::Object(measures));
        }
    }
    Ok(serde_json::to_string_pretty(&all)?)
}

fn measures(case: &Summary) -> Map<String, Value> {
    let level = match case.info.unit.quantity {
        Quantity::Time => "latency",
        Quantity::Memory => "memory",
    };
    let figures = case.figures.iter().map(|(name, figure)| {
        let slug = words::slug(name).chars().take(SLUG).collect::<String>();
        (slug, *figure)
    });
    let tails = tails(case).map(|tail| {
        let slug = words::slug(&format!("{level}-p{}", tail.rank));
        (slug, tail.estimate)
    });
    let estimate = case.estimate.map(|estimate| (level.to_owned(), estimate));
    // The last of a name stays: no figure can take the place of the estimate.
    let all = figures.chain(tails).chain(estimate);
    all.filter_map(|(slug, estimate)| Some((slug, metric(estimate)?)))
        .filter(|(slug, _)| slug.chars().any(|letter| letter != '-'))
        .collect()
}

fn metric(estimate: Estimate) -> Option<Value> {
    let ends = [
        ("value", Some(finite(estimate.value)?)),
        ("lower_value", finite(estimate.low)),
        ("upper_value", finite(estimate.high)),
    ];
    let given = ends
        .into_iter()
        .filter_map(|(name, end)| Some((name.to_owned(), end?.into())));
    Some(Value::Object(given.collect()))
}
