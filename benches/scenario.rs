//! `cargo bench --bench scenario`: whole programs, driven by criterion.

use std::process::ExitCode;

fn main() -> ExitCode {
    oscost_benches::drive(oscost_scenario::SUITE)
}
