//! The locks of the C library.

use oscost_sys::lock::{mutex::Mutex, rwlock::RwLock};

use super::{Lock, ReadWrite};

impl Lock for Mutex {
    const CALL: &'static str = "pthread_mutex_lock";

    #[inline]
    fn hold<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        let _held = self.lock()?;
        Ok(inside())
    }
}

impl ReadWrite for RwLock {
    const CALL: &'static str = "pthread_rwlock_lock";

    #[inline]
    fn read<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        let _held = (*self).read()?;
        Ok(inside())
    }

    #[inline]
    fn write<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        let _held = (*self).write()?;
        Ok(inside())
    }
}
