//! Where a host stands, in words that table and page share.

use oscost_analysis::fleet::{Mean, Standing};

use crate::words;

/// A mean: `1.08× of 51`.
pub(crate) fn mean(mean: Option<Mean>) -> String {
    mean.map_or_else(
        || "–".to_owned(),
        |mean| format!("{} of {}", words::times(mean.ratio), mean.costs),
    )
}

/// The place in the order of means, counted from 1; `–` for who has none.
pub(crate) fn place_of(number: usize, standing: &Standing) -> String {
    match standing.time.or(standing.memory) {
        Some(_) => (number + 1).to_string(),
        None => "–".to_owned(),
    }
}
