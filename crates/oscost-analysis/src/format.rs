//! Figures for people: three significant digits and the unit that suits. It
//! must never show more digits than a measurement has, nor hide a sign.

use oscost_record::{Quantity, Unit};

/// Steps of time, each with the nanoseconds it holds.
const TIME: [(&str, f64); 4] = [("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)];

/// Steps of memory, each with the bytes it holds.
const MEMORY: [(&str, f64); 5] = [
    ("B", 1.0),
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("TiB", 1_099_511_627_776.0),
];

/// A value with the symbol of its quantity: `31.4 µs`, `7.25 ms`, `180 KiB`.
/// Three significant digits; whole numbers of bytes below 1 KiB. What it is
/// counted per is not repeated.
#[must_use]
pub fn quantity(value: f64, unit: &Unit) -> String {
    let steps: &[(&str, f64)] = match unit.quantity {
        Quantity::Time => &TIME,
        Quantity::Memory => &MEMORY,
    };
    let whole = unit.quantity == Quantity::Memory;
    let limit = if whole { 1024.0 } else { 1000.0 };
    let shown = |&(symbol, size): &(&'static str, f64)| {
        let scaled = value / size;
        let places = if whole && size == 1.0 {
            0
        } else {
            decimals(scaled, 3)
        };
        (format!("{scaled:.places$}"), symbol)
    };
    // The step is chosen after rounding: 999.6 ns is 1.00 µs.
    let fits = |(text, _): &(String, &str)| text.parse::<f64>().is_ok_and(|x| x.abs() < limit);
    let (text, symbol) = match steps.iter().map(shown).find(fits) {
        Some(found) => found,
        None => steps.last().map(shown).unwrap_or_default(),
    };
    if value == 0.0 {
        return format!("0 {symbol}");
    }
    // What is rounded to nothing has no sign.
    let nothing = text.strip_prefix('-').filter(|text| *text == "0");
    format!("{} {symbol}", nothing.unwrap_or(&text))
}

/// How many times: `0.82`, `1.05`, `6.5`, `90`, `12,300`. Two decimals below
/// 2, one below 10, none above; two significant digits below 0.1.
#[must_use]
pub fn ratio(value: f64) -> String {
    let size = value.abs();
    if size > 0.0 && size < 0.0995 {
        return format!("{value:.*}", decimals(value, 2));
    }
    match size {
        size if size < 1.995 => format!("{value:.2}"),
        size if size < 9.95 => format!("{value:.1}"),
        _ => grouped(value),
    }
}

/// A share of 1 in percent: `0.4 %`, `12 %`. One decimal below 10.
#[must_use]
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent == 0.0 {
        "0 %".to_owned()
    } else if percent.abs() < 0.05 {
        "below 0.1 %".to_owned()
    } else if percent.abs() < 9.95 {
        format!("{percent:.1} %")
    } else {
        format!("{percent:.0} %")
    }
}

/// A whole number with a comma between groups of three digits.
#[must_use]
pub fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value < 0.0 && digits != "0" {
        text.insert(0, '-');
    }
    text
}

/// Decimals that leave so many significant digits after rounding: 9.999 has
/// one for three digits, since it is shown as 10.0.
fn decimals(value: f64, digits: usize) -> usize {
    let text = format!("{value:.*e}", digits - 1);
    let exponent = text
        .split_once('e')
        .and_then(|(_, exponent)| exponent.parse().ok());
    let decimals = digits.cast_signed() - 1 - exponent.unwrap_or(0_isize);
    usize::try_from(decimals).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_significant_digits() {
        let unit = Unit::time("round trip");
        for (value, text) in [
            (0.0, "0 ns"),
            (0.35, "0.350 ns"),
            (0.012_345, "0.0123 ns"),
            (0.9996, "1.00 ns"),
            (1.234, "1.23 ns"),
            (9.996, "10.0 ns"),
            (31.44, "31.4 ns"),
            (99.96, "100 ns"),
            (999.4, "999 ns"),
            (999.6, "1.00 µs"),
            (31_440.0, "31.4 µs"),
            (205_000.0, "205 µs"),
            (7_250_000.0, "7.25 ms"),
            (1e9, "1.00 s"),
            (4.2e12, "4200 s"),
            (-31_440.0, "-31.4 µs"),
        ] {
            assert_eq!(quantity(value, &unit), text, "{value}");
        }
    }

    #[test]
    fn memory_goes_by_1024() {
        let unit = Unit::memory("thread");
        for (value, text) in [
            (0.0, "0 B"),
            (0.4, "0 B"),
            (-0.4, "0 B"),
            (100.4, "100 B"),
            (1023.0, "1023 B"),
            (1024.0, "1.00 KiB"),
            (184_320.0, "180 KiB"),
            (1_048_000.0, "1023 KiB"),
            (1_048_575.0, "1.00 MiB"),
            (8.5 * 1_048_576.0, "8.50 MiB"),
            (2.0 * 1_073_741_824.0, "2.00 GiB"),
            (-4096.0, "-4.00 KiB"),
        ] {
            assert_eq!(quantity(value, &unit), text, "{value}");
        }
    }

    #[test]
    fn ratios_get_shorter_as_they_grow() {
        for (value, text) in [
            (0.0, "0.00"),
            (0.0123, "0.012"),
            (0.82, "0.82"),
            (1.049, "1.05"),
            (1.999, "2.0"),
            (6.54, "6.5"),
            (9.96, "10"),
            (90.4, "90"),
            (12_300.0, "12,300"),
            (1_234_567.0, "1,234,567"),
        ] {
            assert_eq!(ratio(value), text, "{value}");
        }
    }

    #[test]
    fn shares_are_in_percent() {
        for (share, text) in [
            (0.0, "0 %"),
            (0.000_1, "below 0.1 %"),
            (0.004, "0.4 %"),
            (0.123, "12 %"),
        ] {
            assert_eq!(percent(share), text);
        }
    }
}
