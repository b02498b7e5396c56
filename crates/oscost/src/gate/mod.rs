//! `oscost gate`: one record judged by the history of its machine. The
//! statistics are [`verdict`]'s; here it is decided what is held against what,
//! what is measured anew, and how the program ends.

pub(crate) mod anew;
mod baseline;
mod moved;
mod notes;
mod options;

use std::io;

use anyhow::Context as _;
use oscost_analysis::Digest;
use oscost_analysis::verdict::{self, Census, Judgement, Outcome, Reason, Rules};
use oscost_record::Record;
use oscost_report::{Judged, verdict_json, verdict_markdown, verdict_table};

pub(crate) use options::Gate;

use crate::exit::End;
use crate::output::say;
use crate::{named, places};
use anew::Anew;

/// The record that is judged.
struct Current {
    record: Record,
    digest: Digest,
    rules: Rules,
}

/// Judges.
///
/// # Errors
/// Where a record or the history cannot be read, the baseline is refused, or
/// the comment cannot be written.
pub(crate) fn gate(options: &Gate) -> anyhow::Result<End> {
    let folder = options.history.clone().unwrap_or_else(places::history);
    let record = named::record_in(&folder, &options.current)?;
    let digest = Digest::of(&record);
    let rules = Rules::of(&record, &digest);
    let current = Current {
        record,
        digest,
        rules,
    };
    let held = baseline::find(options, &folder, &current)?;
    let mut judgements = verdict::gate(&current.digest, held.baseline(), &current.rules);
    if held.refusal.is_some() {
        for judgement in &mut judgements {
            judgement.invalidate(Reason::Environment);
        }
    }
    let mut notes = held.notes.clone();
    if options.confirm {
        match anew::measure(&current, &judgements, options.apart)? {
            Anew::Nothing => {}
            Anew::Impossible(why) => notes.push(notes::not_confirmed(&why)),
            Anew::Interrupted(signal) => return Ok(End::Interrupted(signal)),
            Anew::Measured { digests, told } => {
                verdict::confirm(&mut judgements, &digests, &current.rules);
                notes.push(told);
            }
        }
    }
    notes.extend(notes::of(options, &current.record, &judgements));
    tell(options, &current, &held, &judgements, &notes)
}

fn tell(
    options: &Gate,
    current: &Current,
    held: &baseline::Held,
    judgements: &[Judgement],
    notes: &[String],
) -> anyhow::Result<End> {
    let census = Census::of(judgements);
    let outcome = Outcome::of(&census, options.strict);
    let moved = moved::moved(current, held, judgements);
    let judged = Judged {
        title: &format!("oscost gate: {}", held.title),
        judgements,
        moved: &moved,
        census: &census,
        outcome,
        notes,
    };
    if let Some(path) = &options.markdown {
        std::fs::write(path, verdict_markdown(&judged))
            .with_context(|| format!("cannot write the comment {}", path.display()))?;
    }
    let text = match options.json {
        true => serde_json::to_string_pretty(&verdict_json(&judged))?,
        false => verdict_table(&judged),
    };
    match say(text.trim_end()) {
        // A reader who has seen enough does not change the verdict.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(End::Judged(outcome)),
    }
}
