use oscost_sys::counter::read_monotonic;

use super::database::Answer;
use super::gathering::Gathering;
use super::*;
use crate::answer::answer;

const SHORT: Duration = Duration::from_millis(2);

fn storms<C: Crowd>(way: Way, crowd: C) {
    let office = Office::open(way, SHORT, 20).unwrap();
    let mut storm = Storm::new(office, crowd, 20).unwrap();
    for _ in 0..2 {
        let ticks = storm.run_once(read_monotonic).unwrap();
        assert!(ticks.0 >= 2_000_000, "{way:?}: {ticks:?}");
    }
    let audit = storm.audit().unwrap();
    assert_eq!(audit.done, 2);
    assert!(audit.figures["ideal_ratio"] >= 1.0);
    assert_eq!(audit.figures["delay_ns"], 2e6);
    // They are those of what was done since the last time.
    assert!(!storm.audit().unwrap().figures.contains_key("ideal_ratio"));
}

#[test]
fn every_kind_weathers_every_storm() {
    for way in [Way::Timer, Way::Unix, Way::Tcp] {
        storms(way, Processes);
        storms(way, Threads);
        storms(way, Coroutines::new().unwrap());
    }
    storms(Way::Blocking, Coroutines::new().unwrap());
}

/// A storm in front of a database that is not what it should be.
fn against(broken: (Duration, Answer)) -> Vec<Result<Ticks, Failure>> {
    let mut outcomes = Vec::new();
    for way in [Way::Unix, Way::Tcp] {
        // It is weighed at an honest one: a broken one would be noticed there.
        let honest = Arc::new(Office::open(way, SHORT, 5).unwrap());
        let office = Arc::new(Office::with(way, 50 * SHORT, 5, broken).unwrap());
        let mut storm = Storm {
            office: honest,
            crowd: Threads,
            tasks: 5,
            before: 0,
            memory: None,
            spent: Spent::default(),
            storms: 0,
            elapsed: Duration::ZERO,
        };
        storm.run_once(read_monotonic).unwrap();
        storm.office = office;
        outcomes.push(storm.run_once(read_monotonic));
    }
    outcomes
}

#[test]
fn a_database_that_answers_too_soon_is_noticed() {
    for outcome in against((Duration::ZERO, answer)) {
        let why = outcome.unwrap_err().to_string();
        assert!(why.contains("before any answer"), "{why}");
    }
}

#[test]
fn a_database_that_answers_wrongly_is_noticed() {
    for outcome in against((50 * SHORT, |question| question)) {
        let why = outcome.unwrap_err().to_string();
        assert!(why.contains("wrong answer"), "{why}");
    }
}

#[test]
fn payments_that_are_missing_are_noticed() {
    let office = Office::open(Way::Timer, SHORT, 3).unwrap();
    let before = office.balance();
    for number in 0..2 {
        office.pay(number).unwrap();
    }
    assert!(office.check(before, 3).is_err());
    office.pay(2).unwrap();
    office.check(before, 3).unwrap();
    // The same number of payments, but not of everybody.
    let before = office.balance();
    for _ in 0..3 {
        office.pay(0).unwrap();
    }
    assert!(office.check(before, 3).is_err());
}

#[test]
fn a_crowd_that_cannot_gather_says_so() {
    let mut crowds: [Box<dyn Crowd>; 3] = [
        Box::new(Processes),
        Box::new(Threads),
        Box::new(Coroutines::new().unwrap()),
    ];
    for crowd in &mut crowds {
        let mut office = Office::open(Way::Unix, SHORT, 3).unwrap();
        office.close_the_database();
        let office = Arc::new(office);
        let mut act = |_: &[nix::unistd::Pid]| Ok(());
        let gathering = Gathering::new(&office, 3, &mut act);
        assert!(crowd.storm(&office, 3, Some(gathering)).is_err());
        assert!(crowd.storm(&office, 3, None).is_err());
    }
}

#[test]
fn a_stranger_at_the_database_is_noticed_even_where_he_asks_nothing() {
    let office = Office::open(Way::Unix, SHORT, 3).unwrap();
    let round = || {
        let before = office.balance();
        for number in 0..3 {
            office.pay(number).unwrap();
        }
        office.check(before, 3)
    };
    round().unwrap();
    // Whoever comes later finds that he was accepted.
    drop(office.visited_by_a_stranger());
    let why = round().unwrap_err().to_string();
    assert!(why.contains("6 tasks, but 7 have connected"), "{why}");
}
