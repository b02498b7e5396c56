//! The contenders as tasks: threads of this process, or children of it. Who
//! has a crew is rid of it when it drops it.

use std::thread::{Builder, JoinHandle};

use nix::sys::prctl;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::waitpid;
use nix::unistd::Pid;
use oscost_harness::{During as _, Failure};
use oscost_sys::fork::fork;

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
    processes: Vec<Pid>,
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
                let child = fork(|| {
                    // Should the probe die, nobody is to stay behind.
                    if prctl::set_pdeathsig(Signal::SIGKILL).is_ok() {
                        contender.take_part();
                    }
                    0
                });
                self.processes.push(child.during("fork")?);
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
        for process in self.processes.drain(..) {
            let _ = kill(process, Signal::SIGKILL);
            let _ = waitpid(process, None);
        }
    }
}
