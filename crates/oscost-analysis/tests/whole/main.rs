//! All that is computed from records, from outside: one program, which is linked once.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may unwrap as tests do"
)]

mod advice;
mod claims;
mod common;
mod compare;
mod coverage;
mod digest;
mod fleet;
mod headlines;
mod invariants;
mod judged_pairs;
mod judging;
mod ladder;
mod locks;
mod per_task;
mod scipy;
mod simulated_changes;
mod simulated_verdicts;
mod spawning;
mod statistics;
mod steadiness;
mod summarise;
mod talking;
mod verdict;
