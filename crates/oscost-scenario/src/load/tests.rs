use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Instant;

use oscost_harness::ParallelWork;
use oscost_sys::counter::{Ticks, read_monotonic};

use super::*;
use crate::server::books::Books;
use crate::server::design::Design;
use crate::server::protocol::{Inbox, Reply, reply};

const CONNECTIONS: usize = 5;

fn site(design: Design) -> Site {
    Site::open(House::open(design).unwrap(), CONNECTIONS).unwrap()
}

#[test]
fn every_design_answers_all_in_both_ways() {
    // A child of an emulated process that has threads, as that of tests has,
    // may make none; probes have none, and are tried in `tests/probes.rs`.
    let emulated = std::env::var_os("OSCOST_PROBE_RUNNER").is_some();
    let designs = Design::ALL.into_iter();
    for design in designs.filter(|design| !emulated || *design == Design::Fork) {
        let mut closed = Closed::new(site(design));
        assert_eq!(closed.granule() % CONNECTIONS as u64, 0);
        let times = closed.run(40, read_monotonic).unwrap();
        assert_eq!(times.len(), 40, "{design:?}");
        let audit = closed.audit().unwrap();
        assert_eq!(audit.done, 40);
        assert!(audit.figures["requests_per_s"] > 0.0);
        assert!(audit.figures["cpu_ns_per_request"] > 0.0, "{design:?}");

        let interval = Duration::from_millis(1);
        let mut open = Open::new(site(design), interval).unwrap();
        for _ in 0..2 {
            let begin = Instant::now();
            assert_eq!(open.run(20, read_monotonic).unwrap().len(), 20);
            // The rate is kept: the last one is due at its end.
            assert!(begin.elapsed() >= 20 * interval);
        }
        assert_eq!(open.audit().unwrap().done, 40, "{design:?}");
    }
}

/// A server of one thread and one connection, which is not what it should be:
/// it is told how many it has served, and sends what it likes.
fn broken(
    count: bool,
    send: fn(u64) -> Reply,
) -> impl FnOnce(TcpListener, &Arc<Books>) -> Result<(), Failure> {
    move |listener, books| {
        let (mut socket, _) = listener.accept().unwrap();
        books.admit();
        let mut inbox = Inbox::new();
        loop {
            let length = socket.read(inbox.room()).unwrap();
            inbox.add(length);
            while let Ok(Some(number)) = inbox.next() {
                if count {
                    books.serve();
                }
                // Every tenth takes its time.
                if number % 10 == 5 {
                    std::thread::sleep(STALL);
                }
                socket.write_all(&send(number)).unwrap();
            }
        }
    }
}

const STALL: Duration = Duration::from_millis(30);

fn closed(server: impl FnOnce(TcpListener, &Arc<Books>) -> Result<(), Failure>) -> Closed {
    Closed::new(Site::open(House::with(server).unwrap(), 1).unwrap())
}

#[test]
fn a_wrong_reply_is_noticed() {
    let mut closed = closed(broken(true, |number| reply(number + 1)));
    let why = closed.run(2, read_monotonic).unwrap_err().to_string();
    assert!(why.contains("wrong reply"), "{why}");
}

#[test]
fn a_server_that_did_not_count_what_it_answered_is_noticed() {
    let mut closed = closed(broken(false, reply));
    assert_eq!(closed.run(2, read_monotonic).unwrap().len(), 2);
    assert!(closed.audit().is_err());
}

#[test]
fn a_server_that_leaves_is_noticed() {
    let mut closed = closed(|listener, books| {
        let _connection = listener.accept();
        books.admit();
        Ok(())
    });
    assert!(closed.run(2, read_monotonic).is_err());
    // It may take a moment to end.
    while closed.audit().is_ok() {
        std::thread::yield_now();
    }
}

#[test]
fn a_stall_is_seen_by_all_that_were_due_in_it() {
    let slow = |times: &[Ticks]| times.iter().filter(|time| time.0 >= 5_000_000).count();
    // One of ten stalls. A closed loop sees just that one.
    let mut closed = closed(broken(true, reply));
    let times = closed.run(10, read_monotonic).unwrap();
    assert!(slow(&times) >= 1);
    // In 30 ms another 15 are due; those of the first 25 ms wait for at least 5.
    let house = House::with(broken(true, reply)).unwrap();
    let site = Site::open(house, 1).unwrap();
    let mut open = Open::new(site, Duration::from_millis(2)).unwrap();
    let times = open.run(30, read_monotonic).unwrap();
    assert!(slow(&times) >= 12, "{times:?}");
    assert!(open.audit().unwrap().figures["generator_late_ns"] >= 0.0);
}
