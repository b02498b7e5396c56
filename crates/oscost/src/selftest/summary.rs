//! What all suites together say: shares with their exact intervals.

use oscost_analysis::statistics::clopper_pearson;
use oscost_analysis::verdict::{Statistic, Verdict};
use oscost_analysis::{quantile, robust_deviation};
use oscost_record::CaseId;
use serde::Serialize;

use super::options::Part;
use super::permuted::{self, permuted};
use super::results::{Figure, Results, SuiteLine};

/// The confidence of every interval.
pub(crate) const CONFIDENCE: f64 = 0.95;

/// Everything that is told.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Summary {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unchanged: Option<Unchanged>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) permuted: Option<Unchanged>,
    /// Unchanged records, held against a history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gated: Option<Unchanged>,
    pub(crate) detected: Vec<Detected>,
    pub(crate) pairing: Vec<Gain>,
    pub(crate) seconds: Vec<(Part, f64)>,
}

/// How often something happened.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Share {
    pub(crate) count: u64,
    pub(crate) of: u64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// Suites in which nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Unchanged {
    /// With a suspicion after the first look.
    pub(crate) suspected: Share,
    /// With a change after the second.
    pub(crate) alarmed: Share,
    /// Given up by the null control.
    pub(crate) invalid: Share,
}

/// Changes that were put in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Detected {
    pub(crate) part: Part,
    pub(crate) id: CaseId,
    pub(crate) statistic: Statistic,
    /// Confirmed as slower, of the suites that were valid.
    pub(crate) found: Share,
    /// The median of the ratios that were seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ratio: Option<f64>,
    /// The median of δ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delta: Option<f64>,
    /// Suites given up by the null control.
    pub(crate) invalid: u64,
}

/// How far log ratios stray, by themselves and in pairs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Gain {
    /// A suite of the catalogue.
    pub(crate) suite: String,
    pub(crate) cases: usize,
    /// Robust standard deviation of ln(B / A), of processes of different
    /// rounds: the geometric mean over the cases.
    pub(crate) unpaired: f64,
    /// The same of processes that took turns.
    pub(crate) paired: f64,
}

impl Share {
    fn of(count: u64, of: u64) -> Self {
        let (low, high) = clopper_pearson(count, of, CONFIDENCE);
        Self {
            count,
            of,
            low,
            high,
        }
    }
}

impl Summary {
    /// Of all suites of a file.
    pub(crate) fn of(results: &Results) -> Self {
        let of_part = |part: Part| -> Vec<&SuiteLine> {
            let suites = results.suites.iter();
            suites.filter(|suite| suite.part == part).collect()
        };
        let (unchanged, gated) = (of_part(Part::Aa), of_part(Part::GateAa));
        let seconds = Part::ALL.map(|part| {
            let all = of_part(part);
            (part, all.iter().map(|suite| suite.seconds).sum::<f64>())
        });
        Self {
            unchanged: (!unchanged.is_empty()).then(|| Unchanged::of(&unchanged)),
            permuted: permuted(&unchanged, permuted::RUNS).map(|found| Unchanged {
                suspected: Share::of(found.suspected, found.runs),
                alarmed: Share::of(found.alarmed, found.runs),
                invalid: Share::of(found.invalid, found.runs),
            }),
            gated: (!gated.is_empty()).then(|| Unchanged::of(&gated)),
            detected: [Part::Ab10, Part::Ab5, Part::Tail, Part::Gate10]
                .into_iter()
                .flat_map(|part| detected(part, &of_part(part)))
                .collect(),
            pairing: gains(&unchanged),
            seconds: seconds
                .into_iter()
                .filter(|(_, seconds)| *seconds > 0.0)
                .collect(),
        }
    }
}

impl Unchanged {
    fn of(suites: &[&SuiteLine]) -> Self {
        let of = suites.len() as u64;
        let valid = suites.iter().filter(|suite| suite.invalid.is_none());
        let among = |holds: &dyn Fn(&Figure) -> bool| {
            let with = valid
                .clone()
                .filter(|suite| suite.figures.iter().any(holds));
            Share::of(with.count() as u64, valid.clone().count() as u64)
        };
        Self {
            suspected: among(&|figure| figure.suspected),
            alarmed: among(&|figure| {
                [Verdict::Regressed, Verdict::Improved]
                    .iter()
                    .any(|verdict| figure.verdict == verdict.name())
            }),
            invalid: Share::of(of - valid.clone().count() as u64, of),
        }
    }
}

/// Every case of a part with what was put into it. Medians are what grew,
/// where every operation got more work; of a tail both are told, since the
/// median must not have grown.
fn detected(part: Part, suites: &[&SuiteLine]) -> Vec<Detected> {
    let statistics: &[Statistic] = match part {
        Part::Tail => &[Statistic::P99, Statistic::Median],
        _ => &[Statistic::Median],
    };
    let valid: Vec<&&SuiteLine> = suites
        .iter()
        .filter(|suite| suite.invalid.is_none())
        .collect();
    let mut ids: Vec<&CaseId> = Vec::new();
    for figure in suites.iter().flat_map(|suite| &suite.figures) {
        if !ids.contains(&&figure.id) {
            ids.push(&figure.id);
        }
    }
    let each = statistics
        .iter()
        .flat_map(|&statistic| ids.iter().map(move |&id| (statistic, id)));
    each.map(|(statistic, id)| {
        let figures: Vec<&Figure> = valid
            .iter()
            .flat_map(|suite| &suite.figures)
            .filter(|figure| figure.id == *id && figure.is(statistic))
            .collect();
        let found = figures
            .iter()
            .filter(|figure| figure.verdict == Verdict::Regressed.name());
        Detected {
            part,
            id: id.clone(),
            statistic,
            // A case without the figure was not found either.
            found: Share::of(found.count() as u64, valid.len() as u64),
            ratio: middle(figures.iter().filter_map(|figure| figure.ratio)),
            delta: middle(figures.iter().filter_map(|figure| figure.delta)),
            invalid: (suites.len() - valid.len()) as u64,
        }
    })
    .collect()
}

fn middle(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut weighted: Vec<(f64, u64)> = values.map(|value| (value, 1)).collect();
    weighted.sort_by(|a, b| a.0.total_cmp(&b.0));
    quantile(&weighted, 0.5)
}

/// What pairing gains, by suite of the catalogue.
fn gains(suites: &[&SuiteLine]) -> Vec<Gain> {
    let mut ids: Vec<&CaseId> = Vec::new();
    for measured in suites.iter().flat_map(|suite| &suite.pairs) {
        if !ids.contains(&&measured.id) {
            ids.push(&measured.id);
        }
    }
    let mut found: Vec<(String, Vec<(f64, f64)>)> = Vec::new();
    for id in ids {
        let Some(spreads) = spreads(id, suites) else {
            continue;
        };
        match found.iter_mut().find(|(suite, _)| suite == id.suite()) {
            Some((_, all)) => all.push(spreads),
            None => found.push((id.suite().to_owned(), vec![spreads])),
        }
    }
    let mean = |all: &[(f64, f64)], of: fn(&(f64, f64)) -> f64| {
        (all.iter().map(|spreads| of(spreads).ln()).sum::<f64>() / all.len() as f64).exp()
    };
    found
        .into_iter()
        .map(|(suite, all)| Gain {
            suite,
            cases: all.len(),
            unpaired: mean(&all, |spreads| spreads.0),
            paired: mean(&all, |spreads| spreads.1),
        })
        .collect()
}

/// Of one case: how far ln(B / A) strays of processes half of all rounds apart,
/// and of those that were live at once.
fn spreads(id: &CaseId, suites: &[&SuiteLine]) -> Option<(f64, f64)> {
    let measured = suites
        .iter()
        .flat_map(|suite| &suite.pairs)
        .filter(|measured| measured.id == *id && measured.statistic == Statistic::Median.name());
    let trios: Vec<_> = measured.flat_map(|measured| &measured.trios).collect();
    let half = trios.len() / 2;
    let apart: Vec<f64> = (0..half)
        .map(|index| trios[index + half].levels[1] - trios[index].levels[0])
        .collect();
    let paired: Vec<f64> = trios.iter().map(|trio| trio.differences[0]).collect();
    let found = (robust_deviation(&apart)?, robust_deviation(&paired)?);
    (found.0 > 0.0 && found.1 > 0.0).then_some(found)
}
