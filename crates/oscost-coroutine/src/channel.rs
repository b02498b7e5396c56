//! What one coroutine says to another through a channel, and the answer: on one
//! thread, and between two threads with a runtime each.
//!
//! Numbers are sent, each one more than the last. The far side counts those
//! that are what they should be, and both sides stop at any other.

use std::ops::Range;
use std::sync::Arc;
use std::thread::JoinHandle;

use oscost_harness::{
    Audit, Axis, During as _, Evidence, Expect, Failure, Measure, ParallelWork, Place, Row,
    Setting, Work, pin, usage,
};
use oscost_record::{Aspect, Peers, TaskKind, Tier};
use oscost_sys::counter::Ticks;
use tokio::runtime::Runtime;

use self::broadcast::Publisher;
use self::desk::{ACCOUNT, Board, Desk, answer_to};
use self::lines::{Mpsc, Oneshot};
use crate::runtime;
use crate::timed::Laps;

mod broadcast;
mod desk;
mod lines;

/// The channels.
pub const ROWS: &[Row] = &[
    Row {
        operation: "channel/oneshot",
        title: "oneshot",
        question: "What does it cost to complete the future that another task of the thread waits \
                   for, and to wait for a new one that it completes?",
        build: here::<Oneshot>,
        ..HERE
    },
    Row {
        operation: "channel/mpsc",
        title: "mpsc",
        question: "What does it cost to send a number to another task of the thread through a \
                   bounded queue, and to get one back through another?",
        build: here::<Mpsc>,
        ..HERE
    },
    Row {
        operation: "channel/broadcast",
        title: "broadcast",
        question: "What does it cost to publish a number to the tasks of the thread that have \
                   subscribed, and to know that all have received it?",
        per: "publication",
        axes: SUBSCRIBERS,
        build: here::<Publisher>,
        ..HERE
    },
    Row {
        operation: "channel/oneshot-threads",
        title: "oneshot, two threads",
        question: "What does it cost to complete the future that a task on another thread waits \
                   for, and to wait for a new one that it completes?",
        build: to_a_thread::<Oneshot>,
        ..THREADS
    },
    Row {
        operation: "channel/mpsc-threads",
        title: "mpsc, two threads",
        question: "What does it cost to send a number to a task on another thread through a \
                   bounded queue, and to get one back through another?",
        tier: Tier::Core,
        build: to_a_thread::<Mpsc>,
        ..THREADS
    },
    Row {
        operation: "channel/broadcast-threads",
        title: "broadcast, two threads",
        question: "What does it cost to publish a number to tasks on another thread that have \
                   subscribed, and to know that all have received it?",
        per: "publication",
        axes: SUBSCRIBERS,
        build: to_a_thread::<Publisher>,
        ..THREADS
    },
];

const SUBSCRIBERS: &[Axis] = &[Axis {
    name: "subscribers",
    unit: "",
    core: &[8],
    full: &[1, 64],
}];

const HERE: Row = Row {
    operation: "",
    title: "",
    question: "",
    task: TaskKind::Coroutine,
    aspect: Aspect::Talk,
    per: "round trip",
    tier: Tier::Core,
    axes: &[],
    place: Place::OneCpu,
    peers: Some(Peers::Coroutines),
    control: None,
    claims: &[9, 20],
    needs: |_| Vec::new(),
    expect: |_| Expect::NO_SWITCH,
    build: |_| Err(Failure::Fail("a row without a channel".into())),
};

const THREADS: Row = Row {
    tier: Tier::Full,
    place: Place::Each,
    peers: Some(Peers::Threads),
    expect: runtime::expect_two_wake_ups,
    ..HERE
};

/// A way to talk, seen from its near side.
trait Way: Sized + Send + 'static {
    /// Its far side.
    type Far: Send + 'static;

    /// Both sides.
    fn open(setting: &Setting) -> (Self, Self::Far);

    /// Sends a number and waits for the answer.
    fn ask(&mut self, number: u64) -> impl Future<Output = Result<u64, Failure>> + Send;

    /// What the far side does until the near one is dropped: answers as its
    /// desk says, one of which each listener has.
    fn listen(far: Self::Far, desk: Desk) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Asks a question, and checks that the answer is the one that is due.
async fn exchange<W: Way>(near: &mut W, number: u64) -> Result<(), Failure> {
    match near.ask(number).await? {
        answer if answer == answer_to(number) => Ok(()),
        answer => Err(Failure::Fail(format!(
            "the answer to {number} was {answer}"
        ))),
    }
}

/// The near side of a conversation, and all that it needs.
struct Talk<W: Way> {
    runtime: Runtime,
    near: Option<W>,
    /// The number that is sent next.
    next: u64,
    board: Arc<Board>,
    /// The thread of the far side; none where that is a task of this one.
    partner: Option<JoinHandle<Result<(), Failure>>>,
}

fn gone() -> Failure {
    Failure::Fail("the far side of the channel has gone".into())
}

fn here<W: Way>(setting: &Setting) -> Result<Measure, Failure> {
    let (near, far) = W::open(setting);
    let board = Board::new()?;
    let talk = Talk::begin(near, &board)?;
    talk.runtime.spawn(W::listen(far, Desk::new(&board)));
    Ok(Measure::Timed(Box::new(talk)))
}

/// Each operation is timed by itself, so that entering the runtime is part of
/// none; one reading of the clock is.
fn to_a_thread<W: Way>(setting: &Setting) -> Result<Measure, Failure> {
    let (near, far) = W::open(setting);
    let board = Board::new()?;
    let mut talk = Talk::begin(near, &board)?;
    let desk = Desk::new(&board);
    let cpu = setting.cpu(1);
    let partner = std::thread::Builder::new()
        .spawn(move || {
            if let Some(cpu) = cpu {
                pin::this_thread(cpu)?;
            }
            runtime::on_this_thread()?.block_on(W::listen(far, desk))
        })
        .during("std::thread::spawn")?;
    talk.partner = Some(partner);
    Ok(Measure::Parallel(Box::new(talk)))
}

impl<W: Way> Talk<W> {
    fn begin(near: W, board: &Arc<Board>) -> Result<Self, Failure> {
        Ok(Self {
            runtime: runtime::on_this_thread()?,
            near: Some(near),
            next: 0,
            board: Arc::clone(board),
            partner: None,
        })
    }

    /// The numbers that are sent next.
    fn numbers(&mut self, count: u64) -> Range<u64> {
        let first = self.next;
        self.next += count;
        first..self.next
    }
}

impl<W: Way> Work for Talk<W> {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        let numbers = self.numbers(ops);
        let mut near = self.near.take().ok_or_else(gone)?;
        // A task among tasks: what a runtime is entered with is woken in
        // another way.
        let task = async move {
            for number in numbers {
                exchange(&mut near, number).await?;
            }
            Ok(near)
        };
        let joined = self.runtime.block_on(async { tokio::spawn(task).await });
        let near = joined.map_err(|error| Failure::Fail(format!("the near task: {error}")))?;
        self.near = Some(near?);
        Ok(())
    }
}

impl<W: Way> ParallelWork for Talk<W> {
    fn run(&mut self, ops: u64, now: fn() -> Ticks) -> Result<Vec<Ticks>, Failure> {
        let numbers = self.numbers(ops);
        let near = self.near.as_mut().ok_or_else(gone)?;
        self.runtime.block_on(async {
            let mut laps = Laps::begin(ops, now);
            for number in numbers {
                exchange(near, number).await?;
                laps.lap();
            }
            Ok(laps.times())
        })
    }
}

impl<W: Way> Evidence for Talk<W> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        let near = self.near.as_mut().ok_or_else(gone)?;
        self.board.clear();
        self.runtime.block_on(near.ask(ACCOUNT))?;
        let (done, partner) = self.board.account()?;
        let mut parties = vec![usage::this_thread()?];
        parties.extend(self.partner.is_some().then_some(partner));
        Ok(Audit {
            done,
            parties,
            ..Audit::default()
        })
    }
}

impl<W: Way> Drop for Talk<W> {
    fn drop(&mut self) {
        drop(self.near.take());
        if let Some(partner) = self.partner.take() {
            let _ = partner.join();
        }
    }
}
