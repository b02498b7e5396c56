//! Verdicts as a comment on a pull request: a line or two where nothing
//! happened, and never more than 60 lines, however much was judged and
//! whatever texts a record holds.

use oscost_analysis::format;

use super::{Class, Judged, Judgement, Tally, probability, ranked, share, times};
use crate::markdown::escaped;
use crate::table::printable;

/// So many judgements are told one by one.
const WORST: usize = 10;

/// So many reasons of one verdict, and so many notes.
const FEW: usize = 5;

/// Characters of a text of somebody else's.
const LONGEST: usize = 160;

/// The verdicts as Markdown, 60 lines at most: the verdict on the whole and the
/// census, which stay where a comment is cut short; the ten worst judgements and the
/// counters that moved with them; the notes. Where nothing happened, two lines. Ends in a line break.
#[must_use]
pub fn verdict_markdown(judged: &Judged<'_>) -> String {
    let mut text = format!("**{}**: {}", safe(judged.title), judged.verdict());
    let mut told = ranked(judged.judgements);
    told.retain(|(class, _)| class.is_told());
    if told.is_empty() {
        let notes = few(judged.notes, |note| safe(note));
        let said = [vec![in_a_line(judged)], notes].concat();
        return format!("{text}  \n{}\n", said.join(" "));
    }
    text += "\n\n";
    for tally in &judged.census.0 {
        text += &format!("- {}\n", of_census(judged, tally));
    }
    text += "\n";
    let worst = &told[..told.len().min(WORST)];
    let mut last = None;
    for ((class, judgement), counters) in worst.iter().zip(judged.counters(worst)) {
        let heading = match last.replace(class) == Some(class) {
            true => String::new(),
            false => format!("{}: ", class.heading()),
        };
        text += &format!("- {heading}{}\n", item(*class, judgement));
        if !counters.is_empty() {
            text += &format!("  - {}\n", counters.join("; "));
        }
    }
    if told.len() > WORST {
        text += &format!(
            "- and {} more\n",
            format::grouped((told.len() - WORST) as f64)
        );
    }
    let notes = few(judged.notes, |note| safe(note)).into_iter();
    let notes: String = notes.map(|note| format!("\n- {note}")).collect();
    match notes.is_empty() {
        true => text,
        false => format!("{text}{notes}\n"),
    }
}

/// One judgement.
fn item(class: Class, judgement: &Judgement) -> String {
    let mut figures = Vec::new();
    if let Some(ratio) = judgement.ratio {
        let [value, low, high] = [ratio.value, ratio.low, ratio.high].map(times);
        figures.push(format!("**{value}×** ({low} to {high})"));
    }
    figures.extend(
        judgement
            .delta
            .map(|delta| format!("δ {}", share(delta.share))),
    );
    figures.extend(
        judgement
            .p
            .map(|p| format!("p {}", escaped(&probability(p)))),
    );
    if figures.is_empty() || class == Class::Invalid {
        figures.push(safe(&judgement.reason.to_string()));
    }
    let (id, figure) = (safe(&judgement.id.0), judgement.statistic.name());
    format!("{id} {figure}: {}", figures.join(", "))
}

/// A verdict with its commonest reasons.
fn of_census(judged: &Judged<'_>, tally: &Tally) -> String {
    let mut reasons: Vec<(&String, &usize)> = tally.reasons.iter().collect();
    reasons.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
    let reasons = few(&reasons, |(reason, count)| {
        format!("{count} {}", safe(reason))
    });
    format!("{}: {}", judged.tally(tally), reasons.join("; "))
}

/// The census without its reasons.
fn in_a_line(judged: &Judged<'_>) -> String {
    let tallies = judged.census.0.iter().map(|tally| judged.tally(tally));
    match tallies.collect::<Vec<_>>() {
        none if none.is_empty() => "Nothing was judged.".to_owned(),
        tallies => format!("{}.", escaped(&tallies.join("; "))),
    }
}

/// The first few in words, and how many more.
fn few<T>(all: &[T], words: impl Fn(&T) -> String) -> Vec<String> {
    let mut texts: Vec<String> = all.iter().take(FEW).map(words).collect();
    if all.len() > FEW {
        texts.push(format!(
            "and {} more",
            format::grouped((all.len() - FEW) as f64)
        ));
    }
    texts
}

/// Text that Markdown does not read as its own, that stays in its line, and
/// that calls nobody: behind an `@` stands a space of no width.
fn safe(text: &str) -> String {
    let text = printable(text);
    let (text, rest) = match text.char_indices().nth(LONGEST) {
        Some((end, _)) => (&text[..end], "…"),
        None => (&text[..], ""),
    };
    escaped(text).replace('@', "@&#8203;") + rest
}
