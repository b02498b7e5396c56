//! `oscost run`: measures this machine and writes a record.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use indicatif::ProgressBar;
use oscost_harness::plan::Effort;
use oscost_harness::probe::Limits;
use oscost_harness::runner::{Ending, Listener, Runner};
use oscost_harness::session::{Session, now, state_now};
use oscost_harness::{Case, interrupt};
use oscost_record::{
    CaseId, CaseLine, Driver, Line, Outcome, Record, RecordWriter, RoundLine, Tier,
};

use crate::cli::Run;
use crate::exit::End;
use crate::output::{complain, say};
use crate::selection::select;
use crate::{places, progress};

/// A run that is about to begin.
struct Task {
    cases: Vec<Case>,
    seed: u64,
    path: PathBuf,
    writer: RecordWriter,
    done: BTreeSet<(CaseId, u32)>,
}

/// Measures.
///
/// # Errors
/// Where the record cannot be written, or a record to resume does not fit.
pub(crate) fn run(options: &Run) -> anyhow::Result<End> {
    interrupt::watch()?;
    let session = Session::open();
    let mut launch = session.launch()?;
    launch.limits = Limits {
        answer: options.timeout,
    };
    let task = match &options.resume {
        Some(path) => resumed(path, &session)?,
        None => begun(options, &session)?,
    };
    let runner = Runner {
        launcher: &launch,
        supply: &session.supply,
        effort: Effort {
            rounds: options.rounds,
            ..Effort::default()
        },
        seed: task.seed,
        budget: options.time,
        done: task.done,
    };
    let mut scribe = Scribe {
        writer: task.writer,
        path: task.path.clone(),
        bar: progress::bar(),
        json: options.json,
    };
    let ending = runner.run(&task.cases, &mut scribe)?;
    scribe.close(ending)?;
    conclude(options, &task.path, ending)
}

/// A new record.
fn begun(options: &Run, session: &Session) -> anyhow::Result<Task> {
    let cases = select(&options.selection)?;
    let seed = options.seed.unwrap_or_else(draw_seed);
    let tier = Tier::from(options.selection.tier);
    let header = session.header(Driver::Rounds, tier, seed, &cases);
    let path = match &options.out {
        Some(path) => path.clone(),
        None => places::record(&header.machine.key, &header.started),
    };
    let writer = RecordWriter::create(&path, &header).with_context(|| {
        format!(
            "cannot make the record {}; `--out FILE` puts it elsewhere",
            path.display()
        )
    })?;
    if options.json {
        say(&serde_json::to_string(&Line::Run(Box::new(header)))?)?;
    }
    Ok(Task {
        cases,
        seed,
        path,
        writer,
        done: BTreeSet::new(),
    })
}

/// A record that was cut short: the same cases, the same seed, what is
/// missing.
fn resumed(path: &Path, session: &Session) -> anyhow::Result<Task> {
    let record = Record::read(path)?;
    if record.run.machine.key != session.machine.key {
        bail!(
            "{} was begun on machine {}, and this is {}",
            path.display(),
            record.run.machine.key,
            session.machine.key
        );
    }
    let differences = record.run.configuration.differences(&session.configuration);
    if let Some((name, here, there)) = differences.first() {
        bail!(
            "{} was begun under another configuration: {name} was {}, and is {}",
            path.display(),
            here.unwrap_or("not known"),
            there.unwrap_or("not known")
        );
    }
    let all: Vec<Case> = oscost::probe_suites()
        .iter()
        .flat_map(|suite| suite.cases())
        .collect();
    let cases = record.run.cases.iter().map(|info| {
        let case = all.iter().find(|case| case.info.id == info.id);
        case.cloned()
            .with_context(|| format!("this version has no case {}", info.id))
    });
    Ok(Task {
        cases: cases.collect::<anyhow::Result<_>>()?,
        seed: record.run.seed,
        path: path.to_owned(),
        writer: RecordWriter::append(path)
            .with_context(|| format!("cannot go on with the record {}", path.display()))?,
        done: record
            .cases
            .into_iter()
            .map(|line| (line.id, line.round))
            .collect(),
    })
}

/// A seed that nobody has to choose: the time, which the record keeps.
fn draw_seed() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since
        .map(|since| u64::from(since.subsec_nanos()) ^ since.as_secs())
        .unwrap_or_default()
}

/// Writes down what happens.
struct Scribe {
    writer: RecordWriter,
    path: PathBuf,
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
        self.write(&Line::Case(Box::new(line)))
    }
}

/// Prints the table, where the record is, and what can be done with it.
fn conclude(options: &Run, path: &Path, ending: Ending) -> anyhow::Result<End> {
    if !options.json {
        let record = Record::read(path)?;
        say(&oscost_report::table(&oscost_analysis::summarise(&record)))?;
        say(&format!(
            "\nrecord: {0}\nto look at it: oscost report {0}",
            path.display()
        ))?;
    }
    Ok(match ending {
        Ending::Complete => End::Done,
        Ending::OutOfTime => {
            complain("the time was up before every round was measured");
            End::Done
        }
        Ending::Interrupted(signal) => {
            complain(&format!(
                "interrupted; what was measured is kept. To go on: oscost run --resume {}",
                path.display()
            ));
            End::Interrupted(signal)
        }
    })
}
