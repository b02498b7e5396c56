//! What pairing gains: how far the ratio of two processes strays that were
//! measured apart, and of two that took turns.

use oscost_analysis::robust_deviation;
use oscost_analysis::verdict::Statistic;
use oscost_record::CaseId;
use serde::Serialize;

use super::results::SuiteLine;

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

/// What pairing gains, by suite of the catalogue.
pub(crate) fn gains(suites: &[&SuiteLine]) -> Vec<Gain> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selftest::options::Part;
    use crate::selftest::results::{Measured, MeasuredTrio};

    #[test]
    fn what_pairs_gain_is_told_by_suite() {
        let trios = (0..20).map(|pair| {
            let drift = f64::from(pair * pair * 5 % 13) * 0.1;
            let noise = f64::from(pair % 3) * 0.01;
            MeasuredTrio {
                differences: [noise, 0.0, 0.0],
                levels: [drift, drift + noise, drift],
            }
        });
        let suite = SuiteLine {
            part: Part::Aa,
            suite: 0,
            seconds: 1.0,
            invalid: None,
            figures: Vec::new(),
            pairs: vec![Measured {
                id: "a/b".into(),
                statistic: Statistic::Median.name().to_owned(),
                resolution: 0.0,
                trios: trios.collect(),
            }],
        };
        let found = gains(&[&suite]);
        let [gain] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!((gain.suite.as_str(), gain.cases), ("a", 1));
        assert!(gain.unpaired > 5.0 * gain.paired, "{gain:?}");
    }
}
