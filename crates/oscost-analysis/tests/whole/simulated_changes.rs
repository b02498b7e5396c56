//! Change points of simulated series with a known answer: as many false alarms
//! as stated, and true ones where they are.

use crate::common::Noise;
use oscost_analysis::statistics::{CHANGE_LEVEL, changes};

/// Standard normal noise around the levels that `of` gives each place.
fn series(n: usize, noise: &mut Noise, of: impl Fn(usize) -> f64) -> Vec<f64> {
    (0..n).map(|place| of(place) + noise.normal()).collect()
}

/// The share of 300 such series in which every one of `places` is found, each a
/// record off at most, and the share in which more changes are found.
fn found(places: &[usize], n: usize, of: impl Fn(usize) -> f64) -> (f64, f64) {
    let mut noise = Noise::new(2);
    let (mut all, mut more) = (0, 0);
    for _ in 0..300 {
        let found = changes(&series(n, &mut noise, &of), 1);
        let near = |place: &usize| found.iter().any(|at| at.abs_diff(*place) <= 1);
        all += u32::from(places.iter().all(near));
        more += u32::from(found.len() > places.len());
    }
    (f64::from(all) / 300.0, f64::from(more) / 300.0)
}

#[test]
fn noise_alone_has_no_changes_beyond_the_stated_share() {
    let mut noise = Noise::new(1);
    let shapes: [fn(f64) -> f64; 3] = [
        |x| x,
        // A long tail upwards, as times have, and coarse steps with ties.
        |x| (2.0 * x).exp(),
        f64::round,
    ];
    for (n, runs) in [(10, 2_000), (20, 2_000), (60, 1_000), (200, 600)] {
        for shape in shapes {
            let alarms = (0..runs).filter(|_| {
                let series: Vec<f64> = (0..n).map(|_| shape(noise.normal())).collect();
                !changes(&series, 1).is_empty()
            });
            let share = alarms.count() as f64 / f64::from(runs);
            // Three standard errors of the simulation itself.
            let bound = CHANGE_LEVEL + 3.0 * (CHANGE_LEVEL / f64::from(runs)).sqrt();
            assert!(share <= bound, "{n} points: {share}");
        }
    }
}

#[test]
fn a_step_is_found_within_a_record() {
    for (n, at, size, at_least) in [
        (20, 10, 4.0, 0.95),
        (20, 15, 6.0, 0.80),
        (50, 40, 4.0, 0.97),
        (100, 50, 3.0, 0.95),
        (200, 195, 5.0, 0.97),
    ] {
        let (share, more) = found(&[at], n, |place| if place < at { 0.0 } else { size });
        assert!(share >= at_least, "{n} points, at {at}: {share}");
        assert!(more <= 0.04, "{n} points, at {at}: {more} have more");
    }
}

#[test]
fn what_came_and_went_is_found_at_both_ends() {
    let (share, more) = found(&[50, 60], 100, |place| {
        if (50..60).contains(&place) { 5.0 } else { 0.0 }
    });
    assert!(share >= 0.88 && more <= 0.04, "{share} {more}");
}

#[test]
fn several_steps_of_a_long_history_are_found() {
    let (share, more) = found(&[40, 90, 150], 200, |place| {
        f64::from(u32::from(place >= 40) + u32::from(place >= 90) + u32::from(place >= 150)) * 4.0
    });
    assert!(share >= 0.95 && more <= 0.06, "{share} {more}");
}

#[test]
fn the_same_series_gives_the_same_changes() {
    let mut noise = Noise::new(3);
    let series = series(60, &mut noise, |place| if place < 30 { 0.0 } else { 1.2 });
    let first = changes(&series, 7);
    assert!((0..5).all(|_| changes(&series, 7) == first));
}
