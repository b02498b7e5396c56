//! Where the level of a series changed for good. It must never call a single
//! wild point a change, nor find in exchangeable noise more changes than its
//! level says.

use oscost_record::CaseId;

use super::distribution::normal_quantile;
use crate::quantile::median;
use crate::random::Draws;

/// Too few points to look for a change below this.
pub const FEWEST_POINTS: usize = 10;

/// A change has at least so many points on either side.
pub const FEWEST_SIDE: usize = 4;

/// The share of series without a change in which one is found.
pub const CHANGE_LEVEL: f64 = 0.01;

/// Shuffles per test. With 299, two that look as changed as the series itself
/// still leave it significant: (2 + 1) / 300.
const SHUFFLES: usize = 299;

/// How many of the shuffles may.
const MAY_REACH: usize = 2;

/// The indices at which a new level begins, rising.
///
/// Values count by their ranks, so one wild value weighs no more than the
/// largest. Every split is looked at in windows of 4, 8, 16, … points on either
/// side and over the whole, so that a level that came and went again is seen as
/// well as one that stayed; the evidence is the largest standardised difference
/// of the mean ranks of two neighbouring windows. Whether it is more than
/// chance a shuffle test decides, which looks for its largest in the same way:
/// so having chosen the best split of many costs no false alarms. What is split
/// is searched again on both sides (as E-divisive does: Matteson and James, "A
/// nonparametric approach for multiple change point analysis", 2014; with ranks
/// for distances, n log n steps for a shuffle in place of n²). Then each change
/// is placed anew between its neighbours, and tested there once more.
///
/// Shuffling stops once the answer is clear (Besag and Clifford, "Sequential
/// Monte Carlo p-values", 1991), so a series without a change costs least. The
/// share of false alarms is [`CHANGE_LEVEL`] where the points are exchangeable
/// noise. Neighbouring runs that resemble each other more than distant ones do
/// raise it: a machine that drifts has changes.
#[must_use]
pub fn changes(series: &[f64], seed: u64) -> Vec<usize> {
    let mut draws = Draws::of(seed, &CaseId::from("changes"));
    let mut found = Vec::new();
    split(series, 0, &mut draws, &mut found);
    found.sort_unstable();
    while let Some(weak) = settle(series, &mut found, &mut draws) {
        found.remove(weak);
    }
    found
}

/// Splits a stretch that begins at `offset`, and what that leaves.
fn split(stretch: &[f64], offset: usize, draws: &mut Draws, found: &mut Vec<usize>) {
    if let Some(at) = change(stretch, draws) {
        found.push(offset + at);
        let (before, after) = stretch.split_at(at);
        split(before, offset, draws, found);
        split(after, offset + at, draws, found);
    }
}

/// Places every change anew between its neighbours. The index of the first that
/// these leave no evidence of: it stood in for a change that is now known.
fn settle(series: &[f64], found: &mut [usize], draws: &mut Draws) -> Option<usize> {
    (0..found.len()).find(|&at| {
        let first = at.checked_sub(1).map_or(0, |before| found[before]);
        let end = found.get(at + 1).copied().unwrap_or(series.len());
        let stretch = &series[first..end];
        found[at] = first + placed(stretch, found[at] - first);
        found.len() > 1 && change(stretch, draws).is_none()
    })
}

/// Where the strongest evidence of a change is, if it is more than chance.
fn change(stretch: &[f64], draws: &mut Draws) -> Option<usize> {
    if stretch.len() < FEWEST_POINTS {
        return None;
    }
    let mut scores = scores(stretch);
    let mut sums = Sums::of(stretch.len());
    let (evidence, at) = sums.add_up(&scores).strongest();
    let mut reached = 0;
    for _ in 0..SHUFFLES {
        shuffle(&mut scores, draws);
        // Equal evidence, added up in another order, may differ in its last digit.
        if sums.add_up(&scores).strongest().0 >= evidence * (1.0 - 1e-9) {
            reached += 1;
            if reached > MAY_REACH {
                return None;
            }
        }
    }
    Some(at)
}

/// Normal scores: the values that a standard normal distribution would have at
/// these ranks (van der Waerden, 1952). A few points at the end of many stand
/// out by them as they would by their values; of plain ranks they would not.
/// Ties share the rank in their middle.
fn scores(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut scores = vec![0.0; values.len()];
    let mut below = 0;
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = below as f64 + (tied.len() as f64 + 1.0) / 2.0;
        let score = normal_quantile(rank / (values.len() as f64 + 1.0));
        for &index in tied {
            scores[index] = score;
        }
        below += tied.len();
    }
    scores
}

/// Where in a stretch with a change about `at` it is: the split with the
/// largest contrast of the values themselves, for ranks do not tell a step from
/// the largest value next to it. Values beyond the medians of the two sides are
/// taken for these medians, lest a wild one decide.
fn placed(stretch: &[f64], at: usize) -> usize {
    let (before, after) = stretch.split_at(at);
    let medians = median(&mut before.to_vec()).zip(median(&mut after.to_vec()));
    let Some((one, other)) = medians else {
        return at;
    };
    let (low, high) = (one.min(other), one.max(other));
    let clamped: Vec<f64> = stretch.iter().map(|x| x.clamp(low, high) - low).collect();
    let n = stretch.len();
    let mut sums = Sums::of(n);
    let sums = sums.add_up(&clamped);
    let splits = FEWEST_SIDE..=n - FEWEST_SIDE;
    let evidence = splits.map(|at| (sums.contrast(at, at, n - at), at));
    evidence
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
        .map_or(at, |best| best.1)
}

/// Running sums of a series, to look up the sum of any window.
struct Sums {
    /// At i the sum of what stands before i.
    before: Vec<f64>,
    /// At k one over k: a search looks at thousands of windows.
    inverse: Vec<f64>,
}

impl Sums {
    fn of(n: usize) -> Self {
        Self {
            before: Vec::with_capacity(n + 1),
            inverse: (0..=n).map(|k| 1.0 / k as f64).collect(),
        }
    }

    fn add_up(&mut self, values: &[f64]) -> &Self {
        self.before.clear();
        self.before.push(0.0);
        let mut sum = 0.0;
        self.before.extend(values.iter().map(|value| {
            sum += value;
            sum
        }));
        self
    }

    /// The largest contrast of neighbouring windows, and the index where the
    /// second begins.
    fn strongest(&self) -> (f64, usize) {
        let n = self.inverse.len() - 1;
        let mut best = (0.0, 0);
        let mut window = FEWEST_SIDE;
        loop {
            for at in FEWEST_SIDE..=n - FEWEST_SIDE {
                let found = self.contrast(at, at.min(window), (n - at).min(window));
                if found > best.0 {
                    best = (found, at);
                }
            }
            if window >= n {
                return best;
            }
            window *= 2;
        }
    }

    /// The squared difference of the means of the `left` values before `at` and
    /// the `right` values from there on, over 1 / left + 1 / right.
    fn contrast(&self, at: usize, left: usize, right: usize) -> f64 {
        let [begin, middle, end] = [at - left, at, at + right].map(|place| self.before[place]);
        let difference =
            (end - middle) * self.inverse[right] - (middle - begin) * self.inverse[left];
        let weight = (left * right) as f64 * self.inverse[left + right];
        difference * difference * weight
    }
}

/// Fisher and Yates.
fn shuffle(scores: &mut [f64], draws: &mut Draws) {
    for last in (1..scores.len()).rev() {
        scores.swap(last, draws.below(last + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(before: usize, after: usize) -> Vec<f64> {
        let noise = |i: usize| ((i * 7919) % 101) as f64 / 101.0;
        let level = |i: usize| if i < before { 0.0 } else { 5.0 };
        (0..before + after).map(|i| level(i) + noise(i)).collect()
    }

    #[test]
    fn a_clear_step_is_found_where_it_is() {
        for (before, after) in [(6, 6), (30, 8), (8, 30), (120, 80)] {
            assert_eq!(
                changes(&step(before, after), 1),
                vec![before],
                "{before} {after}"
            );
        }
    }

    #[test]
    fn equals_and_few_points_have_no_change() {
        assert!(changes(&[], 1).is_empty());
        assert!(changes(&[1.0; 50], 1).is_empty());
        assert!(changes(&step(5, 4), 1).is_empty());
    }

    #[test]
    fn one_wild_point_is_no_change() {
        let mut series = step(40, 0);
        series[20] = 1e9;
        assert!(changes(&series, 1).is_empty());
    }

    #[test]
    fn what_came_and_went_is_two_changes() {
        let mut series = step(40, 10);
        series.extend(step(50, 0));
        assert_eq!(changes(&series, 1), vec![40, 50]);
    }

    #[test]
    fn scores_are_even_about_the_middle() {
        let found = scores(&[3.0, 1.0, 3.0, 1.0, 2.0]);
        assert!((found[0] + found[1]).abs() < 1e-9 && found[4].abs() < 1e-9);
        assert_eq!(found[0], found[2]);
    }
}
