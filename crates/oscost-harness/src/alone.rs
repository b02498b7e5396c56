//! One task by itself: calls that are measured one by one, and the calls of a
//! round trip without the other party, which is what to subtract.

use std::os::fd::OwnedFd;
use std::sync::atomic::AtomicU32;

use nix::errno::Errno;
use nix::unistd::{pipe, read, write};
use oscost_sys::futex::{self, Scope};

use crate::Failure;
use crate::failure::During as _;
use crate::work::{Audit, Evidence, Measure, Work};

struct Calls<F> {
    call: F,
    done: u64,
}

/// A call that checks itself that it did what it is for.
pub fn calls(call: impl FnMut() -> Result<(), Failure> + 'static) -> Measure {
    Measure::Timed(Box::new(Calls { call, done: 0 }))
}

impl<F: FnMut() -> Result<(), Failure>> Work for Calls<F> {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        for _ in 0..ops {
            (self.call)()?;
            self.done += 1;
        }
        Ok(())
    }
}

impl<F> Evidence for Calls<F> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(self.done)
    }
}

const TOKEN: u8 = 0x5a;

/// The four pipe calls of a round trip, made by one task.
///
/// # Errors
/// What `pipe(2)` says.
pub fn pipe_round_trip() -> Result<Measure, Failure> {
    let (from, to): (OwnedFd, OwnedFd) = pipe().during("pipe")?;
    Ok(calls(move || {
        for _ in 0..2 {
            let mut token = [0];
            write(&to, &[TOKEN]).during("write(pipe)")?;
            read(&from, &mut token).during("read(pipe)")?;
            if token != [TOKEN] {
                return Err(Failure::Fail(
                    "read(pipe) gave another byte than was written".into(),
                ));
            }
        }
        Ok(())
    }))
}

/// The four futex calls of a round trip, for which nobody waits.
#[must_use]
pub fn futex_round_trip(scope: Scope) -> Measure {
    let word = AtomicU32::new(0);
    calls(move || {
        for _ in 0..2 {
            futex::wake(&word, 1, scope).during("futex(FUTEX_WAKE)")?;
            match futex::wait(&word, 1, scope) {
                Err(Errno::EAGAIN) => {}
                other => {
                    return Err(Failure::Fail(format!(
                        "a wait for a value that had passed gave {other:?}"
                    )));
                }
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_is_counted() {
        for measure in [
            pipe_round_trip().unwrap(),
            futex_round_trip(Scope::Private),
            calls(|| Ok(())),
        ] {
            let Measure::Timed(mut work) = measure else {
                panic!("not timed");
            };
            work.run(10).unwrap();
            assert_eq!(work.audit().unwrap().done, 10);
        }
    }

    #[test]
    fn a_call_that_fails_ends_the_work() {
        let Measure::Timed(mut work) = calls(|| Err(Failure::Fail("no".into()))) else {
            panic!("not timed");
        };
        assert!(work.run(1).is_err());
        assert_eq!(work.audit().unwrap().done, 0);
    }
}
