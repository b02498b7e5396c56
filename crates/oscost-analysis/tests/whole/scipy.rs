//! The statistics against values that SciPy and NumPy computed
//! (`fixtures/make_scipy.py`).

use crate::common::{info, line, record};
use oscost_analysis::{Estimate, coefficient_of_variation, line_fit, quantile, ranks, summarise};
use oscost_record::Samples;
use serde_json::Value;

/// One list of the fixture; never empty, so that no test passes by default.
fn fixture(name: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../fixtures/scipy.json")).unwrap();
    let list = all[name].as_array().unwrap().clone();
    assert!(!list.is_empty());
    list
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|x| x.as_f64().unwrap())
        .collect()
}

fn near(found: f64, expected: f64, what: &Value) {
    assert!(
        (found / expected - 1.0).abs() < 1e-5,
        "{found} for {expected}: {what}"
    );
}

#[test]
fn ranks_are_those_of_the_quantile_test() {
    for case in fixture("ranks") {
        let n = case["n"].as_u64().unwrap();
        let found = ranks(
            n,
            case["p"].as_f64().unwrap(),
            case["confidence"].as_f64().unwrap(),
        );
        assert_eq!(
            (found.low, found.high),
            (case["low"].as_u64(), case["high"].as_u64()),
            "{case}"
        );
    }
}

#[test]
fn weighted_quantiles_are_those_of_the_repeated_values() {
    for case in fixture("weighted") {
        let sorted: Vec<(f64, u64)> = serde_json::from_value(case["sorted"].clone()).unwrap();
        let expected: Vec<(f64, f64)> = serde_json::from_value(case["quantiles"].clone()).unwrap();
        for (p, expected) in expected {
            near(quantile(&sorted, p).unwrap(), expected, &case);
        }
    }
}

#[test]
fn the_spread_is_the_sample_coefficient_of_variation() {
    for case in fixture("variation") {
        let found = coefficient_of_variation(&numbers(&case["values"])).unwrap();
        near(found, case["cv"].as_f64().unwrap(), &case);
    }
}

#[test]
fn a_few_rounds_have_the_interval_of_student() {
    for case in fixture("few_rounds") {
        let info = info("thread/create/pthread");
        let medians = numbers(&case["medians"]);
        let lines = (0..).zip(&medians);
        let lines = lines.map(|(round, &median)| line(&info, round, Samples::Raw(vec![median])));
        let lines = lines.collect();
        let found = summarise(&record(1, vec![info], lines))[0]
            .estimate
            .unwrap();
        near(found.value, case["value"].as_f64().unwrap(), &case);
        near(found.low, case["low"].as_f64().unwrap(), &case);
        near(found.high, case["high"].as_f64().unwrap(), &case);
    }
}

#[test]
fn a_line_is_that_of_polyfit_with_the_same_weights() {
    for case in fixture("lines") {
        let readings: Vec<(f64, f64)> = serde_json::from_value(case["readings"].clone()).unwrap();
        let exact = |(tasks, value): (f64, f64)| {
            let (low, high) = (value, value);
            (tasks, Estimate { value, low, high })
        };
        let readings: Vec<(f64, Estimate)> = readings.into_iter().map(exact).collect();
        let found = line_fit(&readings, oscost_record::USUAL_PAGE).unwrap();
        near(found.slope.value, case["slope"].as_f64().unwrap(), &case);
        near(
            found.intercept.value,
            case["intercept"].as_f64().unwrap(),
            &case,
        );
    }
}
