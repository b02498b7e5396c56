//! The contenders as tasks: threads of this process, or children of it. Who
//! has a crew is rid of it when it drops it.

use std::thread::{Builder, JoinHandle};

use oscost_harness::child::Child;
use oscost_harness::{During as _, Failure};

use super::arena::Arena;
use super::board::Board;
use super::contender::Contender;

/// What the contenders are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Threads of this process.
    Threads,
    /// Children of it, which share what was mapped to be shared.
    Processes,
}

/// All of them.
pub(super) struct Crew {
    board: &'static Board,
    threads: Vec<JoinHandle<()>>,
    processes: Vec<Child>,
}

impl Crew {
    /// A crew that nobody has joined yet.
    pub(super) fn new(board: &'static Board) -> Self {
        Self {
            board,
            threads: Vec::new(),
            processes: Vec::new(),
        }
    }

    /// One more.
    pub(super) fn hire<A: Arena>(
        &mut self,
        contender: Contender<A>,
        kind: Kind,
    ) -> Result<(), Failure> {
        match kind {
            Kind::Threads => {
                let thread = Builder::new().spawn(move || contender.take_part());
                self.threads.push(thread.during("std::thread::spawn")?);
            }
            Kind::Processes => {
                self.processes.push(Child::bound(|| {
                    contender.take_part();
                    Ok(())
                })?);
            }
        }
        Ok(())
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        let _ = self.board.send_home();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
        // Killed and reaped.
        self.processes.clear();
    }
}
