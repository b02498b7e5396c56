//! System calls that are measured for themselves.
#![expect(
    unsafe_code,
    reason = "past the C library, which might answer by itself"
)]

/// `getppid(2)` by the raw system call: the cheapest trip into the kernel
/// that no library caches.
#[inline]
#[must_use]
pub fn getppid() -> i64 {
    // SAFETY: takes no arguments and cannot fail.
    unsafe { libc::syscall(libc::SYS_getppid) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_parent_is_the_one_the_library_names() {
        assert_eq!(super::getppid(), i64::from(nix::unistd::getppid().as_raw()));
    }
}
