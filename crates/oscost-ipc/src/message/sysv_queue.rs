//! Messages through System V message queues, one each way.
//!
//! A queue outlives every process that uses it: a guard removes it with its
//! owner.

use std::sync::Arc;

use nix::errno::Errno;
use oscost_harness::guard::Guard;
use oscost_harness::{Failure, Row};
use oscost_record::Peers;
use oscost_sys::sysv::{Message, new_queue, remove_queue};

use crate::talk::{Received, Way, call, messages};

pub(crate) const ROWS: &[Row] = messages! {
    SystemVQueue: "sysv-queue", "System V message queue",
        "through a System V message queue, asleep in msgrcv,"
        { control: Some("control/sysv-queue") };
};

/// One party's end.
#[derive(Debug)]
pub(crate) struct SystemVQueue {
    from: Arc<Queue>,
    to: Arc<Queue>,
    message: Message,
}

#[derive(Debug)]
struct Queue {
    number: i32,
    _guard: Guard,
}

const LIMIT: &str = "/proc/sys/kernel/msgmax";

impl Way for SystemVQueue {
    fn pair(size: usize, _: Peers) -> Result<(Self, Self), Failure> {
        super::check_limit(size, LIMIT, "kernel.msgmax")?;
        let there = Arc::new(Queue::new()?);
        let back = Arc::new(Queue::new()?);
        let end = |from: &Arc<Queue>, to: &Arc<Queue>| Self {
            from: Arc::clone(from),
            to: Arc::clone(to),
            message: Message::new(size),
        };
        Ok((end(&back, &there), end(&there, &back)))
    }

    #[inline]
    fn send(&mut self, write: impl FnOnce(&mut [u8])) -> Result<(), Failure> {
        write(self.message.content());
        call("msgsnd", || self.message.send(self.to.number))
    }

    #[inline]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<Received<R>, Failure> {
        match call("msgrcv", || self.message.receive(self.from.number)) {
            Err(failure) if failure == Failure::call("msgrcv", Errno::EIDRM) => Ok(Received::Gone),
            length => Ok(Received::Message(read(&self.message.content()[..length?]))),
        }
    }
}

impl Queue {
    fn new() -> Result<Self, Failure> {
        let (guard, number) = Guard::holding("msgget", new_queue, |number| {
            let _ = remove_queue(number);
        })
        .map_err(|failure| failure.with_remedy("See `ipcs -l` and kernel.msgmni"))?;
        Ok(Self {
            number,
            _guard: guard,
        })
    }
}
