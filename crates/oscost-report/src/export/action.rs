//! github-action-benchmark: an array of figures, smaller and bigger ones
//! apart, since its action is told once for a whole file which way is better.
//! The name of a figure is what its history hangs on: it never changes.

use oscost_analysis::{Estimate, Summary, format};
use serde_json::{Value, json};

use super::{Written, finite, tails};
use crate::figures::{Kind, Name};
use crate::words;

/// For `customSmallerIsBetter`: the estimate of each case, and its tails where
/// there are samples enough.
pub(super) fn smaller(cases: &[&Summary]) -> Written {
    let figures = cases.iter().flat_map(|case| {
        let unit = &case.info.unit;
        let shown = |name: String, estimate: Estimate| {
            let range = words::range(&estimate, unit);
            entry(case, &name, &unit.to_string(), estimate, &range)
        };
        let id = &case.info.id;
        let tails = tails(case).map(|tail| (format!("{id} p{}", tail.rank), tail.estimate));
        let estimate = case.estimate.map(|estimate| (id.to_string(), estimate));
        let all = estimate.into_iter().chain(tails);
        all.filter_map(|(name, estimate)| shown(name, estimate))
            .collect::<Vec<_>>()
    });
    array(figures)
}

/// For `customBiggerIsBetter`: the rates that cases took beside their samples.
pub(super) fn bigger(cases: &[&Summary]) -> Written {
    let figures = cases.iter().flat_map(|case| {
        let rates = case.figures.iter();
        let rates = rates.filter(|(name, _)| Name::of(name).kind == Kind::Rate);
        let shown = rates.filter_map(|(name, rate)| {
            let what = Name::of(name).what;
            let [low, high] = [rate.low, rate.high].map(format::grouped);
            let name = format!("{} {name}", case.info.id);
            entry(
                case,
                &name,
                &format!("{what}/s"),
                *rate,
                &format!("{low} to {high}"),
            )
        });
        shown.collect::<Vec<_>>()
    });
    array(figures)
}

fn array(figures: impl Iterator<Item = Value>) -> Written {
    Ok(serde_json::to_string_pretty(&figures.collect::<Vec<_>>())?)
}

fn entry(case: &Summary, name: &str, unit: &str, estimate: Estimate, range: &str) -> Option<Value> {
    let counts = [
        words::several(case.rounds.into(), "round"),
        words::several(case.samples, "sample"),
    ];
    Some(json!({
        "name": name,
        "unit": unit,
        "value": finite(estimate.value)?,
        "range": range,
        "extra": format!("{}\n{}", case.info.question, counts.join(", ")),
    }))
}
