//! Where the wall time of a run goes. Whoever does something says what it is,
//! and all time until the next word is booked on that: nothing is booked twice
//! or not at all, so the parts sum to the whole.
//!
//! It must never cost a measurement anything: a word is one look at the clock,
//! and none is said between the first and the last sample of a burst.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// What wall time is spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spending {
    /// Looking at the machine, choosing cases, opening the record.
    SetUp,
    /// Starting probes, until a case is built in them; and frozen workloads,
    /// until they can take turns.
    Start,
    /// Finding out how to time a case, and warming it up.
    WarmUp,
    /// Bursts of cases and frozen workloads, from request to answer.
    Bursts,
    /// Ending probes and frozen workloads, well or badly.
    Stop,
    /// What the driver does itself: lines, looks at the machine, the table.
    Driver,
}

impl Spending {
    /// All of them, in the order of a run.
    pub const ALL: [Self; 6] = [
        Self::SetUp,
        Self::Start,
        Self::WarmUp,
        Self::Bursts,
        Self::Stop,
        Self::Driver,
    ];
}

/// The account of a run that is going on.
#[expect(missing_debug_implementations, reason = "holds a function")]
pub struct Ledger {
    clock: Box<dyn Fn() -> Duration>,
    begin: Duration,
    since: Cell<Duration>,
    current: Cell<Spending>,
    parts: Cell<[Duration; Spending::ALL.len()]>,
}

impl Default for Ledger {
    fn default() -> Self {
        let begin = Instant::now();
        Self::with_clock(Box::new(move || begin.elapsed()))
    }
}

impl Ledger {
    /// An account by a clock that never goes back, open on
    /// [`Spending::SetUp`].
    #[must_use]
    pub fn with_clock(clock: Box<dyn Fn() -> Duration>) -> Self {
        let begin = clock();
        Self {
            clock,
            begin,
            since: Cell::new(begin),
            current: Cell::new(Spending::SetUp),
            parts: Cell::default(),
        }
    }

    /// From now on time goes into this.
    pub fn enter(&self, spending: Spending) {
        let now = (self.clock)();
        let mut parts = self.parts.get();
        parts[self.current.get() as usize] += now.saturating_sub(self.since.get());
        self.parts.set(parts);
        self.since.set(now);
        self.current.set(spending);
    }

    /// How long it has been open.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        (self.clock)().saturating_sub(self.begin)
    }

    /// Where the time has gone until now.
    #[must_use]
    pub fn spent(&self) -> Spent {
        self.enter(self.current.get());
        Spent {
            parts: self.parts.get(),
            wall: self.since.get().saturating_sub(self.begin),
        }
    }
}

/// Where the wall time of a run has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    parts: [Duration; Spending::ALL.len()],
    /// All of it, from the clock's first reading to its last.
    pub wall: Duration,
}

impl Spent {
    /// The time that went into this.
    #[must_use]
    pub fn on(&self, spending: Spending) -> Duration {
        self.parts[spending as usize]
    }

    /// The share of the wall time that went into this; 0 of nothing.
    #[must_use]
    pub fn share(&self, spending: Spending) -> f64 {
        ratio(self.on(spending), self.wall)
    }

    /// What the driver and warm-ups take of the time that is left beside set-up
    /// and the start and end of processes, as a share; 0 of nothing.
    #[must_use]
    pub fn overhead(&self) -> f64 {
        let beside = self.on(Spending::WarmUp) + self.on(Spending::Driver);
        ratio(beside, beside + self.on(Spending::Bursts))
    }
}

fn ratio(part: Duration, whole: Duration) -> f64 {
    match whole {
        Duration::ZERO => 0.0,
        whole => part.as_secs_f64() / whole.as_secs_f64(),
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    #[test]
    fn time_is_booked_on_what_was_said_last_and_none_is_lost() {
        let time = Rc::new(Cell::new(Duration::from_secs(40)));
        let pass = |seconds| time.set(time.get() + Duration::from_secs(seconds));
        let clock = Rc::clone(&time);
        let ledger = Ledger::with_clock(Box::new(move || clock.get()));
        pass(1);
        ledger.enter(Spending::Bursts);
        pass(12);
        ledger.enter(Spending::Driver);
        pass(1);
        ledger.enter(Spending::WarmUp);
        pass(3);
        ledger.enter(Spending::Driver);
        pass(3);
        let spent = ledger.spent();
        let seconds = Spending::ALL.map(|spending| spent.on(spending).as_secs());
        assert_eq!(seconds, [1, 0, 3, 12, 0, 4]);
        assert_eq!(spent.wall, Duration::from_secs(20));
        assert_eq!(spent.share(Spending::Bursts), 0.6);
        assert_eq!(spent.overhead(), 7.0 / 19.0);
        // A look changes nothing.
        assert_eq!(ledger.spent(), spent);
    }

    #[test]
    fn nothing_is_spent_on_nothing() {
        let ledger = Ledger::with_clock(Box::new(|| Duration::ZERO));
        let spent = ledger.spent();
        assert_eq!((spent.share(Spending::SetUp), spent.overhead()), (0.0, 0.0));
    }
}
