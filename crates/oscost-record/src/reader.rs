//! Reads a record back: names the line of what is damaged, keeps the rest.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::{CaseId, CaseLine, End, Line, RoundLine, Run, SCHEMA};

/// A record in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The header.
    pub run: Run,
    /// The state of the machine, round by round.
    pub rounds: Vec<RoundLine>,
    /// Every case line, in the order of the file.
    pub cases: Vec<CaseLine>,
    /// The closing line; absent where the run was killed.
    pub end: Option<End>,
    /// Lines that could not be read.
    pub damage: Vec<Damage>,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The line's number, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

/// Why a file is no record.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The file could not be opened or read.
    #[error("cannot read the record {path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The first line is no header.
    #[error("{path} is no record: its first line is no header ({why})")]
    NoHeader {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The record was written by a later version.
    #[error(
        "{path} has schema {schema}, and this oscost reads up to {SCHEMA}: use the version that wrote it, or a later one"
    )]
    TooNew {
        /// Which file.
        path: PathBuf,
        /// Its schema.
        schema: u32,
    },
}

impl Record {
    /// Reads a record from a file.
    ///
    /// # Errors
    /// See [`ReadError`]. Damage after the header is no error: it is listed in
    /// [`Record::damage`].
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let io = |source| ReadError::Io {
            path: path.to_owned(),
            source,
        };
        let mut lines = BufReader::new(File::open(path).map_err(io)?)
            .split(b'\n')
            .enumerate();
        let header = lines.next().map(|(_, line)| line).transpose().map_err(io)?;
        let mut record = Self::from_header(path, &header.unwrap_or_default())?;
        for (index, line) in lines {
            record.take(index + 1, &line.map_err(io)?);
        }
        Ok(record)
    }

    fn from_header(path: &Path, line: &[u8]) -> Result<Self, ReadError> {
        let no_header = |why: String| ReadError::NoHeader {
            path: path.to_owned(),
            why,
        };
        let value: serde_json::Value =
            serde_json::from_slice(line).map_err(|error| no_header(error.to_string()))?;
        let schema = value.get("schema").and_then(serde_json::Value::as_u64);
        if let Some(schema) = schema.and_then(|schema| u32::try_from(schema).ok())
            && schema > SCHEMA
        {
            return Err(ReadError::TooNew {
                path: path.to_owned(),
                schema,
            });
        }
        match serde_json::from_value(value) {
            Ok(Line::Run(run)) => Ok(Self {
                run: *run,
                rounds: Vec::new(),
                cases: Vec::new(),
                end: None,
                damage: Vec::new(),
            }),
            Ok(_) => Err(no_header("another kind of line".into())),
            Err(error) => Err(no_header(error.to_string())),
        }
    }

    fn take(&mut self, number: usize, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        match serde_json::from_slice(text) {
            Ok(Line::Case(line)) => self.cases.push(*line),
            Ok(Line::Round(line)) => self.rounds.push(line),
            Ok(Line::End(end)) => self.end = Some(end),
            Ok(Line::Run(_)) => self.damage.push(Damage {
                line: number,
                why: "a second header".into(),
            }),
            Err(error) => self.damage.push(Damage {
                line: number,
                why: error.to_string(),
            }),
        }
    }

    /// The lines of one case, in the order of the file.
    pub fn lines_of<'a>(&'a self, id: &'a CaseId) -> impl Iterator<Item = &'a CaseLine> {
        self.cases.iter().filter(move |line| line.id == *id)
    }
}
