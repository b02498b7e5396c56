//! `oscost run`: measures this machine and writes a record.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, bail};
use oscost_harness::plan::Effort;
use oscost_harness::probe::Limits;
use oscost_harness::runner::Ending;
use oscost_harness::session::Session;
use oscost_harness::{Case, interrupt};
use oscost_record::{Driver, Line, Record, RecordWriter, Tier};

use crate::cli::Run;
use crate::exit::End;
use crate::measuring::{Task, draw_seed, measure};
use crate::once::Account;
use crate::output::{complain, say};
use crate::places;
use crate::selection::select;

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
        Some(path) => resumed(path, options, &session)?,
        None => begun(options, &session)?,
    };
    let effort = match options.once {
        true => Effort::ONCE,
        false => Effort {
            rounds: options.rounds,
            ..Effort::default()
        },
    };
    let path = task.path.clone();
    let ending = measure(task, &session, &launch, effort, options.time)?;
    conclude(options, &path, ending)
}

/// A new record.
fn begun(options: &Run, session: &Session) -> anyhow::Result<Task> {
    let cases = select(&options.selection)?;
    let seed = options.seed.unwrap_or_else(draw_seed);
    let tier = Tier::from(options.selection.tier);
    let driver = match options.once {
        true => Driver::Once,
        false => Driver::Rounds,
    };
    let header = session.header(driver, tier, seed, &cases);
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
        reference: !options.no_reference && !options.once,
        json: options.json,
    })
}

/// A record that was cut short: the same cases, the same seed, what is
/// missing.
fn resumed(path: &Path, options: &Run, session: &Session) -> anyhow::Result<Task> {
    let record = Record::read(path)?;
    if record.run.driver != Driver::Rounds {
        bail!(
            "{} was not begun by `oscost run` with rounds",
            path.display()
        );
    }
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
        reference: !options.no_reference,
        json: options.json,
    })
}

/// Prints the table, where the record is, and what can be done with it.
fn conclude(options: &Run, path: &Path, ending: Ending) -> anyhow::Result<End> {
    let mut end = End::Done;
    if options.once {
        let account = Account::of(&Record::read(path)?);
        if !options.json {
            say(&account.to_string())?;
            say(&format!("record: {}", path.display()))?;
        }
        end = account.end();
    } else if !options.json {
        let record = Record::read(path)?;
        say(&oscost_report::table(&oscost_analysis::summarise(&record)))?;
        say(&format!(
            "\nrecord: {0}\nto look at it: oscost report {0}",
            path.display()
        ))?;
    }
    Ok(match ending {
        Ending::Complete => end,
        Ending::OutOfTime => {
            complain("the time was up before every round was measured");
            end
        }
        Ending::Interrupted(signal) => {
            let on = match options.once {
                true => String::new(),
                false => format!(" To go on: oscost run --resume {}", path.display()),
            };
            complain(&format!("interrupted; what was measured is kept.{on}"));
            End::Interrupted(signal)
        }
    })
}
