//! How the scheduler treats the calling thread (`sched(7)`), as far as anybody
//! may choose it for himself.
#![expect(unsafe_code, reason = "nix has no sched_setscheduler")]

use nix::errno::Errno;

/// From now on, being woken is no reason for the calling thread to take the
/// CPU from a thread of the usual policy (`SCHED_BATCH`).
///
/// # Errors
/// `EPERM` where the policy was one that only root may leave.
pub fn be_patient() -> nix::Result<()> {
    let parameters = libc::sched_param { sched_priority: 0 };
    // SAFETY: the parameters are alive for the whole call, which only reads
    // them; 0 stands for the calling thread.
    let result = unsafe { libc::sched_setscheduler(0, libc::SCHED_BATCH, &raw const parameters) };
    Errno::result(result).map(drop)
}

#[cfg(test)]
mod tests {
    #[test]
    fn anybody_may_be_patient() {
        // In a thread of its own: the test runner's is not ours to change.
        std::thread::spawn(super::be_patient)
            .join()
            .unwrap()
            .unwrap();
    }
}
