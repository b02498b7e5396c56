//! Work for the CPU alone, shared out among workers: what a piece takes with
//! one of them, with two, with as many as there are CPUs.
//!
//! Workers take pieces from one counter until it is through, so that none waits
//! while there is work. They live as long as the case; making them is not part
//! of what is timed. Each worker that the kernel knows has a CPU of its own: where
//! others are at work as well, a scheduler may take longer than a probe lives to
//! find out that two of them share one.

mod bench;

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use oscost_harness::child::Child;
use oscost_harness::{
    Audit, Axis, During as _, Evidence, Failure, Measure, Need, Row, Setting, Work, pin,
};
use oscost_record::{TaskKind, Tier};
use tokio::runtime::Runtime;

use crate::needs;
use crate::piece::Piece;
use crate::{account, row, runtime};
use bench::Bench;

const ROW: Row = Row {
    per: "piece",
    axes: &[Axis {
        name: "workers",
        unit: "",
        core: &[1, 2],
        full: &[4, 8, 16, 32, 64, 128, 256],
    }],
    claims: &[13],
    needs: |setting| {
        let workers = u32::try_from(setting.value()).unwrap_or(u32::MAX);
        let mut needs = needs::of_processes(setting.value());
        needs.push(Need::Cpus(workers));
        needs
    },
    ..row::ROW
};

pub(crate) const ROWS: &[Row] = &[
    Row {
        operation: "scaling/process",
        title: "pieces of work shared out",
        question: "How long does each of many pieces of work for the CPU take when processes share them out?",
        task: TaskKind::Process,
        build: |setting| scaling(setting, Kind::Process),
        ..ROW
    },
    Row {
        operation: "scaling/thread",
        title: "pieces of work shared out",
        question: "How long does each of many pieces of work for the CPU take when threads share them out?",
        task: TaskKind::Thread,
        tier: Tier::Core,
        build: |setting| scaling(setting, Kind::Thread),
        ..ROW
    },
    Row {
        operation: "scaling/coroutine",
        title: "pieces of work shared out",
        question: "How long does each of many pieces of work for the CPU take when coroutines of one thread share them out?",
        task: TaskKind::Coroutine,
        tier: Tier::Core,
        build: |setting| scaling(setting, Kind::OneThread),
        ..ROW
    },
    Row {
        operation: "scaling/coroutines",
        title: "pieces shared out, N threads",
        question: "How long does each of many pieces of work for the CPU take when coroutines share them out, on as many threads of a runtime as there are coroutines?",
        task: TaskKind::Coroutine,
        build: |setting| scaling(setting, Kind::Pool),
        ..ROW
    },
];

/// Long enough that taking the next one is nothing beside it.
const PIECE: Duration = Duration::from_micros(200);
/// Pieces of a sample, for each worker: so that the wake-ups at its beginning
/// and the wait for the last one at its end hardly show.
const PIECES_EACH: u64 = 8;

/// What the workers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Process,
    Thread,
    OneThread,
    Pool,
}

/// The workers.
enum Crew {
    Processes(Vec<Child>),
    Threads(Vec<JoinHandle<()>>),
    Coroutines(Runtime),
}

struct Scaling {
    bench: Arc<Bench>,
    crew: Crew,
}

fn scaling(setting: &Setting, kind: Kind) -> Result<Measure, Failure> {
    let workers = u32::try_from(setting.value()).unwrap_or(u32::MAX);
    let scaling = Scaling::new(kind, workers, Piece::lasting(PIECE))?;
    Ok(Measure::Timed(Box::new(scaling)))
}

impl Scaling {
    fn new(kind: Kind, workers: u32, piece: Piece) -> Result<Self, Failure> {
        let bench = Arc::new(Bench::new(workers, piece)?);
        let cpus = pin::allowed()?;
        // In turn, where there are fewer.
        let places = (0..workers).zip(cpus.iter().copied().cycle());
        let crew = match kind {
            Kind::Process => {
                let worker = |(number, cpu)| Child::bound(|| bench.be_worker(number, cpu));
                let children = places.map(worker);
                Crew::Processes(children.collect::<Result<_, _>>()?)
            }
            Kind::Thread => {
                let spawn = |(number, cpu)| {
                    let bench = Arc::clone(&bench);
                    let part = move || {
                        if let Err(failure) = bench.be_worker(number, cpu) {
                            panic!("a worker: {failure}");
                        }
                    };
                    let thread = thread::Builder::new().spawn(part);
                    thread
                        .during("std::thread::spawn")
                        .map_err(Failure::too_many)
                };
                Crew::Threads(places.map(spawn).collect::<Result<_, _>>()?)
            }
            Kind::OneThread => Crew::Coroutines(runtime::on_this_thread()?),
            Kind::Pool => {
                let threads = usize::try_from(workers).unwrap_or(usize::MAX);
                Crew::Coroutines(runtime::on_pinned_workers(threads, cpus)?)
            }
        };
        Ok(Self { bench, crew })
    }

    /// Has so many pieces done, and sees the last worker come to rest.
    fn share_out(&self, pieces: u64) -> Result<(), Failure> {
        match &self.crew {
            Crew::Coroutines(runtime) => {
                self.bench.lay_out(pieces);
                runtime.block_on(async {
                    let workers = (0..self.bench.workers()).map(|_| {
                        let bench = Arc::clone(&self.bench);
                        tokio::spawn(async move { bench.be_coroutine().await })
                    });
                    let workers: Vec<_> = workers.collect();
                    for worker in workers {
                        worker.await.map_err(runtime::died)?;
                    }
                    Ok(())
                })
            }
            Crew::Processes(children) => {
                self.bench.open(pieces)?;
                let is_gone = || children.iter().any(Child::has_ended);
                let came = self.bench.await_rest(is_gone);
                let reason = || children.iter().find_map(Child::last_words);
                came.map_err(|failure| reason().unwrap_or(failure))
            }
            Crew::Threads(threads) => {
                self.bench.open(pieces)?;
                let is_gone = || threads.iter().any(JoinHandle::is_finished);
                self.bench.await_rest(is_gone)
            }
        }
    }
}

impl Work for Scaling {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        self.share_out(ops)
    }

    fn granule(&self) -> u64 {
        PIECES_EACH * u64::from(self.bench.workers())
    }
}

impl Evidence for Scaling {
    fn audit(&mut self) -> Result<Audit, Failure> {
        let mut audit = account::audit(self.bench.proven()?, [].into())?;
        audit.parties.extend(self.bench.places());
        Ok(audit)
    }
}

impl Drop for Scaling {
    fn drop(&mut self) {
        // Processes are killed.
        if let Crew::Threads(threads) = &mut self.crew {
            self.bench.close();
            for thread in threads.drain(..) {
                let _ = thread.join();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_micros(20);

    #[test]
    fn every_kind_does_every_piece() {
        for kind in [Kind::Process, Kind::Thread, Kind::OneThread, Kind::Pool] {
            for workers in [1, 3] {
                let mut scaling = Scaling::new(kind, workers, Piece::lasting(SHORT)).unwrap();
                for _ in 0..2 {
                    scaling.run(scaling.granule()).unwrap();
                }
                let done = scaling.audit().unwrap().done;
                assert_eq!(done, 2 * scaling.granule(), "{kind:?} {workers}");
                // They were where they were told to be.
                let mut cpus = pin::allowed().unwrap().into_iter().cycle();
                for party in scaling.bench.places() {
                    assert_eq!(party.cpu, cpus.next(), "{kind:?} {workers}");
                }
            }
        }
    }

    #[test]
    fn a_worker_that_dies_is_noticed() {
        let mut scaling = Scaling::new(Kind::Process, 2, Piece::lasting(SHORT)).unwrap();
        scaling.run(16).unwrap();
        let Crew::Processes(children) = &scaling.crew else {
            panic!("no processes");
        };
        nix::sys::signal::kill(children[1].pid(), nix::sys::signal::Signal::SIGKILL).unwrap();
        while !children[1].has_ended() {
            thread::yield_now();
        }
        assert!(scaling.run(16).is_err());
    }
}
