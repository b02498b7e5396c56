//! Whether a trial ended as its row says: the exit code, what was said, what
//! is in the record, and whether that can be used.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use oscost_record::{CaseLine, Outcome, Record};

use crate::common::program;
use crate::driver::{Ended, Place, default_record, rounds};
use crate::fault::{BESIDE, Before, During, Exit, Lines, Out};
use crate::strike::Blow;
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
    blow: &Blow,
) -> anyhow::Result<()> {
    let exit = match (ended.status.code(), ended.status.signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, signal) => Exit::Killed(signal.unwrap_or_default().try_into()?),
    };
    if blow.early && ended_unprepared(trial, exit, record)? {
        return Ok(());
    }
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
    check_rounds(trial, &record, blow)?;
    if trial.during.is_a_pause() {
        for line in &record.cases {
            is_honest(line, blow.pause)?;
        }
    }
    can_be_used(&path)
}

/// Whether a signal came before the driver was ready for it, or before a line was
/// whole: then it ends by that, and there is nothing to look at.
fn ended_unprepared(trial: &Trial, exit: Exit, record: &Path) -> anyhow::Result<bool> {
    let During::Driver(signal) = trial.during else {
        return Ok(false);
    };
    let is_begun = fs::read(record).is_ok_and(|text| text.contains(&b'\n'));
    let is_unprepared = exit == Exit::Killed(signal) && !is_begun;
    ensure!(
        is_unprepared || is_begun,
        "it ended with {exit}, and there is no record"
    );
    Ok(is_unprepared)
}

/// All words, in one text. Between `|` stand several of which one is enough.
fn has_words(trial: &Trial, text: &str) -> anyhow::Result<()> {
    for word in &trial.words {
        let is_there = word.split('|').any(|word| text.contains(word));
        ensure!(is_there, "`{word}` is not in `{text}`");
    }
    Ok(())
}

/// What is said of a refused call: which one, how it was refused, what to do.
fn names_call_and_way_out(trial: &Trial, why: &str) -> anyhow::Result<()> {
    for before in &trial.before {
        if let Before::Refused(_, errno) = before {
            ensure!(
                trial.told.iter().any(|name| why.contains(name)),
                "`{why}` has none of {:?}",
                trial.told
            );
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
    let mut failed = BTreeSet::new();
    for line in &record.cases {
        let id = &line.id;
        let beside = trial.beside && id.0 == BESIDE;
        match (&line.outcome, trial.lines) {
            (Outcome::Measured, Lines::Skipped | Lines::AllSkipped | Lines::Failed) => {
                ensure!(beside, "{id} was measured");
            }
            (Outcome::Measured, _) => ensure!(line.samples.count() > 0, "{id} has no sample"),
            (Outcome::Skipped(why), Lines::Skipped | Lines::AllSkipped) => {
                ensure!(!beside, "{id}, which it is nothing to, is skipped: {why}");
                has_words(trial, why)?;
                names_call_and_way_out(trial, why)?;
                let told = trial.out != Out::Text || ended.text.contains("skipped: ");
                ensure!(told, "nobody says that {id} was skipped");
            }
            (Outcome::Failed(why), Lines::SomeFailed | Lines::Failed) => {
                // Who strikes at random may hit the other one.
                let is_hit = trial.lines == Lines::SomeFailed;
                ensure!(
                    !beside || is_hit,
                    "{id}, which it is nothing to, failed: {why}"
                );
                has_words(trial, why)?;
                failed.insert(id);
                let told = format!("{id} failed in round {}: ", line.round);
                ensure!(ended.said.contains(&told), "nobody says `{told}`");
            }
            (outcome, _) => anyhow::bail!("{id}: {outcome:?}"),
        }
    }
    match trial.lines {
        Lines::SomeFailed => {
            ensure!(!failed.is_empty(), "none has failed");
            // It ends with the first that shows; starts are struck by the dozen.
            let many = matches!(trial.during, During::Starting(_));
            ensure!(
                failed.len() == 1 || many,
                "more than one failed: {failed:?}"
            );
        }
        Lines::Kept | Lines::Measured => has_words(trial, &ended.said)?,
        _ => {}
    }
    Ok(())
}

/// No line is lost: a case that was measured has one for each round, and what was
/// there when somebody was struck is there still.
fn check_rounds(trial: &Trial, record: &Record, blow: &Blow) -> anyhow::Result<()> {
    ensure!(
        record.cases.len() >= blow.lines,
        "{} lines, and there were {}",
        record.cases.len(),
        blow.lines
    );
    let names: BTreeSet<&str> = record
        .run
        .cases
        .iter()
        .map(|case| case.id.0.as_str())
        .collect();
    ensure!(!names.is_empty(), "no case");
    ensure!(
        names.contains(BESIDE) == trial.beside,
        "measured: {names:?}"
    );
    if trial.lines == Lines::Kept {
        return Ok(());
    }
    let all = rounds(trial);
    // Slow cases get fewer, but enough for an interval.
    let least = if all <= FEWEST {
        all
    } else {
        (all / 3).max(FEWEST)
    };
    for name in names {
        let lines: Vec<&CaseLine> = record
            .cases
            .iter()
            .filter(|line| line.id.0 == name)
            .collect();
        let is_measured = lines.iter().all(|line| line.outcome == Outcome::Measured);
        let numbers = lines.iter().map(|line| line.round);
        ensure!(!lines.is_empty(), "{name} has no line");
        ensure!(
            numbers.eq(0..u32::try_from(lines.len())?),
            "{name} lacks a round"
        );
        ensure!(
            !is_measured || lines.len() >= usize::try_from(least)?,
            "{name} has {} lines, not {least}",
            lines.len()
        );
    }
    Ok(())
}

/// Rounds that every case gets.
const FEWEST: u32 = 5;

/// A sample or a burst that spans a pause does not pass for a good one.
fn is_honest(line: &CaseLine, pause: Duration) -> anyhow::Result<()> {
    let ops = line.ops_per_sample.0 as f64;
    let longest = line
        .samples
        .sorted()
        .last()
        .map_or(0.0, |&(value, _)| value * ops);
    let pause = pause.as_nanos() as f64;
    let marked = line.bursts.iter().any(|burst| burst.disturbed);
    ensure!(
        longest * 2.0 < pause || marked,
        "{}: a sample of {longest} ns passes for a good one",
        line.id
    );
    for burst in &line.bursts {
        ensure!(
            burst.elapsed.0 < pause || burst.disturbed,
            "{}: a burst of {} ns passes for a good one",
            line.id,
            burst.elapsed.0
        );
    }
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
