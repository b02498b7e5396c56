//! The one door to the kernel for what `nix` does not offer in a safe form.
//!
//! Everything here is a safe function over a system call or an instruction;
//! the reasoning stands at each `unsafe` block. What `nix` offers safely, the
//! suites call directly. Nothing here measures, prints or decides.

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("oscost knows the counters and calls of x86_64 and aarch64 only");
#[cfg(not(target_os = "linux"))]
compile_error!("oscost measures Linux");

mod arch;
pub mod atomic;
pub mod barrier;
pub mod byte_ring;
pub mod condvar;
pub mod counter;
pub mod crash;
pub mod exec;
pub mod fork;
pub mod futex;
pub mod kernel_thread;
pub mod lasting;
pub mod lock;
pub mod map;
pub mod memory_file;
pub mod message_queue;
pub mod meter;
pub mod notice;
pub mod patchwork;
pub mod pidfd;
pub mod pointer_slot;
pub mod policy;
pub mod positions;
pub mod pthread;
pub mod ptracer;
pub mod queued_signal;
pub mod rights;
pub mod shared_memory;
pub mod slate;
pub mod spsc;
pub mod start;
pub mod sysv;
pub mod uring;
