//! The tasks of a storm, of each kind: all are made at once, and all are seen
//! to end.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use nix::unistd::Pid;
use oscost_harness::{During as _, Failure};
use tokio::runtime::Runtime;

use super::office::Office;
use crate::child::{Child, too_many};
use crate::runtime;

/// What is done while all tasks wait, given the processes that they are.
pub(super) type WhileAllWait<'a> = &'a mut dyn FnMut(&[Pid]) -> Result<(), Failure>;

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
        while_all_wait: Option<WhileAllWait<'_>>,
    ) -> Result<(), Failure>;
}

/// All tasks must have come to wait within this.
const PATIENCE: Duration = Duration::from_secs(20);

/// Tasks that come to wait, and whom nobody answers meanwhile.
struct Gathering<'a> {
    office: &'a Office,
    due: u64,
    begin: Instant,
}

impl<'a> Gathering<'a> {
    /// Call it before the first task is made.
    fn new(office: &'a Office, tasks: u64) -> Self {
        let ledger = office.ledger();
        ledger.hold();
        Self {
            office,
            due: ledger.waited() + tasks,
            begin: Instant::now(),
        }
    }

    /// Whether all wait; `None` where they never will, since one has failed:
    /// that one tells why when it is seen to end.
    fn is_complete(&self) -> Result<Option<bool>, Failure> {
        let ledger = self.office.ledger();
        let missing = self.due.saturating_sub(ledger.waited());
        if ledger.has_failed() {
            return Ok(None);
        }
        if self.begin.elapsed() > PATIENCE {
            return Err(Failure::Fail(format!(
                "{missing} tasks of a storm never came to wait"
            )));
        }
        Ok(Some(missing == 0))
    }

    /// Waits until all do. Tells whether they do.
    fn await_all(&self) -> Result<bool, Failure> {
        loop {
            match self.is_complete()? {
                Some(false) => std::thread::sleep(Duration::from_millis(1)),
                complete => return Ok(complete.is_some()),
            }
        }
    }
}

/// Lets them go, whatever has happened: who is held is never joined.
impl Drop for Gathering<'_> {
    fn drop(&mut self) {
        self.office.ledger().release();
    }
}

/// Each task is a process.
pub(super) struct Processes;

impl Crowd for Processes {
    fn storm(
        &mut self,
        office: &Arc<Office>,
        tasks: u64,
        while_all_wait: Option<WhileAllWait<'_>>,
    ) -> Result<(), Failure> {
        let gathering = while_all_wait.map(|act| (Gathering::new(office, tasks), act));
        let payers = (0..tasks).map(|number| Child::bound(|| office.pay(number)));
        let payers: Vec<Child> = payers.collect::<Result<_, _>>()?;
        if let Some((gathering, act)) = gathering {
            let pids: Vec<Pid> = payers.iter().map(Child::pid).collect();
            if gathering.await_all()? {
                act(&pids)?;
            }
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
        while_all_wait: Option<WhileAllWait<'_>>,
    ) -> Result<(), Failure> {
        let gathering = while_all_wait.map(|act| (Gathering::new(office, tasks), act));
        let mut made = Ok(());
        let mut payers: Vec<JoinHandle<Result<(), Failure>>> = Vec::new();
        for number in 0..tasks {
            let office = Arc::clone(office);
            let payer = Builder::new().spawn(move || office.pay(number));
            match payer.during("std::thread::spawn").map_err(too_many) {
                Ok(payer) => payers.push(payer),
                Err(failure) => {
                    made = Err(failure);
                    break;
                }
            }
        }
        if let Some((gathering, act)) = gathering
            && made.is_ok()
        {
            made = match gathering.await_all() {
                Ok(true) => act(&[]),
                other => other.map(drop),
            };
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
        while_all_wait: Option<WhileAllWait<'_>>,
    ) -> Result<(), Failure> {
        let gathering = while_all_wait.map(|act| (Gathering::new(office, tasks), act));
        self.0.block_on(async {
            let spawn = |number| {
                let office = Arc::clone(office);
                tokio::spawn(async move { office.pay_in_turn(number).await })
            };
            let payers: Vec<_> = (0..tasks).map(spawn).collect();
            if let Some((gathering, act)) = gathering {
                while gathering.is_complete()? == Some(false) {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                if gathering.is_complete()?.is_some() {
                    act(&[])?;
                }
            }
            for payer in payers {
                payer.await.map_err(runtime::died)??;
            }
            Ok(())
        })
    }
}
