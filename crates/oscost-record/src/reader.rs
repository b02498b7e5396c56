//! Reads a record back: names the line of what is damaged, keeps the rest. It
//! never panics, whatever the file holds, and what it holds in memory is
//! bounded by the bounds of [`lines`].

mod brief;
pub(crate) mod lines;
mod parts;
mod sane;

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

use crate::{CaseId, CaseInfo, CaseLine, End, RoundLine, Run, SCHEMA};
use brief::Brief;
use lines::{LONGEST_FILE, LONGEST_LINE, Lines, Text};
pub use parts::Parts;
use sane::Ledger;

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
        schema: u64,
    },
}

/// How much is read of a file at once, in bytes: some lines.
const BLOCK: usize = 1 << 17;

/// Damage beyond this many lines is counted, not listed.
const MOST_LISTED: usize = 1_000;

/// The longest account of what is wrong, in characters: it may quote the file.
const LONGEST_WHY: usize = 200;

impl Record {
    /// Reads a record from a file. Whatever the file is, lines beyond 16 MiB
    /// are passed over as damage, and nothing is read beyond 1 GiB.
    ///
    /// # Errors
    /// See [`ReadError`]. Damage after the header is no error: it is listed in
    /// [`Record::damage`], as are lines whose numbers no machine can have
    /// measured and lines that stand a second time.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        Self::read_from(path, open(path)?)
    }

    /// The same from a stream; messages call it `path`.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read_from(path: &Path, source: impl BufRead) -> Result<Self, ReadError> {
        let (run, lines) = begin(path, source)?;
        Reader::of(run).read(path, lines)
    }

    /// Reads what the levels of the wanted cases stand on, and no more: lines of
    /// other cases are passed over, and of the wanted ones bursts and counters.
    /// For who goes through thousands of records; what is passed over is not
    /// looked at for damage.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read_brief(path: &Path, wanted: impl Fn(&CaseInfo) -> bool) -> Result<Self, ReadError> {
        Self::read_some(path, true, wanted)
    }

    fn read_some(
        path: &Path,
        brief: bool,
        wanted: impl FnMut(&CaseInfo) -> bool,
    ) -> Result<Self, ReadError> {
        let (mut run, lines) = begin(path, open(path)?)?;
        run.cases.retain(wanted);
        let mut reader = Reader::of(run);
        let cases = reader.record.run.cases.iter();
        reader.wanted = Some(cases.map(|case| case.id.0.clone()).collect());
        reader.brief = brief;
        reader.read(path, lines)
    }

    /// Reads the header of a record alone.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn header(path: &Path) -> Result<Run, ReadError> {
        let (mut run, _) = begin(path, open(path)?)?;
        sane::cases_of(&mut run);
        Ok(run)
    }

    /// The lines of one case, in the order of the file.
    pub fn lines_of<'a>(&'a self, id: &'a CaseId) -> impl Iterator<Item = &'a CaseLine> {
        self.cases.iter().filter(move |line| line.id == *id)
    }
}

impl ReadError {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

fn open(path: &Path) -> Result<BufReader<File>, ReadError> {
    let file = File::open(path).map_err(|source| ReadError::io(path, source))?;
    Ok(BufReader::with_capacity(BLOCK, file))
}

/// The header, and the lines after it.
fn begin<R: BufRead>(path: &Path, source: R) -> Result<(Run, Lines<R>), ReadError> {
    let mut lines = Lines::of(source);
    let first = match lines.next().map_err(|source| ReadError::io(path, source))? {
        None | Some(Text::Whole([])) => Err("it is empty".to_owned()),
        Some(Text::Whole(text)) => Ok(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)),
        Some(_) => Err(format!("it is longer than {LONGEST_LINE} bytes")),
    };
    let no_header = |why: &str| ReadError::NoHeader {
        path: path.to_owned(),
        why: printable(why),
    };
    let text = first.map_err(|why| no_header(&why))?;
    let head: Head<'_> =
        serde_json::from_slice(text).map_err(|error| no_header(&error.to_string()))?;
    if head.kind != "run" {
        return Err(no_header("another kind of line"));
    }
    if let Some(schema) = head.schema.filter(|&schema| schema > u64::from(SCHEMA)) {
        return Err(ReadError::TooNew {
            path: path.to_owned(),
            schema,
        });
    }
    let run: Run = serde_json::from_slice(text).map_err(|error| no_header(&error.to_string()))?;
    sane::clock_of(&run).map_err(|why| no_header(&why))?;
    Ok((run, lines))
}

/// What some editors put in front of a text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What every line says of itself, read before all else: the rest is then read
/// straight into its type, without a copy of what the line holds.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    schema: Option<u64>,
}

impl<'a> Head<'a> {
    /// Reads no more than it must: a case line as a run writes it begins with kind
    /// and id.
    fn of(text: &'a [u8]) -> Result<Self, String> {
        match id_of_case(text) {
            Some(id) => Ok(Self {
                kind: "case".into(),
                id: Some(id.into()),
                schema: None,
            }),
            None => serde_json::from_slice(text).map_err(|error| error.to_string()),
        }
    }
}

/// The id where the line begins as [`crate::RecordWriter`] begins that of a case.
fn id_of_case(text: &[u8]) -> Option<&str> {
    let rest = text.strip_prefix(br#"{"kind":"case","id":""#)?;
    let end = rest.iter().position(|&letter| letter == b'"')?;
    let id = str::from_utf8(&rest[..end]).ok()?;
    // What is escaped is left to who can read that.
    (!id.contains('\\')).then_some(id)
}

/// A record that is being read.
struct Reader {
    record: Record,
    ledger: Ledger,
    unlisted: usize,
    /// The cases that are wanted; `None` where all are.
    wanted: Option<HashSet<String>>,
    /// No more of a line than its level stands on.
    brief: bool,
}

impl Reader {
    fn of(mut run: Run) -> Self {
        let wrong = sane::cases_of(&mut run);
        let mut reader = Self {
            record: Record {
                run,
                rounds: Vec::new(),
                cases: Vec::new(),
                end: None,
                damage: Vec::new(),
            },
            ledger: Ledger::default(),
            unlisted: 0,
            wanted: None,
            brief: false,
        };
        for why in wrong {
            reader.damaged(1, &why);
        }
        reader
    }

    fn read<R: BufRead>(mut self, path: &Path, mut lines: Lines<R>) -> Result<Record, ReadError> {
        while let Some(text) = lines.next().map_err(|source| ReadError::io(path, source))? {
            let taken = match text {
                Text::Whole([]) => Ok(()),
                Text::Whole(text) => self.take(text),
                Text::TooLong => Err(format!("longer than {LONGEST_LINE} bytes")),
                Text::TooMuch => {
                    let why = format!("not read: the file is longer than {LONGEST_FILE} bytes");
                    self.damaged(lines.number, &why);
                    break;
                }
            };
            if let Err(why) = taken {
                self.damaged(lines.number, &why);
            }
        }
        Ok(self.done(lines.number))
    }

    fn take(&mut self, text: &[u8]) -> Result<(), String> {
        fn parsed<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Result<T, String> {
            serde_json::from_slice(text).map_err(|error| error.to_string())
        }
        let head = Head::of(text)?;
        match &*head.kind {
            "case" => {
                let is_in = |wanted: &HashSet<String>| {
                    head.id.as_ref().is_some_and(|id| wanted.contains(&**id))
                };
                if !self.wanted.as_ref().is_none_or(is_in) {
                    return Ok(());
                }
                let line = match self.brief {
                    true => parsed::<Brief<'_>>(text)?.line()?,
                    false => parsed(text)?,
                };
                self.ledger.enter(&line)?;
                self.record.cases.push(line);
            }
            "round" => self.record.rounds.push(parsed(text)?),
            "end" => self.record.end = Some(parsed(text)?),
            "run" => return Err("a second header".to_owned()),
            other => return Err(format!("no kind of line is called `{other}`")),
        }
        Ok(())
    }

    fn damaged(&mut self, line: usize, why: &str) {
        if self.record.damage.len() < MOST_LISTED {
            let why = printable(why);
            self.record.damage.push(Damage { line, why });
        } else {
            self.unlisted += 1;
        }
    }

    fn done(mut self, lines: usize) -> Record {
        if self.unlisted > 0 {
            self.record.damage.push(Damage {
                line: lines,
                why: format!("and {} more before here", self.unlisted),
            });
        }
        self.record
    }
}

/// A text that may quote a damaged file, fit to be shown: cut, and without what
/// would command a terminal.
fn printable(text: &str) -> String {
    let shown = text.chars().take(LONGEST_WHY);
    shown
        .map(|letter| {
            if letter.is_control() {
                '\u{fffd}'
            } else {
                letter
            }
        })
        .collect()
}

/// The example of the project: a real record.
#[cfg(test)]
const EXAMPLE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../reports/example/record.jsonl"
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{End, Line};

    #[test]
    fn kinds_are_those_that_a_writer_writes() {
        let end = Line::End(End {
            ended: "2026-01-01T00:00:00Z".into(),
            interrupted: false,
        });
        let text = serde_json::to_string(&end).unwrap();
        assert_eq!(serde_json::from_str::<Head<'_>>(&text).unwrap().kind, "end");
    }

    #[test]
    fn a_case_line_tells_its_id_at_once() {
        let at_once = |text: &str| id_of_case(text.as_bytes()).map(str::to_owned);
        let line = r#"{"kind":"case","id":"a/b/n=1","round":0"#;
        assert_eq!(at_once(line).as_deref(), Some("a/b/n=1"));
        assert_eq!(
            at_once(r#"{"kind":"case","id":"a\u002fb","round":0}"#),
            None
        );
        assert_eq!(at_once(r#"{"kind":"case","id":"a"#), None);
        // Another order is as good, only slower.
        let other = br#"{"id":"a/b","kind":"case"}"#;
        assert_eq!(Head::of(other).unwrap().id.as_deref(), Some("a/b"));
    }

    #[test]
    fn what_is_quoted_is_short_and_commands_nothing() {
        let quoted = printable(&"\u{1b}[2Jx".repeat(1_000));
        assert_eq!(quoted.chars().count(), LONGEST_WHY);
        assert!(!quoted.contains(char::is_control));
    }
}
