//! Machines × costs: a row for each cost, a column for each machine, the deeper
//! in colour the further from the best. Emulated machines have a figure and no
//! colour.

use oscost_analysis::fleet::{CostRanks, Joined};
use oscost_analysis::format;

use super::costs::Label;
use super::shown::Column;
use crate::words;

/// Ratios at which the colour gets deeper, step by step.
const STEPS: [f64; 8] = [1.05, 1.15, 1.3, 1.5, 2.0, 3.0, 5.0, 10.0];

/// See the module.
pub(super) struct Heat {
    pub(super) rows: Vec<Line>,
}

/// One cost.
pub(super) struct Line {
    pub(super) label: Label,
    pub(super) cells: Vec<Cell>,
}

/// One machine at one cost.
pub(super) struct Cell {
    /// How deep the colour is; `None` where there is no rank.
    pub(super) depth: Option<usize>,
    /// The class of the colour.
    pub(super) class: String,
    pub(super) ratio: String,
    pub(super) level: String,
    pub(super) title: String,
}

impl Heat {
    pub(super) fn of(joined: &Joined, columns: &[Column], costs: &[&CostRanks]) -> Self {
        let (fleet, _) = joined.shown();
        let row = |ranks: &&CostRanks| Line {
            label: Label::of(&fleet.costs[ranks.cost]),
            cells: columns
                .iter()
                .map(|column| cell(joined, column, ranks))
                .collect(),
        };
        Self {
            rows: costs.iter().map(row).collect(),
        }
    }
}

fn cell(joined: &Joined, column: &Column, ranks: &CostRanks) -> Cell {
    let (fleet, _) = joined.shown();
    let unit = &fleet.costs[ranks.cost].unit;
    let reading = fleet.hosts[column.host].reading(ranks.cost);
    let Some(reading) = reading else {
        return Cell {
            depth: None,
            class: "none".to_owned(),
            ratio: "–".to_owned(),
            level: String::new(),
            title: "not measured there".to_owned(),
        };
    };
    let level = format::quantity(reading.level, unit);
    let interval = reading
        .estimate()
        .map(|estimate| words::interval(&estimate, unit));
    let said = interval.unwrap_or_else(|| level.clone());
    let Some(rank) = ranks.of(column.host) else {
        return Cell {
            depth: None,
            class: "unranked".to_owned(),
            ratio: "·".to_owned(),
            level,
            title: said,
        };
    };
    let alike = rank.ratio > 1.0 && rank.apart == Some(false);
    let depth = STEPS.partition_point(|&step| step <= rank.ratio);
    Cell {
        depth: Some(depth),
        class: format!("heat-{depth}"),
        ratio: match alike {
            true => format!("≈ {}", words::times(rank.ratio)),
            false => words::times(rank.ratio),
        },
        level,
        title: match alike {
            true => format!("{said}; not told apart from the best"),
            false => said,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_deepen_with_the_ratio() {
        let step = |ratio: f64| STEPS.partition_point(|&step| step <= ratio);
        assert_eq!([1.0, 1.04, 1.05, 1.6, 99.0].map(step), [0, 0, 1, 4, 8]);
    }
}
