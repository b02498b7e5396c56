//! Histories in folders, from outside: one program, which is linked once.
#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "helpers of tests may unwrap as tests do, and some are shared with another crate's"
)]

mod add;
mod common;
mod digests;
mod mutated;
mod prune;
mod resolve;
mod timeline;
