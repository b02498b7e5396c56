//! The probe process: one case, measured by the program's own binary, executed
//! again, in a process that does nothing else.
//!
//! `inside` is what the probe does, `outside` what the driver sees of it, and
//! `protocol` what they say to each other.

mod inside;
mod outside;
mod protocol;

pub use inside::become_probe_if_asked;
pub use outside::{Launch, Launcher, Limits, Probe, ProbeProcess};
pub use protocol::{PROBE_FLAG, Spec};
