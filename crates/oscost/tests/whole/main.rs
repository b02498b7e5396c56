//! The whole program, from outside: what it promises on its command line, what
//! it proves, what it contains, and that it leaves nothing behind.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    unreachable_pub,
    reason = "helpers of tests may unwrap and print as tests do"
)]

mod ab;
mod catalogue;
mod claims;
mod command;
mod common;
mod compare;
mod contained;
mod export;
mod fleet;
mod gate;
mod history;
mod hostile;
mod once;
mod placement;
mod reasons;
mod refused;
mod selftest;
mod sockets;
mod track;
