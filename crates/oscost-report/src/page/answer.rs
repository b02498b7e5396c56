//! The first screen: the headlines of the analysis as ratios that lead to
//! their cases, and what became of the cases. No figure is made here.

use oscost_analysis::{Fate, Headline, Summary, format};
use oscost_record::CaseId;

use super::case::Anchors;
use crate::words;

/// One answer of the first screen.
pub(super) struct Answer {
    pub(super) title: &'static str,
    pub(super) sentence: String,
    pub(super) chain: Vec<Link>,
}

/// One comparison: `process 5.1× thread`.
pub(super) struct Link {
    pub(super) from: String,
    pub(super) from_anchor: String,
    pub(super) to: String,
    pub(super) to_anchor: String,
    /// The interval holds 1: neither is dearer as far as this run can tell.
    pub(super) undecided: bool,
    pub(super) times: String,
    pub(super) interval: String,
    /// The same where there is little room: `7.5–7.6`.
    pub(super) range: String,
}

impl Answer {
    /// The answers in order. A second one about the same aspect is the one
    /// about a fork's parent.
    pub(super) fn all(
        headlines: Vec<Headline>,
        summaries: &[Summary],
        anchors: &Anchors,
    ) -> Vec<Self> {
        let mut seen = Vec::new();
        let answer = |headline: Headline| {
            let aspect = headline.aspect;
            let again = seen.contains(&aspect);
            seen.push(aspect);
            let answer = Self::of(headline, summaries, anchors);
            if again {
                Self {
                    title: "To fork a large parent",
                    ..answer
                }
            } else {
                answer
            }
        };
        headlines.into_iter().map(answer).collect()
    }

    fn of(headline: Headline, summaries: &[Summary], anchors: &Anchors) -> Self {
        let name = |id: &CaseId| {
            let found = summaries.iter().find(|summary| summary.info.id == *id);
            found.map_or_else(String::new, |summary| summary.info.task.to_string())
        };
        let links = headline.steps.iter().map(|step| Link {
            from: name(&step.from),
            from_anchor: anchors.of_case(&step.from),
            to: name(&step.to),
            to_anchor: anchors.of_case(&step.to),
            undecided: (step.ratio.low..=step.ratio.high).contains(&1.0),
            times: words::times(step.ratio.value),
            interval: format!(
                "{} to {}",
                words::times(step.ratio.low),
                words::times(step.ratio.high)
            ),
            range: [step.ratio.low, step.ratio.high]
                .map(format::ratio)
                .join("–"),
        });
        Self {
            chain: links.filter(|link| link.from != link.to).collect(),
            title: words::question(headline.aspect),
            sentence: headline.sentence,
        }
    }
}

/// How many cases there are and what became of them.
pub(super) fn census(summaries: &[Summary]) -> String {
    let number = |wanted: fn(&Fate) -> bool| {
        summaries
            .iter()
            .filter(|summary| wanted(&summary.fate))
            .count() as u64
    };
    let parts = [
        (number(|fate| matches!(fate, Fate::Measured)), "measured"),
        (
            number(|fate| matches!(fate, Fate::Partly(..))),
            "measured in some rounds and failed in others",
        ),
        (number(|fate| matches!(fate, Fate::Skipped(_))), "skipped"),
        (number(|fate| matches!(fate, Fate::Failed(_))), "failed"),
        (number(|fate| matches!(fate, Fate::Missing)), "not reached"),
    ];
    let parts = parts
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{} {what}", format::grouped(n as f64)));
    format!(
        "{}: {}.",
        words::several(summaries.len() as u64, "case"),
        parts.collect::<Vec<_>>().join(", ")
    )
}
