//! What criterion is told that it measures: nanoseconds, or bytes, both taken
//! by a probe and not by criterion itself.

use std::time::Instant;

use criterion::Throughput;
use criterion::measurement::{Measurement, ValueFormatter};
use oscost_record::Quantity;

/// A cost in the quantity's base unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost(pub(crate) Quantity);

impl Measurement for Cost {
    type Intermediate = Instant;
    type Value = f64;

    // Criterion calls these two where it times by itself, which no case of
    // oscost lets it.
    fn start(&self) -> Instant {
        Instant::now()
    }

    fn end(&self, start: Instant) -> f64 {
        start.elapsed().as_secs_f64() * 1e9
    }

    fn add(&self, a: &f64, b: &f64) -> f64 {
        a + b
    }

    fn zero(&self) -> f64 {
        0.0
    }

    fn to_f64(&self, value: &f64) -> f64 {
        *value
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        self
    }
}

impl Cost {
    /// The largest unit of which `typical` is at least one, as a divisor and a
    /// symbol.
    fn scale(self, typical: f64) -> (f64, &'static str) {
        let units: &[(f64, &str)] = match self.0 {
            Quantity::Time => &[
                (1e9, "s"),
                (1e6, "ms"),
                (1e3, "µs"),
                (1.0, "ns"),
                (1e-3, "ps"),
            ],
            Quantity::Memory => &[
                (1_073_741_824.0, "GiB"),
                (1_048_576.0, "MiB"),
                (1024.0, "KiB"),
                (1.0, "B"),
            ],
        };
        let fits = units.iter().find(|(size, _)| typical.abs() >= *size);
        fits.or(units.last()).copied().unwrap_or((1.0, ""))
    }
}

impl ValueFormatter for Cost {
    fn scale_values(&self, typical: f64, values: &mut [f64]) -> &'static str {
        let (size, symbol) = self.scale(typical);
        values.iter_mut().for_each(|value| *value /= size);
        symbol
    }

    fn scale_throughputs(&self, typical: f64, _: &Throughput, values: &mut [f64]) -> &'static str {
        // No case declares a throughput.
        self.scale_values(typical, values)
    }

    fn scale_for_machines(&self, _: &mut [f64]) -> &'static str {
        self.0.symbol()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_in_a_unit_that_fits() {
        assert_eq!(
            Cost(Quantity::Time).format_value(7_200.0).trim(),
            "7.2000 µs"
        );
        assert_eq!(
            Cost(Quantity::Memory).format_value(2048.0).trim(),
            "2.0000 KiB"
        );
        assert!(Cost(Quantity::Memory).format_value(0.5).ends_with('B'));
    }
}
