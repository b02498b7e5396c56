//! Pinning: each task pins itself, and only itself.

use nix::sched::{CpuSet, sched_setaffinity};
use nix::unistd::Pid;
use oscost_record::Cpu;

use crate::Failure;
use crate::failure::During as _;
use crate::machine::{self, Sources};

/// Pins the calling thread, and the tasks that it will make, to one CPU
/// (`sched_setaffinity(2)`).
///
/// # Errors
/// Where the CPU is offline or outside the process's cpuset.
pub fn this_thread(cpu: Cpu) -> Result<(), Failure> {
    let mut set = CpuSet::new();
    set.set(cpu.0 as usize).during("sched_setaffinity")?;
    sched_setaffinity(Pid::from_raw(0), &set)
        .during("sched_setaffinity")
        .map_err(|failure| failure.with_remedy(&format!("CPU {cpu} must be online and allowed")))
}

/// The CPUs that the calling thread may run on, in their order.
///
/// # Errors
/// Where the kernel does not tell.
pub fn allowed() -> Result<Vec<Cpu>, Failure> {
    let cpus = machine::usable(&Sources::machine());
    if cpus.is_empty() {
        return Err(Failure::Skip(
            "the kernel does not tell which CPUs may be used (sched_getaffinity)".into(),
        ));
    }
    Ok(cpus)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pinned_thread_runs_where_it_was_told() {
        // In a thread of its own: the test runner's is not ours to pin.
        std::thread::spawn(|| {
            let here = crate::usage::this_cpu().unwrap();
            this_thread(here).unwrap();
            assert_eq!(crate::usage::this_cpu(), Some(here));
            assert_eq!(allowed(), Ok(vec![here]));
        })
        .join()
        .unwrap();
    }

    #[test]
    fn a_cpu_that_is_not_there_is_refused_by_name() {
        let failure = this_thread(Cpu(1023)).unwrap_err();
        assert!(failure.to_string().contains("sched_setaffinity"));
    }
}
