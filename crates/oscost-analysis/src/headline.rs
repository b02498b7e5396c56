//! The answers in plain sentences, each made from the summaries alone. A
//! sentence never gives a number for what was not measured, and never calls
//! two costs different that this run cannot tell apart.

use oscost_record::{Aspect, CaseId};

use crate::certainty::certainty;
use crate::format::{quantity, ratio};
use crate::ladder::HEADLINE_CASES;
use crate::{Estimate, Fate, Summary, ratio_of};

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Headline {
    /// What it is about; [`Aspect::Control`] for how sure the others are.
    pub aspect: Aspect,
    /// One or more plain sentences.
    pub sentence: String,
    /// The comparisons that the sentence makes, in its order.
    pub steps: Vec<Step>,
}

/// One comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The case that is so many times the other.
    pub from: CaseId,
    /// The case that it is a multiple of.
    pub to: CaseId,
    /// How many times, with its interval (see [`ratio_of`]).
    pub ratio: Estimate,
}

/// The kinds of task, in the order of [`HEADLINE_CASES`].
const KINDS: [&str; 3] = ["process", "thread", "coroutine"];

/// The parent that pays for its memory when it forks, and the empty one.
const FORK: [&str; 2] = [
    "process/create/fork/rss=1024MiB",
    "process/create/fork/rss=0MiB",
];

/// Having a program started without a copy, by a parent of that size; without
/// a size where that was not varied.
const SPAWN: [&str; 2] = [
    "process/create/posix-spawn/static/rss=1024MiB",
    "process/create/posix-spawn/static",
];

/// One answer each for making, switching and keeping a task, for fork against
/// memory, and for how sure these are; always five, in this order.
#[must_use]
pub fn headlines(summaries: &[Summary]) -> Vec<Headline> {
    let chains = HEADLINE_CASES
        .iter()
        .map(|&(aspect, ids)| chain(aspect, ids, summaries));
    chains
        .chain([fork_against_memory(summaries), certainty(summaries)])
        .collect()
}

/// What is done to a task of this kind, as the subject of a sentence.
fn subject(aspect: Aspect, kind: usize) -> &'static str {
    const CREATE: [&str; 3] = [
        "Making a process (fork, exit, wait)",
        "Making a thread (create, exit, join)",
        "Making a coroutine (create, run, finish)",
    ];
    const SWITCH: [&str; 3] = [
        "Switching from one process to another and back (a byte through a pipe, on one CPU)",
        "Switching from one thread to another and back (a byte through a pipe, on one CPU)",
        "Switching into a coroutine and back",
    ];
    const MEMORY: [&str; 3] = [
        "Keeping an idle process (one of 1,000)",
        "Keeping an idle thread (one of 1,000)",
        "Keeping an idle coroutine (one of 1,000)",
    ];
    match aspect {
        Aspect::Create => CREATE[kind],
        Aspect::Switch => SWITCH[kind],
        _ => MEMORY[kind],
    }
}

/// Process, thread, coroutine: each so many times the next that was measured.
fn chain(aspect: Aspect, ids: [&str; 3], summaries: &[Summary]) -> Headline {
    let mut measured: Vec<(usize, &Summary, Estimate)> = Vec::new();
    let mut missing = Vec::new();
    for (kind, id) in ids.into_iter().enumerate() {
        let summary = find(summaries, id);
        match summary.and_then(|summary| Some((summary, summary.estimate?))) {
            Some((summary, estimate)) => measured.push((kind, summary, estimate)),
            None => missing.push(format!("{id} ({})", why_not(summary))),
        }
    }
    let mut sentence = String::new();
    let mut steps = Vec::new();
    if let Some(&(kind, first, estimate)) = measured.first() {
        let cost = quantity(estimate.value, &first.info.unit);
        sentence = format!("{} costs {cost} here", subject(aspect, kind));
    }
    for (place, pair) in measured.windows(2).enumerate() {
        let [(_, from, dear), (kind, to, cheap)] = pair else {
            continue;
        };
        let other = format!("a {}", KINDS[*kind]);
        let comparison = match compare(from, *dear, to, *cheap) {
            Some(step) => {
                let words = in_words(&step.ratio, &other);
                steps.push(step);
                words
            }
            None => format!("no ratio to {other} can be drawn"),
        };
        let joint = if place == 0 { ": " } else { "; and that is " };
        let cost = quantity(cheap.value, &to.info.unit);
        sentence.push_str(&format!("{joint}{comparison}, which costs {cost}"));
    }
    if !sentence.is_empty() {
        sentence.push('.');
    }
    if !missing.is_empty() {
        let gap = if sentence.is_empty() { "" } else { " " };
        sentence.push_str(&format!("{gap}Not measured: {}.", missing.join(", ")));
    }
    Headline {
        aspect,
        sentence,
        steps,
    }
}

/// What fork costs a parent with much memory against one with none, and
/// against having a program spawned.
fn fork_against_memory(summaries: &[Summary]) -> Headline {
    let [full, empty] = FORK.map(|id| find(summaries, id));
    let step = full.zip(empty).and_then(|(full, empty)| {
        let step = compare(full, full.estimate?, empty, empty.estimate?)?;
        let costs = [(full, full.estimate?), (empty, empty.estimate?)]
            .map(|(summary, estimate)| quantity(estimate.value, &summary.info.unit));
        Some((step, costs))
    });
    let mut steps = Vec::new();
    let sentence = match step {
        Some((step, [dear, cheap])) => {
            let words = if undecided(&step.ratio) {
                "about the same as an empty one pays, within what this run can tell".to_owned()
            } else {
                format!("{} what an empty one pays", times(&step.ratio))
            };
            steps.push(step);
            let spawned = full.and_then(|full| against_spawn(full, summaries));
            let (spawn, words_on_spawn) = spawned.unzip();
            steps.extend(spawn);
            format!(
                "A parent with 1 GiB resident pays {words} when it forks: {dear} against {cheap}.{}",
                words_on_spawn.unwrap_or_default(),
            )
        }
        None => {
            let missing: Vec<String> = FORK
                .iter()
                .zip([full, empty])
                .filter(|(_, summary)| summary.is_none_or(|summary| summary.estimate.is_none()))
                .map(|(id, summary)| format!("{id} ({})", why_not(summary)))
                .collect();
            let what = "What a parent's memory adds to a fork cannot be told.";
            if missing.is_empty() {
                what.to_owned()
            } else {
                format!("{what} Not measured: {}.", missing.join(", "))
            }
        }
    };
    Headline {
        aspect: Aspect::Create,
        sentence,
        steps,
    }
}

/// The fork of a large parent as a multiple of its `posix_spawn`; `None` where
/// that was not measured.
fn against_spawn(full: &Summary, summaries: &[Summary]) -> Option<(Step, String)> {
    let measured = |id: &&str| {
        let summary = find(summaries, id)?;
        Some((summary, summary.estimate?))
    };
    let (spawn, cost) = SPAWN.iter().find_map(measured)?;
    let step = compare(full, full.estimate?, spawn, cost)?;
    let words = if undecided(&step.ratio) {
        "which is about the same, within what this run can tell".to_owned()
    } else {
        let [value, low, high] = [step.ratio.value, step.ratio.low, step.ratio.high].map(ratio);
        format!("of which its fork is {value} times as much ({low}–{high})")
    };
    let cost = quantity(cost.value, &spawn.info.unit);
    Some((
        step,
        format!(" To have a program started by posix_spawn it pays {cost}, {words}."),
    ))
}

/// The summary of a case, where the record has it.
pub(crate) fn find<'a>(summaries: &'a [Summary], id: &str) -> Option<&'a Summary> {
    summaries.iter().find(|summary| summary.info.id.0 == id)
}

fn compare(from: &Summary, dear: Estimate, to: &Summary, cheap: Estimate) -> Option<Step> {
    Some(Step {
        from: from.info.id.clone(),
        to: to.info.id.clone(),
        ratio: ratio_of(dear, cheap)?,
    })
}

/// Whether the interval of a ratio holds 1.
fn undecided(ratio: &Estimate) -> bool {
    ratio.low <= 1.0 && ratio.high >= 1.0
}

/// `6.5 times (5.9–7.1)`.
fn times(estimate: &Estimate) -> String {
    let [value, low, high] = [estimate.value, estimate.low, estimate.high].map(ratio);
    format!("{value} times ({low}–{high})")
}

fn in_words(estimate: &Estimate, other: &str) -> String {
    if undecided(estimate) {
        let [low, high] = [estimate.low, estimate.high].map(ratio);
        format!("about the same as {other}, within what this run can tell ({low}–{high} times)")
    } else {
        let [value, low, high] = [estimate.value, estimate.low, estimate.high].map(ratio);
        format!("{value} times as much as {other} ({low}–{high})")
    }
}

/// Why a case has no estimate.
pub(crate) fn why_not(summary: Option<&Summary>) -> String {
    match summary.map(|summary| &summary.fate) {
        None => "not part of this run".to_owned(),
        Some(Fate::Skipped(why)) => format!("skipped: {why}"),
        Some(Fate::Failed(reasons) | Fate::Partly(_, reasons)) => {
            format!("failed: {}", reasons.join("; "))
        }
        Some(Fate::Missing | Fate::Measured) => "the run ended before it".to_owned(),
    }
}
