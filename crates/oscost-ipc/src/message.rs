//! Messages through the kernel, to and fro: one file for each means, with its
//! rows and how it carries a message. What is done with the messages is the
//! same for all (`talk`).

pub(crate) mod bytes;
pub(crate) mod eventfd;
pub(crate) mod fifo;
pub(crate) mod pipe;
pub(crate) mod posix_queue;
pub(crate) mod process_vm;
pub(crate) mod sysv_queue;
pub(crate) mod tcp;
pub(crate) mod udp;
pub(crate) mod unix;
pub(crate) mod uring;

use std::io;

use oscost_harness::{During as _, Failure};

/// Skips messages that are longer than a limit of the kernel, which stands in
/// a file. Where there is no such file, the call finds out.
fn check_limit(size: usize, file: &str, name: &str) -> Result<(), Failure> {
    let limit = std::fs::read_to_string(file).ok();
    let limit: Option<usize> = limit.and_then(|text| text.trim().parse().ok());
    match limit {
        Some(limit) if limit < size => Err(Failure::Skip(format!(
            "a message of {size} bytes is longer than {name} ({limit}). `sysctl {name}={size}` raises it"
        ))),
        _ => Ok(()),
    }
}

/// A socket bound to 127.0.0.1: a machine or a sandbox without that address is
/// skipped.
fn on_loopback<T>(bound: io::Result<T>) -> Result<T, Failure> {
    match bound {
        Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => Err(Failure::Skip(
            "bind(127.0.0.1): EADDRNOTAVAIL. The loopback interface is down; `ip link set lo up` raises it".into(),
        )),
        bound => bound.during("bind(127.0.0.1)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_named() {
        let limit = tempfile();
        std::fs::write(&limit, "8192\n").unwrap();
        let path = limit.to_str().unwrap();
        check_limit(8192, path, "x.y").unwrap();
        match check_limit(8193, path, "x.y") {
            Err(Failure::Skip(why)) => assert!(why.contains("x.y (8192)"), "{why}"),
            other => panic!("{other:?}"),
        }
        std::fs::remove_file(&limit).unwrap();
        check_limit(1 << 40, path, "x.y").unwrap();
    }

    fn tempfile() -> std::path::PathBuf {
        std::env::temp_dir().join(oscost_harness::names::unpredictable())
    }
}
