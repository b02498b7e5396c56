//! The machine that is measured: who it is, how it is set up, what it is
//! doing, and which of its CPUs make a pair.
//!
//! Everything here is read, nothing is ever changed. What the machine does not
//! tell is absent: no file that is missing becomes an error or a zero.

mod c_library;
mod cgroup;
mod command_line;
mod configuration;
mod container;
mod cpu_list;
mod cpu_model;
mod hypervisor;
mod identity;
mod moment;
mod power;
mod sources;
mod state;
mod topology;
mod totals;

#[cfg(test)]
mod fake;

pub use configuration::{Build, configuration, distrust_of_counter, settings};
pub(crate) use hypervisor::user_mode_emulator;
pub use identity::identity;
pub use moment::{busy_percent, may_have_huge_pages, open_descriptors};
pub use sources::Sources;
pub use state::state;
pub(crate) use topology::usable;
pub use topology::{Chosen, CpuPlace, Distance, Topology};
pub use totals::{KernelTotals, TotalsReader};
