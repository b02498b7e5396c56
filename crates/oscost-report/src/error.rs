//! What can go wrong with a report.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::DrawError;

/// Why there is no report.
#[derive(Debug, Error)]
pub enum ReportError {
    /// A folder or file could not be written. The source ends in the number
    /// of the error (`os error 13`).
    #[error("cannot write {path}: {source}")]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A picture could not be drawn.
    #[error("picture `{picture}`: {source}")]
    Draw {
        /// Which.
        picture: String,
        /// What plotters said.
        source: DrawError,
    },
    /// The page could not be put together.
    #[error("cannot render the page: {0}")]
    Render(#[from] askama::Error),
    /// A record could not be written in the format of another tool.
    #[error("cannot write the record as {format:?}: {source}")]
    Format {
        /// Which.
        format: crate::export::Format,
        /// What the library of the format said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
