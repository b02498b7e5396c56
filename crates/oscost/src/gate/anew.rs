//! Suspicions measured anew: short fresh records of the suspects alone, on the
//! machine, in the configuration and by the program of the record that raised
//! them. Anywhere else nothing is measured, and it is said why.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use oscost_analysis::Digest;
use oscost_analysis::verdict::{Judgement, suspects};
use oscost_harness::budget::Budget;
use oscost_harness::ledger::Ledger;
use oscost_harness::plan::Effort;
use oscost_harness::runner::Ending;
use oscost_harness::session::Session;
use oscost_harness::{Case, interrupt};
use oscost_record::{CaseId, Driver, Record, RecordWriter, Run};

use super::{Current, notes};
use crate::measuring::{self, Task, draw_seed};
use crate::output::complain;
use crate::places;

/// So many fresh records: of one alone nobody knows how far it strays.
pub(crate) const RECORDS: u32 = 5;

/// Seconds between them, where nobody says otherwise.
pub(crate) const APART: &str = "20";

/// Rounds of each, at most.
pub(crate) const ROUNDS: u32 = 15;

/// No measurement of a fresh record begins later than this.
const LONGEST: Duration = Duration::from_secs(120);

/// What became of the suspicions.
pub(super) enum Anew {
    /// There was none.
    Nothing,
    /// They cannot be measured here.
    Impossible(String),
    /// A signal asked for the end.
    Interrupted(u8),
    /// They were.
    Measured { digests: Vec<Digest>, told: String },
}

/// Measures what is suspected, with so much time between the fresh records.
///
/// # Errors
/// Where a record cannot be written or read.
pub(super) fn measure(
    current: &Current,
    judgements: &[Judgement],
    apart: Duration,
) -> anyhow::Result<Anew> {
    let ids = suspects(judgements);
    if ids.is_empty() {
        return Ok(Anew::Nothing);
    }
    interrupt::watch()?;
    let session = Session::open();
    let run = &current.record.run;
    if let Some(why) = obstacle(run, &session) {
        return Ok(Anew::Impossible(why));
    }
    let cases = match cases(&ids) {
        Ok(cases) => cases,
        Err(why) => return Ok(Anew::Impossible(why)),
    };
    let count = ids.len();
    let mut digests = Vec::new();
    let mut paths = Vec::new();
    for number in 1..=RECORDS {
        if number > 1
            && let Some(signal) = interrupt::rest(apart)
        {
            return Ok(Anew::Interrupted(signal));
        }
        complain(&format!(
            "measuring {count} suspected cases anew, {number} of {RECORDS}"
        ));
        let seed = draw_seed();
        let mut header = session.header(Driver::Rounds, run.tier, seed, &cases);
        header.brief = run.brief;
        let path = places::confirming(&header.machine.key, &header.started, number);
        let task = Task {
            cases: cases.clone(),
            seed,
            path: path.clone(),
            writer: RecordWriter::create(&path, &header)
                .with_context(|| format!("cannot make the record {}", path.display()))?,
            done: BTreeSet::new(),
            reference: true,
            brief: run.brief,
            json: false,
        };
        let effort = Effort {
            rounds: rounds(&current.record).min(ROUNDS),
            ..Effort::default()
        };
        let (launch, ledger) = (session.launch()?, Ledger::default());
        let budget = Budget::Until(LONGEST);
        let ending = measuring::measure(task, &session, &launch, effort, budget, &ledger)?;
        if let Ending::Interrupted(signal) = ending {
            return Ok(Anew::Interrupted(signal));
        }
        digests.push(Digest::of(&Record::read(&path)?));
        paths.push(path);
    }
    let paths: Vec<&Path> = paths.iter().map(AsRef::as_ref).collect();
    let told = notes::confirmed(count, apart, &paths);
    Ok(Anew::Measured { digests, told })
}

/// Why what would be measured here says nothing about the record.
fn obstacle(run: &Run, session: &Session) -> Option<String> {
    if run.driver != Driver::Rounds {
        return Some("the record is one of `cargo bench`, and this is `oscost`".to_owned());
    }
    if run.machine.key != session.machine.key {
        return Some(format!(
            "the record is of machine {:?}, and this is {}",
            run.machine.key, session.machine.key
        ));
    }
    let differences = run.configuration.differences(&session.configuration);
    let (name, there, here) = differences.first()?;
    Some(format!(
        "here {name:?} is {:?}, and was {:?} for the record",
        here.unwrap_or("not known"),
        there.unwrap_or("not known")
    ))
}

fn cases(ids: &[CaseId]) -> Result<Vec<Case>, String> {
    let suites = oscost::probe_suites();
    let found = ids.iter().map(|id| {
        let case = suites.iter().find_map(|suite| suite.find(id));
        case.ok_or_else(|| format!("this program has no case {:?}", id.0))
    });
    found.collect()
}

/// The rounds that the record has.
fn rounds(record: &Record) -> u32 {
    let rounds = record.cases.iter().map(|line| line.round);
    rounds.max().unwrap_or_default().saturating_add(1)
}
