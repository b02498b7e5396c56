//! System V semaphores (`sysvipc(7)`): sets of one.
//!
//! They outlive every process: whoever makes one sees to its removal, whatever
//! may happen to him.
#![expect(unsafe_code, reason = "nix has no System V semaphores")]

use nix::errno::Errno;

/// A semaphore, by the number that the kernel gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Semaphore(i32);

impl Semaphore {
    /// Makes a semaphore with so many permits (`semget(2)`, `semctl(2)`).
    ///
    /// # Errors
    /// `ENOSPC` at a limit of sets (`kernel.sem`), `ENOSYS` without System V
    /// IPC, `ERANGE` for more permits than the kernel allows.
    pub fn make(permits: u16) -> nix::Result<Self> {
        let mode = libc::IPC_CREAT | 0o600;
        // SAFETY: takes numbers only.
        let id = Errno::result(unsafe { libc::semget(libc::IPC_PRIVATE, 1, mode) })?;
        let semaphore = Self(id);
        // As wide as the union that the call expects, whose first field it is.
        let value = libc::c_ulong::from(permits);
        // SAFETY: SETVAL takes a number in that union and no pointer.
        let set = unsafe { libc::semctl(id, 0, libc::SETVAL, value) };
        if let Err(errno) = Errno::result(set) {
            let _ = semaphore.remove();
            return Err(errno);
        }
        Ok(semaphore)
    }

    /// The semaphore of a number that [`Semaphore::number`] gave.
    #[must_use]
    pub fn of(number: i32) -> Self {
        Self(number)
    }

    /// The number by which the kernel knows it.
    #[must_use]
    pub fn number(self) -> i32 {
        self.0
    }

    /// Waits until there is a permit and takes it (`semop(2)`).
    ///
    /// # Errors
    /// `EIDRM` or `EINVAL` where the semaphore was removed.
    #[inline]
    pub fn wait(self) -> nix::Result<()> {
        self.change(-1)
    }

    /// Adds a permit (`semop(2)`).
    ///
    /// # Errors
    /// `EINVAL` where the semaphore was removed, `ERANGE` where there would be
    /// more permits than the kernel allows.
    #[inline]
    pub fn post(self) -> nix::Result<()> {
        self.change(1)
    }

    #[inline]
    fn change(self, by: i16) -> nix::Result<()> {
        let mut operation = libc::sembuf {
            sem_num: 0,
            sem_op: by,
            sem_flg: 0,
        };
        loop {
            // SAFETY: one operation, which lives for the whole call.
            match Errno::result(unsafe { libc::semop(self.0, &raw mut operation, 1) }) {
                Err(Errno::EINTR) => {}
                other => return other.map(drop),
            }
        }
    }

    /// The permits that are there now (`semctl(GETVAL)`).
    ///
    /// # Errors
    /// `EINVAL` where the semaphore was removed.
    pub fn permits(self) -> nix::Result<u32> {
        // SAFETY: GETVAL takes no further argument.
        let value = Errno::result(unsafe { libc::semctl(self.0, 0, libc::GETVAL) })?;
        Ok(value.unsigned_abs())
    }

    /// Removes it (`semctl(IPC_RMID)`); who waits is refused.
    ///
    /// # Errors
    /// `EINVAL` where it was removed before.
    pub fn remove(self) -> nix::Result<()> {
        // SAFETY: IPC_RMID takes no further argument.
        Errno::result(unsafe { libc::semctl(self.0, 0, libc::IPC_RMID) }).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permits_are_taken_and_given_back_until_it_is_removed() {
        let semaphore = match Semaphore::make(2) {
            Err(Errno::ENOSYS) => return,
            made => made.unwrap(),
        };
        semaphore.wait().unwrap();
        assert_eq!(semaphore.permits(), Ok(1));
        Semaphore::of(semaphore.number()).post().unwrap();
        assert_eq!(semaphore.permits(), Ok(2));
        semaphore.remove().unwrap();
        assert_eq!(semaphore.wait(), Err(Errno::EINVAL));
        assert_eq!(semaphore.remove(), Err(Errno::EINVAL));
    }
}
