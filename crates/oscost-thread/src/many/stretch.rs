//! What the whole process did from one audit to the next: its switches, and
//! whose its time was.
//!
//! With so many threads no party can be told apart. The kernel divides the time
//! of a thread by what it was seen doing at ticks of the clock, and a thread of
//! many is hardly ever seen: only the sum over all of them says anything.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use oscost_harness::usage::{between, this_cpu};
use oscost_harness::{Audit, During as _, Failure, Party};
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
            at_begin: this_process()?,
            sum: Counters::default(),
        })
    }

    /// Ends the stretch, and gives its figures.
    pub(super) fn end(&mut self) -> Result<BTreeMap<String, f64>, Failure> {
        let spent = between(&self.at_begin, &this_process()?);
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
        self.at_begin = this_process()?;
        Ok(Audit {
            done,
            parties,
            figures,
        })
    }
}

/// All threads of this process together (`getrusage(RUSAGE_SELF)`).
fn this_process() -> Result<Counters, Failure> {
    let usage = getrusage(UsageWho::RUSAGE_SELF).during("getrusage")?;
    let nanos = |time: TimeVal| Nanos(time.tv_sec() as f64 * 1e9 + time.tv_usec() as f64 * 1e3);
    let count = |count: i64| u64::try_from(count).ok();
    Ok(Counters {
        voluntary_switches: count(usage.voluntary_context_switches()),
        involuntary_switches: count(usage.involuntary_context_switches()),
        user_time: Some(nanos(usage.user_time())),
        system_time: Some(nanos(usage.system_time())),
        ..Counters::default()
    })
}
