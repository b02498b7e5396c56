//! One file per architecture, each with the same functions: reading the
//! counter, the system calls whose child must not return through Rust, and an
//! access that the CPU refuses.

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "aarch64")]
pub(crate) use aarch64::{
    CLOCKSOURCE, COUNTER, VFORK, bad_access, counter, counter_is_steady, spawn_exit, spawn_noting,
};
#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::{
    CLOCKSOURCE, COUNTER, VFORK, bad_access, counter, counter_is_steady, spawn_exit, spawn_noting,
};
