//! `cargo bench --bench thread`: what a thread costs, driven by criterion.

use std::process::ExitCode;

fn main() -> ExitCode {
    oscost_benches::drive(oscost_thread::SUITE)
}
