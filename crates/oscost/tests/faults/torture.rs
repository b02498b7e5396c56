//! Random faults over random cases, from a seed, for as long as one likes.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

use crate::trial::{Trial, trials};
use crate::{End, perform};

/// What became of the trials of a fault: good ones, skipped ones, failed ones.
type Count = [u32; 3];

/// Random trials until the time is up. Says which trials came to which end, and
/// gives whether all that took place ended as they should.
pub(crate) fn torture() -> bool {
    let number = |name: &str| std::env::var(name).ok()?.parse().ok();
    let seconds = number("OSCOST_TORTURE_SECONDS").unwrap_or(600);
    let seed = number("OSCOST_TORTURE_SEED").unwrap_or_else(|| RandomState::new().hash_one(0));
    println!("torture: {seconds} s, seed {seed}");
    let end = Instant::now() + Duration::from_secs(seconds);
    let all = trials();
    let dice = Mutex::new(Pcg64Mcg::seed_from_u64(seed));
    let counts = Mutex::new(BTreeMap::<&str, Count>::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while Instant::now() < end {
                    let (trial, seed) = drawn(&all, &mut dice.lock().unwrap());
                    let end = perform(trial, seed, "long");
                    let place = match end {
                        End::Good => 0,
                        End::Skipped(_) => 1,
                        End::Failed(_) => 2,
                    };
                    if place == 2 {
                        println!("{end}: {} with seed {seed}", trial.name);
                    }
                    let mut counts = counts.lock().unwrap();
                    counts.entry(trial.fault()).or_default()[place] += 1;
                }
            });
        }
    });
    let counts = counts.into_inner().unwrap();
    println!(
        "{:<32} {:>6} {:>7} {:>6}",
        "fault", "good", "skipped", "failed"
    );
    let mut sum = Count::default();
    for (fault, count) in &counts {
        println!(
            "{fault:<32} {:>6} {:>7} {:>6}",
            count[0], count[1], count[2]
        );
        for (sum, count) in sum.iter_mut().zip(count) {
            *sum += count;
        }
    }
    println!("{:<32} {:>6} {:>7} {:>6}", "all", sum[0], sum[1], sum[2]);
    sum[2] == 0 && sum[0] > 0
}

/// A trial and its seed. Faults of one call are many: half of what is drawn is
/// another.
fn drawn<'a>(all: &'a [Trial], dice: &mut Pcg64Mcg) -> (&'a Trial, u64) {
    let calls = dice.random_bool(0.5);
    let chosen = all
        .iter()
        .filter(|trial| trial.fault().contains('=') == calls);
    let chosen: Vec<&Trial> = chosen.collect();
    let trial = chosen[dice.random_range(0..chosen.len())];
    (trial, dice.random())
}
