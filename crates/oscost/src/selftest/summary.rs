//! What all suites together say: shares with their exact intervals.

use oscost_analysis::quantile;
use oscost_analysis::statistics::clopper_pearson;
use oscost_analysis::verdict::{Statistic, Verdict};
use oscost_record::CaseId;
use serde::Serialize;

use super::gain::{Gain, gains};
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
    pub(crate) sight: Vec<Sight>,
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

/// How small a change would have been seen, over the cases of the core tier.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Sight {
    pub(crate) statistic: Statistic,
    /// Of all cases that have the figure, those where it would have been at most
    /// 5 %.
    pub(crate) five_percent: Share,
    /// And at most 10 %.
    pub(crate) ten_percent: Share,
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
            sight: sight(&of_part(Part::Sight)),
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

fn sight(suites: &[&SuiteLine]) -> Vec<Sight> {
    let all = [Statistic::Median, Statistic::P99].map(|statistic| {
        let figures = suites.iter().flat_map(|suite| &suite.figures);
        let figures: Vec<&Figure> = figures.filter(|figure| figure.is(statistic)).collect();
        let within = |most: f64| {
            let all = figures.iter().filter_map(|figure| figure.smallest);
            let count = all.filter(|smallest| *smallest <= most).count();
            Share::of(count as u64, figures.len() as u64)
        };
        Sight {
            statistic,
            five_percent: within(0.05),
            ten_percent: within(0.10),
        }
    });
    all.into_iter()
        .filter(|found| found.ten_percent.of > 0)
        .collect()
}

fn middle(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut weighted: Vec<(f64, u64)> = values.map(|value| (value, 1)).collect();
    weighted.sort_by(|a, b| a.0.total_cmp(&b.0));
    quantile(&weighted, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suite(part: Part, verdict: Verdict, invalid: bool) -> SuiteLine {
        let figure = Figure {
            id: "a/b".into(),
            statistic: Statistic::Median.name().to_owned(),
            suspected: verdict == Verdict::Regressed,
            verdict: verdict.name().to_owned(),
            reason: String::new(),
            ratio: Some(1.1),
            delta: Some(0.02),
            smallest: Some(0.07),
        };
        SuiteLine {
            part,
            suite: 0,
            seconds: 30.0,
            invalid: invalid.then(|| "odd".to_owned()),
            figures: vec![figure],
            pairs: Vec::new(),
        }
    }

    fn of(suites: Vec<SuiteLine>) -> Summary {
        let mut results = Results::open(None).unwrap();
        suites
            .into_iter()
            .for_each(|suite| results.add(suite).unwrap());
        Summary::of(&results)
    }

    #[test]
    fn alarms_and_finds_are_counted_of_valid_suites_alone() {
        use Verdict::{Improved, Invalid, Regressed, Same};
        let summary = of(vec![
            suite(Part::Aa, Same, false),
            suite(Part::Aa, Improved, false),
            suite(Part::Aa, Invalid, true),
            suite(Part::Ab10, Regressed, false),
            suite(Part::Ab10, Same, false),
            suite(Part::Ab10, Invalid, true),
        ]);
        let unchanged = summary.unchanged.unwrap();
        assert_eq!((unchanged.alarmed.count, unchanged.alarmed.of), (1, 2));
        assert_eq!((unchanged.invalid.count, unchanged.invalid.of), (1, 3));
        let [found] = summary.detected.as_slice() else {
            panic!("{:?}", summary.detected);
        };
        assert_eq!(
            (found.found.count, found.found.of, found.invalid),
            (1, 2, 1)
        );
        assert_eq!(summary.seconds, [(Part::Aa, 90.0), (Part::Ab10, 90.0)]);
        assert_eq!(summary.sight, []);
    }

    #[test]
    fn what_would_have_been_seen_is_counted_by_figure() {
        let summary = of(vec![suite(Part::Sight, Verdict::Inconclusive, false)]);
        let [seen] = summary.sight.as_slice() else {
            panic!("{:?}", summary.sight);
        };
        let counts = [seen.five_percent, seen.ten_percent].map(|share| (share.count, share.of));
        assert_eq!(
            (seen.statistic, counts),
            (Statistic::Median, [(0, 1), (1, 1)])
        );
    }
}
