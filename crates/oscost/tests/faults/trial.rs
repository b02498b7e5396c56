//! A trial: one fault, one case. All trials come from the rows, and each is
//! found again by its name, since the processes that carry it out are told
//! nothing else.

use std::collections::BTreeSet;

use nix::errno::Errno;

use crate::calls::CALLS;
use crate::fault::{Answer, Before, During, Exit, Fault, Lines, NOTHING, Out};
use crate::{around, struck};

/// One fault, one case.
pub(crate) struct Trial {
    /// `FAULT/SUBJECT`, or `CALL=ERRNO/SUITE`.
    pub(crate) name: String,
    pub(crate) filter: String,
    pub(crate) before: Vec<Before>,
    pub(crate) during: During,
    pub(crate) out: Out,
    pub(crate) exit: Exit,
    pub(crate) lines: Lines,
    pub(crate) words: Vec<String>,
    /// Whether it is part of the short form.
    pub(crate) short: bool,
}

impl Trial {
    /// The fault, without the case.
    pub(crate) fn fault(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }
}

/// The faults that are not a refused call.
pub(crate) fn faults() -> impl Iterator<Item = &'static Fault> {
    [struck::FAULTS, around::FAULTS].into_iter().flatten()
}

/// All trials. No two have the same name.
pub(crate) fn trials() -> Vec<Trial> {
    let mut all = Vec::new();
    for fault in faults() {
        for (place, subject) in fault.subjects.iter().enumerate() {
            all.push(Trial {
                name: format!("{}/{}", fault.name, subject.name),
                filter: subject.filter.to_owned(),
                before: fault.before.to_vec(),
                during: fault.during,
                out: fault.out,
                exit: fault.exit,
                lines: fault.lines,
                words: fault.words.iter().map(|&word| word.to_owned()).collect(),
                short: place == 0,
            });
        }
    }
    for row in CALLS {
        for (errno, answer) in [(Errno::EPERM, row.forbidden), (Errno::ENOSYS, row.unknown)] {
            let suite = row.filter.trim_start_matches('^').split('/').next();
            let (lines, exit, words) = match answer {
                Answer::Measured => (Lines::Measured, 0, Vec::new()),
                Answer::Skipped => (Lines::Skipped, 0, vec![format!("{errno:?}")]),
                Answer::Stopped(words) => {
                    let words = [words, errno.desc()].map(str::to_owned);
                    (Lines::Kept, 2, words.to_vec())
                }
            };
            all.push(Trial {
                name: format!("{}={errno:?}/{}", row.call, suite.unwrap_or_default()),
                filter: row.filter.to_owned(),
                before: vec![Before::Refused(row.number, errno)],
                during: During::Nothing,
                out: NOTHING.out,
                exit: Exit::Code(exit),
                lines,
                words,
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
