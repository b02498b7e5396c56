//! What it costs to talk: messages to and fro, streams, connections, wake-ups,
//! between processes and between threads.
//!
//! One file per family of cases; each row is a constant, and everything else
//! derives from the rows. A case never reports a message whose content it has
//! not checked.

mod connect;
mod control;
mod game;
mod handover;
mod message;
mod partner;
mod ring;
mod shared_memory;
mod signal;
mod stream;
mod talk;
mod wake;

use oscost_harness::Suite;

/// The catalogue.
pub const SUITE: Suite = Suite {
    name: "ipc",
    families: &[
        message::pipe::ROWS,
        message::fifo::ROWS,
        message::unix::ROWS,
        message::tcp::ROWS,
        message::udp::ROWS,
        message::posix_queue::ROWS,
        message::sysv_queue::ROWS,
        message::eventfd::ROWS,
        message::process_vm::ROWS,
        message::uring::ROWS,
        shared_memory::ROWS,
        ring::ROWS,
        signal::ROWS,
        stream::ROWS,
        connect::ROWS,
        wake::ROWS,
        handover::ROWS,
        control::ROWS,
    ],
};
