//! How small an effect a test could have seen. It must be told beside every
//! "nothing found": without it that says nothing.

use super::distribution::student_quantile;

/// The effect that a one-sided test at level `alpha` finds with probability
/// `power`, given the standard error of its estimate: (t₁₋α + tₚ) × error
/// (Bloom, "Minimum detectable effects", 1995). For n paired differences with
/// standard deviation s the error is s / √n and `degrees` is n − 1.
///
/// The exact answer takes the noncentral t. From ten differences on this lies
/// within 1.5 % of it, of six within 3 %.
#[must_use]
pub fn smallest_effect(error: f64, degrees: f64, alpha: f64, power: f64) -> f64 {
    error * (student_quantile(1.0 - alpha, degrees) + student_quantile(power, degrees))
}
