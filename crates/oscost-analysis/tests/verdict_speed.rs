//! What judging a suite against a long history takes. Ignored: it prints times.
//!
//!     cargo test --release -p oscost-analysis --test verdict_speed -- --ignored --nocapture

mod common;
mod judging;

use std::time::Instant;

use common::Noise;
use judging::{Behaviour, record, records};
use oscost_analysis::verdict::{Baseline, Rules, gate};

#[test]
#[ignore = "prints times, asserts nothing"]
fn three_hundred_cases_against_long_histories() {
    let quiet: Vec<Behaviour> = (0..300)
        .map(|case| Behaviour::unchanged(0.002 + 0.0002 * f64::from(case)))
        .collect();
    let mut changed = quiet.clone();
    for case in &mut changed {
        case.change = 0.5;
    }
    let mut noise = Noise::new(1);
    for n in [100, 1_000, 10_000] {
        for half_changed in [false, true] {
            let mut history = records(n - 50, &quiet, &mut noise);
            let late = if half_changed { &changed } else { &quiet };
            history.extend(records(50, late, &mut noise));
            let now = record(n, late, &mut noise);
            let start = Instant::now();
            let judged = gate(&now, Baseline::History(&history), &Rules::default());
            println!(
                "{n} records, {} cases, a change in each: {half_changed}: {:?}",
                judged.len(),
                start.elapsed()
            );
        }
    }
}
