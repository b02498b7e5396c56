//! A contest counts every turn, for threads as for processes, and finds out a
//! lock that does not lock.

use oscost_record::Nanos;
use oscost_sys::counter;
use oscost_sys::futex::Scope;
use oscost_sys::lock::mutex;
use oscost_sys::lock::rwlock::RwLock;

use super::*;
use crate::locks::{
    FutexSemaphore, Lock, ParkingLotMutex, ParkingLotRwLock, Permits, PosixSemaphore, ReadWrite,
    StdMutex, StdRwLock, SysvSemaphore, Ticket, Ttas, Unlocked, Writing,
};
use crate::uncontended::made_mutex;

fn rules(contenders: usize, section: f64) -> Rules {
    Rules {
        contenders,
        section: Busy::lasting(Nanos(section)),
        outside: Busy::default(),
    }
}

/// As many turns as were asked for, by the marks that they left.
fn done<A: Arena>(contest: &mut Contest<A>, ops: u64) -> Result<u64, Failure> {
    let before = contest.audit()?.done;
    let waits = contest.run(ops, counter::read)?;
    assert_eq!(waits.len() as u64, ops);
    Ok(contest.audit()?.done - before)
}

#[test]
fn every_turn_of_every_contender_is_counted() {
    for kind in [Kind::Threads, Kind::Processes] {
        for contenders in [1, 2, 5] {
            let lock = FutexSemaphore::new(1, Scope::Shared).unwrap();
            let arena = Exclusive::new(lock).unwrap();
            let mut contest = Contest::new(arena, rules(contenders, 100.0), kind).unwrap();
            for ops in [1, 4, 1000, 3] {
                assert_eq!(done(&mut contest, ops), Ok(ops), "{kind:?} × {contenders}");
            }
        }
    }
}

#[test]
fn more_turns_than_the_tape_is_long_are_several_races() {
    for how in [Adding::FetchAdd, Adding::CompareExchange] {
        let arena = LockFree::new(2, how).unwrap();
        let mut contest = Contest::new(arena, rules(2, 0.0), Kind::Threads).unwrap();
        let ops = LONGEST as u64 + 10;
        assert_eq!(done(&mut contest, ops), Ok(ops));
    }
}

#[test]
fn a_race_ends_early_where_there_is_no_time_and_counts_what_was_done() {
    for kind in [Kind::Threads, Kind::Processes] {
        let lock = FutexSemaphore::new(1, Scope::Shared).unwrap();
        let arena = Exclusive::new(lock).unwrap();
        let mut contest = Contest::new(arena, rules(3, 1e6), kind).unwrap();
        let before = contest.audit().unwrap().done;
        let within = Duration::from_millis(10);
        let done = contest.run_within(within, 1_000, counter::read).unwrap();
        // Each has one; all of them would take a second.
        assert!((3..1_000).contains(&done), "{kind:?}: {done}");
        assert_eq!(contest.audit().unwrap().done - before, done, "{kind:?}");
        // Where there is time all are done.
        let within = Duration::from_secs(60);
        assert_eq!(contest.run_within(within, 5, counter::read), Ok(5));
    }
}

#[test]
fn the_account_tells_what_stands_beside_the_times() {
    let arena = Exclusive::new(Ticket::new().unwrap()).unwrap();
    let mut contest = Contest::new(arena, rules(2, 1_000.0), Kind::Threads).unwrap();
    let before = contest.audit().unwrap();
    assert_eq!(before.parties.len(), 2);
    contest.run(2_000, counter::read).unwrap();
    let after = contest.audit().unwrap();
    let figure = |name: &str| after.figures[name];
    assert!(figure("acquisitions_per_second") > 0.0);
    assert!((0.0..=1.0).contains(&figure("fairness_share")));
    assert!((0.0..=1.0).contains(&figure("overlap_share")));
    assert!(figure("section_ns") > 0.0);
    for party in &after.parties {
        assert!(party.cpu.is_some());
        assert!(party.usage.voluntary_switches.is_some());
        assert!(party.usage.user_time.is_some());
    }
    // Told once.
    let again = contest.audit().unwrap();
    assert!(!again.figures.contains_key("fairness_share"));
}

/// Two who run into each other sooner or later, even on one CPU.
fn is_found_out<A: Arena>(arena: A) {
    for kind in [Kind::Threads, Kind::Processes] {
        let mut contest = Contest::new(arena.clone(), rules(3, 10_000.0), kind).unwrap();
        let found = (0..20).any(|_| done(&mut contest, 500) != Ok(500));
        assert!(found, "{kind:?}");
    }
}

#[test]
fn a_lock_that_does_not_lock_is_found_out() {
    is_found_out(Exclusive::new(Unlocked).unwrap());
}

/// Admits readers and writers alike.
#[derive(Clone)]
struct Open;

impl ReadWrite for Open {
    const CALL: &'static str = "no lock";

    fn read<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        Ok(inside())
    }

    fn write<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        Ok(inside())
    }
}

/// Keeps writers apart, but lets readers in at any time.
#[derive(Clone)]
struct WritersOnly(FutexSemaphore);

impl ReadWrite for WritersOnly {
    const CALL: &'static str = "half a lock";

    fn read<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        Ok(inside())
    }

    fn write<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        self.0.hold(inside)
    }
}

#[test]
fn a_writer_among_readers_is_found_out() {
    is_found_out(Mixed::new(Open, 50, 3).unwrap());
    let lock = FutexSemaphore::new(1, Scope::Shared).unwrap();
    is_found_out(Mixed::new(WritersOnly(lock), 50, 3).unwrap());
}

/// Says that it admits one fewer than it does.
#[derive(Clone)]
struct Generous(FutexSemaphore);

impl Lock for Generous {
    const CALL: &'static str = "semaphore";

    fn hold<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        self.0.hold(inside)
    }
}

impl Permits for Generous {
    fn permits(&self) -> nix::Result<u32> {
        Ok(self.0.permits()? - 1)
    }
}

#[test]
fn a_permit_too_many_is_found_out() {
    let semaphore = FutexSemaphore::new(2, Scope::Shared).unwrap();
    is_found_out(Counted::new(Generous(semaphore), 1).unwrap());
}

#[test]
fn a_permit_that_does_not_come_back_is_found_out() {
    let semaphore = FutexSemaphore::new(3, Scope::Private).unwrap();
    let arena = Counted::new(Generous(semaphore), 3).unwrap();
    let Err(Failure::Fail(why)) = arena.settle() else {
        panic!("all are there");
    };
    assert!(why.contains("2 of 3 permits"), "{why}");
}

/// Refuses.
#[derive(Clone)]
struct Refusing;

impl Lock for Refusing {
    const CALL: &'static str = "refuse";

    fn hold<R>(&self, _: impl FnOnce() -> R) -> nix::Result<R> {
        Err(nix::errno::Errno::EDEADLK)
    }
}

#[test]
fn a_lock_that_refuses_ends_the_race_with_its_reason() {
    for kind in [Kind::Threads, Kind::Processes] {
        let arena = Exclusive::new(Refusing).unwrap();
        let mut contest = Contest::new(arena, rules(3, 0.0), kind).unwrap();
        let failure = contest.run(100, counter::read).unwrap_err();
        let told = Failure::call("refuse", nix::errno::Errno::EDEADLK);
        assert_eq!(failure, told, "{kind:?}");
    }
}

/// Three who want it keep apart.
fn keeps_apart(lock: impl Lock) {
    let arena = Exclusive::new(lock).unwrap();
    let mut contest = Contest::new(arena, rules(3, 1_000.0), Kind::Threads).unwrap();
    assert_eq!(done(&mut contest, 100), Ok(100));
}

#[test]
fn every_lock_keeps_its_contenders_apart() {
    keeps_apart(StdMutex::new());
    keeps_apart(ParkingLotMutex::new());
    keeps_apart(Ttas::new().unwrap());
    keeps_apart(Ticket::new().unwrap());
    keeps_apart(PosixSemaphore::new(1, Scope::Private).unwrap());
    keeps_apart(FutexSemaphore::new(1, Scope::Private).unwrap());
    keeps_apart(SysvSemaphore::new(1).unwrap());
    for kind in [
        mutex::Kind::Normal,
        mutex::Kind::Recursive,
        mutex::Kind::ErrorCheck,
        mutex::Kind::Adaptive,
        mutex::Kind::Inherit,
    ] {
        keeps_apart(made_mutex(kind, Scope::Private).unwrap());
    }
    keeps_apart(Writing(RwLock::new().unwrap()));
    keeps_apart(Writing(StdRwLock::new()));
    keeps_apart(Writing(ParkingLotRwLock::new()));
}
