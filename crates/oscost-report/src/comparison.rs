//! Two records side by side in words: a table for a terminal, Markdown for a
//! comment. Every text of a record is made harmless for where it goes; nothing
//! here computes.

use oscost_analysis::{
    Change, Compared, Comparison, Difference, Fate, MeanRatio, NoRatio, Scope, Uncompared, format,
};
use oscost_record::{Quantity, Run};

use crate::aligned::{Row, aligned};
use crate::markdown::escaped;
use crate::table::printable;
use crate::words;

const HEADER: [&str; 6] = ["case", "A", "B", "B / A", "95 % interval", "p99 B / A"];

/// What a comparison cannot say.
const NO_VERDICT: &str = "A comparison, not a verdict: two runs at two times differ by what the \
                          machine did meanwhile, too.";

/// The comparison for a terminal: one line per case, by suite, the largest
/// change first, under each marked case the counters that moved with it; what
/// has no ratio; the geometric means; what differs. Ends in a line break.
#[must_use]
pub fn comparison_table(comparison: &Comparison, runs: [&Run; 2]) -> String {
    let mut text = sides(runs).map(|side| printable(&side) + "\n").concat() + "\n";
    if !comparison.cases.is_empty() {
        text += &cases(comparison);
    }
    if comparison
        .cases
        .iter()
        .any(|case| !disturbed(case).is_empty())
    {
        text += &format!("{}\n\n", words::DISTURBED);
    }
    text += &format!("{}\n", census(comparison));
    for (title, lines) in sections(comparison) {
        let lines: Vec<String> = lines.iter().map(|line| printable(line)).collect();
        text += &format!("\n{title}\n  {}\n", lines.join("\n  "));
    }
    text
}

/// The same as Markdown, without the cases that are not told apart: these are
/// counted, so that a comment stays short.
#[must_use]
pub fn comparison_markdown(comparison: &Comparison, runs: [&Run; 2]) -> String {
    let line = |text: &str| format!("- {}\n", escaped(&printable(text)));
    let mut text = format!("{}\n\n", escaped(&census(comparison)));
    text += &sides(runs).map(|side| line(&side)).concat();
    let marked = comparison.cases.iter().filter(|case| is_marked(case));
    let rows: Vec<String> = marked.map(markdown_row).collect();
    if !rows.is_empty() {
        text += "\n| case | A | B | B / A | 95 % interval | | moved with it |\n";
        text += "|---|---:|---:|---:|---:|---|---|\n";
        text += &rows.concat();
    }
    for (title, lines) in sections(comparison) {
        let lines: String = lines.iter().map(|text| line(text)).collect();
        text += &format!("\n<details><summary>{title}</summary>\n\n{lines}\n</details>\n");
    }
    text
}

/// Which run is which.
fn sides(runs: [&Run; 2]) -> [String; 2] {
    let mut names = ["A", "B"].into_iter();
    runs.map(|run| {
        let kernel = run.configuration.0.get("kernel");
        format!(
            "{}: {}, {}{} (machine {}), oscost {}",
            names.next().unwrap_or_default(),
            run.started,
            run.machine.name,
            kernel
                .map(|kernel| format!(", Linux {kernel}"))
                .unwrap_or_default(),
            run.machine.key,
            run.tool.version,
        )
    })
}

/// What follows the cases: titles and lines, without those that have none.
fn sections(comparison: &Comparison) -> Vec<(&'static str, Vec<String>)> {
    let uncompared = comparison.uncompared.iter();
    let (only_a, rest): (Vec<_>, Vec<_>) = uncompared.partition(|case| case.after.is_none());
    let (only_b, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(|case| case.before.is_none());
    let means: Vec<Row<4>> = comparison.means.iter().map(mean_row).collect();
    let all = [
        (
            "In both, without a ratio",
            rest.into_iter().map(without_ratio).collect(),
        ),
        ("Only in A", one_sided(&only_a)),
        ("Only in B", one_sided(&only_b)),
        ("Geometric means of B / A", aligned(&means)),
        (
            "What differs",
            comparison.differences.iter().map(difference).collect(),
        ),
    ];
    let all = all.into_iter();
    all.filter(|(_, lines): &(_, Vec<String>)| !lines.is_empty())
        .collect()
}

/// Up to this many cases of one record alone are named one by one.
const NAMED: usize = 20;

/// Cases that one record alone names: each, or of many how many of a suite.
fn one_sided(cases: &[&Uncompared]) -> Vec<String> {
    if cases.len() <= NAMED {
        let fate = |case: &&Uncompared| fate(case.before.as_ref().or(case.after.as_ref()));
        let lines = cases
            .iter()
            .map(|case| format!("{}: {}", case.id, fate(case)));
        return lines.collect();
    }
    let suites = cases.chunk_by(|a, b| a.id.suite() == b.id.suite());
    let counted = suites.map(|suite| {
        let measured = suite.iter().filter(|case| {
            let fate = case.before.as_ref().or(case.after.as_ref());
            matches!(fate, Some(Fate::Measured | Fate::Partly(..)))
        });
        let cases = words::several(suite.len() as u64, "case");
        let measured = format::grouped(measured.count() as f64);
        format!(
            "{}: {cases}, {measured} of them measured",
            suite[0].id.suite()
        )
    });
    counted.collect()
}

/// How many cases of which kind, in one or two sentences.
fn census(comparison: &Comparison) -> String {
    let words = ["slower", "faster", "larger", "smaller", "not told apart"];
    let of_word = |word: &&str| {
        let cases = comparison.cases.iter();
        let count = cases.filter(|case| mark(case) == *word).count();
        (count > 0).then(|| format!("{} {word}", format::grouped(count as f64)))
    };
    let mut found: Vec<String> = words.iter().filter_map(of_word).collect();
    if found.is_empty() {
        found.push("nothing to compare".to_owned());
    }
    let machines = if comparison.same_machine {
        ""
    } else {
        " Two machines."
    };
    format!(
        "{} in both: {} (threshold {}).{machines} {NO_VERDICT}",
        words::several(comparison.cases.len() as u64, "case"),
        found.join(", "),
        format::percent(comparison.threshold),
    )
}

fn cases(comparison: &Comparison) -> String {
    let mut rows = vec![(HEADER.map(str::to_owned), String::new())];
    rows.extend(comparison.cases.iter().map(row));
    let mut lines = aligned(&rows).into_iter();
    let mut text = format!("{}\n", lines.next().unwrap_or_default());
    let mut suite = None;
    for (case, line) in comparison.cases.iter().zip(lines) {
        if suite != Some(&case.info.suite) {
            suite = Some(&case.info.suite);
            text += &format!("\n{}\n", printable(&case.info.suite));
        }
        text += &format!("{line}\n");
        for moved in &case.moved {
            text += &format!("    {}\n", words::moved(moved));
        }
    }
    text + "\n"
}

fn row(case: &Compared) -> Row<6> {
    let unit = &case.info.unit;
    let cells = [
        printable(&case.info.id.0),
        format::quantity(case.before.value, unit),
        format::quantity(case.after.value, unit),
        words::times(case.ratio.value),
        interval(case),
        case.p99
            .map_or_else(|| "-".to_owned(), |p99| words::times(p99.value)),
    ];
    let mark = match case.change {
        Change::NotToldApart => "",
        _ => mark(case),
    };
    let notes = [mark.to_owned(), failures(case), disturbed(case)];
    let notes: Vec<String> = notes.into_iter().filter(|note| !note.is_empty()).collect();
    (cells, notes.join("; "))
}

fn markdown_row(case: &Compared) -> String {
    let ([id, before, after, ratio, interval, _], note) = row(case);
    let moved: Vec<String> = case.moved.iter().map(words::moved).collect();
    format!(
        "| {} | {before} | {after} | {ratio} | {interval} | {note} | {} |\n",
        escaped(&id),
        moved.join("; ")
    )
}

fn mark(case: &Compared) -> &'static str {
    case.change.word(case.info.unit.quantity)
}

fn is_marked(case: &Compared) -> bool {
    case.change != Change::NotToldApart
}

fn interval(case: &Compared) -> String {
    let [low, high] = [case.ratio.low, case.ratio.high].map(format::ratio);
    format!("{low} to {high}")
}

fn failures(case: &Compared) -> String {
    let of = |rounds: u32, name: &str| {
        (rounds > 0).then(|| {
            let rounds = words::several(rounds.into(), "round");
            format!("failed in {rounds} of {name}")
        })
    };
    let both = [of(case.failed_rounds.0, "A"), of(case.failed_rounds.1, "B")];
    both.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Whose bursts were disturbed as often as not.
fn disturbed(case: &Compared) -> String {
    let sides = case.disturbed.iter().zip(["A", "B"]);
    let told = sides
        .filter_map(|(bursts, name)| Some(format!("{} of {name}", words::disturbed((*bursts)?))));
    told.collect::<Vec<_>>().join(", ")
}

fn without_ratio(case: &Uncompared) -> String {
    let why = match &case.why {
        Some(NoRatio::Units(before, after)) => format!("in {before} in A, in {after} in B"),
        Some(NoRatio::NotAboveZero) => {
            "an estimate, or an end of its interval, is not above zero".to_owned()
        }
        None => format!(
            "A {}; B {}",
            fate(case.before.as_ref()),
            fate(case.after.as_ref())
        ),
    };
    format!("{}: {why}", case.id)
}

fn fate(fate: Option<&Fate>) -> String {
    let Some(fate) = fate else {
        return "not in it".to_owned();
    };
    words::note(fate).unwrap_or_else(|| "measured".to_owned())
}

fn mean_row(mean: &MeanRatio) -> Row<4> {
    let scope = match &mean.scope {
        Scope::Aspect(suite, aspect) => format!("{suite}, {aspect}"),
        Scope::Suite(suite) => suite.clone(),
        Scope::All => "all".to_owned(),
    };
    let quantity = match mean.quantity {
        Quantity::Time => "times",
        Quantity::Memory => "bytes",
    };
    let [low, high] = [mean.ratio.low, mean.ratio.high].map(format::ratio);
    let cells = [
        printable(&format!("{scope}, {quantity}")),
        words::several(mean.cases as u64, "case"),
        words::times(mean.ratio.value),
        format!("{low} to {high}"),
    ];
    (cells, String::new())
}

fn difference(difference: &Difference) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "not told".to_owned());
    format!(
        "{} {}: A {}; B {}",
        difference.area.name(),
        difference.name,
        value(&difference.before),
        value(&difference.after)
    )
}
