//! The tests that verdicts stand on, against values that SciPy and statsmodels
//! computed (`fixtures/make_statistics.py`).

use oscost_analysis::statistics::{
    Alternative, Trimmed, benjamini_hochberg, binomial_tail, holm, normal_quantile, normal_tail,
    smallest_effect, student, student_quantile, student_tail, trimmed_mean, wilcoxon, yuen,
};
use serde_json::Value;

fn fixture(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../fixtures/statistics.json")).unwrap();
    all[name].clone()
}

/// One list of the fixture; never empty, so that no test passes by default.
fn list(name: &str) -> Vec<Value> {
    let list = fixture(name).as_array().unwrap().clone();
    assert!(!list.is_empty());
    list
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn pairs(value: &Value) -> Vec<(f64, f64)> {
    serde_json::from_value(value.clone()).unwrap()
}

#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64) {
    let apart = (found - expected).abs() / expected.abs().max(1e-6);
    assert!(apart < tolerance, "{found} for {expected}: {apart:e}");
}

/// Holds a test's probability on each side against the fixture's.
fn sides(case: &Value, tolerance: f64, test: impl Fn(&[f64], Alternative) -> f64) {
    let values = numbers(&case["values"]);
    for (side, alternative) in [
        ("greater", Alternative::Greater),
        ("less", Alternative::Less),
        ("two-sided", Alternative::TwoSided),
    ] {
        near(
            test(&values, alternative),
            number(&case["p"][side]),
            tolerance,
        );
    }
}

#[test]
fn student_has_the_tails_and_quantiles_of_scipy() {
    for case in list("student") {
        let degrees = number(&case["degrees"]);
        for (t, tail) in pairs(&case["tails"]) {
            near(student_tail(t, degrees), tail, 1e-10);
        }
        for (p, quantile) in pairs(&case["quantiles"]) {
            near(student_quantile(p, degrees), quantile, 1e-10);
        }
    }
}

#[test]
fn normal_and_binomial_have_the_tails_of_scipy() {
    let normal = fixture("normal");
    for (z, tail) in pairs(&normal["tails"]) {
        near(normal_tail(z), tail, 1e-9);
    }
    for (p, quantile) in pairs(&normal["quantiles"]) {
        near(normal_quantile(p), quantile, 1e-9);
    }
    for case in list("binomial") {
        let (count, n, p, tail): (u64, u64, f64, f64) = serde_json::from_value(case).unwrap();
        near(binomial_tail(count, n, p), tail, 1e-9);
    }
}

#[test]
fn the_trimmed_mean_and_its_test_are_those_of_scipy() {
    for case in list("trimmed") {
        let values = numbers(&case["values"]);
        let found = Trimmed::of(&values).unwrap();
        near(found.mean, number(&case["mean"]), 1e-10);
        near(trimmed_mean(&values).unwrap(), found.mean, 1e-12);
        near(found.error, number(&case["error"]), 1e-10);
        near(found.degrees, number(&case["degrees"]), 1e-12);
        near(found.reach(0.95), number(&case["reach"]), 1e-10);
        sides(&case, 1e-10, |values, side| yuen(values, side).unwrap());
    }
}

#[test]
fn the_paired_t_is_that_of_scipy() {
    for case in list("student_paired") {
        sides(&case, 1e-10, |values, side| student(values, side).unwrap());
    }
}

#[test]
fn the_signed_rank_test_is_that_of_scipy() {
    for case in list("wilcoxon") {
        sides(&case, 1e-9, wilcoxon);
    }
}

#[test]
fn corrections_are_those_of_scipy_and_statsmodels() {
    for case in list("adjusted") {
        let p = numbers(&case["p"]);
        for (found, expected) in [
            (holm(&p), numbers(&case["holm"])),
            (benjamini_hochberg(&p), numbers(&case["benjamini_hochberg"])),
        ] {
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.into_iter().zip(expected) {
                near(found, expected, 1e-12);
            }
        }
    }
}

/// The fixture has the exact answer; the formula is within its stated bounds.
#[test]
fn the_smallest_effect_is_near_the_exact_one() {
    for case in list("power") {
        let n = number(&case["n"]);
        let found = smallest_effect(1.0 / n.sqrt(), n - 1.0, number(&case["alpha"]), 0.8);
        let off = found / number(&case["effect"]) - 1.0;
        let bound = if n < 10.0 { 0.03 } else { 0.015 };
        assert!(off.abs() < bound, "{case}: {off}");
    }
}
