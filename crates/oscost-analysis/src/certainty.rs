//! How sure the headlines are, in one sentence. It must never sound surer
//! than the widest interval behind them.

use oscost_record::Aspect;

use crate::format::percent;
use crate::headline::find;
use crate::ladder::HEADLINE_CASES;
use crate::quantile::median;
use crate::{Headline, Summary};

/// The widest and the median interval over the headline cases, how many of
/// them rest on few rounds, and the share of bursts that were disturbed.
pub(crate) fn certainty(summaries: &[Summary]) -> Headline {
    let ids = HEADLINE_CASES.iter().flat_map(|(_, ids)| ids);
    let wanted = ids.clone().count();
    let found: Vec<(&Summary, f64)> = ids
        .filter_map(|id| find(summaries, id))
        .filter_map(|summary| {
            let estimate = summary.estimate?;
            let half = (estimate.high - estimate.low) / 2.0 / estimate.value.abs();
            half.is_finite().then_some((summary, half))
        })
        .collect();
    let mut sentence = widths(&found, wanted);
    sentence.push_str(&few_rounds(&found));
    sentence.push_str(&disturbance(summaries));
    Headline {
        aspect: Aspect::Control,
        sentence,
        steps: Vec::new(),
    }
}

fn widths(found: &[(&Summary, f64)], wanted: usize) -> String {
    let worst = found.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    let mut halves: Vec<f64> = found.iter().map(|&(_, half)| half).collect();
    let (Some((worst, widest)), Some(typical)) = (worst, median(&mut halves)) else {
        return format!(
            "How sure: nothing can be said, none of the {wanted} headline cases was measured."
        );
    };
    format!(
        "How sure: the 95 % interval of a headline figure is typically ±{} and at worst ±{} ({}); \
         {} of {wanted} headline cases were measured.",
        percent(typical),
        percent(*widest),
        worst.info.id,
        found.len(),
    )
}

/// Intervals of one round look narrow, because they see one process only.
fn few_rounds(found: &[(&Summary, f64)]) -> String {
    let single = found
        .iter()
        .filter(|(summary, _)| summary.rounds == 1)
        .count();
    match single {
        0 => String::new(),
        1 => " One of them rests on a single round: its interval holds for that one process only."
            .to_owned(),
        n => format!(
            " {n} of them rest on a single round: their intervals hold for one process each only."
        ),
    }
}

fn disturbance(summaries: &[Summary]) -> String {
    let (all, disturbed) = summaries.iter().fold((0, 0), |sum, summary| {
        (sum.0 + summary.bursts.0, sum.1 + summary.bursts.1)
    });
    if all == 0 {
        return String::new();
    }
    let share = percent(disturbed as f64 / all as f64);
    format!(
        " Of all bursts {share} were disturbed from outside, by the hypervisor or by other programs."
    )
}
