//! The verdicts on the twenty claims: a line each, with its number, a small
//! picture of where the number lies, and the cases that it came from. Nothing
//! is decided here.

use oscost_analysis::{Answer, Bound, Claim, Point, Verdict};
use oscost_record::CaseId;

use super::case::Anchors;
use crate::picture::{Gauge, Needle};
use crate::words;

/// One claim.
pub(super) struct ClaimLine {
    pub(super) number: u8,
    pub(super) claim: &'static str,
    /// What becomes of it, as a class.
    pub(super) class: &'static str,
    /// The same in words.
    pub(super) verdict: &'static str,
    /// Under which condition it holds, or why it was not measured.
    pub(super) because: Option<String>,
    /// The first number, with its interval; empty where there is none.
    pub(super) value: String,
    pub(super) interval: String,
    pub(super) gauge: Option<Gauge>,
    pub(super) finding: String,
    pub(super) rule: &'static str,
    pub(super) points: Vec<PointLine>,
    /// Cases by id, each with its anchor.
    pub(super) cases: Vec<(String, String)>,
}

/// One number of a claim.
pub(super) struct PointLine {
    pub(super) what: String,
    pub(super) words: String,
    pub(super) threshold: String,
    pub(super) answer: &'static str,
}

impl ClaimLine {
    pub(super) fn all(claims: &[Claim], anchors: &Anchors) -> Vec<Self> {
        claims
            .iter()
            .map(|claim| Self::of(claim, anchors))
            .collect()
    }

    fn of(claim: &Claim, anchors: &Anchors) -> Self {
        let first = claim.points.first();
        let place = |id: &CaseId| (id.0.clone(), anchors.of_case(id));
        Self {
            number: claim.number,
            claim: claim.claim,
            class: claim.verdict.name(),
            verdict: claim.verdict.words(),
            because: claim.verdict.because().map(str::to_owned),
            value: first.map_or_else(String::new, |point| {
                point.reading.scale.words(point.reading.number.value)
            }),
            interval: first.map_or_else(String::new, |point| point.reading.words()),
            gauge: gauge(&claim.points),
            finding: claim.finding.clone(),
            rule: claim.rule,
            points: claim.points.iter().map(PointLine::of).collect(),
            cases: claim.cases().into_iter().map(place).collect(),
        }
    }
}

impl PointLine {
    fn of(point: &Point) -> Self {
        Self {
            what: words::sentence(&point.what)
                .trim_end_matches('.')
                .to_owned(),
            words: point.reading.words(),
            threshold: point.threshold(),
            answer: answer(point),
        }
    }
}

/// The class of an answer.
fn answer(point: &Point) -> &'static str {
    match point.answer() {
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::Unsure => "unsure",
    }
}

/// As many numbers as a small picture can hold apart.
const NEEDLES: usize = 6;

/// The numbers that are of the first one's kind, on one axis.
fn gauge(points: &[Point]) -> Option<Gauge> {
    let first = points.first()?;
    let alike = points
        .iter()
        .filter(|point| point.reading.scale == first.reading.scale && point.bound == first.bound);
    let needles = alike.take(NEEDLES).map(|point| Needle {
        number: point.reading.number,
        class: answer(point),
    });
    let from_below = matches!(first.bound, Bound::Least(_));
    Gauge::of(&needles.collect::<Vec<_>>(), first.bound.at(), from_below)
}

/// How many claims got which verdict.
pub(super) fn tally(claims: &[Claim]) -> String {
    let count =
        |wanted: fn(&Verdict) -> bool| claims.iter().filter(|claim| wanted(&claim.verdict)).count();
    let parts = [
        (count(|one| *one == Verdict::Holds), ["holds", "hold"]),
        (
            count(|one| matches!(one, Verdict::HoldsWhen(_))),
            [
                "holds only under a condition",
                "hold only under a condition",
            ],
        ),
        (
            count(|one| *one == Verdict::DoesNotHold),
            ["does not hold", "do not hold"],
        ),
        (
            count(|one| *one == Verdict::Undecided),
            ["is undecided", "are undecided"],
        ),
        (
            count(|one| matches!(one, Verdict::NotMeasured(_))),
            ["was not measured", "were not measured"],
        ),
    ];
    let parts =
        parts
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, [one, several])| {
                let what = if number == 1 { one } else { several };
                format!("{number} {what}")
            });
    format!(
        "Of {}: {}.",
        words::several(claims.len() as u64, "claim"),
        parts.collect::<Vec<_>>().join(", ")
    )
}
