//! The formats of other tools, read back by the libraries that read them. What
//! only the tools themselves can tell, `scripts/check-exports` asks them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;
mod folder;
mod records;
mod texts;
