//! The table of process, thread and coroutine side by side. Every number leads
//! to the case that it came from; one that is missing tells why.

use oscost_analysis::{Fact, Trait};

use super::case::Anchors;

/// A row of the table.
pub(super) struct TraitRow {
    pub(super) name: &'static str,
    /// Process, thread, coroutine.
    pub(super) kinds: Vec<Vec<Item>>,
}

/// A number of a cell.
pub(super) struct Item {
    pub(super) what: &'static str,
    /// The number, or a dash.
    pub(super) text: String,
    /// The number with its interval, or why there is none.
    pub(super) title: String,
    /// The row of its case; empty where there is none.
    pub(super) anchor: String,
}

impl TraitRow {
    pub(super) fn all(traits: &[Trait], anchors: &Anchors) -> Vec<Self> {
        let row = |one: &Trait| Self {
            name: one.name,
            kinds: one
                .kinds
                .iter()
                .map(|facts| items(facts, anchors))
                .collect(),
        };
        traits.iter().map(row).collect()
    }
}

fn items(facts: &[Fact], anchors: &Anchors) -> Vec<Item> {
    let item = |fact: &Fact| match &fact.reading {
        Ok(reading) => Item {
            what: fact.what,
            text: reading.scale.words(reading.number.value),
            title: reading.words(),
            anchor: reading
                .cases
                .first()
                .map_or_else(String::new, |id| anchors.of_case(id)),
        },
        Err(why) => Item {
            what: fact.what,
            text: "–".to_owned(),
            title: why.clone(),
            anchor: String::new(),
        },
    };
    facts.iter().map(item).collect()
}
