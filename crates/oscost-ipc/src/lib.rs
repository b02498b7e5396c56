//! What it costs to talk: messages to and fro, streams, connections, wake-ups,
//! between processes and between threads.
//!
//! One file per family of cases; each row is a constant, and everything else
//! derives from the rows. A case never reports a message whose content it has
//! not checked.

mod connect;
mod control;
mod handover;
mod message;
mod ring;
mod shared_memory;
mod signal;
mod stream;
mod wake;

use oscost_harness::Suite;

/// The catalogue.
pub const SUITE: Suite = Suite {
    name: "ipc",
    families: &[
        message::ROWS,
        shared_memory::ROWS,
        signal::ROWS,
        stream::ROWS,
        connect::ROWS,
        wake::ROWS,
        handover::ROWS,
        ring::ROWS,
        control::ROWS,
    ],
};
