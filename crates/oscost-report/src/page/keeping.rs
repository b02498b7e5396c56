//! The table of what one task keeps and what the runtime around it keeps, from
//! the straight lines of the analysis.

use oscost_analysis::{Estimate, Fate, LineFit, PerTask, format};
use oscost_record::Unit;

use super::case::Anchors;
use super::column::Cell;
use crate::words;

/// The parts of a figure, by their names in the record and on the page.
pub(super) const PARTS: [(&str, &str); 4] = [
    ("resident", "resident"),
    ("page_tables", "page tables"),
    ("kernel_stack", "kernel stack"),
    ("virtual", "addresses"),
];

/// One memory operation.
pub(super) struct Keeping {
    pub(super) task: &'static str,
    pub(super) title: String,
    /// The row of the case with the most tasks.
    pub(super) anchor: String,
    pub(super) cells: Vec<Cell>,
    /// What stopped it, in a sentence; empty for nothing.
    pub(super) stopped: String,
}

impl Keeping {
    pub(super) fn all(operations: &[PerTask], anchors: &Anchors) -> Vec<Self> {
        let row = |operation: &PerTask| Self {
            task: operation.task.name(),
            title: operation.title.clone(),
            anchor: anchors.of_case(&operation.case),
            cells: cells(operation),
            stopped: stopped(operation),
        };
        operations.iter().map(row).collect()
    }
}

/// Per task, its parts, the runtime, how straight, how many.
fn cells(operation: &PerTask) -> Vec<Cell> {
    let whole = operation.whole.as_ref();
    let line = |line: Option<&LineFit>, of: fn(&LineFit) -> &Estimate, why: &str| {
        line.map_or_else(|| Cell::absent(why), |line| bytes(of(line)))
    };
    let two = "needs two numbers of tasks";
    let mut cells = vec![line(whole, |line| &line.slope, two)];
    let parts = PARTS
        .iter()
        .map(|(name, _)| line(operation.part(name), |line| &line.slope, "not told"));
    cells.extend(parts);
    cells.push(whole.map_or_else(|| Cell::absent(two), once));
    cells.push(whole.map_or_else(
        || Cell::absent(two),
        |line| {
            let off = format::percent(line.misfit).replace("below", "<");
            Cell::number(off, line.misfit)
        },
    ));
    cells.push(match operation.reached {
        Some((_, most)) => Cell::number(format::grouped(most as f64), most as f64),
        None => Cell::absent("none was measured"),
    });
    cells
}

/// An amount; its interval is the second line of the cell.
fn bytes(estimate: &Estimate) -> Cell {
    let unit = Unit::memory("");
    let text = format::quantity(estimate.value, &unit);
    Cell::number(text, estimate.value).titled(words::range(estimate, &unit))
}

/// What is there once, marked where it can't be told from nothing.
fn once(line: &LineFit) -> Cell {
    let cell = bytes(&line.intercept);
    if line.intercept.low > 0.0 {
        return cell;
    }
    Cell {
        text: format!("{} *", cell.text),
        ..cell
    }
}

fn stopped(operation: &PerTask) -> String {
    let Some((tasks, fate)) = &operation.stopped else {
        return String::new();
    };
    let why = match fate {
        Fate::Measured => "the run has no figure of it".to_owned(),
        other => words::note(other).unwrap_or_default(),
    };
    words::sentence(&format!("{}: {why}", words::several(*tasks, "task")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_named_with_the_number_that_it_stopped() {
        let operation = PerTask {
            title: "pthread".into(),
            task: oscost_record::TaskKind::Thread,
            case: "thread/memory/pthread/tasks=10".into(),
            whole: None,
            parts: Vec::new(),
            reached: None,
            stopped: Some((10_000, Fate::Skipped("`ulimit -u` allows 4096".into()))),
        };
        assert_eq!(
            stopped(&operation),
            "10,000 tasks: skipped: `ulimit -u` allows 4096."
        );
        let cells = cells(&operation);
        assert_eq!(cells.len(), PARTS.len() + 4);
        assert!(
            cells
                .iter()
                .all(|cell| cell.text == "–" && !cell.title.is_empty())
        );
    }
}
