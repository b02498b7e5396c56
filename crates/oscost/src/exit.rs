//! What a verb's end means to the shell. All exit codes are decided here.

use std::io;
use std::process::ExitCode;

use oscost_analysis::verdict::Outcome;

use crate::output;

/// How a verb ended, apart from errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Done.
    Done,
    /// Something was found that `--strict` or a bound objects to.
    Objection,
    /// Verdicts were given.
    Judged(Outcome),
    /// A signal asked for the end.
    Interrupted(u8),
}

/// 0 done; 1 an objection or a confirmed regression; 2 usage, input or I/O
/// error (also what clap answers to a wrong call); 3 nothing could be judged
/// and `--strict` asked for that ([`Outcome::exit_code`]); 128 + signal after an interruption. A reader who
/// has seen enough and closed the pipe is no error.
pub(crate) fn code(end: anyhow::Result<End>) -> ExitCode {
    match end {
        Ok(End::Done) => ExitCode::SUCCESS,
        Ok(End::Objection) => ExitCode::from(1),
        Ok(End::Judged(outcome)) => ExitCode::from(outcome.exit_code()),
        Ok(End::Interrupted(signal)) => ExitCode::from(128 + signal),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&format!("oscost: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
