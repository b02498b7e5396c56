//! Letting other processes of the same user read the caller's memory, which
//! Yama (`kernel.yama.ptrace_scope`) leaves to its ancestors otherwise.
#![expect(unsafe_code, reason = "nix has no PR_SET_PTRACER")]

use nix::errno::Errno;

/// Allows it to every process of the same user (`PR_SET_PTRACER_ANY`,
/// `prctl(2)`), until the caller ends. A kernel without Yama needs no such
/// thing, and says `EINVAL`.
///
/// # Errors
/// What `prctl(2)` says.
pub fn allow_any() -> nix::Result<()> {
    // As wide as the kernel reads them: an argument after the first has no type.
    const UNUSED: libc::c_ulong = 0;
    let any: libc::c_ulong = libc::PR_SET_PTRACER_ANY;
    // SAFETY: takes integers only.
    let result = unsafe { libc::prctl(libc::PR_SET_PTRACER, any, UNUSED, UNUSED, UNUSED) };
    Errno::result(result).map(drop)
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_is_granted_or_not_needed() {
        assert!(matches!(
            super::allow_any(),
            Ok(()) | Err(nix::errno::Errno::EINVAL)
        ));
    }
}
