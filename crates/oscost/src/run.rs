//! `oscost run`: measures this machine and writes a record.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use anyhow::{Context as _, bail};
use oscost_analysis::{Acuity, TARGET, format};
use oscost_harness::budget::{Budget, Shares};
use oscost_harness::ledger::Ledger;
use oscost_harness::plan::Effort;
use oscost_harness::probe::Limits;
use oscost_harness::runner::Ending;
use oscost_harness::session::Session;
use oscost_harness::{Case, interrupt};
use oscost_record::{CaseId, Driver, Line, ReadError, Record, RecordWriter, Tier};

use crate::cli::{Run, Spend};
use crate::exit::End;
use crate::measuring::{Task, draw_seed, measure};
use crate::once::{Account, first_of_each_row};
use crate::output::{complain, say};
use crate::places;
use crate::selection::select;
use crate::sight::Eyes;
use crate::verbose;

/// Measures.
///
/// # Errors
/// Where the record cannot be written, or a record to resume does not fit.
pub(crate) fn run(options: &Run) -> anyhow::Result<End> {
    let ledger = Ledger::default();
    interrupt::watch()?;
    let session = Session::open();
    let mut launch = session.launch()?;
    launch.limits = Limits {
        answer: options.timeout,
    };
    let (task, eyes) = match &options.resume {
        Some(path) => resumed(path, options, &session)?,
        None => (begun(options, &session)?, Eyes::default()),
    };
    let default = Effort::default();
    let effort = match options.once {
        true => Effort::ONCE,
        false => Effort {
            rounds: options.rounds.unwrap_or(default.rounds),
            ..default
        },
    };
    let eyes = RefCell::new(eyes);
    let path = task.path.clone();
    let budget = budget(options, &eyes);
    let ending = measure(task, &session, &launch, effort, budget, &ledger)?;
    let end = conclude(options, &path, ending)?;
    if options.verbose {
        complain(&verbose::account(&ledger.spent()));
    }
    Ok(end)
}

/// What of a time that is filled is left for the end: the table, the disk.
const FOR_THE_END: f64 = 0.01;

/// A number of rounds or of operations that was asked for is kept to as long as
/// there is time.
fn budget<'a>(options: &Run, eyes: &'a RefCell<Eyes>) -> Budget<'a> {
    match options.time {
        None => Budget::None,
        Some(time) if options.once || options.rounds.is_some() => Budget::Until(time),
        Some(time) => {
            let shares = match options.spend {
                Spend::Worst => Shares::Worst(eyes),
                Spend::Equal => Shares::Equal,
            };
            Budget::Filled(time.mul_f64(1.0 - FOR_THE_END), shares)
        }
    }
}

/// A new record.
fn begun(options: &Run, session: &Session) -> anyhow::Result<Task> {
    let mut cases = select(&options.selection)?;
    if let Some(most) = options.of_each_row {
        cases = first_of_each_row(cases, most);
    }
    let seed = options.seed.unwrap_or_else(draw_seed);
    let tier = Tier::from(options.selection.tier);
    let driver = match options.once {
        true => Driver::Once,
        false => Driver::Rounds,
    };
    let mut header = session.header(driver, tier, seed, &cases);
    header.brief = options.brief;
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
        brief: options.brief,
        json: options.json,
    })
}

/// A record that was cut short: the same cases, the same seed, what is
/// missing.
fn resumed(path: &Path, options: &Run, session: &Session) -> anyhow::Result<(Task, Eyes)> {
    let run = Record::header(path)?;
    if run.driver != Driver::Rounds {
        bail!(
            "{} was not begun by `oscost run` with rounds",
            path.display()
        );
    }
    if run.machine.key != session.machine.key {
        bail!(
            "{} was begun on machine {}, and this is {}",
            path.display(),
            run.machine.key,
            session.machine.key
        );
    }
    let differences = run.configuration.differences(&session.configuration);
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
    let cases = run.cases.iter().map(|info| {
        let case = all.iter().find(|case| case.info.id == info.id);
        case.cloned()
            .with_context(|| format!("this version has no case {}", info.id))
    });
    let (mut acuity, mut done) = (Acuity::default(), BTreeSet::new());
    for part in Record::in_parts(path)? {
        for line in part?.cases {
            acuity.add(&line);
            done.insert((line.id, line.round));
        }
    }
    let task = Task {
        cases: cases.collect::<anyhow::Result<_>>()?,
        seed: run.seed,
        path: path.to_owned(),
        writer: RecordWriter::append(path)
            .with_context(|| format!("cannot go on with the record {}", path.display()))?,
        done,
        reference: !options.no_reference,
        brief: run.brief,
        json: options.json,
    };
    Ok((task, Eyes(acuity)))
}

/// The table of a record, and how small changes it would show. However long the
/// record is, the driver stays small.
fn summed_up(path: &Path) -> anyhow::Result<(String, Acuity)> {
    let mut acuity = Acuity::default();
    let parts = Record::in_parts(path)?.map(|part| {
        let part = part?;
        part.cases.iter().for_each(|line| acuity.add(line));
        Ok::<_, ReadError>(part)
    });
    let mut summaries = oscost_analysis::summarise_parts(parts)?;
    let header = Record::header(path)?;
    let cases = header.cases.iter().map(|case| &case.id);
    let places: HashMap<&CaseId, usize> = cases.zip(0..).collect();
    summaries.sort_by_key(|summary| places.get(&summary.info.id).copied());
    Ok((oscost_report::table(&summaries), acuity))
}

/// Prints the table, where the record is, and what can be done with it.
fn conclude(options: &Run, path: &Path, ending: Ending) -> anyhow::Result<End> {
    let mut end = End::Done;
    let place = path.display();
    let text = if options.once {
        let account = Account::of(&Record::read(path)?);
        end = account.end();
        format!("{account}\nrecord: {place}")
    } else if options.json {
        String::new()
    } else {
        let (table, acuity) = summed_up(path)?;
        let (sharp, all) = acuity.sharp();
        let change = format::percent(TARGET);
        format!(
            "{table}\n\na change of {change} would be seen in {sharp} of {all} cases\nrecord: {place}\nto look at it: oscost report {place}"
        )
    };
    if !options.json {
        say(&text).with_context(|| {
            format!("cannot write to standard output; the record is whole: {place}")
        })?;
    }
    Ok(match ending {
        Ending::Complete => end,
        Ending::OutOfTime => {
            let what = match options.once || options.rounds.is_some() {
                true => "every round was measured",
                false => "every case was measured",
            };
            complain(&format!("the time was up before {what}"));
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
