//! The account that a party other than the measuring one posts in shared
//! memory: what it has done, where it runs, and what the kernel counted for it.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use oscost_record::{Counters, Cpu, Nanos};
use oscost_sys::map::SharedPage;

use crate::work::Party;
use crate::{Failure, usage};

/// Slots that an account takes: the long numbers of as many in a row.
pub const SLOTS: usize = 8;

/// Where one party's account stands.
#[derive(Clone, Copy, Debug)]
pub struct Posted<'a> {
    page: &'a SharedPage,
    first: usize,
}

impl<'a> Posted<'a> {
    /// The account whose first slot is `first`.
    #[must_use]
    pub fn at(page: &'a SharedPage, first: usize) -> Self {
        Self { page, first }
    }

    fn cell(&self, index: usize) -> &AtomicU64 {
        &self.page.slot(self.first + index).long
    }

    /// Posts the calling thread's account; an absent count is the largest
    /// number.
    ///
    /// # Errors
    /// What `getrusage(2)` says.
    pub fn write(&self, done: u64) -> Result<(), Failure> {
        let Party { cpu, usage } = usage::this_thread()?;
        let time = |time: Option<Nanos>| time.map(|Nanos(nanos)| nanos.to_bits());
        let account: [Option<u64>; SLOTS] = [
            Some(done),
            cpu.map(|Cpu(cpu)| cpu.into()),
            usage.voluntary_switches,
            usage.involuntary_switches,
            usage.minor_faults,
            usage.major_faults,
            time(usage.user_time),
            time(usage.system_time),
        ];
        for (index, value) in account.into_iter().enumerate() {
            self.cell(index).store(value.unwrap_or(u64::MAX), Relaxed);
        }
        // So that whoever acquires something stored later sees all of it.
        std::sync::atomic::fence(Release);
        Ok(())
    }

    /// What was posted: operations, and the party's account.
    #[must_use]
    pub fn read(&self) -> (u64, Party) {
        std::sync::atomic::fence(Acquire);
        let read = |index: usize| match self.cell(index).load(Relaxed) {
            u64::MAX => None,
            value => Some(value),
        };
        let time = |index| read(index).map(|bits| Nanos(f64::from_bits(bits)));
        let usage = Counters {
            voluntary_switches: read(2),
            involuntary_switches: read(3),
            minor_faults: read(4),
            major_faults: read(5),
            user_time: time(6),
            system_time: time(7),
            ..Counters::default()
        };
        let cpu = read(1).and_then(|cpu| u32::try_from(cpu).ok()).map(Cpu);
        (read(0).unwrap_or_default(), Party { cpu, usage })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_read_as_it_was_posted() {
        let page = SharedPage::new().unwrap();
        let posted = Posted::at(&page, 3);
        posted.write(7).unwrap();
        let (done, party) = posted.read();
        assert_eq!(done, 7);
        let now = usage::this_thread().unwrap();
        assert!(party.usage.voluntary_switches <= now.usage.voluntary_switches);
        assert!(party.usage.voluntary_switches.is_some());
    }
}
