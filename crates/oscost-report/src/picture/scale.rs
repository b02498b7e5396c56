//! A logarithmic scale from values to pixels, and the round values that are
//! worth a label on it. Linear axes would hide everything but the dearest
//! case, so there are none.

use oscost_analysis::{Estimate, format, without_zeros};
use oscost_record::{Quantity, Unit};

/// What the numbers on an axis are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Measure {
    /// A time or an amount of memory.
    Of(Unit),
    /// A bare count.
    Count,
    /// Kibibytes.
    Kibibytes,
    /// Mebibytes.
    Mebibytes,
    /// So many a second.
    PerSecond,
    /// Bytes a second.
    BytesPerSecond,
}

/// Steps of a rate.
const RATES: [(&str, f64); 4] = [("G/s", 1e9), ("M/s", 1e6), ("k/s", 1e3), ("/s", 1.0)];

/// A logarithmic scale.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    /// The smallest value that it was made for.
    least: f64,
    from: f64,
    to: f64,
    /// What is best labelled, where there is room.
    wanted: Vec<f64>,
}

/// So many times beyond the least and the greatest of several estimates, an
/// interval stretches an axis no further.
const BEYOND: f64 = 8.0;

/// What an axis must hold for estimates to be told apart: their values, and the
/// ends of their intervals as far as they don't dwarf all others. Few rounds give
/// intervals of any length.
pub(crate) fn ends<'a>(
    estimates: impl Iterator<Item = &'a Estimate> + Clone,
) -> impl Iterator<Item = f64> {
    let values = estimates.clone().map(|estimate| estimate.value);
    let (least, most) = values
        .filter(|value| *value > 0.0)
        .fold((f64::INFINITY, 0.0), |(least, most): (f64, f64), value| {
            (least.min(value), most.max(value))
        });
    estimates.flat_map(move |&Estimate { value, low, high }| {
        let low = if low > 0.0 {
            low.max(least / BEYOND)
        } else {
            low
        };
        [low, value, high.min(most * BEYOND)]
    })
}

impl Scale {
    /// A scale that holds every positive one of `values` with a little room,
    /// between the pixels `from` and `to`. At least a factor of two is shown,
    /// so that noise does not fill the picture.
    pub(crate) fn over(values: impl IntoIterator<Item = f64>, from: f64, to: f64) -> Self {
        let (mut low, mut high) = (f64::INFINITY, 0.0f64);
        for value in values
            .into_iter()
            .filter(|value| value.is_finite() && *value > 0.0)
        {
            low = low.min(value);
            high = high.max(value);
        }
        if high == 0.0 {
            (low, high) = (1.0, 10.0);
        }
        let room = (high / low)
            .powf(0.04)
            .max((2.0 * low / high).sqrt())
            .max(1.02);
        Self {
            low: low / room,
            high: high * room,
            least: low,
            from,
            to,
            wanted: Vec::new(),
        }
    }

    /// The same, with labels at `values` where there is room for all of them.
    pub(crate) fn labelled(self, values: impl IntoIterator<Item = f64>) -> Self {
        let mut wanted: Vec<f64> = values.into_iter().filter(|value| *value > 0.0).collect();
        wanted.sort_by(f64::total_cmp);
        wanted.dedup();
        Self { wanted, ..self }
    }

    /// The pixel of a value; values off the scale stand at its end.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let value = value.clamp(self.low, self.high);
        let share = (value / self.low).ln() / (self.high / self.low).ln();
        self.from + share * (self.to - self.from)
    }

    /// The smallest value that it was made for.
    pub(crate) fn least(&self) -> f64 {
        self.least
    }

    /// Whether a value is on the scale.
    pub(crate) fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Round values, as many as fit with `gap` pixels between them.
    pub(crate) fn ticks(&self, measure: &Measure, gap: f64) -> Vec<f64> {
        let binary = match measure {
            Measure::Of(unit) => unit.quantity == Quantity::Memory,
            Measure::Count | Measure::PerSecond => false,
            Measure::Kibibytes | Measure::Mebibytes | Measure::BytesPerSecond => true,
        };
        let fits = |ticks: &Vec<f64>| {
            ticks
                .windows(2)
                .all(|pair| (self.at(pair[1]) - self.at(pair[0])).abs() >= gap)
        };
        let (base, dense): (f64, [&[f64]; 4]) = if binary {
            (
                2.0,
                [
                    &[1.0, 1.125, 1.25, 1.375, 1.5, 1.625, 1.75, 1.875],
                    &[1.0, 1.25, 1.5, 1.75],
                    &[1.0, 1.5],
                    &[1.0],
                ],
            )
        } else {
            (
                10.0,
                [
                    &[1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0],
                    &[1.0, 2.0, 3.0, 5.0],
                    &[1.0, 2.0, 5.0],
                    &[1.0, 3.0],
                ],
            )
        };
        let steps: &[i32] = if binary {
            &[2, 4, 6, 10, 20]
        } else {
            &[1, 2, 3, 4]
        };
        let dense = dense.into_iter().map(|within| self.powers(base, 1, within));
        let sparse = steps.iter().map(|&step| self.powers(base, step, &[1.0]));
        let own = (self.wanted.len() > 1).then(|| self.wanted.clone());
        let mut ladders = own.into_iter().chain(dense).chain(sparse);
        ladders.find(fits).unwrap_or_default()
    }

    /// `within × base^(step × n)`, for every n on the scale.
    fn powers(&self, base: f64, step: i32, within: &[f64]) -> Vec<f64> {
        let base = base.powi(step);
        #[expect(clippy::cast_possible_truncation, reason = "an exponent")]
        let exponent = |value: f64| value.log(base).floor() as i32;
        (exponent(self.low)..=exponent(self.high))
            .flat_map(|n| within.iter().map(move |factor| factor * base.powi(n)))
            .filter(|value| self.holds(*value))
            .collect()
    }
}

impl Measure {
    /// A round value with its unit, short: `10 µs`.
    pub(crate) fn tick(&self, value: f64) -> String {
        without_zeros(&self.exact(value))
    }

    /// A value with its unit, to three digits: `10.4 µs`, `5.84 M/s`.
    pub(crate) fn exact(&self, value: f64) -> String {
        let bytes = |value: f64| format::quantity(value, &Unit::memory(""));
        match self {
            Self::Of(unit) => format::quantity(value, unit),
            Self::Count => format::grouped(value),
            Self::Kibibytes => bytes(value * 1024.0),
            Self::Mebibytes => bytes(value * 1_048_576.0),
            Self::PerSecond => per_second(value),
            Self::BytesPerSecond => format!("{}/s", bytes(value)),
        }
    }

    /// A value with its interval: `5.84 M/s (5.61 M/s to 6.02 M/s)`.
    pub(crate) fn interval(&self, estimate: &Estimate) -> String {
        let Estimate { value, low, high } = *estimate;
        let [value, low, high] = [value, low, high].map(|end| self.exact(end));
        format!("{value} ({low} to {high})")
    }
}

/// The step is chosen after rounding: 999,600 is 1.00 M/s.
fn per_second(value: f64) -> String {
    let rounded: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    let step = RATES.iter().find(|(_, size)| rounded.abs() >= *size);
    let (symbol, size) = step.unwrap_or(&RATES[3]);
    let scaled = rounded / size;
    let places = match scaled.abs() {
        small if small < 10.0 => 2,
        middle if middle < 100.0 => 1,
        _ => 0,
    };
    format!("{scaled:.places$} {symbol}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time() -> Measure {
        Measure::Of(Unit::time("round trip"))
    }

    #[test]
    fn no_interval_dwarfs_what_it_is_held_against() {
        let estimate = |value, low, high| Estimate { value, low, high };
        let all = [
            estimate(10.0, 9.0, 11.0),
            estimate(20.0, 1e-30, 1e30),
            estimate(0.0, -1.0, 1.0),
        ];
        let ends: Vec<f64> = ends(all.iter()).collect();
        assert_eq!(ends, [9.0, 10.0, 11.0, 1.25, 20.0, 160.0, -1.0, 0.0, 1.0]);
    }

    #[test]
    fn equal_ratios_are_equally_far_apart() {
        let scale = Scale::over([10.0, 1000.0], 0.0, 400.0);
        assert!(scale.at(10.0) > 0.0 && scale.at(1000.0) < 400.0);
        assert!(
            (scale.at(100.0) - 200.0).abs() < 1e-9,
            "the geometric mean is in the middle"
        );
    }

    #[test]
    fn decades_are_labelled_where_there_is_little_room() {
        let scale = Scale::over([1.0, 1e6], 0.0, 400.0);
        let ticks: Vec<String> = scale
            .ticks(&time(), 50.0)
            .into_iter()
            .map(|value| time().tick(value))
            .collect();
        assert_eq!(
            ticks,
            ["1 ns", "10 ns", "100 ns", "1 µs", "10 µs", "100 µs", "1 ms"]
        );
    }

    #[test]
    fn a_narrow_span_still_has_two_labels() {
        for value in [1.0, 1.9, 7.3, 9.99, 1234.0] {
            let scale = Scale::over([value], 0.0, 300.0);
            let memory = Measure::Of(Unit::memory("thread"));
            assert!(scale.ticks(&time(), 50.0).len() >= 2, "{value}");
            assert!(scale.ticks(&memory, 50.0).len() >= 2, "{value}");
        }
    }

    #[test]
    fn memory_is_labelled_by_powers_of_two() {
        let measure = Measure::Of(Unit::memory("thread"));
        let scale = Scale::over([4096.0, 65536.0], 0.0, 300.0);
        let ticks: Vec<String> = scale
            .ticks(&measure, 50.0)
            .into_iter()
            .map(|value| measure.tick(value))
            .collect();
        assert!(
            ticks.contains(&"4 KiB".to_owned()) && ticks.contains(&"64 KiB".to_owned()),
            "{ticks:?}"
        );
    }

    #[test]
    fn rates_have_three_digits_and_a_step() {
        for (value, exact, tick) in [
            (0.5, "0.50 /s", "0.5 /s"),
            (62_100.0, "62.1 k/s", "62.1 k/s"),
            (999_600.0, "1.00 M/s", "1 M/s"),
            (5_843_211.0, "5.84 M/s", "5.84 M/s"),
            (2e9, "2.00 G/s", "2 G/s"),
        ] {
            assert_eq!(Measure::PerSecond.exact(value), exact);
            assert_eq!(Measure::PerSecond.tick(value), tick);
        }
        assert_eq!(Measure::BytesPerSecond.tick(2_147_483_648.0), "2 GiB/s");
    }

    #[test]
    fn wanted_labels_come_first_where_they_fit() {
        let scale = Scale::over([2.0, 8.0], 0.0, 200.0).labelled([8.0, 2.0, 4.0, 4.0, 0.0]);
        assert_eq!(scale.ticks(&Measure::Count, 30.0), [2.0, 4.0, 8.0]);
        assert_ne!(scale.ticks(&Measure::Count, 120.0), [2.0, 4.0, 8.0]);
    }

    #[test]
    fn nothing_to_show_is_no_trouble() {
        let scale = Scale::over([], 0.0, 100.0);
        assert!(scale.at(5.0).is_finite());
    }
}
