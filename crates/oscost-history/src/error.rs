//! Why a history did not do what it was asked. A message names the file, and
//! the way out.

use std::io;
use std::path::{Path, PathBuf};

use oscost_record::ReadError;
use thiserror::Error;

/// Why a history did not do what it was asked.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// The system refused.
    #[error("cannot {what} {}: {source}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// Of which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no record.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The CPU was emulated, and so are the record's figures.
    #[error(
        "{} was measured on an emulated CPU ({by:?}) and is no baseline; `--emulated` adds it all the same",
        path.display()
    )]
    Emulated {
        /// The record.
        path: PathBuf,
        /// What emulated the CPU.
        by: String,
    },
    /// Every case did one operation, to be proven and not to be timed.
    #[error(
        "{} was made by `oscost run --once`, which proves and does not time: it is no baseline. `oscost run` without `--once` makes one",
        path.display()
    )]
    Once {
        /// The record.
        path: PathBuf,
    },
    /// The run was killed, or is still going on.
    #[error(
        "{} has no closing line: its run was killed or still goes on. `oscost run --resume` finishes it; `--unfinished` adds it as it is",
        path.display()
    )]
    Unfinished {
        /// The record.
        path: PathBuf,
    },
    /// The header claims what cannot be.
    #[error("{} is refused: {what} of its header is {found:?}", path.display())]
    Claim {
        /// The record.
        path: PathBuf,
        /// Which field.
        what: &'static str,
        /// What it holds, cut.
        found: String,
    },
    /// Nothing is before or after it.
    #[error("the record claims to have begun at {found:?}, which is no time: nothing was before")]
    NoTime {
        /// What it claims, cut.
        found: String,
    },
    /// The file that has the record's name holds something else.
    #[error(
        "{} is not what its name says and was left alone: it was damaged. Move it away and add the record again",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// No record or machine has that name.
    #[error("no {what} in {} is called {name:?}; {hint}", folder.display())]
    Unknown {
        /// `record` or `machine`.
        what: &'static str,
        /// The history.
        folder: PathBuf,
        /// What was asked for.
        name: String,
        /// What there is.
        hint: String,
    },
    /// Several records or machines have that name.
    #[error("{name:?} is the name of {} {what}: {}", found.len(), found.join(", "))]
    Ambiguous {
        /// `records` or `machines`.
        what: &'static str,
        /// What was asked for.
        name: String,
        /// What it could mean.
        found: Vec<String>,
    },
}

impl HistoryError {
    /// A closure for `map_err`.
    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { what, path, source }
    }
}
