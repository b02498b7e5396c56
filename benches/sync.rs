//! `cargo bench --bench sync`: locks and waiting, driven by criterion.

use std::process::ExitCode;

fn main() -> ExitCode {
    oscost_benches::drive(oscost_sync::SUITE)
}
