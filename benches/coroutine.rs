//! `cargo bench --bench coroutine`: what a coroutine costs, driven by criterion.

use std::process::ExitCode;

fn main() -> ExitCode {
    oscost_benches::drive(oscost_coroutine::SUITE)
}
