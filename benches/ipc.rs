//! `cargo bench --bench ipc`: talking between tasks, driven by criterion.

use std::process::ExitCode;

fn main() -> ExitCode {
    oscost_benches::drive(oscost_ipc::SUITE)
}
