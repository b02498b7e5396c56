//! Libraries that panic where the system refuses them something, as a runtime does
//! whose threads cannot be made. A panic names no way out, and fails a case that
//! should be skipped.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use nix::errno::Errno;

use crate::Failure;
use crate::failure::During as _;

/// What `make` makes, which makes threads by `call`.
///
/// # Errors
/// What it says, or what it panics with: as a refusal of `call` where that names an
/// error of the system.
pub fn with_threads<T>(call: &str, make: impl FnOnce() -> io::Result<T>) -> Result<T, Failure> {
    match catch_unwind(AssertUnwindSafe(make)) {
        Ok(made) => made.during(call).map_err(Failure::too_many),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            let text = text.unwrap_or_default();
            Err(match errno(text) {
                Some(errno) => Failure::call(call, errno).too_many(),
                None => Failure::Fail(format!("{call}: a panic: {text}")),
            })
        }
    }
}

/// The error of the system that a text names as the standard library does.
fn errno(text: &str) -> Option<Errno> {
    let (_, rest) = text.split_once("(os error ")?;
    let (number, _) = rest.split_once(')')?;
    Some(Errno::from_raw(number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_as_the_refusal_that_it_is() {
        let refused = || io::Error::from_raw_os_error(Errno::EAGAIN as i32);
        let panics = || -> io::Result<()> { panic!("no worker thread: {}", refused()) };
        let told = with_threads("spawn", panics).unwrap_err();
        assert_eq!(
            told,
            with_threads::<()>("spawn", || Err(refused())).unwrap_err()
        );
        assert!(
            matches!(&told, Failure::Skip(why) if why.starts_with("spawn: EAGAIN")),
            "{told}"
        );
        let other = || -> io::Result<()> { panic!("something else") };
        let told = with_threads("spawn", other).unwrap_err().to_string();
        assert!(told.ends_with("something else"), "{told}");
        assert_eq!(with_threads("spawn", || Ok(5)), Ok(5));
    }
}
