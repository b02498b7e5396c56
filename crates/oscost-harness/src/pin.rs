//! Pinning: each task pins itself, and only itself.

use nix::errno::Errno;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
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
        .map_err(|errno| match errno {
            // It may have gone since the run began: nothing went wrong.
            Errno::EINVAL => Failure::call("sched_setaffinity", errno).excused(),
            _ => Failure::call("sched_setaffinity", errno),
        })
        .map_err(|failure| failure.with_remedy(&format!("CPU {cpu} must be online and allowed")))
}

/// The CPUs that the calling thread may run on, in their order.
///
/// # Errors
/// Where the kernel does not tell.
pub fn allowed() -> Result<Vec<Cpu>, Failure> {
    told(machine::usable(&Sources::machine()), || {
        sched_getaffinity(Pid::from_raw(0))
    })
}

/// The kernel is asked once more where nobody has told, to see what it says.
fn told(cpus: Vec<Cpu>, ask: impl FnOnce() -> nix::Result<CpuSet>) -> Result<Vec<Cpu>, Failure> {
    match cpus[..] {
        [] => {
            let errno = ask().err().unwrap_or(Errno::ENODATA);
            let failure = Failure::call("sched_getaffinity", errno);
            Err(failure.with_remedy("/proc/self/status would tell as well: it needs /proc"))
        }
        _ => Ok(cpus),
    }
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
    fn who_does_not_tell_the_cpus_is_named_with_its_errno() {
        let refused = told(Vec::new(), || Err(Errno::EPERM)).unwrap_err();
        assert!(matches!(&refused, Failure::Skip(_)));
        let text = refused.to_string();
        assert!(text.contains("sched_getaffinity: EPERM") && text.contains("/proc"));
        assert_eq!(told(vec![Cpu(3)], || Err(Errno::EPERM)), Ok(vec![Cpu(3)]));
    }

    #[test]
    fn a_cpu_that_is_not_there_is_refused_by_name() {
        let failure = this_thread(Cpu(1023)).unwrap_err();
        assert!(matches!(&failure, Failure::Skip(_)), "{failure}");
        let text = failure.to_string();
        assert!(text.contains("sched_setaffinity: EINVAL") && text.contains("CPU 1023 must"));
    }
}
