//! The formats of other tools, read back by the libraries that read them. What
//! only the tools themselves can tell, `scripts/check-exports` asks them.

mod folder;
mod records;
mod texts;
