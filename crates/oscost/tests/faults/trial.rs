//! A trial: one fault, one case. All trials come from the rows, and each is
//! found again by its name, since the processes that carry it out are told
//! nothing else.

use std::collections::BTreeSet;

use nix::errno::Errno;

use crate::calls::{CALLS, told_as};
use crate::fault::{Answer, BESIDE, Before, During, Exit, Fault, Lines, NOTHING, Out};
use crate::{around, limits, struck};

/// One fault, one case.
pub(crate) struct Trial {
    /// `FAULT/SUBJECT`, or `CALL=ERRNO/SUITE`.
    pub(crate) name: String,
    /// The cases, as a regular expression.
    pub(crate) filter: String,
    /// Whether [`BESIDE`] is among them.
    pub(crate) beside: bool,
    pub(crate) before: Vec<Before>,
    pub(crate) during: During,
    pub(crate) out: Out,
    pub(crate) exit: Exit,
    pub(crate) lines: Lines,
    pub(crate) words: Vec<String>,
    /// Names of a refused call, one of which the reason must have.
    pub(crate) told: &'static [&'static str],
    /// Whether it is part of the short form.
    pub(crate) short: bool,
}

impl Trial {
    /// The fault, without the case.
    pub(crate) fn fault(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }
}

/// A case, and the one beside it.
fn with_another(filter: &str, beside: bool) -> String {
    match beside {
        true => format!("{filter}|^{BESIDE}$"),
        false => filter.to_owned(),
    }
}

/// The faults that are not a refused call.
pub(crate) fn faults() -> impl Iterator<Item = &'static Fault> {
    [struck::FAULTS, limits::FAULTS, around::FAULTS]
        .into_iter()
        .flatten()
}

/// All trials. No two have the same name.
pub(crate) fn trials() -> Vec<Trial> {
    let mut all = Vec::new();
    for (number, fault) in faults().enumerate() {
        for (place, subject) in fault.subjects.iter().enumerate() {
            // Whoever moves a probe may hit the other case as well, for another reason.
            let beside = fault.lines.spare_others() && fault.during != During::Moved;
            all.push(Trial {
                name: format!("{}/{}", fault.name, subject.name),
                filter: with_another(subject.filter, beside),
                beside,
                before: fault.before.to_vec(),
                during: fault.during,
                out: fault.out,
                exit: fault.exit,
                lines: fault.lines,
                words: fault.words.iter().map(|&word| word.to_owned()).collect(),
                told: &[],
                short: place == number % fault.subjects.len(),
            });
        }
    }
    for row in CALLS {
        for (errno, answer) in [(Errno::EPERM, row.forbidden), (Errno::ENOSYS, row.unknown)] {
            let suite = row.filter.trim_start_matches('^').split('/').next();
            let (lines, exit, words) = match answer {
                Answer::Measured => (Lines::Measured, 0, Vec::new()),
                Answer::Skipped => (Lines::Skipped, 0, vec![format!("{errno:?}")]),
                Answer::AllSkipped => (Lines::AllSkipped, 0, vec![format!("{errno:?}")]),
                Answer::NotBegun(words) => {
                    let words = [words, errno.desc()].map(str::to_owned);
                    (Lines::NoRecord, 2, words.to_vec())
                }
                Answer::Stopped(words) => {
                    let words = [words, errno.desc()].map(str::to_owned);
                    (Lines::Kept, 2, words.to_vec())
                }
            };
            all.push(Trial {
                name: format!("{}={errno:?}/{}", row.call, suite.unwrap_or_default()),
                filter: with_another(row.filter, lines.spare_others()),
                beside: lines.spare_others(),
                before: vec![Before::Refused(row.number, errno)],
                during: During::Nothing,
                out: NOTHING.out,
                exit: Exit::Code(exit),
                lines,
                words,
                told: told_as(row.call),
                // Mostly both come to the same.
                short: errno == Errno::EPERM || row.forbidden != row.unknown,
            });
        }
    }
    let names: BTreeSet<&str> = all.iter().map(|trial| trial.name.as_str()).collect();
    assert_eq!(names.len(), all.len(), "a name stands for two trials");
    all
}

/// The trial of that name.
pub(crate) fn find(name: &str) -> Option<Trial> {
    trials().into_iter().find(|trial| trial.name == name)
}
