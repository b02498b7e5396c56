//! The two ways out: what was asked for on standard output, what is said
//! about it on standard error.

use std::io::{self, Write as _};

/// Writes text and a line end to standard output.
///
/// # Errors
/// What `write(2)` says: `BrokenPipe` where the reader has gone.
pub(crate) fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Writes text and a line end to standard error, if there is anyone to read.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
