//! Why a case yields no number: this machine cannot run it, or it went wrong.
//!
//! Both carry a sentence for the record and for people: the call, the error,
//! the way out. Which of the two an error of the system means is decided here
//! and nowhere else.

use nix::errno::Errno;
use thiserror::Error;

/// Why a case yields no number.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    /// This machine, or this user's limits, cannot run the case.
    #[error("{0}")]
    Skip(String),
    /// The case ran, and what it did was not what it claims.
    #[error("{0}")]
    Fail(String),
}

impl Failure {
    /// A system call said no. Refusals that a limit, a permission or the
    /// kernel's age explains make the case skipped; all others make it failed.
    #[must_use]
    pub fn call(call: &str, errno: Errno) -> Self {
        let text = format!("{call}: {errno}");
        match errno {
            Errno::EAGAIN
            | Errno::ENOMEM
            | Errno::EPERM
            | Errno::EACCES
            | Errno::ENOSYS
            | Errno::EOPNOTSUPP
            | Errno::EMFILE
            | Errno::ENFILE
            | Errno::ENOEXEC => Self::Skip(text),
            _ => Self::Fail(text),
        }
    }

    /// The same, with the name of who failed in front of the sentence.
    #[must_use]
    pub fn of(self, who: &str) -> Self {
        match self {
            Self::Skip(text) => Self::Skip(format!("{who}: {text}")),
            Self::Fail(text) => Self::Fail(format!("{who}: {text}")),
        }
    }

    /// The same, with the way out added to the sentence.
    #[must_use]
    pub fn with_remedy(self, remedy: &str) -> Self {
        match self {
            Self::Skip(text) => Self::Skip(format!("{text}. {remedy}")),
            Self::Fail(text) => Self::Fail(format!("{text}. {remedy}")),
        }
    }
}

/// Names the call that failed.
pub trait During<T> {
    /// Turns an errno into a [`Failure`] that names `call`.
    ///
    /// # Errors
    /// See [`Failure::call`].
    fn during(self, call: &str) -> Result<T, Failure>;
}

impl<T> During<T> for nix::Result<T> {
    fn during(self, call: &str) -> Result<T, Failure> {
        self.map_err(|errno| Failure::call(call, errno))
    }
}

impl<T> During<T> for std::io::Result<T> {
    fn during(self, call: &str) -> Result<T, Failure> {
        self.map_err(|error| match error.raw_os_error() {
            Some(code) => Failure::call(call, Errno::from_raw(code)),
            None => Failure::Fail(format!("{call}: {error}")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_skips_and_a_bug_fails() {
        assert!(matches!(
            Failure::call("fork", Errno::EAGAIN),
            Failure::Skip(_)
        ));
        assert!(matches!(
            Failure::call("fork", Errno::EINVAL),
            Failure::Fail(_)
        ));
    }

    #[test]
    fn the_sentence_names_the_call_and_the_way_out() {
        let failure = Failure::call("fork", Errno::EAGAIN).with_remedy("Raise `ulimit -u`.");
        let text = failure.to_string();
        assert!(text.contains("fork") && text.contains("EAGAIN") && text.contains("ulimit -u"));
    }
}
