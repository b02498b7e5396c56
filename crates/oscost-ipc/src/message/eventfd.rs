//! A number through an `eventfd(2)` each way: the least that can be sent.
//!
//! The kernel adds up what is written until it is read. In turns there is
//! never more than one number in it.

use std::sync::Arc;

use nix::sys::eventfd::EventFd;
use nix::unistd::{read, write};
use oscost_harness::{During as _, Failure, Row};
use oscost_record::Peers;

use crate::talk::{ONE_NUMBER, Received, Way, call, messages};

pub(crate) const ROWS: &[Row] = messages! {
    Counter: "eventfd", "eventfd",
        "as the number in an eventfd, asleep in read,"
        { axes: ONE_NUMBER, control: Some("control/eventfd") };
};

/// One party's end.
#[derive(Debug)]
pub(crate) struct Counter {
    from: Arc<EventFd>,
    to: Arc<EventFd>,
}

impl Way for Counter {
    fn pair(_: usize, _: Peers) -> Result<(Self, Self), Failure> {
        let [there, back] = [EventFd::new(), EventFd::new()];
        let there = Arc::new(there.during("eventfd")?);
        let back = Arc::new(back.during("eventfd")?);
        let near = Self {
            from: Arc::clone(&back),
            to: Arc::clone(&there),
        };
        let far = Self {
            from: there,
            to: back,
        };
        Ok((near, far))
    }

    #[inline]
    fn send(&mut self, fill: impl FnOnce(&mut [u8])) -> Result<(), Failure> {
        let mut number = [0; 8];
        fill(&mut number);
        // The kernel takes all eight bytes or none.
        call("write(eventfd)", || write(&*self.to, &number)).map(drop)
    }

    #[inline]
    fn receive<R>(&mut self, look: impl FnOnce(&[u8]) -> R) -> Result<Received<R>, Failure> {
        let mut number = [0; 8];
        call("read(eventfd)", || read(&*self.from, &mut number))?;
        Ok(Received::Message(look(&number)))
    }
}
