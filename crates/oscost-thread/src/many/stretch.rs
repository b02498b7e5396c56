//! What the whole process did from one audit to the next: its switches, and
//! whose its time was.
//!
//! With so many threads no party can be told apart. The kernel divides the time
//! of a thread by what it was seen doing at ticks of the clock, and a thread of
//! many is hardly ever seen: only the sum over all of them says anything.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use oscost_harness::usage::{self, between, this_cpu};
use oscost_harness::{Audit, Failure, Party};
use oscost_record::{Counters, Cpu, Nanos};

/// A stretch that has begun, and the sum of those that have ended. What audits
/// cause lies between two stretches.
pub(super) struct Stretch {
    begin: Instant,
    at_begin: Counters,
    sum: Counters,
}

impl Stretch {
    pub(super) fn begin() -> Result<Self, Failure> {
        Ok(Self {
            begin: Instant::now(),
            at_begin: usage::this_process()?.usage,
            sum: Counters::default(),
        })
    }

    /// Ends the stretch, and gives its figures.
    pub(super) fn end(&mut self) -> Result<BTreeMap<String, f64>, Failure> {
        let spent = between(&self.at_begin, &usage::this_process()?.usage);
        let seconds = self.begin.elapsed().as_secs_f64();
        let mut figures = BTreeMap::new();
        if let (Some(voluntary), Some(involuntary)) =
            (spent.voluntary_switches, spent.involuntary_switches)
        {
            let switches = (voluntary + involuntary) as f64;
            figures.insert("switches_per_second".into(), switches / seconds);
        }
        if let (Some(Nanos(user)), Some(Nanos(system))) = (spent.user_time, spent.system_time)
            && user + system > 0.0
        {
            figures.insert("system_time_share".into(), system / (user + system));
        }
        self.sum.add(&spent);
        Ok(figures)
    }

    /// The account of an audit that ends here, with the CPUs that threads were
    /// seen on; the next stretch begins.
    pub(super) fn account(
        &mut self,
        done: u64,
        mut cpus: BTreeSet<Cpu>,
        figures: BTreeMap<String, f64>,
    ) -> Result<Audit, Failure> {
        let cpu = this_cpu();
        cpus.retain(|other| Some(*other) != cpu);
        let usage = self.sum.clone();
        let others = cpus.into_iter().map(|cpu| Party {
            cpu: Some(cpu),
            usage: Counters::default(),
        });
        let parties = std::iter::once(Party { cpu, usage })
            .chain(others)
            .collect();
        self.begin = Instant::now();
        self.at_begin = usage::this_process()?.usage;
        Ok(Audit {
            done,
            parties,
            figures,
        })
    }
}
