//! A coroutine for each connection, on whichever runtime.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::sync::Arc;

use oscost_harness::{During as _, Failure};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use super::books::Books;
use super::protocol::{Inbox, reply};

/// Serves with coroutines.
pub(super) fn serve(
    runtime: &Runtime,
    listener: TcpListener,
    books: &Arc<Books>,
) -> Result<(), Failure> {
    listener.set_nonblocking(true).during("ioctl(FIONBIO)")?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).during("epoll_ctl")?;
        loop {
            let (socket, _) = listener.accept().await.during("accept")?;
            socket.set_nodelay(true).during("setsockopt(TCP_NODELAY)")?;
            let books = Arc::clone(books);
            tokio::spawn(async move {
                books.admit();
                let _ = converse(&socket, &books).await;
                books.leave();
            });
        }
    })
}

/// Answers what comes on a connection until it ends; `None` where it ends
/// because of something that went wrong.
async fn converse(socket: &TcpStream, books: &Books) -> Option<()> {
    let mut inbox = Inbox::new();
    loop {
        socket.readable().await.ok()?;
        match socket.try_read(inbox.room()) {
            Ok(0) => return Some(()),
            Ok(count) => inbox.add(count),
            Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
            Err(_) => return None,
        }
        while let Some(number) = inbox.next().ok()? {
            books.serve();
            send(socket, &reply(number)).await?;
        }
    }
}

async fn send(socket: &TcpStream, mut bytes: &[u8]) -> Option<()> {
    while !bytes.is_empty() {
        match socket.try_write(bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => socket.writable().await.ok()?,
            Err(_) => return None,
        }
    }
    Some(())
}
