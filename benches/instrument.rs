//! `cargo bench --bench instrument`: oscost's own speed, driven by criterion.

use std::process::ExitCode;

fn main() -> ExitCode {
    oscost_benches::instrument()
}
