//! One that publishes, and many that have subscribed.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

use oscost_harness::{Failure, Setting};
use tokio::sync::Notify;
use tokio::sync::broadcast::{self, Receiver, Sender};
use tokio::task::JoinSet;

use super::desk::answer_to;
use super::{Desk, Way, gone};

/// The side that publishes.
pub(super) struct Publisher {
    to: Sender<u64>,
    subscribers: u64,
    echo: Arc<Echo>,
}

/// What comes back: the sum of all answers, and a word when it is complete.
#[derive(Debug, Default)]
pub(super) struct Echo {
    sum: AtomicU64,
    left: AtomicU64,
    complete: Notify,
}

impl Echo {
    #[inline]
    fn add(&self, answer: u64) {
        self.sum.fetch_add(answer, Relaxed);
        if self.left.fetch_sub(1, AcqRel) == 1 {
            self.complete.notify_one();
        }
    }
}

/// Room for publications: one at a time is under way.
const ROOM: usize = 16;

impl Way for Publisher {
    type Far = (Vec<Receiver<u64>>, Arc<Echo>);

    fn open(setting: &Setting) -> (Self, Self::Far) {
        let subscribers = setting.value();
        let to = Sender::new(ROOM);
        let all = (0..subscribers).map(|_| to.subscribe()).collect();
        let echo = Arc::<Echo>::default();
        let publisher = Self {
            to,
            subscribers,
            echo: Arc::clone(&echo),
        };
        (publisher, (all, echo))
    }

    #[inline]
    async fn ask(&mut self, number: u64) -> Result<u64, Failure> {
        self.echo.sum.store(0, Relaxed);
        self.echo.left.store(self.subscribers, Release);
        self.to.send(number).map_err(|_| gone())?;
        self.echo.complete.notified().await;
        let answer = answer_to(number);
        let (sum, due) = (
            self.echo.sum.load(Acquire),
            answer.wrapping_mul(self.subscribers),
        );
        if sum == due {
            Ok(answer)
        } else {
            Err(Failure::Fail(format!(
                "the answers to {number} add up to {sum}, not {due}"
            )))
        }
    }

    async fn listen((all, echo): Self::Far, desk: Desk) -> Result<(), Failure> {
        let mut tasks = JoinSet::new();
        for from in all {
            tasks.spawn(subscribe(from, Arc::clone(&echo), desk.clone()));
        }
        tasks.join_all().await;
        Ok(())
    }
}

/// Answers until the publisher is gone. A number that is not due gets an answer
/// that is wrong: then the sum is.
async fn subscribe(mut from: Receiver<u64>, echo: Arc<Echo>, mut desk: Desk) {
    loop {
        match from.recv().await {
            Ok(number) => echo.add(desk.take(number).unwrap_or(number)),
            Err(broadcast::error::RecvError::Lagged(_)) => echo.add(0),
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}
