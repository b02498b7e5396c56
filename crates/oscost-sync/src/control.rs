//! Rows to come.

use oscost_harness::Row;

pub(crate) const ROWS: &[Row] = &[];
