//! Channels with one sender and one receiver at a time, used both ways: either
//! end sends, and then receives.

use oscost_harness::{Failure, Setting};
use tokio::sync::{mpsc, oneshot};

use super::{Desk, Way, gone};

/// One end of a line. What it sends arrives at the other end.
trait End: Sized + Send + 'static {
    /// Both ends; the first one sends first.
    fn pair() -> (Self, Self);

    /// `None`: the other end is gone.
    fn send(&mut self, number: u64) -> impl Future<Output = Option<()>> + Send;

    /// `None`: the other end is gone.
    fn receive(&mut self) -> impl Future<Output = Option<u64>> + Send;
}

impl<E: End> Way for E {
    type Far = Self;

    fn open(_: &Setting) -> (Self, Self) {
        Self::pair()
    }

    #[inline]
    async fn ask(&mut self, number: u64) -> Result<u64, Failure> {
        self.send(number).await.ok_or_else(gone)?;
        self.receive().await.ok_or_else(gone)
    }

    async fn listen(mut far: Self, mut desk: Desk) -> Result<(), Failure> {
        while let Some(number) = far.receive().await {
            let answer = desk.take(number)?;
            if far.send(answer).await.is_none() {
                break;
            }
        }
        Ok(())
    }
}

/// A bounded queue each way.
pub(super) struct Mpsc {
    to: mpsc::Sender<u64>,
    from: mpsc::Receiver<u64>,
}

/// Room in a queue: one number at a time is under way.
const ROOM: usize = 16;

impl End for Mpsc {
    fn pair() -> (Self, Self) {
        let (to_far, from_near) = mpsc::channel(ROOM);
        let (to_near, from_far) = mpsc::channel(ROOM);
        let side = |to, from| Self { to, from };
        (side(to_far, from_far), side(to_near, from_near))
    }

    #[inline]
    async fn send(&mut self, number: u64) -> Option<()> {
        self.to.send(number).await.ok()
    }

    #[inline]
    async fn receive(&mut self) -> Option<u64> {
        self.from.recv().await
    }
}

/// A new future for each number: a letter carries what completes the answer to
/// it.
pub(super) struct Oneshot {
    to: Option<oneshot::Sender<Letter>>,
    from: Option<oneshot::Receiver<Letter>>,
}

struct Letter {
    number: u64,
    reply: oneshot::Sender<Letter>,
}

impl End for Oneshot {
    fn pair() -> (Self, Self) {
        let (to, from) = oneshot::channel();
        let first = Self {
            to: Some(to),
            from: None,
        };
        let second = Self {
            to: None,
            from: Some(from),
        };
        (first, second)
    }

    #[inline]
    async fn send(&mut self, number: u64) -> Option<()> {
        let (reply, answer) = oneshot::channel();
        self.from = Some(answer);
        self.to.take()?.send(Letter { number, reply }).ok()
    }

    #[inline]
    async fn receive(&mut self) -> Option<u64> {
        let Letter { number, reply } = self.from.take()?.await.ok()?;
        self.to = Some(reply);
        Some(number)
    }
}
