//! The rows and sections of a fleet in words, and the table for a terminal. Names
//! of hosts come from files: they are kept apart from words, and made harmless
//! for where they go.

use oscost_analysis::fleet::{CostRanks, Fleet, Joined, Pair, Ranking, Standing};
use oscost_analysis::{Difference, format, full_title};

use super::{census, mean, place_of, remarks};
use crate::aligned::{Row, aligned};
use crate::table::printable;
use crate::tongue::Lang;
use crate::words;

/// Rows of machines in a table.
const ROWS: usize = 50;

/// Machines that are held against each other.
const HELD: usize = 4;

/// Differences of one pair that are told.
const TOLD: usize = 8;

pub(super) const MACHINES: [&str; 7] = ["", "host", "key", "hosts", "times", "bytes", "best at"];

pub(super) const COSTS: [&str; 8] = [
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
pub(super) const MEANS: &str =
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
    for section in sections(joined, threshold, Lang::En) {
        let line = |(names, words): &(String, String)| match (names.is_empty(), words.is_empty()) {
            (_, true) => printable(names),
            (true, _) => printable(words),
            _ => printable(&format!("{names}: {words}")),
        };
        let lines: Vec<String> = section.lines.iter().map(line).collect();
        let title = section.title.said(Lang::En);
        text += &format!("\n{}\n  {}\n", printable(&title), lines.join("\n  "));
    }
    text
}

pub(super) fn machines(fleet: &Fleet, ranking: &Ranking) -> Vec<Row<7>> {
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

pub(super) fn beyond(ranking: &Ranking) -> String {
    match ranking.order.len().saturating_sub(ROWS) {
        0 => String::new(),
        more => format!("And {} more.\n", format::grouped(more as f64)),
    }
}

pub(super) fn cost_row(joined: &Joined, ranks: &CostRanks) -> Row<8> {
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

/// What stands between the parts of a line: colon, `and`, comma, semicolon.
fn signs(lang: Lang) -> [&'static str; 4] {
    match lang {
        Lang::En => [": ", " and ", ", ", "; "],
        Lang::Zh => ["：", " 和 ", "，", "；"],
    }
}

/// What is said below the tables, in the language that was asked for.
pub(super) struct Section {
    pub(super) title: Title,
    /// Whom a line is about, which no language changes, and what it says, in that
    /// language; one of the two may be nothing.
    pub(super) lines: Vec<(String, String)>,
}

pub(super) enum Title {
    Words(&'static str),
    /// Two machines.
    Between(String, String),
}

impl Title {
    pub(super) fn said(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Words(words), _) => lang.say(words).into_owned(),
            (Self::Between(a, b), Lang::En) => format!("Between {a} and {b}"),
            (Self::Between(a, b), Lang::Zh) => {
                format!("{}：{a} – {b}", lang.say("Between two machines"))
            }
        }
    }
}

pub(super) fn sections(joined: &Joined, threshold: f64, lang: Lang) -> Vec<Section> {
    let remarks = remarks(joined).into_iter();
    let mut all: Vec<Section> = remarks
        .map(|remark| Section {
            title: Title::Words(remark.title),
            lines: remark
                .lines
                .into_iter()
                .map(|(names, words)| (names, lang.say(&words).into_owned()))
                .collect(),
        })
        .collect();
    let (fleet, _) = joined.shown();
    let pairs = joined.pairs(threshold, HELD);
    all.extend(pairs.iter().map(|pair| between(fleet, pair, lang)));
    all
}

/// What differs between two machines, and which costs do.
fn between(fleet: &Fleet, pair: &Pair, lang: Lang) -> Section {
    let name = |host: usize| fleet.hosts[host].name.clone();
    let [colon, and, comma, _] = signs(lang);
    let differences = pair.differences.iter();
    let mut lines: Vec<String> = differences.map(|one| difference(one, lang)).collect();
    let differing = pair.costs.iter().take(TOLD).map(|cost| {
        let info = &fleet.costs[cost.cost];
        format!(
            "{} {}{colon}{}{and}{}{comma}{} {}",
            lang.say(info.task.name()),
            lang.say(&full_title(info)),
            format::quantity(cost.levels.0, &info.unit),
            format::quantity(cost.levels.1, &info.unit),
            words::times(cost.ratio.value),
            lang.say(cost.change.word(info.unit.quantity)),
        )
    });
    lines.extend(differing);
    let more = pair.costs.len().saturating_sub(TOLD);
    if more > 0 {
        let more = words::several(more as u64, "cost");
        lines.push(lang.say(&format!("and {more} more")).into_owned());
    }
    let alike = words::several(pair.alike as u64, "cost");
    lines.push(lang.say(&format!("{alike} not told apart")).into_owned());
    Section {
        title: Title::Between(name(pair.hosts.0), name(pair.hosts.1)),
        lines: lines
            .into_iter()
            .map(|line| (String::new(), line))
            .collect(),
    }
}

/// A field that differs, with both values as the records have them.
fn difference(difference: &Difference, lang: Lang) -> String {
    let value = |value: &Option<String>| {
        let value = value.as_deref().map(words::shortened);
        value.unwrap_or_else(|| lang.say("not told").into_owned())
    };
    let name = difference.name.replace('_', " ");
    let [colon, _, _, semicolon] = signs(lang);
    format!(
        "{} {}{colon}{}{semicolon}{}",
        lang.say(difference.area.name()),
        lang.say(&name),
        value(&difference.before),
        value(&difference.after)
    )
}
