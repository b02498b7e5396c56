//! The tasks of a storm, of each kind: all are made at once, and all are seen
//! to end.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use nix::unistd::Pid;
use oscost_harness::child::Child;
use oscost_harness::{During as _, Failure};
use tokio::runtime::Runtime;

use super::gathering::{self, Gathering};
use super::office::Office;
use crate::runtime;

/// Tasks of one kind.
pub(super) trait Crowd {
    /// Has so many tasks pay, numbered from 0. Where something is to be done
    /// while all wait, the office gives no answers meanwhile.
    ///
    /// # Errors
    /// Where a task cannot be made, or fails.
    fn storm(
        &mut self,
        office: &Arc<Office>,
        tasks: u64,
        gathering: Option<Gathering<'_>>,
    ) -> Result<(), Failure>;
}

/// Each task is a process.
pub(super) struct Processes;

impl Crowd for Processes {
    fn storm(
        &mut self,
        office: &Arc<Office>,
        tasks: u64,
        gathering: Option<Gathering<'_>>,
    ) -> Result<(), Failure> {
        let payers = (0..tasks).map(|number| Child::bound(|| office.pay(number)));
        let payers: Vec<Child> = payers.collect::<Result<_, _>>()?;
        if let Some(gathering) = gathering {
            let pids: Vec<Pid> = payers.iter().map(Child::pid).collect();
            gathering.act(&pids)?;
        }
        payers.into_iter().try_for_each(Child::finish)
    }
}

/// Each task is a thread.
pub(super) struct Threads;

impl Crowd for Threads {
    fn storm(
        &mut self,
        office: &Arc<Office>,
        tasks: u64,
        gathering: Option<Gathering<'_>>,
    ) -> Result<(), Failure> {
        let mut made = Ok(());
        let mut payers: Vec<JoinHandle<Result<(), Failure>>> = Vec::new();
        for number in 0..tasks {
            let office = Arc::clone(office);
            let payer = Builder::new().spawn(move || office.pay(number));
            match payer
                .during("std::thread::spawn")
                .map_err(Failure::too_many)
            {
                Ok(payer) => payers.push(payer),
                Err(failure) => {
                    made = Err(failure);
                    break;
                }
            }
        }
        // It is over before the first is joined, whatever has happened.
        if let Some(gathering) = gathering {
            made = made.and_then(|()| gathering.act(&[]));
        }
        for payer in payers {
            let paid = payer.join();
            let paid = paid.map_err(|_| Failure::Fail("a payer panicked".into()));
            made = made.and(paid.flatten());
        }
        made
    }
}

/// Each task is a coroutine of this thread.
pub(super) struct Coroutines(Runtime);

impl Coroutines {
    pub(super) fn new() -> Result<Self, Failure> {
        runtime::on_this_thread().map(Self)
    }
}

impl Crowd for Coroutines {
    fn storm(
        &mut self,
        office: &Arc<Office>,
        tasks: u64,
        gathering: Option<Gathering<'_>>,
    ) -> Result<(), Failure> {
        self.0.block_on(async {
            let spawn = |number| {
                let office = Arc::clone(office);
                tokio::spawn(async move { office.pay_in_turn(number).await })
            };
            let payers: Vec<_> = (0..tasks).map(spawn).collect();
            if let Some(gathering) = gathering {
                // They come to wait on this thread: it must not sleep.
                while gathering.is_complete()? == Some(false) {
                    tokio::time::sleep(gathering::STEP).await;
                }
                gathering.act(&[])?;
            }
            for payer in payers {
                payer.await.map_err(runtime::died)??;
            }
            Ok(())
        })
    }
}
