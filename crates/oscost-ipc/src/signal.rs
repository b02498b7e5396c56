//! A number carried by a real-time signal each way: waited for, and caught by
//! a handler.
//!
//! Processes queue it for each other (`sigqueue(3)`); a thread queues it for
//! the other thread (`rt_tgsigqueueinfo(2)`), not for whichever takes it.

use nix::unistd::Pid;
use oscost_harness::{During as _, Failure, Row};
use oscost_record::Peers;
use oscost_sys::queued_signal::{Caught, Queued};

use crate::talk::{ONE_NUMBER, Received, Task, Way, call, messages};

pub(crate) const ROWS: &[Row] = messages! {
    Signals<Waited>: "signal" / "wait", "signal, sigwaitinfo",
        "as the number of a queued signal, asleep in sigwaitinfo,"
        { axes: ONE_NUMBER };
    Signals<Handled>: "signal" / "handler", "signal, handler",
        "as the number of a queued signal that a handler catches, asleep in sigsuspend,"
        { axes: ONE_NUMBER };
};

/// How a party takes a signal.
pub(crate) trait Taking: Send + Sized + 'static {
    /// Makes ready for it, in the task that will take it.
    fn of(signal: Queued) -> nix::Result<Self>;

    /// The call that it sleeps in.
    const CALL: &'static str;

    /// Sleeps until it comes, and gives its number.
    fn take(&self) -> nix::Result<u64>;
}

/// By `sigwaitinfo(2)`.
#[derive(Debug)]
pub(crate) struct Waited(Queued);

impl Taking for Waited {
    const CALL: &'static str = "sigwaitinfo";

    fn of(signal: Queued) -> nix::Result<Self> {
        Ok(Self(signal))
    }

    #[inline]
    fn take(&self) -> nix::Result<u64> {
        self.0.wait()
    }
}

/// By a handler and `sigsuspend(2)`.
#[derive(Debug)]
pub(crate) struct Handled(Caught);

impl Taking for Handled {
    const CALL: &'static str = "sigsuspend";

    fn of(signal: Queued) -> nix::Result<Self> {
        signal.caught().map(Self)
    }

    #[inline]
    fn take(&self) -> nix::Result<u64> {
        self.0.wait()
    }
}

/// One party's end.
#[derive(Debug)]
pub(crate) struct Signals<T> {
    taking: T,
    theirs: Queued,
    peers: Peers,
    other: Task,
}

impl<T: Taking> Way for Signals<T> {
    fn pair(_: usize, peers: Peers) -> Result<(Self, Self), Failure> {
        // The partner inherits the mask: no signal comes before it can be
        // taken.
        for signal in [Queued::First, Queued::Second] {
            signal.block().during("pthread_sigmask")?;
        }
        let nobody = Task {
            process: Pid::from_raw(0),
            thread: Pid::from_raw(0),
        };
        let end = |mine, theirs| -> Result<Self, Failure> {
            Ok(Self {
                taking: T::of(mine).during("sigaction")?,
                theirs,
                peers,
                other: nobody,
            })
        };
        Ok((
            end(Queued::First, Queued::Second)?,
            end(Queued::Second, Queued::First)?,
        ))
    }

    fn meet(&mut self, other: Task) -> Result<(), Failure> {
        self.other = other;
        Ok(())
    }

    #[inline]
    fn send(&mut self, write: impl FnOnce(&mut [u8])) -> Result<(), Failure> {
        let mut number = [0; 8];
        write(&mut number);
        let number = u64::from_le_bytes(number);
        let sent = match self.peers {
            Peers::Processes => self.theirs.send_to_process(self.other.process, number),
            _ => self.theirs.send_to_thread(self.other.thread, number),
        };
        sent.during("sigqueue")
            .map_err(|failure| failure.with_remedy("See `ulimit -i`"))
    }

    #[inline]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<Received<R>, Failure> {
        let number = call(T::CALL, || self.taking.take())?;
        Ok(Received::Message(read(&number.to_le_bytes())))
    }
}
