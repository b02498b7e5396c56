//! The one that wakes the sleepers of a room, and measures. It alone makes,
//! judges and sends home the sleepers; what they sleep on it does not know.

use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use nix::unistd::{Pid, gettid};
use oscost_harness::{
    Audit, During as _, Evidence, Expect, Failure, Measure, Need, Setting, TimedWork, pin,
};
use oscost_sys::counter::Ticks;
use oscost_sys::policy::be_patient;

use crate::asleep::{State, eventually};
use crate::room::{Bell, Order, Room};

/// How many of the sleepers one operation wakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wakes {
    /// One; the kernel chooses which.
    One,
    /// All.
    All,
}

/// Where the time ends that begins with the waking call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    /// Where the call returns. Then no sleeper takes the CPU away from it.
    Called,
    /// Where the last of those whom it woke runs its first instruction.
    LastRan,
}

/// Rings the bell of a room.
pub(crate) struct Waker<B: Bell> {
    room: &'static Room<B>,
    sleepers: Vec<Sleeper>,
    wakes: Wakes,
    until: Until,
    patience: Duration,
    /// A sleeper is missing: nobody shall wait for it again.
    broken: bool,
}

struct Sleeper {
    thread: JoinHandle<Result<(), Failure>>,
    state: State,
    /// Its turns when it was last seen to be asleep.
    turns: u32,
    /// What it had done at the last audit, and how often it had slept.
    done: u64,
    slept: Option<u64>,
}

/// Shorter than the harness waits for an answer, so that the reason is told.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a room of so many sleepers needs of the machine: threads, and a file
/// each that tells whether it sleeps.
pub(crate) fn needs(sleepers: u64) -> Vec<Need> {
    vec![
        Need::File("/proc/self/task"),
        Need::Tasks(sleepers + 10),
        Need::Descriptors(sleepers + 20),
    ]
}

/// What an operation causes that wakes so many: each has been asleep.
pub(crate) const fn expect(woken: f64) -> Expect {
    Expect::switches(woken, f64::INFINITY)
}

impl<B: Bell> Waker<B> {
    /// A room full of sleepers, all of them asleep.
    pub(crate) fn new(
        setting: &Setting,
        bell: B,
        sleepers: usize,
        wakes: Wakes,
        until: Until,
    ) -> Result<Self, Failure> {
        let room = Room::new(bell, sleepers)?;
        room.bell.take_up()?;
        let sleeper = |number| {
            let cpu = setting.cpu(number + 1);
            let enter = move || {
                cpu.map_or(Ok(()), pin::this_thread)?;
                match until {
                    Until::Called => be_patient().during("sched_setscheduler(SCHED_BATCH)"),
                    Until::LastRan => Ok(()),
                }
            };
            Sleeper::in_room(room, number, enter)
        };
        let mut waker = Self {
            room,
            sleepers: (0..sleepers).map(sleeper).collect::<Result<_, _>>()?,
            wakes,
            until,
            patience: PATIENCE,
            broken: false,
        };
        waker.settle()?;
        Ok(waker)
    }

    /// The same as a case.
    pub(crate) fn measure(
        setting: &Setting,
        bell: B,
        sleepers: usize,
        wakes: Wakes,
        until: Until,
    ) -> Result<Measure, Failure> {
        let waker = Self::new(setting, bell, sleepers, wakes, until)?;
        Ok(Measure::SelfTimed(Box::new(waker)))
    }

    /// What the sleepers sleep on.
    pub(crate) fn bell(&self) -> &'static B {
        &self.room.bell
    }

    /// Wakes so many sleepers, and waits until they have done what the order
    /// says. Gives the time before and after the waking call.
    fn wake(
        &mut self,
        order: Order,
        count: usize,
        now: fn() -> Ticks,
    ) -> Result<(Ticks, Ticks), Failure> {
        self.room.order(order, u32::try_from(count).unwrap_or(0));
        let begin = now();
        let woken = self.room.bell.ring(count)?;
        let called = now();
        if let Some(woken) = woken
            && woken != count as u64
        {
            self.broken = true;
            return Err(Failure::Fail(format!(
                "{count} sleepers were to be woken, but the kernel woke {woken}"
            )));
        }
        match self.room.await_done(self.patience)? {
            0 => Ok((begin, called)),
            missing => Err(self.lost(&format!(
                "a wake-up was lost: {missing} of {count} sleepers did not run"
            ))),
        }
    }

    /// Waits until all who have been awake are asleep again.
    pub(crate) fn settle(&mut self) -> Result<(), Failure> {
        let room = self.room;
        room.bell.take_up()?;
        let count = self.sleepers.len();
        let mut asleep = eventually(self.patience, || room.bell.awaited_by(count))?;
        for (number, sleeper) in self.sleepers.iter_mut().enumerate() {
            let turns = room.turns(number);
            if turns != sleeper.turns {
                asleep = asleep && sleeper.state.await_sleep(self.patience)?;
                sleeper.turns = turns;
            }
        }
        if asleep {
            Ok(())
        } else {
            Err(self.lost("a sleeper did not go back to sleep"))
        }
    }

    /// The reason why a sleeper is missing, where it has left one.
    fn lost(&mut self, otherwise: &str) -> Failure {
        self.broken = true;
        let ended = self.sleepers.iter().position(|it| it.thread.is_finished());
        let last_word = ended.map(|number| self.sleepers.swap_remove(number).thread.join());
        match last_word {
            Some(Ok(Err(failure))) => failure,
            _ => Failure::Fail(format!(
                "{otherwise} within {} s",
                self.patience.as_secs_f64()
            )),
        }
    }
}

impl Sleeper {
    /// On its way to sleep, once it has entered.
    fn in_room<B: Bell>(
        room: &'static Room<B>,
        number: usize,
        enter: impl FnOnce() -> Result<(), Failure> + Send + 'static,
    ) -> Result<Self, Failure> {
        let (tell, told) = mpsc::channel::<Pid>();
        let live = move || {
            enter()?;
            // Who does not listen any more does not matter.
            let _ = tell.send(gettid());
            drop(tell);
            room.be_sleeper(number)
        };
        let thread = std::thread::Builder::new()
            .spawn(live)
            .during("std::thread::spawn")?;
        let Ok(id) = told.recv() else {
            let last_word = thread.join().unwrap_or(Ok(()));
            last_word?;
            return Err(Failure::Fail("a sleeper ended before it began".into()));
        };
        Ok(Self {
            thread,
            state: State::of(id)?,
            // As if it had been awake.
            turns: u32::MAX,
            done: 0,
            slept: None,
        })
    }

    /// Takes the account that the sleeper has posted: how often it has run
    /// since the last one, and how often it had slept, where that is known.
    fn take_account(&mut self, done: u64, slept: Option<u64>) -> (u64, Option<u64>) {
        let before = std::mem::replace(&mut self.slept, slept);
        let ran = done - std::mem::replace(&mut self.done, done);
        (ran, slept.zip(before).map(|(now, before)| now - before))
    }
}

/// Taking stock has cost one sleep more. That one in a hundred is missing is
/// allowed: whoever is preempted on its way to sleep, its state already told,
/// is woken without the kernel counting that it slept.
fn check_sleep(ran: u64, slept: u64) -> Result<(), Failure> {
    if slept + ran / 100 >= ran {
        Ok(())
    } else {
        Err(Failure::Fail(format!(
            "a sleeper ran {ran} times, but had slept only {slept} times"
        )))
    }
}

impl<B: Bell> TimedWork for Waker<B> {
    fn run_once(&mut self, now: fn() -> Ticks) -> Result<Ticks, Failure> {
        self.room.tell_time_by(now);
        let count = match self.wakes {
            Wakes::One => 1,
            Wakes::All => self.sleepers.len(),
        };
        let (begin, called) = self.wake(Order::Run, count, now)?;
        let last = (0..self.sleepers.len()).map(|sleeper| self.room.woke(sleeper));
        let end = match self.until {
            Until::Called => called,
            Until::LastRan => last.max().unwrap_or_default(),
        };
        self.settle()?;
        Ok(end.since(begin))
    }
}

impl<B: Bell> Evidence for Waker<B> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        self.wake(Order::Post, self.sleepers.len(), || Ticks(0))?;
        self.settle()?;
        let mut audit = Audit::alone(0)?;
        for (number, sleeper) in self.sleepers.iter_mut().enumerate() {
            let (done, party) = self.room.account(number).read();
            let (ran, slept) = sleeper.take_account(done, party.usage.voluntary_switches);
            match slept {
                Some(slept) if B::SLEEPS => check_sleep(ran, slept)?,
                Some(slept) if ran > 0 => {
                    let share = slept.min(ran) as f64 / ran as f64;
                    audit.figures.insert("slept_share".to_owned(), share);
                }
                _ => {}
            }
            audit.parties.push(party);
        }
        let mut done = self.sleepers.iter().map(|sleeper| sleeper.done);
        audit.done = match self.wakes {
            Wakes::One => done.sum(),
            Wakes::All => {
                let first = done.next().unwrap_or_default();
                if let Some(other) = done.find(|&other| other != first) {
                    return Err(Failure::Fail(format!(
                        "all are woken at once, but one ran {first} times and another {other} times"
                    )));
                }
                first
            }
        };
        Ok(audit)
    }
}

impl<B: Bell> Drop for Waker<B> {
    fn drop(&mut self) {
        let all = self.sleepers.len();
        if !self.broken && self.wake(Order::Leave, all, || Ticks(0)).is_ok() {
            for sleeper in self.sleepers.drain(..) {
                let _ = sleeper.thread.join();
            }
        }
    }
}

#[cfg(test)]
mod tests;
