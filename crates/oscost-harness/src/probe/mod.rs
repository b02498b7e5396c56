//! The probe process: one case, measured by the program's own binary, executed
//! again, in a process that does nothing else.
//!
//! `inside` is what the probe does, `launch` how the driver starts one, `outside`
//! what it sees of it, `process` how it is started, killed and reaped, and
//! `protocol` what they say to each other.

mod inside;
mod launch;
mod outside;
mod process;
mod protocol;
mod surroundings;

pub use inside::become_probe_if_asked;
pub use launch::{Launch, Launcher, Limits};
pub use outside::{Probe, ProbeProcess};
pub use protocol::{PROBE_FLAG, Spec};
pub use surroundings::Surroundings;
