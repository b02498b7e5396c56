//! Tasks of a storm that come to wait, and whom nobody answers until something
//! was done while all of them do.

use std::time::{Duration, Instant};

use nix::unistd::Pid;
use oscost_harness::Failure;

use super::office::Office;

/// What is done while all tasks wait, given the processes that they are.
type Act<'a> = &'a mut dyn FnMut(&[Pid]) -> Result<(), Failure>;

/// See the module. Who waits is let go when this is dropped.
pub(super) struct Gathering<'a> {
    office: &'a Office,
    due: u64,
    begin: Instant,
    act: Act<'a>,
}

/// All tasks must have come to wait within this.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long whoever waits for them sleeps before he looks again.
pub(super) const STEP: Duration = Duration::from_millis(1);

impl<'a> Gathering<'a> {
    /// Call it before the first of so many tasks is made.
    pub(super) fn new(office: &'a Office, tasks: u64, act: Act<'a>) -> Self {
        let ledger = office.ledger();
        ledger.hold();
        Self {
            office,
            due: ledger.waited() + tasks,
            begin: Instant::now(),
            act,
        }
    }

    /// Whether all wait; `None` where they never will, since one has failed:
    /// that one tells why when it is seen to end.
    ///
    /// # Errors
    /// Where some never come to wait.
    pub(super) fn is_complete(&self) -> Result<Option<bool>, Failure> {
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

    /// Does what is to be done as soon as all wait; nothing where one has
    /// failed. Then all go on.
    ///
    /// # Errors
    /// Where some never come to wait, or what is done fails.
    pub(super) fn act(self, tasks: &[Pid]) -> Result<(), Failure> {
        loop {
            match self.is_complete()? {
                Some(false) => std::thread::sleep(STEP),
                Some(true) => return (self.act)(tasks),
                None => return Ok(()),
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
