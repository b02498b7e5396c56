//! Cases measured into a record, line by line, with progress on a terminal.
//! What a signal or a full disk leaves behind is a good record as far as it
//! goes.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use indicatif::ProgressBar;
use oscost_harness::Case;
use oscost_harness::budget::Budget;
use oscost_harness::ledger::Ledger;
use oscost_harness::plan::Effort;
use oscost_harness::probe::Launcher;
use oscost_harness::runner::{Ending, Listener, Runner};
use oscost_harness::session::{Session, now, state_now};
use oscost_record::{CaseId, CaseLine, Line, Outcome, RecordWriter, RoundLine};

use crate::output::{complain, say};
use crate::progress;

/// A record that is to be measured; its header is written.
pub(crate) struct Task {
    pub(crate) cases: Vec<Case>,
    pub(crate) seed: u64,
    pub(crate) path: PathBuf,
    pub(crate) writer: RecordWriter,
    /// Lines that an earlier run has written.
    pub(crate) done: BTreeSet<(CaseId, u32)>,
    /// Whether a frozen workload takes turns with every case that has one.
    pub(crate) reference: bool,
    /// Lines are condensed, as the header says.
    pub(crate) brief: bool,
    /// Every line goes to standard output as well.
    pub(crate) json: bool,
}

/// Measures to the end, a signal, or the end of the time.
///
/// # Errors
/// Where the record cannot be written or standard output is closed.
pub(crate) fn measure(
    task: Task,
    session: &Session,
    launcher: &dyn Launcher,
    effort: Effort,
    budget: Budget<'_>,
    ledger: &Ledger,
) -> io::Result<Ending> {
    let runner = Runner {
        launcher,
        supply: &session.supply,
        effort,
        seed: task.seed,
        budget,
        done: task.done,
        reference: task.reference,
        ledger,
    };
    let mut scribe = Scribe {
        writer: task.writer,
        path: task.path,
        brief: task.brief,
        bar: progress::bar(),
        json: task.json,
    };
    let ending = runner.run(&task.cases, &mut scribe)?;
    scribe.close(ending)?;
    Ok(ending)
}

/// A seed that nobody has to choose: the time, which the record keeps.
pub(crate) fn draw_seed() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since
        .map(|since| u64::from(since.subsec_nanos()) ^ since.as_secs())
        .unwrap_or_default()
}

/// Writes down what happens.
struct Scribe {
    writer: RecordWriter,
    path: PathBuf,
    brief: bool,
    bar: ProgressBar,
    json: bool,
}

impl Scribe {
    fn write(&mut self, line: &Line) -> io::Result<()> {
        self.writer.write(line).map_err(|error| self.lost(&error))?;
        if self.json {
            say(&serde_json::to_string(line)?)?;
        }
        Ok(())
    }

    /// The error with the file's name; what is in the file stays.
    fn lost(&self, error: &io::Error) -> io::Error {
        let text = format!(
            "cannot write to the record {}: {error}. What it holds so far is good; `--resume` goes on with it",
            self.path.display()
        );
        io::Error::new(error.kind(), text)
    }

    fn close(&mut self, ending: Ending) -> io::Result<()> {
        self.bar.finish_and_clear();
        self.write(&Line::End(oscost_record::End {
            ended: now(),
            interrupted: ending != Ending::Complete,
        }))?;
        self.writer.sync().map_err(|error| self.lost(&error))
    }
}

impl Listener for Scribe {
    fn round_begins(&mut self, round: u32) -> io::Result<()> {
        self.write(&Line::Round(RoundLine {
            round,
            state: state_now(),
        }))
    }

    fn case_begins(&mut self, case: &Case, done: u64, expected: u64) {
        self.bar.set_length(expected);
        self.bar.set_position(done);
        self.bar.set_message(case.info.id.0.clone());
    }

    fn case_ends(&mut self, line: CaseLine) -> io::Result<()> {
        if let Outcome::Failed(reason) = &line.outcome {
            let text = format!("{} failed in round {}: {reason}", line.id, line.round);
            self.bar.suspend(|| complain(&text));
        }
        let line = match self.brief {
            true => line.condensed(),
            false => line,
        };
        self.write(&Line::Case(Box::new(line)))
    }
}
