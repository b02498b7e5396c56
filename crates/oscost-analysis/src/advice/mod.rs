//! What makes a machine noisy or unable, how that harms the figures, and what
//! to do. Rules over what a record holds; nothing here changes a setting, and
//! no remedy is ever carried out.

mod clock;
mod kernel;
mod limits;
mod machine;
mod moment;
mod state;

use oscost_record::{ClockInfo, Configuration, Machine, State};

pub use moment::Moment;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing when figures are read or compared.
    Note,
    /// Figures are noisier, or other than they would be.
    Warning,
}

/// One thing about a machine that a reader of its figures should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What was found, with the value.
    pub what: String,
    /// How it harms the figures.
    pub why: String,
    /// What to do, with the command where there is one.
    pub remedy: String,
}

impl Finding {
    fn note(what: impl Into<String>, why: &str, remedy: impl Into<String>) -> Self {
        Self::new(Severity::Note, what.into(), why, remedy.into())
    }

    fn warning(what: impl Into<String>, why: &str, remedy: impl Into<String>) -> Self {
        Self::new(Severity::Warning, what.into(), why, remedy.into())
    }

    fn new(severity: Severity, what: String, why: &str, remedy: String) -> Self {
        Self {
            severity,
            what,
            why: why.to_owned(),
            remedy,
        }
    }
}

/// Everything that is to be said of a machine: warnings first, then notes.
/// `states` are those of the rounds of a run, or the one of now.
#[must_use]
pub fn findings(
    machine: &Machine,
    configuration: &Configuration,
    clock: &ClockInfo,
    states: &[State],
) -> Vec<Finding> {
    let mut found = machine::findings(machine, configuration);
    found.extend(state::findings(machine, states));
    found.extend(kernel::findings(configuration));
    found.extend(clock::findings(machine, clock));
    found.extend(limits::findings(configuration));
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    found
}

/// What is to be said of the moment before a run, for who is about to begin one.
#[must_use]
pub fn moment_findings(moment: &Moment) -> Vec<Finding> {
    moment::findings(moment)
}

/// The value of a configuration entry, in lower case.
fn value(configuration: &Configuration, name: &str) -> Option<String> {
    configuration
        .0
        .get(name)
        .map(|value| value.trim().to_lowercase())
}

/// Whether a value says that something is not so: `0`, `off`, `no`, `none`.
fn negative(value: &str) -> bool {
    ["0", "off", "no", "none", "false", "disabled", ""].contains(&value)
}
