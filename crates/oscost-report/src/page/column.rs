//! The columns of the table of cases, and a cell of each: text for people, a
//! number to sort by, and a reason where there is no figure.

use oscost_analysis::{Estimate, Net, Summary, format};

use crate::{figures, words};

/// The head of a column.
pub(super) struct Column {
    pub(super) name: &'static str,
    /// What it means, as a tooltip.
    pub(super) means: &'static str,
    pub(super) numeric: bool,
}

const fn text(name: &'static str, means: &'static str) -> Column {
    Column {
        name,
        means,
        numeric: false,
    }
}

const fn number(name: &'static str, means: &'static str) -> Column {
    Column {
        name,
        means,
        numeric: true,
    }
}

/// Every column, in order. [`cells`] and the first three of a row agree with
/// it.
pub(super) const COLUMNS: [Column; 17] = [
    text("case", "suite / operation / variant / parameters"),
    text("kind", "the kind of task"),
    text("aspect", "what about the task is measured"),
    number(
        "estimate",
        "median over rounds of the medians of each round",
    ),
    number(
        "95 % interval",
        "bootstrap over rounds, then samples; sorted by its half-width over the estimate",
    ),
    text("per", "what one figure is counted per"),
    number("net", "the estimate less its control case"),
    number("p50", "half of all samples are at most this"),
    number("p90", "90 % of all samples are at most this"),
    number(
        "p99",
        "99 % of all samples are at most this; needs 1,000 samples",
    ),
    number(
        "p99.9",
        "99.9 % of all samples are at most this; needs 10,000 samples",
    ),
    number("max", "the largest sample"),
    number("switches", "voluntary context switches per operation"),
    number("faults", "minor page faults per operation"),
    number(
        "spread",
        "coefficient of variation of the medians of the rounds",
    ),
    number(
        "rounds × samples",
        "fresh processes × samples in each, on average",
    ),
    text("besides", "figures that the case took beside its samples"),
];

/// A value to sort by, to five digits: rows that differ by less are alike.
fn brief(value: f64) -> String {
    let digits: f64 = format!("{value:.4e}").parse().unwrap_or(value);
    digits.to_string()
}

/// One figure of a row.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell {
    pub(super) text: String,
    /// What to sort by; empty sorts last.
    pub(super) value: String,
    /// A remark, as a tooltip; empty for none.
    pub(super) title: String,
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    pub(super) fn number(text: impl Into<String>, value: f64) -> Self {
        Self {
            text: text.into(),
            value: brief(value),
            title: String::new(),
        }
    }

    pub(super) fn absent(why: impl Into<String>) -> Self {
        Self {
            text: "–".to_owned(),
            value: String::new(),
            title: why.into(),
        }
    }

    pub(super) fn titled(self, title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..self
        }
    }
}

/// The figures of a case, from the column `estimate` on.
pub(super) fn cells(summary: &Summary) -> Vec<Cell> {
    let quantity = |value: f64| Cell::number(format::quantity(value, &summary.info.unit), value);
    let why = || words::note(&summary.fate).unwrap_or_else(|| "not measured".to_owned());
    let per_operation = summary.per_operation;
    let counted = |value: Option<f64>| match value {
        Some(value) => Cell::number(small(value), value),
        None => Cell::absent("not counted"),
    };
    vec![
        summary
            .estimate
            .map_or_else(|| Cell::absent(why()), |estimate| quantity(estimate.value)),
        summary.estimate.map_or_else(
            || Cell::absent(why()),
            |estimate| interval(summary, &estimate),
        ),
        Cell::text(summary.info.unit.per.clone()),
        net(summary),
        rank(summary, 50.0),
        rank(summary, 90.0),
        rank(summary, 99.0),
        rank(summary, 99.9),
        summary.extremes.map_or_else(
            || Cell::absent(why()),
            |(_, max)| means(quantity(max), summary),
        ),
        counted(per_operation.voluntary_switches),
        counted(per_operation.minor_faults),
        match summary.spread {
            Some(spread) => Cell::number(format::percent(spread), spread),
            None => Cell::absent("needs two rounds"),
        },
        match summary.rounds {
            0 => Cell::absent(why()),
            rounds => {
                let each = (summary.samples as f64 / f64::from(rounds)).round();
                Cell::number(
                    format!("{rounds} × {}", format::grouped(each)),
                    summary.samples as f64,
                )
            }
        },
        besides(summary),
    ]
}

fn besides(summary: &Summary) -> Cell {
    let all = |in_words: fn(&str, &Estimate) -> String| {
        let figures = summary.figures.iter();
        let figures = figures.map(|(name, value)| in_words(name, value));
        figures.collect::<Vec<_>>().join("; ")
    };
    match summary.figures.is_empty() {
        true => Cell::text(""),
        false => Cell::text(all(figures::short)).titled(all(figures::with_interval)),
    }
}

fn interval(summary: &Summary, estimate: &Estimate) -> Cell {
    let half = words::half_width(estimate);
    let plus_minus = format!("± {}", format::percent(half));
    Cell::number(words::range(estimate, &summary.info.unit), half).titled(plus_minus)
}

fn net(summary: &Summary) -> Cell {
    let unit = &summary.info.unit;
    match (&summary.net, &summary.info.control) {
        (Some(Net::Above(net)), Some(control)) => {
            Cell::number(format::quantity(net.value, unit), net.value)
                .titled(format!("less {control}: {}", words::range(net, unit)))
        }
        (Some(Net::BelowResolution(net)), Some(control)) => Cell::number(
            format!("{} *", format::quantity(net.value, unit)),
            net.value,
        )
        .titled(format!("less {control}: {}", words::range(net, unit))),
        (Some(net), None) => Cell::text(words::net(net, unit)),
        (None, Some(control)) => Cell::absent(format!("its control {control} was not measured")),
        (None, None) => Cell::absent("has no control"),
    }
}

fn rank(summary: &Summary, rank: f64) -> Cell {
    let unit = &summary.info.unit;
    match words::percentile(summary, rank) {
        Some(percentile) => {
            let value = percentile.estimate.value;
            let cell = Cell::number(format::quantity(value, unit), value);
            means(
                cell.titled(words::range(&percentile.estimate, unit)),
                summary,
            )
        }
        None if summary.samples == 0 => Cell::absent("no samples"),
        // How many there are stands in a column of its own.
        None => Cell::absent(format!(
            "needs {}",
            words::several(words::samples_needed(rank), "sample")
        )),
    }
}

/// Marks a figure of batch means, whose tail is not that of operations.
fn means(cell: Cell, summary: &Summary) -> Cell {
    if summary.ops_per_sample <= 1 {
        return cell;
    }
    let ops = format::grouped(summary.ops_per_sample as f64);
    let of_means = format!("of means of {ops} operations");
    let title = if cell.title.is_empty() {
        of_means
    } else {
        format!("{}, {of_means}", cell.title)
    };
    Cell {
        text: format!("{}†", cell.text),
        title,
        ..cell
    }
}

/// A count per operation: `2`, `0.013`, `118`.
pub(super) fn small(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size >= 100.0 => format::grouped(value),
        size if size >= 0.995 => format!("{value:.2}")
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned(),
        size if size >= 0.0005 => format!("{value:.3}").trim_end_matches('0').to_owned(),
        _ => "< 0.001".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sorted_by_stays_a_short_number() {
        let shown = [0.0, 14_601.000_000_22, 0.026_859_504, -3.0].map(brief);
        assert_eq!(shown, ["0", "14601", "0.02686", "-3"]);
    }

    #[test]
    fn counts_per_operation_keep_what_matters() {
        let shown = [0.0, 2.0, 2.004, 1.5, 0.0132, 0.00001, 1234.0].map(small);
        assert_eq!(shown, ["0", "2", "2", "1.5", "0.013", "< 0.001", "1,234"]);
    }
}
