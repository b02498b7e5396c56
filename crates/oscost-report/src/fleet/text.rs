//! The table for a terminal and the Markdown of a fleet. Names of hosts come
//! from files, and are made harmless for where they go.

use oscost_analysis::fleet::{CostRanks, Fleet, Joined, Pair, Ranking, Standing};
use oscost_analysis::{Difference, format, full_title};

use super::{census, mean, place_of, remarks};
use crate::aligned::{Row, aligned};
use crate::markdown::escaped;
use crate::table::printable;
use crate::words;

/// Rows of machines in a table.
const ROWS: usize = 50;

/// Machines that are held against each other.
const HELD: usize = 4;

/// Differences of one pair that are told.
const TOLD: usize = 8;

const MACHINES: [&str; 7] = ["", "host", "key", "hosts", "times", "bytes", "best at"];

const COSTS: [&str; 8] = [
    "cost",
    "hosts",
    "best",
    "lower quartile",
    "median",
    "upper quartile",
    "worst",
    "worst / best",
];

/// What the means are.
const MEANS: &str =
    "Times and bytes: geometric mean of the ratios to the best, over the costs that all have.";

/// The fleet for a terminal: who stands where, cost by cost the best, the
/// quartiles and the worst, what there is to remark, what differs.
#[must_use]
pub fn fleet_table(joined: &Joined, threshold: f64) -> String {
    let (fleet, ranking) = joined.shown();
    let mut rows = vec![(MACHINES.map(str::to_owned), "machine".to_owned())];
    rows.extend(machines(fleet, ranking));
    let mut text = format!("{}\n\n{}\n", census(joined), aligned(&rows).join("\n"));
    text += &beyond(ranking);
    text += &format!("{MEANS}\n\n");
    let mut rows = vec![(COSTS.map(str::to_owned), "best on; worst on".to_owned())];
    rows.extend(
        joined
            .ranking
            .costs
            .iter()
            .map(|cost| cost_row(joined, cost)),
    );
    text += &format!("{}\n", aligned(&rows).join("\n"));
    for (title, lines) in sections(joined, threshold) {
        let lines: Vec<String> = lines.iter().map(|line| printable(line)).collect();
        text += &format!("\n{title}\n  {}\n", lines.join("\n  "));
    }
    text
}

/// The same as Markdown.
#[must_use]
pub fn fleet_markdown(joined: &Joined, threshold: f64) -> String {
    let (fleet, ranking) = joined.shown();
    let mut text = format!("{}\n\n", escaped(&census(joined)));
    text += "| | host | key | hosts | times | bytes | best at | machine |\n";
    text += "|---:|---|---|---:|---:|---:|---:|---|\n";
    text += &machines(fleet, ranking)
        .iter()
        .map(markdown_row)
        .collect::<String>();
    text += &format!("\n{}{MEANS}\n", beyond(ranking));
    text += "\n<details><summary>Cost by cost</summary>\n\n";
    text += &format!(
        "| {} | best on; worst on |\n|---|---:|---:|---:|---:|---:|---:|---:|---|\n",
        COSTS.join(" | ")
    );
    let costs = joined.ranking.costs.iter();
    text += &costs
        .map(|cost| markdown_row(&cost_row(joined, cost)))
        .collect::<String>();
    text += "\n</details>\n";
    for (title, lines) in sections(joined, threshold) {
        let lines: String = lines
            .iter()
            .map(|line| format!("- {}\n", escaped(&printable(line))))
            .collect();
        text += &format!(
            "\n<details><summary>{}</summary>\n\n{lines}\n</details>\n",
            escaped(&title)
        );
    }
    text
}

fn markdown_row<const COLUMNS: usize>((cells, note): &Row<COLUMNS>) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| escaped(cell)).collect();
    format!("| {} | {} |\n", cells.join(" | "), escaped(note))
}

fn machines(fleet: &Fleet, ranking: &Ranking) -> Vec<Row<7>> {
    let numbered = ranking.order.iter().take(ROWS).enumerate();
    let ranked = numbered.map(|(number, one)| machine(fleet, place_of(number, one), one));
    let mut rows: Vec<Row<7>> = ranked.collect();
    let emulated = fleet.hosts.iter().filter(|host| host.emulated().is_some());
    rows.extend(emulated.take(ROWS).map(|host| {
        let by = host.emulated().unwrap_or_default();
        let note = format!(
            "{}; emulated by {by}, not ranked",
            words::machine(&host.run.machine)
        );
        let dash = || "–".to_owned();
        let name = printable(&host.name);
        let key = printable(&host.run.machine.key);
        let cells = [
            dash(),
            name,
            key,
            host.stands_for.to_string(),
            dash(),
            dash(),
            dash(),
        ];
        (cells, printable(&note))
    }));
    rows
}

fn machine(fleet: &Fleet, place: String, standing: &Standing) -> Row<7> {
    let host = &fleet.hosts[standing.host];
    let cells = [
        place,
        printable(&host.name),
        printable(&host.run.machine.key),
        format::grouped(host.stands_for as f64),
        mean(standing.time),
        mean(standing.memory),
        format!("{} / {}", standing.best, standing.ranked),
    ];
    (cells, printable(&words::machine(&host.run.machine)))
}

fn beyond(ranking: &Ranking) -> String {
    match ranking.order.len().saturating_sub(ROWS) {
        0 => String::new(),
        more => format!("And {}.\n", words::several(more as u64, "more")),
    }
}

fn cost_row(joined: &Joined, ranks: &CostRanks) -> Row<8> {
    let info = &joined.hosts.costs[ranks.cost];
    let level = |p: f64| {
        let level = ranks.quantile(p);
        level.map_or_else(
            || "–".to_owned(),
            |level| format::quantity(level, &info.unit),
        )
    };
    let name = |rank: Option<&oscost_analysis::fleet::Rank>| {
        rank.map_or("–", |rank| joined.hosts.hosts[rank.host].name.as_str())
    };
    let ends = (ranks.ranks.first(), ranks.ranks.last());
    let cells = [
        printable(&info.id.0),
        format::grouped(ranks.ranks.len() as f64),
        level(0.0),
        level(0.25),
        level(0.5),
        level(0.75),
        level(1.0),
        ends.1
            .map_or_else(|| "–".to_owned(), |worst| words::times(worst.ratio)),
    ];
    (
        cells,
        printable(&format!("{}; {}", name(ends.0), name(ends.1))),
    )
}

fn sections(joined: &Joined, threshold: f64) -> Vec<(String, Vec<String>)> {
    let line = |(names, words): (String, String)| match words.is_empty() {
        true => names,
        false => format!("{names}: {words}"),
    };
    let remarks = remarks(joined).into_iter();
    let mut all: Vec<(String, Vec<String>)> = remarks
        .map(|remark| {
            let lines = remark.lines.into_iter().map(line).collect();
            (remark.title.to_owned(), lines)
        })
        .collect();
    let (fleet, _) = joined.shown();
    let pairs = joined.pairs(threshold, HELD);
    all.extend(pairs.iter().map(|pair| between(fleet, pair)));
    all
}

/// What differs between two machines, and which costs do.
fn between(fleet: &Fleet, pair: &Pair) -> (String, Vec<String>) {
    let (a, b) = (
        &fleet.hosts[pair.hosts.0].name,
        &fleet.hosts[pair.hosts.1].name,
    );
    let mut lines: Vec<String> = pair.differences.iter().map(difference).collect();
    let differing = pair.costs.iter().take(TOLD).map(|cost| {
        let info = &fleet.costs[cost.cost];
        format!(
            "{} {}: {} and {}, {} {}",
            info.task,
            full_title(info),
            format::quantity(cost.levels.0, &info.unit),
            format::quantity(cost.levels.1, &info.unit),
            words::times(cost.ratio.value),
            cost.change.word(info.unit.quantity),
        )
    });
    lines.extend(differing);
    let more = pair.costs.len().saturating_sub(TOLD);
    if more > 0 {
        lines.push(format!("and {} more", words::several(more as u64, "cost")));
    }
    lines.push(format!(
        "{} not told apart",
        words::several(pair.alike as u64, "cost")
    ));
    (
        format!("Between {} and {}", printable(a), printable(b)),
        lines,
    )
}

fn difference(difference: &Difference) -> String {
    let value = |value: &Option<String>| {
        let value = value.as_deref().map(words::shortened);
        value.unwrap_or_else(|| "not told".to_owned())
    };
    format!(
        "{} {}: {}; {}",
        difference.area.name(),
        difference.name,
        value(&difference.before),
        value(&difference.after)
    )
}
