//! Writes a record line by line. Every line reaches the file before the call
//! returns, so a killed run loses one line at most.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use crate::{Line, Run, draft};

/// An open record.
#[derive(Debug)]
pub struct RecordWriter {
    file: File,
}

impl RecordWriter {
    /// Makes a new record, which has its name once its header is in it. Missing
    /// folders are made; an existing file is never overwritten.
    ///
    /// # Errors
    /// What `mkdir(2)`, `open(2)`, `write(2)` or `renameat2(2)` say;
    /// `AlreadyExists` where there is a file of that name.
    pub fn create(path: &Path, run: &Run) -> io::Result<Self> {
        let header = Line::Run(Box::new(run.clone()));
        let file = draft::begun(path, &header)?;
        Ok(Self { file })
    }

    /// Opens an existing record to add lines to it. A last line that was cut
    /// off is closed first, so that only it is damaged.
    ///
    /// # Errors
    /// What `open(2)`, `read(2)` or `write(2)` say.
    pub fn append(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().read(true).append(true).open(path)?;
        if file.metadata()?.len() > 0 {
            let mut last = [0];
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                file.write_all(b"\n")?;
            }
        }
        Ok(Self { file })
    }

    /// Writes one line.
    ///
    /// # Errors
    /// What `write(2)` says: `StorageFull` on a full disk.
    pub fn write(&mut self, line: &Line) -> io::Result<()> {
        draft::add(&mut self.file, line)
    }

    /// Forces everything to the disk.
    ///
    /// # Errors
    /// What `fsync(2)` says.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }
}
