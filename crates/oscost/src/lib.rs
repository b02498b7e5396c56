//! The catalogue of everything that oscost measures: all suites in one list.

use oscost_harness::{Case, Suite, drill};

/// The suites, in the order of the report.
pub const SUITES: &[Suite] = &[
    oscost_process::SUITE,
    oscost_thread::SUITE,
    oscost_coroutine::SUITE,
    oscost_sync::SUITE,
    oscost_ipc::SUITE,
    oscost_scenario::SUITE,
];

/// What a probe may be asked for: the suites, and the drills of the harness.
#[must_use]
pub fn probe_suites() -> Vec<Suite> {
    SUITES.iter().copied().chain([drill::SUITE]).collect()
}

/// Every case.
#[must_use]
pub fn catalogue() -> Vec<Case> {
    SUITES.iter().flat_map(Suite::cases).collect()
}
