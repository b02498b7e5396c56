//! Lines up the columns of a text table: the first to the left, the others to
//! the right, a note behind them as it comes. It knows nothing of what stands
//! in the cells.

/// A row: its cells, and a note that is not aligned.
pub(crate) type Row<const COLUMNS: usize> = ([String; COLUMNS], String);

/// One line per row, without a line break, none ending in blanks.
pub(crate) fn aligned<const COLUMNS: usize>(rows: &[Row<COLUMNS>]) -> Vec<String> {
    let width = |column: usize| {
        let cells = rows.iter().map(|(cells, _)| cells[column].chars().count());
        cells.max().unwrap_or_default()
    };
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let line = |(cells, note): &Row<COLUMNS>| {
        let mut text = String::new();
        for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
            if column == 0 {
                text.push_str(&format!("{cell:<width$}"));
            } else {
                text.push_str(&format!("  {cell:>width$}"));
            }
        }
        text.push_str("  ");
        text.push_str(note);
        text.truncate(text.trim_end().len());
        text
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_column_is_to_the_left_and_the_others_to_the_right() {
        let row = |cells: [&str; 2], note: &str| (cells.map(str::to_owned), note.to_owned());
        let lines = aligned(&[row(["case", "µs"], "per"), row(["a", "12.5"], "")]);
        assert_eq!(lines, ["case    µs  per", "a     12.5"]);
    }
}
