//! A pool of threads that serve all connections together: each waits on one
//! epoll for whatever comes next, serves that, and waits again. What one of them
//! has in hand is shown to no other (`EPOLLONESHOT`).

use std::collections::HashMap;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::Builder;

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use oscost_harness::{During as _, Failure};

use super::books::Books;
use super::design::answer_all;
use super::protocol::Inbox;

/// How many threads there are.
const THREADS: usize = 8;
/// By this the events of the listener are known.
const LISTENER: u64 = u64::MAX;

/// A connection and what has come on it.
struct Guest {
    socket: TcpStream,
    inbox: Inbox,
}

struct Pool {
    epoll: Epoll,
    listener: TcpListener,
    guests: RwLock<HashMap<u64, Arc<Mutex<Guest>>>>,
    next: AtomicU64,
    books: Arc<Books>,
}

/// Serves with a pool.
pub(super) fn serve(listener: TcpListener, books: &Arc<Books>) -> Result<(), Failure> {
    listener.set_nonblocking(true).during("ioctl(FIONBIO)")?;
    let pool = Arc::new(Pool {
        epoll: Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).during("epoll_create1")?,
        listener,
        guests: RwLock::default(),
        next: AtomicU64::new(0),
        books: Arc::clone(books),
    });
    pool.epoll
        .add(&pool.listener, once(LISTENER))
        .during("epoll_ctl(EPOLL_CTL_ADD)")?;
    for _ in 1..THREADS {
        let pool = Arc::clone(&pool);
        let part = move || {
            if let Err(failure) = pool.be_worker() {
                panic!("a thread of the pool: {failure}");
            }
        };
        let thread = Builder::new().spawn(part);
        thread
            .during("std::thread::spawn")
            .map_err(Failure::too_many)?;
    }
    pool.be_worker()
}

/// To be told once that something has come.
fn once(token: u64) -> EpollEvent {
    EpollEvent::new(EpollFlags::EPOLLIN | EpollFlags::EPOLLONESHOT, token)
}

impl Pool {
    fn be_worker(&self) -> Result<(), Failure> {
        let mut events = [EpollEvent::empty()];
        loop {
            match self.epoll.wait(&mut events, EpollTimeout::NONE) {
                Ok(0) | Err(Errno::EINTR) => {}
                Ok(_) => match events[0].data() {
                    LISTENER => self.admit()?,
                    guest => self.serve(guest)?,
                },
                Err(errno) => return Err(Failure::call("epoll_wait", errno)),
            }
        }
    }

    /// Shows what is done with to the others again.
    fn show(&self, what: impl AsFd, token: u64) -> Result<(), Failure> {
        self.epoll
            .modify(what, &mut once(token))
            .during("epoll_ctl(EPOLL_CTL_MOD)")
    }

    /// Accepts whoever waits.
    fn admit(&self) -> Result<(), Failure> {
        loop {
            let socket = match self.listener.accept() {
                Ok((socket, _)) => socket,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return self.show(&self.listener, LISTENER);
                }
                Err(error) => return Err(error).during("accept"),
            };
            socket.set_nodelay(true).during("setsockopt(TCP_NODELAY)")?;
            socket.set_nonblocking(true).during("ioctl(FIONBIO)")?;
            self.books.admit();
            let token = self.next.fetch_add(1, Relaxed);
            let guest = Arc::new(Mutex::new(Guest {
                socket,
                inbox: Inbox::new(),
            }));
            let mut guests = self.guests.write().unwrap_or_else(PoisonError::into_inner);
            guests.insert(token, Arc::clone(&guest));
            drop(guests);
            let guest = guest.lock().unwrap_or_else(PoisonError::into_inner);
            self.epoll
                .add(&guest.socket, once(token))
                .during("epoll_ctl(EPOLL_CTL_ADD)")?;
        }
    }

    /// Answers what has come on a connection.
    fn serve(&self, token: u64) -> Result<(), Failure> {
        let guests = self.guests.read().unwrap_or_else(PoisonError::into_inner);
        let Some(guest) = guests.get(&token).map(Arc::clone) else {
            return Ok(());
        };
        drop(guests);
        let mut guest = guest.lock().unwrap_or_else(PoisonError::into_inner);
        let Guest { socket, inbox } = &mut *guest;
        let stays = match socket.read(inbox.room()) {
            Ok(count @ 1..) => {
                inbox.add(count);
                // A reply is short: there is room for it unless nobody reads.
                answer_all(inbox, &self.books, |reply| socket.write_all(reply).is_ok()).is_some()
            }
            Ok(0) => false,
            Err(error) => error.kind() == ErrorKind::WouldBlock,
        };
        if stays {
            return self.show(&guest.socket, token);
        }
        let mut guests = self.guests.write().unwrap_or_else(PoisonError::into_inner);
        guests.remove(&token);
        self.books.leave();
        Ok(())
    }
}
