//! A picture of the size of a word: numbers with their intervals on an axis of
//! no more than a threshold. It has no text; the words stand beside it.

use oscost_analysis::Estimate;

/// Width and height of the drawing.
const WIDTH: f64 = 160.0;
const HEIGHT: f64 = 24.0;
/// Room on either side of what is farthest out.
const MARGIN: f64 = 8.0;
/// An interval is never drawn narrower: it would not be seen.
const NARROWEST: f64 = 3.0;

/// A number to be drawn.
pub(crate) struct Needle {
    pub(crate) number: Estimate,
    /// Its class: `yes`, `no` or `unsure`.
    pub(crate) class: &'static str,
}

/// The drawing, ready for the template.
pub(crate) struct Gauge {
    /// The side of the threshold on which the claim holds.
    pub(crate) good: Band,
    /// Where the threshold is.
    pub(crate) threshold: String,
    pub(crate) needles: Vec<Bar>,
}

/// A stretch of the axis.
pub(crate) struct Band {
    pub(crate) x: String,
    pub(crate) width: String,
}

/// An interval and the number in it.
pub(crate) struct Bar {
    pub(crate) class: &'static str,
    pub(crate) x: String,
    pub(crate) width: String,
    /// The middle of the number's own height.
    pub(crate) y: String,
    /// Where the number itself is.
    pub(crate) at: String,
}

impl Gauge {
    /// Logarithmic where every number and the threshold are above zero. `None`
    /// where there is nothing to draw.
    pub(crate) fn of(needles: &[Needle], threshold: f64, from_below: bool) -> Option<Self> {
        let ends = needles
            .iter()
            .flat_map(|needle| [needle.number.low, needle.number.value, needle.number.high]);
        let all: Vec<f64> = ends.chain([threshold]).collect();
        if needles.is_empty() || all.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let logarithmic = all.iter().all(|value| *value > 0.0);
        let scale = |value: f64| if logarithmic { value.ln() } else { value };
        let low = all.iter().copied().map(scale).fold(f64::INFINITY, f64::min);
        let high = all
            .iter()
            .copied()
            .map(scale)
            .fold(f64::NEG_INFINITY, f64::max);
        // Of one value alone there is no axis: it stands in the middle.
        let span = if high > low { high - low } else { 2.0 };
        let low = if high > low { low } else { low - 1.0 };
        let across = |value: f64| MARGIN + (scale(value) - low) / span * (WIDTH - 2.0 * MARGIN);
        let at = across(threshold);
        let (start, end) = if from_below { (at, WIDTH) } else { (0.0, at) };
        let room = HEIGHT / needles.len() as f64;
        let bar = |(place, needle): (usize, &Needle)| {
            let [left, right] = [needle.number.low, needle.number.high].map(across);
            let width = (right - left).max(NARROWEST);
            Bar {
                class: needle.class,
                x: short(f64::midpoint(left, right) - width / 2.0),
                width: short(width),
                y: short(room * (place as f64 + 0.5)),
                at: short(across(needle.number.value)),
            }
        };
        Some(Self {
            good: Band {
                x: short(start),
                width: short(end - start),
            },
            threshold: short(at),
            needles: needles.iter().enumerate().map(bar).collect(),
        })
    }
}

fn short(length: f64) -> String {
    format!("{length:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needle(value: f64) -> Needle {
        Needle {
            number: Estimate {
                value,
                low: value * 0.9,
                high: value * 1.1,
            },
            class: "yes",
        }
    }

    fn number(text: &str) -> f64 {
        text.parse().unwrap()
    }

    #[test]
    fn everything_stands_inside_and_in_order() {
        let gauge = Gauge::of(&[needle(2.0), needle(50.0)], 10.0, true).unwrap();
        let at: Vec<f64> = gauge.needles.iter().map(|bar| number(&bar.at)).collect();
        let threshold = number(&gauge.threshold);
        assert!(0.0 < at[0] && at[0] < threshold && threshold < at[1] && at[1] < WIDTH);
        assert_eq!(number(&gauge.good.x), threshold);
        assert!(number(&gauge.needles[0].y) < number(&gauge.needles[1].y));
    }

    #[test]
    fn nothing_at_all_has_a_place_too() {
        let none = Needle {
            number: Estimate {
                value: 0.0,
                low: 0.0,
                high: 0.0,
            },
            class: "yes",
        };
        let gauge = Gauge::of(&[none], 0.5, false).unwrap();
        assert_eq!(number(&gauge.needles[0].at), MARGIN);
        assert_eq!(number(&gauge.needles[0].width), NARROWEST);
        assert_eq!(number(&gauge.good.x), 0.0);
    }

    #[test]
    fn without_numbers_there_is_no_picture() {
        assert!(Gauge::of(&[], 1.0, true).is_none());
        assert!(Gauge::of(&[needle(f64::NAN)], 1.0, true).is_none());
    }

    #[test]
    fn a_number_on_its_threshold_stands_in_the_middle() {
        let exact = Needle {
            number: Estimate {
                value: 16.0,
                low: 16.0,
                high: 16.0,
            },
            class: "yes",
        };
        let gauge = Gauge::of(&[exact], 16.0, true).unwrap();
        assert_eq!(number(&gauge.threshold), WIDTH / 2.0);
    }
}
