//! The heat map as a picture by itself, for where a page cannot go: the costs that
//! stand open on the page, and its machines.

use oscost_analysis::fleet::Joined;

use super::costs;
use super::heat::Heat;
use super::shown;
use crate::fleet::census;
use crate::picture::{Square, Squares, SquaresColumn, SquaresRow, png};
use crate::table::printable;
use crate::tongue::Lang;
use crate::{ReportError, words};

/// The PNG file; `None` where there is nothing to compare.
///
/// # Errors
/// [`ReportError::Draw`] with what plotters says.
pub(crate) fn picture(joined: &Joined, lang: Lang) -> Result<Option<Vec<u8>>, ReportError> {
    let (fleet, ranking) = joined.shown();
    let columns = shown::columns(joined);
    let (open, _) = costs::split(fleet, ranking);
    let heat = Heat::of(joined, &columns, &open);
    if columns.is_empty() || heat.rows.is_empty() {
        return Ok(None);
    }
    let beyond = ranking.order.len().saturating_sub(shown::MOST);
    let squares = Squares {
        columns: columns
            .iter()
            .map(|column| SquaresColumn {
                name: printable(&column.name),
                emulated: column.emulated,
            })
            .collect(),
        rows: heat
            .rows
            .into_iter()
            .map(|line| SquaresRow {
                title: line.label.title,
                kind: line.label.kind,
                per: line.label.per,
                squares: line
                    .cells
                    .into_iter()
                    .map(|cell| Square {
                        depth: cell.depth,
                        ratio: cell.ratio,
                        level: cell.level,
                    })
                    .collect(),
            })
            .collect(),
        beyond: (beyond > 0).then(|| words::several(beyond as u64, "more machine")),
    };
    let note = lang.say(&census(joined)).into_owned();
    let bytes = png(&squares, &note, lang);
    bytes.map(Some).map_err(|source| ReportError::Draw {
        picture: "fleet.png".to_owned(),
        source,
    })
}
