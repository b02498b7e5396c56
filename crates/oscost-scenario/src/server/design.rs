//! The five designs of a server, of which only the kind of task differs: all
//! accept connections one by one and answer what comes on them in the same way.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::Builder;

use oscost_harness::child::Child;
use oscost_harness::{During as _, Failure};
use oscost_sys::notice;

use super::books::Books;
use super::protocol::{Inbox, reply};
use super::{coroutine, pool};
use crate::runtime;

/// What serves a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Design {
    /// A process for each.
    Fork,
    /// A thread for each.
    Thread,
    /// A few threads that share all of them, by epoll.
    Pool,
    /// A coroutine for each, all on one thread.
    Coroutine,
    /// A coroutine for each, on as many threads as there are CPUs.
    Coroutines,
}

impl Design {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Fork,
        Self::Thread,
        Self::Pool,
        Self::Coroutine,
        Self::Coroutines,
    ];

    /// Its name in ids.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fork => "fork",
            Self::Thread => "thread",
            Self::Pool => "pool",
            Self::Coroutine => "coroutine",
            Self::Coroutines => "coroutines",
        }
    }

    /// Serves whoever connects, until a call fails.
    ///
    /// # Errors
    /// What stopped it.
    pub(crate) fn serve(self, listener: TcpListener, books: &Arc<Books>) -> Result<(), Failure> {
        match self {
            Self::Fork => fork_for_each(&listener, books),
            Self::Thread => thread_for_each(&listener, books),
            Self::Pool => pool::serve(listener, books),
            Self::Coroutine => coroutine::serve(&runtime::on_this_thread()?, listener, books),
            Self::Coroutines => {
                let cpus = std::thread::available_parallelism().map_or(1, Into::into);
                coroutine::serve(&runtime::on_workers(cpus)?, listener, books)
            }
        }
    }
}

/// The next connection, ready to talk on.
fn admit(listener: &TcpListener) -> Result<TcpStream, Failure> {
    let (socket, _) = listener.accept().during("accept")?;
    socket.set_nodelay(true).during("setsockopt(TCP_NODELAY)")?;
    Ok(socket)
}

fn fork_for_each(listener: &TcpListener, books: &Books) -> Result<(), Failure> {
    // To look who has ended, `waitpid` goes through all that have not: with thousands
    // of them that would take longer than to fork one.
    notice::ignore_children().during("sigaction(SIGCHLD)")?;
    loop {
        let socket = admit(listener)?;
        let child = Child::bound(|| {
            converse(socket, books);
            Ok(())
        })?;
        // It goes on by itself, and nobody has to reap it.
        child.was_reaped();
    }
}

fn thread_for_each(listener: &TcpListener, books: &Arc<Books>) -> Result<(), Failure> {
    loop {
        let socket = admit(listener)?;
        let books = Arc::clone(books);
        let thread = Builder::new().spawn(move || converse(socket, &books));
        thread
            .during("std::thread::spawn")
            .map_err(Failure::too_many)?;
    }
}

/// Answers what comes on a connection until it ends. It is counted as admitted
/// here, so that whoever sees the count sees the task as well.
fn converse(mut socket: TcpStream, books: &Books) {
    books.admit();
    let mut inbox = Inbox::new();
    while let Ok(count @ 1..) = socket.read(inbox.room()) {
        inbox.add(count);
        if answer_all(&mut inbox, books, |reply| socket.write_all(reply).is_ok()).is_none() {
            break;
        }
    }
    books.leave();
}

/// Answers each whole request; `None` where one is malformed, or an answer could
/// not be sent.
pub(super) fn answer_all(
    inbox: &mut Inbox,
    books: &Books,
    mut send: impl FnMut(&[u8]) -> bool,
) -> Option<()> {
    while let Some(number) = inbox.next().ok()? {
        books.serve();
        send(&reply(number)).then_some(())?;
    }
    Some(())
}
