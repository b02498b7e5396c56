//! Messages that are written in memory that both parties have, and read where
//! they stand: no copy, and no call as long as nobody sleeps.
//!
//! The kinds of memory and the ways to wait for one's turn vary by themselves.

pub(crate) mod kind;
pub(crate) mod patience;

use std::marker::PhantomData;

use oscost_harness::{Failure, Need, Row};
use oscost_record::{Peers, Tier};
use oscost_sys::futex::Scope;
use oscost_sys::slate::Slate;

use self::kind::{Anonymous, Kind, Memfd, Posix, SystemV};
use self::patience::{Eventfd, Futex, Patience, SPINS, Semaphore, Spin};
use crate::talk::{Received, Way, messages, never_sleeps};

pub(crate) const ROWS: &[Row] = messages! {
    Shared<Anonymous, Futex<0>>: "shared-anonymous" / "futex", "shared memory, futex",
        "in anonymous shared memory, asleep on a futex,"
        { control: Some("control/shared-memory") } { tier: Tier::Core };
    Shared<Anonymous, Futex<SPINS>>: "shared-anonymous" / "spin-futex", "shared memory, spin, then futex",
        "in anonymous shared memory, looking a thousand times before it sleeps on a futex,"
        { control: Some("control/shared-memory") };
    Shared<Anonymous, Spin>: "shared-anonymous" / "spin", "shared memory, spinning",
        "in anonymous shared memory, looking until it comes,"
        { control: Some("control/shared-memory"), expect: never_sleeps };
    Shared<Anonymous, Semaphore>: "shared-anonymous" / "semaphore", "shared memory, POSIX semaphore",
        "in anonymous shared memory, asleep on a POSIX semaphore,"
        { control: Some("control/shared-memory") };
    Shared<Anonymous, Eventfd>: "shared-anonymous" / "eventfd", "shared memory, eventfd",
        "in anonymous shared memory, asleep in read of an eventfd,"
        { control: Some("control/shared-memory") };
    Shared<Posix, Futex<0>>: "shared-posix" / "futex", "POSIX shared memory, futex",
        "in POSIX shared memory (shm_open), asleep on a futex,"
        { control: Some("control/shared-memory"), needs: |_| vec![Need::File("/dev/shm")] };
    Shared<SystemV, Futex<0>>: "shared-sysv" / "futex", "System V shared memory, futex",
        "in System V shared memory (shmget), asleep on a futex,"
        { control: Some("control/shared-memory") };
    Shared<Memfd, Futex<0>>: "shared-memfd" / "futex", "memfd, futex",
        "in shared memory of a memfd, asleep on a futex,"
        { control: Some("control/shared-memory") };
};

/// One party's end.
#[derive(Debug)]
pub(crate) struct Shared<K, P> {
    slate: Slate,
    patience: P,
    kind: PhantomData<K>,
}

/// Who may sleep on a futex that the peers share.
pub(crate) fn scope(peers: Peers) -> Scope {
    match peers {
        Peers::Processes => Scope::Shared,
        Peers::Threads | Peers::Coroutines => Scope::Private,
    }
}

/// Nothing but whose turn it is.
pub(crate) type Turn = Shared<Anonymous, Futex<0>>;

impl<K: Kind, P: Patience> Way for Shared<K, P> {
    fn pair(size: usize, peers: Peers) -> Result<(Self, Self), Failure> {
        let memory = K::make(Slate::bytes(size))?;
        let (near, far) = Slate::pair(memory, size, scope(peers));
        let (near_patience, far_patience) = P::pair(scope(peers))?;
        let end = |slate, patience| Self {
            slate,
            patience,
            kind: PhantomData,
        };
        Ok((end(near, near_patience), end(far, far_patience)))
    }

    #[inline]
    fn send(&mut self, write: impl FnOnce(&mut [u8])) -> Result<(), Failure> {
        write(self.slate.content());
        let sleeps = self.slate.pass();
        self.patience.tell(&self.slate, sleeps)
    }

    #[inline]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<Received<R>, Failure> {
        if self.patience.await_turn(&self.slate)? {
            Ok(Received::Message(read(self.slate.content())))
        } else {
            Ok(Received::Gone)
        }
    }
}
