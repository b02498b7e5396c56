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
    /// kernel's age explains make the case skipped, with what can be done about
    /// it in general; all others make it failed.
    #[must_use]
    pub fn call(call: &str, errno: Errno) -> Self {
        let text = format!("{call}: {errno}");
        match general_remedy(errno) {
            Some(remedy) => Self::Skip(text).with_remedy(remedy),
            None => Self::Fail(text),
        }
    }

    /// See [`Failure::call`], for who tells which of its calls it was.
    #[must_use]
    pub fn told((call, errno): (&str, Errno)) -> Self {
        Self::call(call, errno)
    }

    /// The same, where it is known that the machine cannot do better: the case is
    /// skipped.
    #[must_use]
    pub fn excused(self) -> Self {
        match self {
            Self::Skip(text) | Self::Fail(text) => Self::Skip(text),
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

    /// The same, with what to do about a limit on tasks added.
    #[must_use]
    pub fn too_many(self) -> Self {
        self.with_remedy(
            "EAGAIN: see `ulimit -u`, `ulimit -v`, the cgroup's pids.max, kernel.threads-max, vm.max_map_count; ENOMEM: too little memory, or vm.overcommit_memory=2; ENOSYS: the kernel or a sandbox refuses the call",
        )
    }

    /// The same, with the way out added to the sentence. What is known of a call
    /// takes the place of what is said in general.
    #[must_use]
    pub fn with_remedy(self, remedy: &str) -> Self {
        let add = |text: String| {
            let mut general = REMEDIES.iter().map(|(_, general)| *general);
            let bare = general.find_map(|general| text.strip_suffix(general)?.strip_suffix(". "));
            format!("{}. {remedy}", bare.unwrap_or(&text))
        };
        match self {
            Self::Skip(text) => Self::Skip(add(text)),
            Self::Fail(text) => Self::Fail(add(text)),
        }
    }
}

/// What skips a case, and what can be done about it where nobody knows better.
const REMEDIES: &[(&[Errno], &str)] = &[
    (
        &[Errno::EAGAIN],
        "A limit is reached: see `ulimit -a` and the cgroup's pids.max",
    ),
    (
        &[Errno::ENOMEM],
        "Too little memory: see `free`, `ulimit -v` and the cgroup's limit",
    ),
    (
        &[Errno::EPERM, Errno::EACCES],
        "This user or a sandbox may not do that",
    ),
    (
        &[Errno::ENOSYS, Errno::EOPNOTSUPP],
        "This kernel cannot do that, or a sandbox forbids it",
    ),
    (&[Errno::EMFILE], "Too many are open: see `ulimit -n`"),
    (&[Errno::ENFILE], "Too many are open: see fs.file-max"),
    (
        &[Errno::EROFS, Errno::ENOSPC, Errno::EDQUOT],
        "There is no place for it: see `df` and `ipcs -l`",
    ),
    (&[Errno::ENOEXEC], "This kernel cannot execute it"),
];

fn general_remedy(errno: Errno) -> Option<&'static str> {
    let mut known = REMEDIES.iter();
    let found = known.find(|(errnos, _)| errnos.contains(&errno));
    found.map(|(_, remedy)| *remedy)
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

    #[test]
    fn what_is_known_of_a_call_takes_the_place_of_what_is_said_in_general() {
        for (errnos, general) in REMEDIES {
            for &errno in *errnos {
                let failure = Failure::call("call", errno);
                assert_eq!(failure, Failure::Skip(format!("call: {errno}. {general}")));
                let known = failure.with_remedy("Do this").to_string();
                assert_eq!(known, format!("call: {errno}. Do this"));
            }
        }
        let excused = Failure::call("call", Errno::EINVAL).excused();
        assert!(matches!(excused, Failure::Skip(text) if text.contains("call: EINVAL")));
        let twice = Failure::Fail("x".into()).with_remedy("a").with_remedy("b");
        assert_eq!(twice.to_string(), "x. a. b");
    }
}
