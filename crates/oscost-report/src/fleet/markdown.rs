//! A fleet as Markdown, for a comment or beside its page, in any language of a
//! report. Names of hosts are no words: no language has others for them, and
//! none is taken for markup.

use oscost_analysis::fleet::Joined;

use super::text::{COSTS, MACHINES, MEANS, beyond, cost_row, machines, sections};
use super::{census, text::Section};
use crate::aligned::Row;
use crate::markdown::escaped;
use crate::table::printable;
use crate::tongue::Lang;

/// Cells of a row of machines that are names: the host, the machine key.
const NAMES: [usize; 2] = [1, 2];

/// The fleet as Markdown: who stands where, cost by cost the best, the quartiles
/// and the worst, what there is to remark, what differs. `threshold` is how far
/// from 1 a ratio must lie for two machines to be told apart at a cost.
#[must_use]
pub fn fleet_markdown(joined: &Joined, threshold: f64) -> String {
    fleet_markdown_in(joined, threshold, Lang::En)
}

/// The same in a language.
#[must_use]
pub fn fleet_markdown_in(joined: &Joined, threshold: f64, lang: Lang) -> String {
    let (fleet, ranking) = joined.shown();
    let said = |text: &str| escaped(&lang.say(text));
    let mut text = format!("{}\n\n", said(&census(joined)));
    text += &head(
        &MACHINES,
        "machine",
        "---:|---|---|---:|---:|---:|---:|---",
        lang,
    );
    for (cells, note) in machines(fleet, ranking) {
        let numbered = cells.iter().enumerate();
        let cells = numbered.map(|(number, cell)| match NAMES.contains(&number) {
            true => escaped(cell),
            false => said(cell),
        });
        text += &row(cells, &said(&note));
    }
    text += &format!("\n{}{}\n", said(&beyond(ranking)), said(MEANS));
    text += &opened(&said("Cost by cost"));
    let align = "---|---:|---:|---:|---:|---:|---:|---:|---";
    text += &head(&COSTS, "best on; worst on", align, lang);
    for cost in &joined.ranking.costs {
        // Figures, an id, and hosts: nothing of it is a word.
        let (cells, hosts): Row<8> = cost_row(joined, cost);
        text += &row(cells.iter().map(|cell| escaped(cell)), &escaped(&hosts));
    }
    text += "\n</details>\n";
    for Section { title, lines } in sections(joined, threshold, lang) {
        text += &opened(&escaped(&printable(&title.said(lang))));
        for line in lines {
            text += &format!("- {}\n", escaped(&printable(&told(line, lang))));
        }
        text += "\n</details>\n";
    }
    text
}

/// Whom a line is about, and what it says of them.
fn told((names, words): (String, String), lang: Lang) -> String {
    let colon = if lang == Lang::Zh { "：" } else { ": " };
    match (names.is_empty(), words.is_empty()) {
        (_, true) => names,
        (true, _) => words,
        _ => format!("{names}{colon}{words}"),
    }
}

/// The beginning of what is folded away.
fn opened(title: &str) -> String {
    format!("\n<details><summary>{title}</summary>\n\n")
}

fn head(cells: &[&str], note: &str, align: &str, lang: Lang) -> String {
    let cells = cells.iter().map(|cell| escaped(&lang.say(cell)));
    format!("{}|{align}|\n", row(cells, &escaped(&lang.say(note))))
}

fn row(cells: impl Iterator<Item = String>, note: &str) -> String {
    let cells: Vec<String> = cells.collect();
    format!("| {} | {note} |\n", cells.join(" | "))
}
