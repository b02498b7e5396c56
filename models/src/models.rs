//! What is run in every order of events, or where there are too many in all with
//! few preemptions, and what must hold in each.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use loom::thread::{self, yield_now};

use crate::atomic::Kind::{self, Fences, Releases};
use crate::atomic::STORES_ARE_EXCHANGES;
use crate::futex::Scope::Private;
use crate::locks::{FutexSemaphore, Lock, Permits, Ticket, Ttas};
use crate::pointer_slot::PointerSlot;
use crate::shared_memory::SharedMemory;
use crate::slate::Slate;
use crate::touched::Touched;
use crate::{Failure, byte_ring, spsc};

/// Some threads that share something.
pub struct Model {
    pub name: &'static str,
    /// Each of these must be missed where it is taken away.
    pub without: &'static [Kind],
    body: fn(),
    /// See [`STORES_ARE_EXCHANGES`].
    exchanges: bool,
    /// How often a thread that could go on is made to wait, at most: for models
    /// that have too many orders.
    pub preemptions: Option<usize>,
}

impl Model {
    /// Runs it in every order that its preemptions allow; gives their number.
    ///
    /// # Panics
    /// Where something does not hold in one.
    pub fn run(&self) -> u64 {
        static ORDERS: AtomicU64 = AtomicU64::new(0);
        ORDERS.store(0, Relaxed);
        STORES_ARE_EXCHANGES.store(self.exchanges, Relaxed);
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = self.preemptions;
        builder.max_branches = 10_000;
        let body = self.body;
        builder.check(move || {
            ORDERS.fetch_add(1, Relaxed);
            body();
        });
        ORDERS.load(Relaxed)
    }
}

pub const MODELS: &[Model] = &[
    Model {
        name: "spsc",
        without: &[Releases],
        body: places_go_round,
        exchanges: false,
        preemptions: Some(3),
    },
    Model {
        name: "spsc-asleep",
        without: &[Releases, Fences],
        body: nobody_sleeps_through_a_place,
        exchanges: false,
        preemptions: Some(3),
    },
    Model {
        name: "byte-ring",
        without: &[Releases, Fences],
        body: bytes_go_round,
        exchanges: false,
        preemptions: Some(3),
    },
    Model {
        name: "slate",
        without: &[Releases],
        body: a_slate_is_passed,
        exchanges: false,
        preemptions: None,
    },
    Model {
        name: "pointer-slot",
        without: &[Releases],
        body: a_box_is_handed_over,
        exchanges: false,
        preemptions: None,
    },
    Model {
        name: "ttas",
        without: &[Releases],
        body: || one_is_inside(Ttas::new()),
        exchanges: true,
        preemptions: Some(3),
    },
    Model {
        name: "ticket",
        without: &[Releases],
        body: || one_is_inside(Ticket::new()),
        exchanges: false,
        preemptions: Some(3),
    },
    Model {
        name: "futex-semaphore",
        without: &[Fences],
        body: || one_is_inside(FutexSemaphore::new(1, Private)),
        exchanges: false,
        preemptions: Some(3),
    },
    Model {
        name: "futex-semaphore-of-two",
        without: &[Fences],
        body: permits_are_never_lost,
        exchanges: false,
        preemptions: Some(2),
    },
];

const IMPOSSIBLE: &str = "a stand-in refuses nothing";

/// Three values through two places: all are full once, and one is used again.
fn places_go_round() {
    let (mut producer, mut consumer) = spsc::pair(2, 1, Private).expect(IMPOSSIBLE);
    let places = Arc::new([Touched::default(), Touched::default()]);
    let filled = Arc::clone(&places);
    let filling = thread::spawn(move || {
        for number in 0..3 {
            while producer.fill(|_| filled[number % 2].set(number)).is_none() {
                yield_now();
            }
        }
    });
    for number in 0..3 {
        let found = loop {
            match consumer.empty(|_| places[number % 2].get()) {
                Some(found) => break found,
                None => yield_now(),
            }
        };
        assert_eq!(found, number);
    }
    filling.join().expect("it filled");
}

/// Two values through one place, by ends that sleep where they have to.
fn nobody_sleeps_through_a_place() {
    let (mut producer, mut consumer) = spsc::pair(1, 1, Private).expect(IMPOSSIBLE);
    let place = Arc::new(Touched::default());
    let filled = Arc::clone(&place);
    let filling = thread::spawn(move || {
        for number in 1..=2 {
            while producer.fill(|_| filled.set(number)).is_none() {
                producer.sleep().expect("no signal comes");
            }
            producer.wake();
        }
    });
    for number in 1..=2 {
        let found = loop {
            match consumer.empty(|_| place.get()) {
                Some(found) => break found,
                None => consumer.sleep().expect("no signal comes"),
            }
        };
        assert_eq!(found, number);
        consumer.wake();
    }
    filling.join().expect("it filled");
}

/// Three bytes through a ring of two, and its end.
fn bytes_go_round() {
    let (mut writer, mut reader) = byte_ring::pair(2, Private).expect(IMPOSSIBLE);
    let writing = thread::spawn(move || {
        let mut rest = &[1, 2, 3][..];
        while !rest.is_empty() {
            let done = writer.write(rest, Duration::MAX);
            assert_ne!(done, 0);
            rest = &rest[done..];
        }
        writer
    });
    let mut found = Vec::new();
    let mut piece = [0; 2];
    while found.len() < 3 {
        let length = reader.read(&mut piece);
        assert_ne!(length, 0);
        found.extend_from_slice(&piece[..length]);
    }
    assert_eq!(found, [1, 2, 3]);
    writing.join().expect("it wrote").close();
    assert_eq!(reader.read(&mut piece), 0);
}

/// There and back again, by halves that sleep until it comes.
fn a_slate_is_passed() {
    let memory = SharedMemory::anonymous(Slate::bytes(1)).expect(IMPOSSIBLE);
    let (mut near, mut far) = Slate::pair(memory, 1, Private);
    let content = Arc::new(Touched::default());
    let there = Arc::clone(&content);
    let answering = thread::spawn(move || {
        await_turn(&far);
        far.content();
        there.set(there.get() + 1);
        pass(&mut far);
    });
    near.content();
    content.set(7);
    pass(&mut near);
    await_turn(&near);
    near.content();
    assert_eq!(content.get(), 8);
    answering.join().expect("it answered");
}

fn await_turn(half: &Slate) {
    while !half.is_mine() {
        half.sleep().expect("no signal comes");
    }
}

fn pass(half: &mut Slate) {
    if half.pass() {
        half.wake().expect(IMPOSSIBLE);
    }
}

/// Two boxes put, some taken: none is lost, none is had twice.
fn a_box_is_handed_over() {
    let slot: Arc<PointerSlot<(Touched, Arc<()>)>> = Arc::default();
    let counted = Arc::new(());
    let put = |number| {
        let value = Box::new((Touched::default(), Arc::clone(&counted)));
        value.0.set(number);
        value
    };
    let taker = Arc::clone(&slot);
    let taking = thread::spawn(move || taker.take().map(|value| value.0.get()));
    // Filled only now: the slot alone tells the taker of it.
    assert!(slot.put(put(1)).is_none());
    let pushed_out = slot.put(put(2)).map(|value| value.0.get());
    let taken = taking.join().expect("it took");
    let left = slot.take().map(|value| value.0.get());
    let mut all: Vec<usize> = [pushed_out, taken, left].into_iter().flatten().collect();
    all.sort_unstable();
    assert_eq!(all, [1, 2]);
    assert_eq!(Arc::strong_count(&counted), 1);
}

/// Each of two changes what one at a time may touch.
fn one_is_inside<L: Lock>(made: Result<L, Failure>) {
    let Ok(lock) = made;
    let inside = Arc::new(Touched::default());
    let visit = |lock: &L, inside: &Touched| {
        let held = lock.hold(|| inside.set(inside.get() + 1));
        held.expect(L::CALL);
    };
    let (other, touched) = (lock.clone(), Arc::clone(&inside));
    let visiting = thread::spawn(move || visit(&other, &touched));
    visit(&lock, &inside);
    visiting.join().expect("it was inside");
    visit(&lock, &inside);
    assert_eq!(inside.get(), 3);
}

/// Three come for two permits. All of them leave again, and give theirs back.
fn permits_are_never_lost() {
    let Ok(semaphore) = FutexSemaphore::new(2, Private);
    let visits =
        [(); 2].map(|()| thread::spawn(move || semaphore.hold(|| ()).expect(FutexSemaphore::CALL)));
    semaphore.hold(|| ()).expect(FutexSemaphore::CALL);
    for visit in visits {
        visit.join().expect("it was inside");
    }
    assert_eq!(semaphore.permits(), Ok(2));
}
