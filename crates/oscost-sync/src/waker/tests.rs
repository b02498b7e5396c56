//! Bells that do not do what they should: each fault has to be noticed.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Condvar, Mutex};

use super::*;

/// How a bell misbehaves, once it is rung for work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    /// It wakes nobody, and claims to have.
    WakesNobody,
    /// It admits that it woke fewer.
    WakesFewer,
    /// It wakes everybody twice.
    WakesTwice,
    /// A sleeper gives up.
    Refuses,
}

/// A number of wake-ups per sleeper, told apart by turn.
struct Odd {
    rung: Mutex<u32>,
    changed: Condvar,
    rings: AtomicU32,
    fault: Fault,
}

/// The first ring takes stock.
const FAULTY_RING: u32 = 1;

impl Bell for Odd {
    fn sleep(&self, turn: u32) -> Result<(), Failure> {
        let mut rung = self.rung.lock().unwrap();
        while *rung < turn {
            rung = self.changed.wait(rung).unwrap();
        }
        if self.fault == Fault::Refuses && turn == FAULTY_RING + 1 {
            return Err(Failure::Fail("no, thank you".into()));
        }
        Ok(())
    }

    fn ring(&self, count: usize) -> Result<Option<u64>, Failure> {
        let faulty = self.rings.fetch_add(1, SeqCst) == FAULTY_RING;
        *self.rung.lock().unwrap() += match self.fault {
            Fault::WakesNobody if faulty => 0,
            Fault::WakesTwice if faulty => 2,
            _ => 1,
        };
        self.changed.notify_all();
        let few = faulty && self.fault == Fault::WakesFewer;
        Ok(Some(if few { 0 } else { count as u64 }))
    }
}

/// Takes stock, does one operation, and takes stock again.
fn with(fault: Fault) -> Result<(Audit, Audit), Failure> {
    let bell = Odd {
        rung: Mutex::new(0),
        changed: Condvar::new(),
        rings: AtomicU32::new(0),
        fault,
    };
    let setting = Setting::default();
    let mut waker = Waker::new(&setting, bell, 3, Wakes::All, Until::LastRan)?;
    let before = waker.audit()?;
    if matches!(fault, Fault::WakesNobody | Fault::Refuses) {
        // Nothing will come of waiting longer.
        waker.patience = Duration::from_millis(100);
    }
    waker.run_once(oscost_sys::counter::read)?;
    Ok((before, waker.audit()?))
}

#[test]
fn an_honest_bell_passes() {
    let (before, after) = with(Fault::None).unwrap();
    assert_eq!(after.done - before.done, 1);
    assert_eq!(after.parties.len(), 4);
}

#[test]
fn a_lost_wake_up_is_noticed() {
    let failure = with(Fault::WakesNobody).unwrap_err().to_string();
    assert!(failure.contains("3 of 3 sleepers did not run"), "{failure}");
}

#[test]
fn too_few_woken_are_noticed() {
    let failure = with(Fault::WakesFewer).unwrap_err().to_string();
    assert!(failure.contains("the kernel woke 0"), "{failure}");
}

#[test]
fn a_sleeper_that_ran_twice_is_noticed() {
    // By its count, or because it has not slept before the second time.
    if let Ok((before, after)) = with(Fault::WakesTwice) {
        assert_ne!(after.done - before.done, 1);
    }
}

#[test]
fn the_last_word_of_a_sleeper_is_told() {
    let failure = with(Fault::Refuses).unwrap_err().to_string();
    assert!(failure.contains("no, thank you"), "{failure}");
}

#[test]
fn whoever_never_slept_is_noticed() {
    assert!(check_sleep(1, 2).is_ok());
    assert!(check_sleep(1000, 1001).is_ok());
    assert!(check_sleep(1000, 500).is_err());
    assert!(check_sleep(2, 1).is_err());
}
