//! A long record in parts, each with all lines of some of its cases: who looks at
//! one case after the other needs no more memory for a long record than for a
//! short one.

use std::path::{Path, PathBuf};

use super::{ReadError, Record, open};

/// The lines of a part have about so many bytes in the file; in memory, three to four
/// times as many.
const PART: u64 = 6 << 20;

/// See [`Record::in_parts`].
#[derive(Clone, Debug)]
pub struct Parts {
    path: PathBuf,
    parts: usize,
    next: usize,
}

impl Record {
    /// The record a part at a time: together they have its cases, each with all of
    /// its lines in one of them, and each has the lines of all rounds. Neighbours are
    /// in different parts, since what is long often stands together. The file is
    /// read once for every part.
    ///
    /// # Errors
    /// See [`ReadError`], for each part anew.
    pub fn in_parts(path: &Path) -> Result<Parts, ReadError> {
        Parts::of(path, PART)
    }
}

impl Parts {
    fn of(path: &Path, each: u64) -> Result<Self, ReadError> {
        let file = open(path)?.into_inner();
        let length = file
            .metadata()
            .map_err(|source| ReadError::io(path, source))?;
        let parts = length.len().div_ceil(each).max(1);
        Ok(Self {
            path: path.to_owned(),
            parts: usize::try_from(parts).unwrap_or(usize::MAX),
            next: 0,
        })
    }
}

impl Iterator for Parts {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let part = self.next;
        self.next += 1;
        (part < self.parts).then(|| {
            let mut place = 0;
            Record::read_some(&self.path, false, |_| {
                place += 1;
                (place - 1) % self.parts == part
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::EXAMPLE;
    use super::*;

    #[test]
    fn parts_have_together_what_the_whole_has() {
        let path = Path::new(EXAMPLE);
        let whole = Record::read(path).unwrap();
        let parts: Result<Vec<Record>, _> = Parts::of(path, 1 << 20).unwrap().collect();
        let parts = parts.unwrap();
        assert!(parts.len() > 2, "{}", parts.len());
        let mut seen = BTreeSet::new();
        for part in &parts {
            assert!(2 * part.cases.len() < whole.cases.len());
            assert_eq!((&part.rounds, &part.end), (&whole.rounds, &whole.end));
            for info in &part.run.cases {
                assert!(seen.insert(&info.id), "{} is in two parts", info.id);
                assert!(part.lines_of(&info.id).eq(whole.lines_of(&info.id)));
            }
        }
        assert_eq!(seen.len(), whole.run.cases.len());
    }

    #[test]
    fn a_short_record_is_one_part() {
        let path = Path::new(EXAMPLE);
        let mut parts = Parts::of(path, u64::MAX).unwrap();
        assert_eq!(parts.next().unwrap().unwrap(), Record::read(path).unwrap());
        assert!(parts.next().is_none());
    }
}
