//! What a line may claim. Whoever reads a record adds counts up and takes
//! logarithms; a number that no machine can have measured never gets so far.

use std::collections::{HashMap, HashSet};

use crate::{CaseId, CaseLine, Counters, Nanos, Run, Samples};

/// The largest magnitude of a number: 30 years in nanoseconds, an exabyte.
const LARGEST: f64 = 1e18;

/// The smallest magnitude of a sample that is not zero: a billionth of a
/// nanosecond, in which light passes by a few atoms.
const SMALLEST: f64 = 1e-9;

/// The most operations of a whole record: what a `f64` still counts exactly.
const MOST_OPERATIONS: u64 = 1 << 53;

/// The most samples of a case: ten minutes of reading the clock and nothing
/// else. The cost of an interval grows with their root.
const MOST_SAMPLES: u64 = 1 << 36;

/// The longest id, in bytes.
const LONGEST_ID: usize = 1_000;

/// What has been read of a record, as far as later lines must agree with it.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    cases: HashMap<CaseId, Account>,
    operations: u64,
}

/// The same of one case.
#[derive(Debug, Default)]
struct Account {
    rounds: HashSet<u32>,
    samples: u64,
}

impl Ledger {
    /// Whether the line can stand beside those before it.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn enter(&mut self, line: &CaseLine) -> Result<(), String> {
        id(&line.id)?;
        numbers(line)?;
        let account = self.cases.get(&line.id);
        if account.is_some_and(|account| account.rounds.contains(&line.round)) {
            return Err(format!("round {} of {} a second time", line.round, line.id));
        }
        let before = account.map_or(0, |account| account.samples);
        let new = samples(line).filter(|&new| new <= MOST_SAMPLES - before);
        let new = new.ok_or("more samples than any machine takes")?;
        let operations = operations(line, new)
            .and_then(|more| self.operations.checked_add(more))
            .filter(|&all| all <= MOST_OPERATIONS)
            .ok_or("more operations than any machine does")?;
        self.operations = operations;
        // An id is copied once, however many rounds it has.
        if !self.cases.contains_key(&line.id) {
            self.cases.insert(line.id.clone(), Account::default());
        }
        if let Some(account) = self.cases.get_mut(&line.id) {
            account.rounds.insert(line.round);
            account.samples += new;
        }
        Ok(())
    }
}

/// Takes out of a header what cannot be a case, and says what that was.
pub(crate) fn cases_of(run: &mut Run) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut seen = HashSet::new();
    run.cases.retain(|case| {
        let checked = id(&case.id).and_then(|()| {
            let is_new = seen.insert(case.id.clone());
            is_new
                .then_some(())
                .ok_or_else(|| format!("the case {} a second time", case.id))
        });
        checked.map_err(|why| wrong.push(why)).is_ok()
    });
    wrong
}

/// Whether the numbers of a header can be a clock's.
///
/// # Errors
/// Which cannot.
pub(crate) fn clock_of(run: &Run) -> Result<(), String> {
    let clock = &run.clock;
    positive("ticks_per_second", clock.ticks_per_second)?;
    positive("resolution", clock.resolution.0)?;
    positive("cost", clock.cost.0)
}

fn id(id: &CaseId) -> Result<(), String> {
    if id.0.is_empty() || id.0.len() > LONGEST_ID || id.0.contains(char::is_control) {
        return Err(format!(
            "an id is 1 to {LONGEST_ID} bytes without control characters"
        ));
    }
    Ok(())
}

/// How many samples a line has; `None` where the sum overflows.
fn samples(line: &CaseLine) -> Option<u64> {
    match &line.samples {
        Samples::Raw(values) => Some(values.len() as u64),
        Samples::Histogram(buckets) => {
            let mut counts = buckets.iter().map(|&(_, count)| count);
            counts.try_fold(0_u64, u64::checked_add)
        }
    }
}

/// Operations of a line as its samples and as its bursts have them, together;
/// `None` where the sum overflows.
fn operations(line: &CaseLine, samples: u64) -> Option<u64> {
    let mut bursts = line.bursts.iter().map(|burst| burst.ops.0);
    samples
        .checked_mul(line.ops_per_sample.0.max(1))?
        .checked_add(bursts.try_fold(0_u64, u64::checked_add)?)
}

fn numbers(line: &CaseLine) -> Result<(), String> {
    match &line.samples {
        Samples::Raw(values) => values.iter().try_for_each(|&value| sample(value))?,
        Samples::Histogram(buckets) => buckets.iter().try_for_each(|&(value, _)| sample(value))?,
    }
    counters(&line.counters)?;
    for burst in &line.bursts {
        positive("elapsed", burst.elapsed.0)?;
        counters(&burst.counters)?;
    }
    if let Some(reference) = &line.reference {
        positive("level", reference.level.0)?;
        positive("ratio", reference.ratio)?;
    }
    Ok(())
}

fn counters(counters: &Counters) -> Result<(), String> {
    let times = [counters.user_time, counters.system_time, counters.steal];
    for Nanos(time) in times.into_iter().flatten() {
        positive("time", time)?;
    }
    let named = counters.parts.iter().chain(&counters.figures);
    named
        .into_iter()
        .try_for_each(|(name, &value)| within(name, value))
}

fn sample(value: f64) -> Result<(), String> {
    if value == 0.0 || value.abs() >= SMALLEST {
        return within("sample", value);
    }
    Err(format!("sample is {value:e}, below what can be measured"))
}

fn within(name: &str, value: f64) -> Result<(), String> {
    if value.abs() <= LARGEST {
        return Ok(());
    }
    Err(format!("{name} is {value:e}, beyond what can be measured"))
}

fn positive(name: &str, value: f64) -> Result<(), String> {
    within(name, value)?;
    if value >= 0.0 {
        return Ok(());
    }
    Err(format!("{name} is {value:e}, below zero"))
}
