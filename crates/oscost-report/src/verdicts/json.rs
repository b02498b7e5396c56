//! Verdicts for scripts: all of them, in the order in which they were given.

use oscost_analysis::verdict::Outcome;
use serde_json::{Value, json};

use super::{Judged, Judgement};

/// Everything as JSON: `outcome`, `exit_code`, `census`, `judgements` with the
/// counters that `moved`, and `notes`. What has no figure lacks the field.
#[must_use]
pub fn verdict_json(judged: &Judged<'_>) -> Value {
    let outcome = match judged.outcome {
        Outcome::Clear => "clear",
        Outcome::Regression => "regression",
        Outcome::Unusable => "unusable",
        Outcome::NothingJudged => "nothing-judged",
    };
    let judgements = judged.judgements.iter();
    json!({
        "title": judged.title,
        "outcome": outcome,
        "exit_code": judged.outcome.exit_code(),
        "census": judged.census,
        "judgements": judgements.map(|one| judgement(judged, one)).collect::<Vec<_>>(),
        "notes": judged.notes,
    })
}

fn judgement(judged: &Judged<'_>, judgement: &Judgement) -> Value {
    let mut value = json!(judgement);
    let moved = judged.moved.get(&judgement.id).into_iter().flatten();
    let moved: Vec<Value> = moved
        .map(|moved| {
            json!({
                "counter": moved.counter.name(),
                "before": moved.before,
                "after": moved.after,
            })
        })
        .collect();
    if !moved.is_empty() {
        value["moved"] = moved.into();
    }
    value
}
