//! What the tasks of a storm occupy while all of them wait: in a storm of its
//! own, which is not timed, whose answers are held back until they have been
//! weighed.
//!
//! Counted are resident memory, page tables and, where they can be told, the
//! kernel's stacks. What a socket takes in the kernel nobody tells.

use std::sync::Arc;

use oscost_harness::Failure;
use oscost_harness::memory::{kernel_stack_growth, kernel_stacks, of_this_process};

use super::crowd::Crowd;
use super::gathering::Gathering;
use super::office::Office;
use crate::account;

/// The scales.
pub(super) struct Weight;

impl Weight {
    /// What all tasks together occupy, in bytes; absent where `/proc` does not
    /// tell.
    ///
    /// # Errors
    /// What the storm says.
    pub(super) fn of(
        crowd: &mut impl Crowd,
        office: &Arc<Office>,
        tasks: u64,
    ) -> Result<Option<f64>, Failure> {
        let before = of_this_process();
        let stacks_before = kernel_stacks();
        let mut grown = None;
        let mut weigh = |children: &[nix::unistd::Pid]| {
            let (Ok(before), Ok(after), Ok(children)) =
                (&before, of_this_process(), account::weigh(children))
            else {
                return Ok(());
            };
            let own = after.since(before);
            let stacks = kernel_stack_growth(stacks_before).unwrap_or_default();
            let own = own.resident + own.page_tables + stacks;
            grown = Some(own as f64 + children.0 as f64);
            Ok(())
        };
        let balance = office.balance();
        let gathering = Gathering::new(office, tasks, &mut weigh);
        crowd.storm(office, tasks, Some(gathering))?;
        office.check(balance, tasks)?;
        Ok(grown)
    }
}
