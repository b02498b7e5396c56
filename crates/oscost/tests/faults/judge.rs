//! Whether a trial ended as its row says: the exit code, what was said, what
//! is in the record, and whether that can be used.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use oscost_record::{CaseLine, Outcome, Record};

use crate::common::program;
use crate::driver::{Ended, Place, default_record};
use crate::fault::{Before, Exit, Lines, Out};
use crate::trial::Trial;

/// Looks at what a driver has left.
///
/// # Errors
/// What is not as it should be.
pub(crate) fn judge(
    trial: &Trial,
    place: &Place,
    record: &Path,
    ended: &Ended,
    pause: Duration,
) -> anyhow::Result<()> {
    let exit = match (ended.status.code(), ended.status.signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, signal) => Exit::Killed(signal.unwrap_or_default().try_into()?),
    };
    ensure!(
        exit == trial.exit,
        "it ended with {exit}, not {}",
        trial.exit
    );
    if let (Out::Terminal(columns), Some(shown)) = (trial.out, &ended.shown) {
        fits(shown, columns)?;
    }
    if trial.lines == Lines::NoRecord {
        let made = fs::read_dir(&place.run)?.count();
        ensure!(made == 0, "there is a record all the same");
        return has_words(trial, &ended.said);
    }
    let path = match trial.out {
        Out::DefaultPlace => default_record(&place.run)?,
        _ => record.to_owned(),
    };
    let record = Record::read(&path)?;
    is_whole(trial, &record)?;
    check_lines(trial, &record, ended)?;
    if trial.during.is_a_pause() {
        for line in &record.cases {
            is_honest(line, pause)?;
        }
    }
    can_be_used(&path)
}

/// All words, in one text.
fn has_words(trial: &Trial, text: &str) -> anyhow::Result<()> {
    for word in &trial.words {
        ensure!(text.contains(word), "`{word}` is not in `{text}`");
    }
    Ok(())
}

/// What is said of a refused call: which one, how it was refused, what to do.
fn names_call_and_way_out(trial: &Trial, why: &str) -> anyhow::Result<()> {
    for before in &trial.before {
        if let Before::Refused(_, errno) = before {
            let errno = errno.to_string();
            let told = why.split_once(&errno).is_some_and(|(call, rest)| {
                call.len() > ": ".len() && call.ends_with(": ") && rest.starts_with(". ")
            });
            ensure!(told, "`{why}` is not `CALL: {errno}. WAY OUT`");
        }
    }
    Ok(())
}

fn is_whole(trial: &Trial, record: &Record) -> anyhow::Result<()> {
    let cut = trial
        .before
        .iter()
        .any(|one| matches!(one, Before::Disk(_)))
        || matches!(trial.exit, Exit::Killed(_));
    let most = usize::from(cut);
    ensure!(record.damage.len() <= most, "damage: {:?}", record.damage);
    let asked = matches!(trial.exit, Exit::Code(129..));
    if trial.exit == Exit::Code(0) && trial.out != Out::Gone || asked {
        let end = record.end.as_ref().context("the record has no end")?;
        ensure!(end.interrupted == asked, "wrong end: {end:?}");
    }
    Ok(())
}

fn check_lines(trial: &Trial, record: &Record, ended: &Ended) -> anyhow::Result<()> {
    let mut failed = 0;
    for line in &record.cases {
        let id = &line.id;
        match (&line.outcome, trial.lines) {
            (Outcome::Measured, Lines::Skipped | Lines::Failed) => {
                anyhow::bail!("{id} was measured")
            }
            (Outcome::Measured, _) => ensure!(line.samples.count() > 0, "{id} has no sample"),
            (Outcome::Skipped(why), Lines::Skipped) => {
                has_words(trial, why)?;
                names_call_and_way_out(trial, why)?;
                let told = trial.out != Out::Text || ended.text.contains("skipped: ");
                ensure!(told, "nobody says that {id} was skipped");
            }
            (Outcome::Failed(why), Lines::SomeFailed | Lines::Failed) => {
                has_words(trial, why)?;
                failed += 1;
                let told = format!("{id} failed in round {}: ", line.round);
                ensure!(ended.said.contains(&told), "nobody says `{told}`");
            }
            (outcome, _) => anyhow::bail!("{id}: {outcome:?}"),
        }
    }
    match trial.lines {
        Lines::SomeFailed => ensure!(failed > 0, "none has failed"),
        Lines::Kept => has_words(trial, &ended.said)?,
        _ => ensure!(!record.cases.is_empty(), "there is no line"),
    }
    if trial.lines == Lines::Measured {
        has_words(trial, &ended.said)?;
    }
    Ok(())
}

/// A sample that spans a pause is in no burst that passes for a good one.
fn is_honest(line: &CaseLine, pause: Duration) -> anyhow::Result<()> {
    let ops = line.ops_per_sample.0 as f64;
    let longest = line
        .samples
        .sorted()
        .last()
        .map_or(0.0, |&(value, _)| value * ops);
    let good = longest * 2.0 < pause.as_nanos() as f64;
    let marked = line.bursts.iter().any(|burst| burst.disturbed);
    ensure!(
        good || marked,
        "{}: a sample of {longest} ns passes for a good one",
        line.id
    );
    Ok(())
}

/// No line that is redrawn is wider than the terminal.
fn fits(shown: &str, columns: u16) -> anyhow::Result<()> {
    let escapes = regex::Regex::new("\u{1b}\\[[0-9;?]*[A-Za-z]")?;
    let plain = escapes.replace_all(shown, "");
    ensure!(
        plain.chars().any(|letter| letter.is_ascii_digit()),
        "no progress"
    );
    for line in plain.split(['\r', '\n']) {
        let width = line.trim_end().chars().count();
        ensure!(width <= columns.into(), "{width} columns: `{line}`");
    }
    Ok(())
}

/// What is kept is of use: other verbs read it.
fn can_be_used(record: &Path) -> anyhow::Result<()> {
    let export = Command::new(program())
        .args(["export", "--format", "csv"])
        .arg(record)
        .output()?;
    let said = String::from_utf8_lossy(&export.stderr);
    ensure!(export.status.success(), "it cannot be exported: {said}");
    ensure!(!export.stdout.is_empty(), "an empty export");
    Ok(())
}
