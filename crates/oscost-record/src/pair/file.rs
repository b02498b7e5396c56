//! Files of pairs: written line by line, read back with what is damaged named
//! and the rest kept.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use super::{PairLine, PairsHead, PairsLine};
use crate::reader::lines::{LONGEST_LINE, Lines, Text};
use crate::{Damage, End, ReadError, SCHEMA, draft};

/// A comparison in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct PairsRecord {
    /// The header.
    pub head: PairsHead,
    /// Every pair, in the order of the file.
    pub pairs: Vec<PairLine>,
    /// The closing line; absent where the comparison was killed.
    pub end: Option<End>,
    /// Lines that could not be read.
    pub damage: Vec<Damage>,
}

impl PairsRecord {
    /// Reads a file of pairs.
    ///
    /// # Errors
    /// See [`ReadError`]. Damage after the header is no error: it is listed.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let source = File::open(path).map_err(|source| ReadError::io(path, source))?;
        Self::read_from(path, BufReader::new(source))
    }

    /// The same from a stream; messages call it `path`.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read_from(path: &Path, source: impl BufRead) -> Result<Self, ReadError> {
        let mut lines = Lines::of(source);
        let mut next = || match lines.next() {
            Ok(Some(Text::Whole(text))) => {
                let line = serde_json::from_slice(text).map_err(|error| error.to_string());
                Ok(Some((lines.number, line)))
            }
            Ok(Some(Text::TooLong)) => {
                let why = format!("longer than {LONGEST_LINE} bytes");
                Ok(Some((lines.number, Err(why))))
            }
            Ok(Some(Text::TooMuch) | None) => Ok(None),
            Err(source) => Err(ReadError::io(path, source)),
        };
        let no_header = |why: &str| ReadError::NoHeader {
            path: path.to_owned(),
            why: why.to_owned(),
        };
        let head = match next()? {
            Some((_, Ok(PairsLine::Pairs(head)))) => *head,
            Some((_, Ok(_))) => return Err(no_header("another kind of line")),
            Some((_, Err(why))) => return Err(no_header(&why)),
            None => return Err(no_header("it is empty")),
        };
        if head.schema > SCHEMA {
            return Err(ReadError::TooNew {
                path: path.to_owned(),
                schema: u64::from(head.schema),
            });
        }
        let mut record = Self {
            head,
            pairs: Vec::new(),
            end: None,
            damage: Vec::new(),
        };
        let mut seen = BTreeSet::new();
        while let Some((number, line)) = next()? {
            let taken = line.and_then(|line| record.take(line, &mut seen));
            if let Err(why) = taken {
                record.damage.push(Damage { line: number, why });
            }
        }
        Ok(record)
    }

    fn take(&mut self, line: PairsLine, seen: &mut Seen) -> Result<(), String> {
        match line {
            PairsLine::Pairs(_) => return Err("a second header".to_owned()),
            PairsLine::End(end) => self.end = Some(end),
            PairsLine::Pair(pair) => {
                if !self.head.cases.iter().any(|case| case.id == pair.id) {
                    return Err(format!("the header has no case {}", pair.id));
                }
                if !seen.insert((pair.id.clone(), pair.stage, pair.round)) {
                    return Err(format!("pair {} of {} stands twice", pair.round, pair.id));
                }
                self.pairs.push(*pair);
            }
        }
        Ok(())
    }
}

type Seen = BTreeSet<(crate::CaseId, super::Stage, u32)>;

/// An open file of pairs. Every line reaches the file before the call returns.
#[derive(Debug)]
pub struct PairsWriter {
    file: File,
}

impl PairsWriter {
    /// Makes a new file, which has its name once its header is in it. Missing
    /// folders are made; an existing file is never overwritten.
    ///
    /// # Errors
    /// What `mkdir(2)`, `open(2)`, `write(2)` or `renameat2(2)` say;
    /// `AlreadyExists` where there is a file of that name.
    pub fn create(path: &Path, head: &PairsHead) -> io::Result<Self> {
        let header = PairsLine::Pairs(Box::new(head.clone()));
        let file = draft::begun(path, &header)?;
        Ok(Self { file })
    }

    /// Writes one line.
    ///
    /// # Errors
    /// What `write(2)` says: `StorageFull` on a full disk.
    pub fn write(&mut self, line: &PairsLine) -> io::Result<()> {
        draft::add(&mut self.file, line)
    }
}
