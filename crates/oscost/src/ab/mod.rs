//! `oscost ab`: measures two programs, or one in two environments, side by
//! side, and judges what changed.

mod contender;
mod options;
mod task;

use std::path::Path;

use anyhow::{Context as _, bail};
use oscost_analysis::verdict::{Census, JudgedPairs, Outcome};
use oscost_harness::interrupt;
use oscost_harness::probe::Limits;
use oscost_harness::runner::Ending;
use oscost_harness::session::{Session, now};
use oscost_record::{CaseId, Driver, PairLine, PairsHead, PairsRecord, PairsWriter, Tier};
use oscost_report::{Judged, verdict_json, verdict_markdown, verdict_table};
use serde_json::json;

use crate::exit::End;
use crate::measuring::draw_seed;
use crate::output::{complain, say};
use crate::selection::select;
use contender::{Contender, in_words};
pub(crate) use options::Ab;
pub(crate) use task::{Scribe, Task};

/// Compares.
///
/// # Errors
/// Where a program is missing or none of oscost, the two have no case in
/// common, or a file cannot be read or written.
pub(crate) fn ab(options: &Ab) -> anyhow::Result<End> {
    let (head, lines, ending) = match &options.from {
        Some(path) => from_file(path)?,
        None => measured(options)?,
    };
    if let Ending::Interrupted(signal) = ending {
        complain(&match &options.out {
            Some(path) => format!(
                "interrupted; what was measured is kept. To judge it: oscost ab --from {}",
                path.display()
            ),
            None => "interrupted; `--out FILE` would have kept what was measured".to_owned(),
        });
        return Ok(End::Interrupted(signal));
    }
    tell(options, &head, &lines)
}

type Found = (PairsHead, Vec<PairLine>, Ending);

fn from_file(path: &Path) -> anyhow::Result<Found> {
    let record = PairsRecord::read(path)?;
    for damage in &record.damage {
        let why: String = damage.why.escape_debug().collect();
        complain(&format!(
            "{}, line {}: {why} (the rest is kept)",
            path.display(),
            damage.line
        ));
    }
    Ok((record.head, record.pairs, Ending::Complete))
}

fn measured(options: &Ab) -> anyhow::Result<Found> {
    interrupt::watch()?;
    let session = Session::open();
    let mut own = session.launch()?;
    own.limits = Limits {
        answer: options.timeout,
    };
    let (a, b) = (&options.a_variables, &options.b_variables);
    let a = (a.as_slice(), options.wrap_a.as_ref());
    let b = (b.as_slice(), options.wrap_b.as_ref());
    let own = (&own, session.hash());
    let a = Contender::of("A", options.a.as_deref(), a, own)?;
    let b = Contender::of("B", options.b.as_deref(), b, own)?;
    let mut cases = select(&options.selection)?;
    let wanted: Vec<CaseId> = cases.iter().map(|case| case.info.id.clone()).collect();
    cases.retain(|case| [&a, &b].iter().all(|side| side.may_have(&case.info.id)));
    let notes = [&a, &b].map(|side| side.note(&wanted));
    let notes: Vec<String> = notes.into_iter().flatten().collect();
    if cases.is_empty() {
        bail!(
            "there is nothing that both can measure. {}",
            notes.join(". ")
        );
    }
    let seed = options.seed.unwrap_or_else(draw_seed);
    let tier = Tier::from(options.selection.tier);
    let run = session.header(Driver::Rounds, tier, seed, &cases);
    let mut head = PairsHead::of(run, a.variant.clone(), b.variant.clone());
    head.notes = notes;
    let writer = options.out.as_deref().map(|path| {
        PairsWriter::create(path, &head)
            .with_context(|| format!("cannot make the file {}", path.display()))
    });
    let mut scribe = Scribe::new(writer.transpose()?);
    let task = Task {
        a: &a.launch,
        b: &b.launch,
        supply: &session.supply,
        cases: &cases,
        head: &head,
        pairs: options.pairs,
        confirm: options.confirm,
    };
    let ending = task.run(&mut scribe)?;
    scribe.close(oscost_record::End {
        ended: now(),
        interrupted: ending != Ending::Complete,
    })?;
    Ok((head, scribe.lines, ending))
}

/// Judges and prints.
fn tell(options: &Ab, head: &PairsHead, lines: &[PairLine]) -> anyhow::Result<End> {
    let found = JudgedPairs::judged(head, lines);
    let census = Census::of(&found.judgements);
    let outcome = Outcome::of(&census, options.strict);
    let mut notes = head.notes.clone();
    notes.extend(
        found
            .alarm
            .as_ref()
            .map(|(stage, alarm)| alarm.in_words(*stage)),
    );
    if head.a == head.b {
        notes.push("A and B are the same program, started alike".to_owned());
    }
    let judged = Judged {
        title: &format!("B: {}\nA: {}", in_words(&head.b), in_words(&head.a)),
        judgements: &found.judgements,
        moved: &found.moved(head, lines),
        census: &census,
        outcome,
        notes: &notes,
    };
    if let Some(path) = &options.markdown {
        std::fs::write(path, verdict_markdown(&judged))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    if options.json {
        let mut all = verdict_json(&judged);
        all["a"] = json!(head.a);
        all["b"] = json!(head.b);
        all["seed"] = json!(head.seed);
        say(&serde_json::to_string_pretty(&all)?)?;
    } else {
        say(verdict_table(&judged).trim_end())?;
    }
    Ok(End::Judged(outcome))
}
