//! `cargo bench --bench process`: what a process costs, driven by criterion.

use std::process::ExitCode;

fn main() -> ExitCode {
    oscost_benches::drive(oscost_process::SUITE)
}
