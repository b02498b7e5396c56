//! Corrections of probabilities for having asked many questions at once. The
//! order of the answers is that of the questions.

/// Holm's step-down: who calls significant what is at or below α here is wrong
/// about any of the true nulls with probability α at most, whatever hangs on
/// what (Holm, "A simple sequentially rejective multiple test procedure",
/// 1979).
#[must_use]
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut worst = 0.0_f64;
    stepped(p, p_order(p), |rank, p_here, n| {
        worst = worst.max(p_here * (n - rank) as f64);
        worst.min(1.0)
    })
}

/// Benjamini and Hochberg's step-up: of what is at or below α here a share of
/// α is false on average, for independent or positively dependent questions
/// ("Controlling the false discovery rate", 1995).
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut least = 1.0_f64;
    let mut falling = p_order(p);
    falling.reverse();
    stepped(p, falling, |step, p_here, n| {
        least = least.min(p_here * n as f64 / (n - step) as f64);
        least
    })
}

/// Indices by rising p.
fn p_order(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    order
}

/// Walks in that order, calling `adjust` with how many went before, the p and
/// how many there are.
fn stepped(
    p: &[f64],
    order: Vec<usize>,
    mut adjust: impl FnMut(usize, f64, usize) -> f64,
) -> Vec<f64> {
    let mut adjusted = vec![0.0; p.len()];
    for (step, index) in order.into_iter().enumerate() {
        adjusted[index] = adjust(step, p[index], p.len());
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_question_needs_no_correction() {
        assert_eq!(holm(&[0.03]), vec![0.03]);
        assert_eq!(benjamini_hochberg(&[0.03]), vec![0.03]);
        assert!(holm(&[]).is_empty() && benjamini_hochberg(&[]).is_empty());
    }

    #[test]
    fn the_smallest_pays_for_all() {
        assert_eq!(holm(&[0.5, 0.01, 0.5]), vec![1.0, 0.03, 1.0]);
        assert_eq!(benjamini_hochberg(&[0.5, 0.01, 0.5]), vec![0.5, 0.03, 0.5]);
    }
}
