//! The locks of Rust's standard library and of `parking_lot`.

use std::sync::PoisonError;

use super::{Lock, ReadWrite};

/// On cache lines of its own, for as long as the process lives.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Alone<T>(T);

fn forever<T: Default>() -> &'static Alone<T> {
    Box::leak(Box::default())
}

/// `std::sync::Mutex`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StdMutex(&'static Alone<std::sync::Mutex<()>>);

impl StdMutex {
    pub(crate) fn new() -> Self {
        Self(forever())
    }
}

impl Lock for StdMutex {
    const CALL: &'static str = "Mutex::lock";

    #[inline]
    fn hold<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        let _held = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(inside())
    }
}

/// `parking_lot::Mutex`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ParkingLotMutex(&'static Alone<parking_lot::Mutex<()>>);

impl ParkingLotMutex {
    pub(crate) fn new() -> Self {
        Self(forever())
    }
}

impl Lock for ParkingLotMutex {
    const CALL: &'static str = "Mutex::lock";

    #[inline]
    fn hold<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        let _held = self.0.0.lock();
        Ok(inside())
    }
}

/// `std::sync::RwLock`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StdRwLock(&'static Alone<std::sync::RwLock<()>>);

impl StdRwLock {
    pub(crate) fn new() -> Self {
        Self(forever())
    }
}

impl ReadWrite for StdRwLock {
    const CALL: &'static str = "RwLock::read";

    #[inline]
    fn read<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        let _held = self.0.0.read().unwrap_or_else(PoisonError::into_inner);
        Ok(inside())
    }

    #[inline]
    fn write<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        let _held = self.0.0.write().unwrap_or_else(PoisonError::into_inner);
        Ok(inside())
    }
}

/// `parking_lot::RwLock`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ParkingLotRwLock(&'static Alone<parking_lot::RwLock<()>>);

impl ParkingLotRwLock {
    pub(crate) fn new() -> Self {
        Self(forever())
    }
}

impl ReadWrite for ParkingLotRwLock {
    const CALL: &'static str = "RwLock::read";

    #[inline]
    fn read<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        let _held = self.0.0.read();
        Ok(inside())
    }

    #[inline]
    fn write<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        let _held = self.0.0.write();
        Ok(inside())
    }
}
