//! Random faults over random cases, from a seed, for as long as one likes.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

use crate::trial::{Trial, trials};
use crate::{End, perform};

/// What became of the trials of a fault.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    good: u32,
    skipped: u32,
    failed: u32,
    /// Times that somebody stood still, and those that were noticed.
    pauses: u32,
    noticed: u32,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.good += other.good;
        self.skipped += other.skipped;
        self.failed += other.failed;
        self.pauses += other.pauses;
        self.noticed += other.noticed;
    }
}

impl From<&End> for Count {
    fn from(end: &End) -> Self {
        let mut count = Self::default();
        match end {
            End::Good(pauses) => {
                (count.good, count.pauses, count.noticed) = (1, pauses.all, pauses.noticed);
            }
            End::Skipped(_) => count.skipped = 1,
            End::Failed(_) => count.failed = 1,
        }
        count
    }
}

/// All trials, in an order that is drawn anew whenever none is left: none comes twice
/// before every other has come.
struct Deck<'a> {
    all: &'a [Trial],
    left: Vec<&'a Trial>,
    dice: Pcg64Mcg,
}

impl<'a> Deck<'a> {
    fn new(all: &'a [Trial], seed: u64) -> Self {
        Self {
            all,
            left: Vec::new(),
            dice: Pcg64Mcg::seed_from_u64(seed),
        }
    }

    /// A trial and its seed.
    fn draw(&mut self) -> (&'a Trial, u64) {
        if self.left.is_empty() {
            self.left = self.all.iter().collect();
            self.left.shuffle(&mut self.dice);
        }
        let trial = self.left.pop().expect("there are trials");
        (trial, self.dice.random())
    }
}

/// Random trials until the time is up. Says which trials came to which end, and
/// gives whether all that took place ended as they should, and some did.
pub(crate) fn torture() -> bool {
    let number = |name: &str| std::env::var(name).ok()?.parse().ok();
    let seconds = number("OSCOST_TORTURE_SECONDS").unwrap_or(600);
    let seed = number("OSCOST_TORTURE_SEED").unwrap_or_else(|| RandomState::new().hash_one(0));
    println!("torture: {seconds} s, seed {seed}");
    let end = Instant::now() + Duration::from_secs(seconds);
    let all = trials();
    let deck = Mutex::new(Deck::new(&all, seed));
    let counts = Mutex::new(BTreeMap::<&str, Count>::new());
    let reached = Mutex::new(BTreeSet::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while Instant::now() < end {
                    let (trial, seed) = deck.lock().unwrap().draw();
                    let end = perform(trial, seed, "long");
                    if matches!(end, End::Failed(_)) {
                        println!("{end}: {} with seed {seed}", trial.name);
                    }
                    if !matches!(end, End::Skipped(_)) {
                        reached.lock().unwrap().insert(trial.name.as_str());
                    }
                    let mut counts = counts.lock().unwrap();
                    let count = counts.entry(trial.fault()).or_default();
                    count.add((&end).into());
                }
            });
        }
    });
    let counts = counts.into_inner().unwrap();
    let sum = told(&counts);
    let reached = reached.into_inner().unwrap().len();
    println!(
        "{reached} of {} trials were reached, {} were skipped; {} of {} pauses were noticed",
        all.len(),
        sum.skipped,
        sum.noticed,
        sum.pauses
    );
    sum.failed == 0 && sum.good > 0
}

/// Prints a table, and gives its sum.
fn told(counts: &BTreeMap<&str, Count>) -> Count {
    let row = |name: &str, [good, skipped, failed]: [&str; 3]| {
        println!("{name:<32} {good:>6} {skipped:>7} {failed:>6}");
    };
    let line = |name: &str, count: &Count| {
        let numbers = [count.good, count.skipped, count.failed].map(|number| number.to_string());
        row(name, [&numbers[0], &numbers[1], &numbers[2]]);
    };
    row("fault", ["good", "skipped", "failed"]);
    let mut sum = Count::default();
    for (fault, count) in counts {
        line(fault, count);
        sum.add(*count);
    }
    line("all", &sum);
    sum
}
