//! A part of oscost and its floor, in turns: every sample of criterion's has as many
//! runs of the one as of the other, so that what the machine does falls on both.
//! Criterion itself is told of the part alone.

use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, SamplingMode};

/// Criterion takes no fewer samples.
const SAMPLES: usize = 10;

/// How long one run takes, roughly: criterion wants to know beforehand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Length {
    /// Much less than a millisecond.
    Quick,
    /// Milliseconds or seconds.
    Slow(Duration),
}

impl Length {
    fn times(self) -> (Duration, Duration) {
        match self {
            Self::Quick => (Duration::from_millis(50), Duration::from_millis(300)),
            Self::Slow(each) => (Duration::from_millis(1), each * 10),
        }
    }
}

/// The pairs that were measured.
pub(super) struct Pairs<'a> {
    group: BenchmarkGroup<'a, WallTime>,
    rows: Vec<Row>,
}

struct Row {
    name: &'static str,
    floor: &'static str,
    /// Seconds of both, a pair a sample.
    seconds: Vec<[f64; 2]>,
}

impl<'a> Pairs<'a> {
    pub(super) fn of(group: BenchmarkGroup<'a, WallTime>) -> Self {
        Self {
            group,
            rows: Vec::new(),
        }
    }

    /// Measures a pair. Both are given how often they are to run.
    pub(super) fn add(
        &mut self,
        (name, mut part): (&'static str, impl FnMut(u64)),
        (floor, mut bare): (&'static str, impl FnMut(u64)),
        length: Length,
    ) {
        let (warm_up, measuring) = length.times();
        let mut seconds = Vec::new();
        self.group
            .sampling_mode(SamplingMode::Flat)
            .sample_size(SAMPLES)
            .warm_up_time(warm_up)
            .measurement_time(measuring)
            .bench_function(name, |bencher| {
                bencher.iter_custom(|runs| {
                    // Who comes first alternates.
                    let last = seconds.len() % 2;
                    let mut took = [Duration::ZERO; 2];
                    for turn in 0..2 {
                        let side = (turn + last) % 2;
                        let begin = Instant::now();
                        match side {
                            0 => part(runs),
                            _ => bare(runs),
                        }
                        took[side] = begin.elapsed();
                    }
                    seconds.push(took.map(|took| took.as_secs_f64() / runs as f64));
                    took[0]
                });
            });
        // Fewer calls were no measurement: `--test`, or a filter.
        if let Some(first) = seconds
            .len()
            .checked_sub(SAMPLES)
            .filter(|&first| first > 0)
        {
            self.rows.push(Row {
                name,
                floor,
                seconds: seconds.split_off(first),
            });
        }
    }

    /// The table, a line each; empty where nothing was measured.
    pub(super) fn table(self) -> Vec<String> {
        self.group.finish();
        if self.rows.is_empty() {
            return Vec::new();
        }
        let head = ["part", "takes", "floor", "takes", "ratio", "least", "most"];
        let mut lines = vec![line(&head.map(str::to_owned))];
        lines.extend(self.rows.iter().map(|row| line(&row.cells())));
        lines
    }
}

fn line(cells: &[String; 7]) -> String {
    let [name, takes, floor, bare, ratio, least, most] = cells;
    format!("{name:<26} {takes:>10}  {floor:<40} {bare:>10} {ratio:>8} {least:>8} {most:>8}")
}

impl Row {
    fn cells(&self) -> [String; 7] {
        let sorted = |of: &dyn Fn(&[f64; 2]) -> f64| {
            let mut values: Vec<f64> = self.seconds.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values
        };
        let middle = |values: &[f64]| values[values.len() / 2];
        let ratios = sorted(&|[part, bare]| part / bare);
        [
            self.name.to_owned(),
            told(middle(&sorted(&|both| both[0]))),
            self.floor.to_owned(),
            told(middle(&sorted(&|both| both[1]))),
            format!("{:.2}", middle(&ratios)),
            format!("{:.2}", ratios[0]),
            format!("{:.2}", ratios[ratios.len() - 1]),
        ]
    }
}

fn told(seconds: f64) -> String {
    let units = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs")];
    let fits = units.iter().find(|(size, _)| seconds >= *size);
    let (size, symbol) = fits.copied().unwrap_or((1e-9, "ns"));
    format!("{:.2} {symbol}", seconds / size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_tells_medians_and_the_range_of_ratios() {
        let row = Row {
            name: "a",
            floor: "b",
            seconds: vec![[2e-6, 1e-6], [9e-6, 3e-6], [4e-6, 1e-6]],
        };
        let cells = ["a", "4.00 µs", "b", "1.00 µs", "3.00", "2.00", "4.00"];
        assert_eq!(row.cells(), cells.map(str::to_owned));
        assert_eq!((told(3.0), told(5e-9)), ("3.00 s".into(), "5.00 ns".into()));
    }
}
