//! Messages through a descriptor each way, by `write(2)` and `read(2)`: all
//! that pipes and sockets have in common.
//!
//! A call that does only a part is followed by another, and an end that is
//! closed is noticed.

use std::marker::PhantomData;
use std::os::fd::{AsFd as _, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::{read, write};
use oscost_harness::{During as _, Failure};
use oscost_record::Peers;

use crate::talk::{Received, Way, call, is_gone};

/// Descriptors of one party.
#[derive(Debug)]
pub(crate) struct Ends {
    /// To read from.
    pub(crate) from: OwnedFd,
    /// To write to.
    pub(crate) to: OwnedFd,
}

impl Ends {
    /// Both of one socket.
    pub(crate) fn of_socket(socket: OwnedFd) -> Result<Self, Failure> {
        Ok(Self {
            from: socket.try_clone().during("dup")?,
            to: socket,
        })
    }
}

/// A kind of pipe or socket.
pub(crate) trait Kind: Send + 'static {
    /// In the sentences of failures.
    const NAME: &'static str;
    /// Whether a message comes out as it went in, or is refused: a datagram.
    const IS_DATAGRAM: bool = false;
    /// Whether messages may get lost. Then a read must time out.
    const IS_LOSSY: bool = false;

    /// The descriptors of both parties.
    ///
    /// # Errors
    /// What making them says.
    fn open() -> Result<(Ends, Ends), Failure>;
}

/// How a party waits.
pub(crate) trait Waiting: Send + 'static {
    /// Calls do not sleep: a party tries again and again.
    const SPINS: bool = false;
    /// `poll(2)` comes before each read.
    const POLLS: bool = false;
    /// After how many tries in vain `poll(2)` comes, where calls do not sleep.
    const LOOKS: Option<u32> = None;
}

/// In the call that reads.
#[derive(Debug)]
pub(crate) struct Asleep;

/// In `poll(2)`.
#[derive(Debug)]
pub(crate) struct Polling;

/// It does not: it reads until something comes.
#[derive(Debug)]
pub(crate) struct Spinning;

/// It tries for a while and then sleeps in `poll(2)`.
#[derive(Debug)]
pub(crate) struct Wavering;

/// What a read in vain takes, so many times: some tens of microseconds, which a
/// message across CPUs takes that nobody sleeps for.
const LOOKS: u32 = 100;

impl Waiting for Asleep {}
impl Waiting for Polling {
    const POLLS: bool = true;
}
impl Waiting for Spinning {
    const SPINS: bool = true;
}
impl Waiting for Wavering {
    const SPINS: bool = true;
    const LOOKS: Option<u32> = Some(LOOKS);
}

/// One party's end.
#[derive(Debug)]
pub(crate) struct Bytes<K, W> {
    ends: Ends,
    message: Box<[u8]>,
    kind: PhantomData<(K, W)>,
}

impl<K: Kind, W: Waiting> Way for Bytes<K, W> {
    const IS_LOSSY: bool = K::IS_LOSSY;

    fn pair(size: usize, _: Peers) -> Result<(Self, Self), Failure> {
        let (near, far) = K::open()?;
        let (mut near, far) = (Self::new(near, size)?, Self::new(far, size)?);
        if K::IS_DATAGRAM {
            near.try_the_size(&far)?;
        }
        Ok((near, far))
    }

    #[inline]
    fn send(&mut self, fill: impl FnOnce(&mut [u8])) -> Result<(), Failure> {
        fill(&mut self.message);
        let mut done = 0;
        while done < self.message.len() {
            match write(&self.ends.to, &self.message[done..]) {
                Ok(0) => return Err(failed::<K>("write", "it wrote nothing")),
                Ok(more) => done += more,
                Err(errno) => self.is_passing("write", errno)?,
            }
            if K::IS_DATAGRAM && done < self.message.len() {
                return Err(failed::<K>("write", "it cut a message in pieces"));
            }
        }
        Ok(())
    }

    #[inline]
    fn receive<R>(&mut self, look: impl FnOnce(&[u8]) -> R) -> Result<Received<R>, Failure> {
        let mut done = 0;
        let mut looks = 0;
        while done < self.message.len() {
            if W::POLLS || W::LOOKS.is_some_and(|most| looks == most) {
                looks = 0;
                self.poll()?;
            }
            match read(&self.ends.from, &mut self.message[done..]) {
                Ok(0) => return Ok(Received::Gone),
                Ok(more) => done += more,
                Err(Errno::EAGAIN) if K::IS_LOSSY && !W::SPINS => return Ok(Received::Silence),
                Err(errno) => {
                    self.is_passing("read", errno)?;
                    looks = u32::wrapping_add(looks, 1);
                }
            }
            if K::IS_DATAGRAM && done < self.message.len() {
                return Err(failed::<K>("read", "a message came in pieces"));
            }
        }
        Ok(Received::Message(look(&self.message)))
    }
}

impl<K: Kind, W: Waiting> Bytes<K, W> {
    fn new(ends: Ends, size: usize) -> Result<Self, Failure> {
        if W::SPINS {
            for end in [&ends.from, &ends.to] {
                fcntl(end, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).during("fcntl(O_NONBLOCK)")?;
            }
        }
        Ok(Self {
            ends,
            message: vec![0; size].into(),
            kind: PhantomData,
        })
    }

    /// Sends one message and takes it out again, to find out whether this
    /// machine has datagrams of that size.
    fn try_the_size(&mut self, far: &Self) -> Result<(), Failure> {
        match write(&self.ends.to, &self.message) {
            Err(Errno::EMSGSIZE) => Err(Failure::Skip(format!(
                "write({}): EMSGSIZE: a message of {} bytes is more than this socket sends at once",
                K::NAME,
                self.message.len()
            ))),
            other => other.during("write"),
        }?;
        call("read", || read(&far.ends.from, &mut self.message))?;
        Ok(())
    }

    /// Sleeps until there is something to read, or the end.
    #[inline]
    fn poll(&self) -> Result<(), Failure> {
        let mut ready = [PollFd::new(self.ends.from.as_fd(), PollFlags::POLLIN)];
        call("poll", || poll(&mut ready, PollTimeout::NONE))?;
        Ok(())
    }

    /// Nothing happened, and it is to be tried again.
    #[cold]
    fn is_passing(&self, what: &str, errno: Errno) -> Result<(), Failure> {
        match errno {
            Errno::EINTR if !is_gone() => Ok(()),
            Errno::EAGAIN if W::SPINS && !is_gone() => {
                std::hint::spin_loop();
                Ok(())
            }
            errno => Err(Failure::call(&format!("{what}({})", K::NAME), errno)),
        }
    }
}

fn failed<K: Kind>(call: &str, what: &str) -> Failure {
    Failure::Fail(format!("{call}({}): {what}", K::NAME))
}
