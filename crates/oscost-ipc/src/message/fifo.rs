//! Messages through named pipes, one each way.
//!
//! They are made in a folder that only this user can enter, and both are gone
//! from there before the first message.

use std::fs::{DirBuilder, remove_dir, remove_file};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use nix::fcntl::{FcntlArg, OFlag, fcntl, open};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use oscost_harness::guard::Guard;
use oscost_harness::{During as _, Failure, Row, names};

use super::bytes::{Asleep, Bytes, Ends, Kind};
use crate::talk::messages;

pub(crate) const ROWS: &[Row] = messages! {
    Bytes<Fifo, Asleep>: "fifo", "named pipe (FIFO)",
        "through a named pipe, asleep in read,"
        { control: Some("control/pipe") };
};

/// `mkfifo(3)`.
#[derive(Debug)]
pub(crate) struct Fifo;

impl Kind for Fifo {
    const NAME: &'static str = "FIFO";

    fn open() -> Result<(Ends, Ends), Failure> {
        let folder = std::env::temp_dir().join(names::unpredictable());
        let pipes = ["near", "far"].map(|reader| folder.join(reader));
        let guard = Guard::new(|| {
            for pipe in &pipes {
                let _ = remove_file(pipe);
            }
            let _ = remove_dir(&folder);
        })?;
        let made = DirBuilder::new().mode(0o700).create(&folder);
        made.during("mkdir")
            .map_err(|failure| failure.with_remedy("TMPDIR names another folder"))?;
        let (near_reads, far_writes) = both_ends(&pipes[0])?;
        let (far_reads, near_writes) = both_ends(&pipes[1])?;
        drop(guard);
        let near = Ends {
            from: near_reads,
            to: near_writes,
        };
        let far = Ends {
            from: far_reads,
            to: far_writes,
        };
        Ok((near, far))
    }
}

/// A new pipe of this name: the end to read from and the end to write to.
fn both_ends(path: &Path) -> Result<(OwnedFd, OwnedFd), Failure> {
    mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR).during("mkfifo")?;
    let end = |flags| open(path, flags, Mode::empty()).during("open(FIFO)");
    // A reader who would wait for a writer would wait for himself.
    let reads = end(OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC)?;
    let writes = end(OFlag::O_WRONLY | OFlag::O_CLOEXEC)?;
    fcntl(&reads, FcntlArg::F_SETFL(OFlag::empty())).during("fcntl")?;
    Ok((reads, writes))
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd as _;

    use nix::sys::stat::fstat;

    use super::*;

    #[test]
    fn a_pipe_is_its_owners_alone_and_soon_has_no_name() {
        let (near, far) = Fifo::open().unwrap();
        for end in [near.from, near.to, far.from, far.to] {
            let state = fstat(end.as_fd()).unwrap();
            assert_eq!(state.st_mode & 0o7777, 0o600);
            assert_eq!(state.st_nlink, 0);
        }
    }
}
