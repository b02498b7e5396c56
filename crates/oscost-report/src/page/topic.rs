//! A part of the page about one subject: sentences, pictures, tables. Where it
//! has nothing to say it is not there.

use super::column::Cell;
use super::figure::Figure;

/// See the module.
pub(super) struct Topic {
    pub(super) anchor: &'static str,
    /// Its name in the list of sections.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    /// What the pictures come to.
    pub(super) remarks: Vec<String>,
    pub(super) plates: Vec<Plate>,
    /// How to read the tables.
    pub(super) legend: &'static str,
    pub(super) boards: Vec<Board>,
}

/// A picture that stands open or folded away.
pub(super) struct Plate {
    pub(super) figure: Figure,
    pub(super) folded: bool,
}

/// A table that is folded away.
pub(super) struct Board {
    pub(super) title: String,
    /// The columns after the name.
    pub(super) header: &'static [&'static str],
    pub(super) rows: Vec<Line>,
}

/// A row of a table.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) task: &'static str,
    /// The row of its case among all cases.
    pub(super) anchor: String,
    pub(super) cells: Vec<Cell>,
}

impl Topic {
    /// The topic, unless it is empty.
    pub(super) fn unless_empty(self) -> Option<Self> {
        (!self.plates.is_empty() || !self.boards.is_empty()).then_some(self)
    }
}
