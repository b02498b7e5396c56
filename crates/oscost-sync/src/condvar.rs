//! Condition variables: a turn that goes to and fro between two threads, and a
//! broadcast to a crowd. Who wakes up without a reason has not run.

mod monitor;

use oscost_harness::alone::calls;
use oscost_harness::pingpong::Side;
use oscost_harness::thread_pair::ThreadPair;
use oscost_harness::{Axis, Expect, Failure, Measure, Place, Row, Setting};
use oscost_record::{Aspect, Peers, TaskKind, Tier};

use crate::company::Company;
use crate::room::Bell;
use crate::waker::{self, Until, Waker, Wakes};
use monitor::{Monitor, Notice, ParkingLot, Pthread, Std};

const fn signal(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    control: &'static str,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Thread,
        aspect: Aspect::Lock,
        per: "round trip",
        tier: Tier::Full,
        axes: &[],
        place: Place::Each,
        peers: Some(Peers::Threads),
        control: Some(control),
        claims: &[20],
        needs: |_| Vec::new(),
        expect: expect_round_trip,
        build,
    }
}

const fn broadcast(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        per: "broadcast until all ran",
        axes: &[Axis {
            name: "waiters",
            unit: "",
            core: &[1, 4, 16, 64],
            full: &[],
        }],
        place: Place::Anywhere,
        peers: None,
        control: None,
        needs: |setting| waker::needs(setting.value()),
        expect: |setting| waker::expect(setting.value() as f64),
        ..signal(operation, title, question, "", build)
    }
}

/// All on one CPU: so it is the crowd alone that makes a difference.
const fn signal_one(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        per: "wake to run",
        place: Place::OneCpu,
        expect: |_| waker::expect(1.0),
        ..broadcast(operation, title, question, build)
    }
}

const fn control(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        aspect: Aspect::Control,
        place: Place::OneCpu,
        peers: None,
        control: None,
        claims: &[],
        expect: |_| Expect::NO_SWITCH,
        ..signal(operation, title, question, "", build)
    }
}

pub(crate) const ROWS: &[Row] = &[
    signal(
        "condvar/signal/pthread",
        "pthread_cond_signal",
        "What does it cost to pass a turn to another thread with pthread_cond_signal and get it back the same way?",
        "control/condvar/pthread",
        round_trip::<Pthread>,
    ),
    signal(
        "condvar/signal/std",
        "std Condvar, notify_one",
        "What does it cost to pass a turn to another thread with Rust's std::sync::Condvar and get it back the same way?",
        "control/condvar/std",
        round_trip::<Std>,
    ),
    signal(
        "condvar/signal/parking-lot",
        "parking_lot Condvar, notify_one",
        "What does it cost to pass a turn to another thread with parking_lot's Condvar and get it back the same way?",
        "control/condvar/parking-lot",
        round_trip::<ParkingLot>,
    ),
    signal_one(
        "condvar/signal-one-of/pthread",
        "pthread_cond_signal, a crowd",
        "How long after a pthread_cond_signal does the one run that was woken of many waiters?",
        wake_one_of::<Pthread>,
    ),
    signal_one(
        "condvar/signal-one-of/std",
        "std notify_one, a crowd",
        "How long after the notify_one of Rust's std::sync::Condvar does the one run that was woken of many waiters?",
        wake_one_of::<Std>,
    ),
    signal_one(
        "condvar/signal-one-of/parking-lot",
        "parking_lot notify_one, a crowd",
        "How long after the notify_one of parking_lot's Condvar does the one run that was woken of many waiters?",
        wake_one_of::<ParkingLot>,
    ),
    broadcast(
        "condvar/broadcast/pthread",
        "pthread_cond_broadcast",
        "How long after a pthread_cond_broadcast has the last of many waiters run?",
        wake_crowd::<Pthread>,
    ),
    broadcast(
        "condvar/broadcast/std",
        "std Condvar, notify_all",
        "How long after the notify_all of Rust's std::sync::Condvar has the last of many waiters run?",
        wake_crowd::<Std>,
    ),
    broadcast(
        "condvar/broadcast/parking-lot",
        "parking_lot Condvar, notify_all",
        "How long after the notify_all of parking_lot's Condvar has the last of many waiters run?",
        wake_crowd::<ParkingLot>,
    ),
    control(
        "control/condvar/pthread",
        "pthread condvar, one thread",
        "What do the calls of a round trip by pthread_cond_signal cost when one thread makes them all and nobody waits?",
        |_| alone::<Pthread>(),
    ),
    control(
        "control/condvar/std",
        "std Condvar, one thread",
        "What do the calls of a round trip by std::sync::Condvar cost when one thread makes them all and nobody waits?",
        |_| alone::<Std>(),
    ),
    control(
        "control/condvar/parking-lot",
        "parking_lot Condvar, one thread",
        "What do the calls of a round trip by parking_lot's Condvar cost when one thread makes them all and nobody waits?",
        |_| alone::<ParkingLot>(),
    ),
];

/// On one CPU a round trip cannot be had without two switches. On two, a party
/// may find its turn before it has gone to sleep, or sleep once more for the
/// lock.
fn expect_round_trip(setting: &Setting) -> Expect {
    match setting.cpus.len() {
        1 => Expect::switches(2.0, 2.0),
        _ => Expect::switches(0.0, 4.0),
    }
}

/// A monitor each way.
struct End<M: 'static> {
    from_other: &'static M,
    to_other: &'static M,
    turn: u32,
}

impl<M: Monitor> Side for End<M> {
    #[inline]
    fn pass(&mut self) -> Result<(), Failure> {
        self.to_other.raise(Notice::One)
    }

    #[inline]
    fn await_turn(&mut self) -> Result<bool, Failure> {
        self.turn = self.turn.wrapping_add(1);
        self.from_other.await_turn(self.turn)?;
        Ok(true)
    }
}

fn round_trip<M: Monitor>(setting: &Setting) -> Result<Measure, Failure> {
    let [ping, pong]: [&'static M; 2] = [(); 2].map(|()| &*Box::leak(Box::new(M::new())));
    let end = |from_other, to_other| End {
        from_other,
        to_other,
        turn: 0,
    };
    ThreadPair::measure(setting, (end(pong, ping), end(ping, pong)))
}

/// The calls of a round trip, made by one thread beside one that sleeps.
fn alone<M: Monitor>() -> Result<Measure, Failure> {
    let company = Company::new()?;
    let monitor = M::new();
    let mut turn = 0_u32;
    Ok(calls(move || {
        let _ = &company;
        for _ in 0..2 {
            turn = turn.wrapping_add(1);
            monitor.raise(Notice::One)?;
            monitor.await_turn(turn)?;
        }
        Ok(())
    }))
}

/// What a crowd waits for together.
struct Broadcast<M>(M);

impl<M: Monitor> Bell for Broadcast<M> {
    fn sleep(&self, turn: u32) -> Result<(), Failure> {
        self.0.await_turn(turn)
    }

    fn ring(&self, _: usize) -> Result<Option<u64>, Failure> {
        self.0.raise(Notice::All)?;
        Ok(None)
    }

    fn awaited_by(&self, sleepers: usize) -> Result<bool, Failure> {
        Ok(self.0.waiting()? == sleepers)
    }
}

/// What a crowd waits for one by one: who takes the token runs, whoever it is.
struct Tokens<M>(M);

impl<M: Monitor> Bell for Tokens<M> {
    fn sleep(&self, _: u32) -> Result<(), Failure> {
        self.0.await_token()
    }

    fn ring(&self, count: usize) -> Result<Option<u64>, Failure> {
        if count == 1 {
            self.0.change(|board| board.tokens += 1)?;
            self.0.notify(Notice::One)?;
        } else {
            // One that is quick could take two tokens.
            self.0.raise(Notice::All)?;
        }
        Ok(None)
    }

    fn awaited_by(&self, sleepers: usize) -> Result<bool, Failure> {
        Ok(self.0.waiting()? == sleepers)
    }
}

fn crowd(setting: &Setting) -> Result<usize, Failure> {
    usize::try_from(setting.value())
        .map_err(|_| Failure::Skip("more than this machine can count".into()))
}

fn wake_crowd<M: Monitor>(setting: &Setting) -> Result<Measure, Failure> {
    let bell = Broadcast(M::new());
    Waker::measure(setting, bell, crowd(setting)?, Wakes::All, Until::LastRan)
}

fn wake_one_of<M: Monitor>(setting: &Setting) -> Result<Measure, Failure> {
    let bell = Tokens(M::new());
    Waker::measure(setting, bell, crowd(setting)?, Wakes::One, Until::LastRan)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_row_proves_its_work() {
        crate::proven::every_row_proves_its_work(super::ROWS);
    }
}
