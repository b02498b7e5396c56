//! Messages through POSIX message queues, one each way.
//!
//! A queue has a name as long as it takes to open it. The descriptors of both
//! go to the partner, so that nobody has to find them by name.

use std::sync::Arc;

use nix::mqueue::{MQ_OFlag, MqAttr, MqdT, mq_close, mq_open, mq_unlink};
use nix::sys::stat::Mode;
use oscost_harness::guard::Guard;
use oscost_harness::{During as _, Failure, Row, names};
use oscost_record::Peers;
use oscost_sys::message_queue;

use crate::talk::{Received, Way, call, messages};

pub(crate) const ROWS: &[Row] = messages! {
    PosixQueue: "posix-queue", "POSIX message queue",
        "through a POSIX message queue, asleep in mq_receive,"
        { control: Some("control/posix-queue") };
};

/// One party's end.
#[derive(Debug)]
pub(crate) struct PosixQueue {
    from: Arc<Queue>,
    to: Arc<Queue>,
    message: Box<[u8]>,
}

#[derive(Debug)]
struct Queue(Option<MqdT>);

const LIMIT: &str = "/proc/sys/fs/mqueue/msgsize_max";

impl Way for PosixQueue {
    fn pair(size: usize, _: Peers) -> Result<(Self, Self), Failure> {
        // A privileged user may have longer ones: what everybody may have is
        // measured.
        super::check_limit(size, LIMIT, "fs.mqueue.msgsize_max")?;
        let there = Arc::new(Queue::new(size)?);
        let back = Arc::new(Queue::new(size)?);
        let end = |from: &Arc<Queue>, to: &Arc<Queue>| Self {
            from: Arc::clone(from),
            to: Arc::clone(to),
            message: vec![0; size].into(),
        };
        Ok((end(&back, &there), end(&there, &back)))
    }

    #[inline]
    fn send(&mut self, write: impl FnOnce(&mut [u8])) -> Result<(), Failure> {
        write(&mut self.message);
        let queue = self.to.open()?;
        call("mq_send", || message_queue::send(queue, &self.message))
    }

    #[inline]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<Received<R>, Failure> {
        let queue = self.from.open()?;
        let length = call("mq_receive", || {
            message_queue::receive(queue, &mut self.message)
        })?;
        Ok(Received::Message(read(&self.message[..length])))
    }
}

impl Queue {
    /// For one message of `size` bytes: there is never more than one under
    /// way.
    fn new(size: usize) -> Result<Self, Failure> {
        let name = format!("/{}", names::unpredictable());
        let guard = Guard::new(|| {
            let _ = mq_unlink(name.as_str());
        })?;
        let flags = MQ_OFlag::O_CREAT | MQ_OFlag::O_EXCL | MQ_OFlag::O_RDWR;
        let bytes = i64::try_from(size).map_err(|_| Failure::Skip(format!("{size} bytes")))?;
        let attributes = MqAttr::new(0, 1, bytes, 0);
        let only_us = Mode::S_IRUSR | Mode::S_IWUSR;
        let queue = mq_open(name.as_str(), flags, only_us, Some(&attributes));
        let queue = queue.during("mq_open").map_err(|failure| {
            failure.with_remedy(
                "EMFILE: `ulimit -q` bytes of queues are taken; ENOSYS: this kernel has no POSIX queues",
            )
        })?;
        drop(guard);
        Ok(Self(Some(queue)))
    }

    #[inline]
    fn open(&self) -> Result<&MqdT, Failure> {
        let queue = self.0.as_ref();
        queue.ok_or_else(|| Failure::Fail("the queue is closed".into()))
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        if let Some(queue) = self.0.take() {
            let _ = mq_close(queue);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd as _;

    use nix::sys::stat::fstat;

    use super::*;

    #[test]
    fn a_queue_is_its_owners_alone_and_soon_has_no_name() {
        let queue = Queue::new(64).unwrap();
        let state = fstat(queue.open().unwrap().as_fd()).unwrap();
        assert_eq!(state.st_mode & 0o7777, 0o600);
        assert_eq!(state.st_nlink, 0);
    }
}
