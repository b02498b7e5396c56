//! Pages, pictures and files, from outside: one program, which is linked once.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may unwrap as tests do"
)]

mod chinese;
mod claims;
mod common;
mod comparison;
mod export;
mod fleet;
mod page;
mod pictures;
mod svg;
mod through_time;
mod verdicts;
