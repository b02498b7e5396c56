//! Frozen workloads that take turns with a case. What the machine did to both
//! in the same milliseconds cancels in their ratio, which is why it may be
//! steadier from record to record than the time itself.
//!
//! They must never disturb what they stand beside: a workload's process sleeps
//! on its pipe while the case runs, and whatever goes wrong with it, the case
//! is measured all the same.

mod companions;
#[cfg(test)]
mod tests;
mod workloads;

use oscost_record::{Aspect, CaseInfo};

pub(crate) use companions::{Companion, Companions, median};
pub use workloads::SUITE;
use workloads::{CALLS, COMPUTE, MEMORY, PIPE, SYSCALL};

/// Which workload stands beside a case: the one that asks of the machine what
/// the case asks of it most, as far as records of cases beside each of them
/// bear that out. Levels in bytes have none.
#[must_use]
pub fn beside(case: &CaseInfo) -> Option<&'static str> {
    Some(match case.aspect {
        aspect if aspect.is_level() => return None,
        // Short instructions and calls: a neighbour on the core halves them, of
        // which a chain of multiplications feels nothing.
        _ if case.suite == "coroutine" => CALLS,
        // Computation and nothing else.
        Aspect::Work if case.operation.starts_with("scaling/") => COMPUTE,
        // The kernel makes and copies memory above all.
        Aspect::Create | Aspect::Part | Aspect::Crash | Aspect::Touch => MEMORY,
        Aspect::Control | Aspect::Floor | Aspect::Lock => SYSCALL,
        _ => PIPE,
    })
}
