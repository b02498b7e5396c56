//! Many machines on a page, in a table and as Markdown: everybody is named,
//! nothing of a record or of a file's name is taken for markup, and no emulated
//! machine is ranked.

use std::fs;

use crate::common::page::{only, section};
use oscost_analysis::fleet::{Fleet, Joined, Sheet, Unread, join};
use oscost_record::{Record, Samples};
use oscost_report::{Lang, fleet_markdown, fleet_markdown_in, fleet_table, write_fleet};

const THRESHOLD: f64 = 0.05;

/// A name that is markup, Markdown and a command to a terminal.
const EVIL: &str = "<b onload=x>|\u{1b}[2J`";

/// The made-up record with every figure so many times as large, of a machine
/// with so many cores.
fn host(cores: u32, times: f64) -> Record {
    let mut record = only(4, &["create/", "switch/", "memory/", "syscall/"]);
    record.run.machine.cores = cores;
    record.run.machine = record.run.machine.keyed();
    for line in &mut record.cases {
        match &mut line.samples {
            Samples::Raw(values) => values.iter_mut().for_each(|value| *value *= times),
            Samples::Histogram(buckets) => {
                buckets.iter_mut().for_each(|(value, _)| *value *= times);
            }
        }
    }
    record
}

fn emulated() -> Record {
    let mut record = host(9, 0.01);
    record.run.machine.emulated = Some("qemu-user".into());
    record.run.machine = record.run.machine.keyed();
    record
}

/// Two hosts of one machine, two more machines, one emulated; one is missing and
/// one cannot be read.
fn some() -> Joined {
    let mut fleet = Fleet::default();
    for (name, record) in [
        ("web-1", host(1, 1.0)),
        ("web-2", host(1, 1.02)),
        (EVIL, host(2, 1.5)),
        ("thread", host(3, 3.2)),
        ("arm", emulated()),
    ] {
        fleet.take(Sheet::of(name, &record));
    }
    let expected = ["web-1", "web-2", "gone", "broken"].map(str::to_owned);
    let unread = Unread {
        host: "broken".into(),
        why: "<i>it is empty</i>".into(),
    };
    join(fleet, Some(&expected), vec![unread])
}

/// Sixty hosts of thirty machines.
fn crowd() -> Joined {
    let mut fleet = Fleet::default();
    let record = host(1, 1.0);
    for n in 0..60u32 {
        let mut record = record.clone();
        record.run.machine.cores = 1 + n % 30;
        record.run.machine = record.run.machine.keyed();
        fleet.take(Sheet::of(&format!("host-{n:02}"), &record));
    }
    join(fleet, None, Vec::new())
}

fn page(joined: &Joined, lang: Lang) -> String {
    let out = tempfile::tempdir().unwrap();
    let path = write_fleet(joined, THRESHOLD, out.path(), lang).unwrap();
    let markdown = fs::read_to_string(out.path().join("fleet.md")).unwrap();
    assert_eq!(markdown, fleet_markdown_in(joined, THRESHOLD, lang));
    let picture = fs::read(out.path().join("fleet.png")).unwrap();
    assert!(picture.starts_with(b"\x89PNG\r\n"));
    fs::read_to_string(path).unwrap()
}

#[test]
fn everybody_is_named_and_nobody_who_is_emulated_is_ranked() {
    let page = page(&some(), Lang::En);
    let remarks = page.split_once("class=\"remarks").unwrap().1;
    let remarks = remarks.split("</section>").next().unwrap();
    for text in ["gone", "broken", "emulated by qemu-user", "web-1, web-2"] {
        assert!(remarks.contains(text), "{text} in {remarks}");
    }
    // Ranked columns first, the emulated one last and without a ratio.
    let heat = section(&page, "heat");
    let rows = heat.split("<tr>").skip(2);
    let mut seen = 0;
    for row in rows.filter(|row| row.contains("<td")) {
        let cells: Vec<&str> = row.split("<td class=\"").skip(1).collect();
        assert_eq!(cells.len(), 5, "{row}");
        assert!(cells[0].starts_with("heat-0"), "{row}");
        assert!(cells[3].starts_with("heat-6"), "{row}");
        assert!(cells[4].starts_with("unranked"), "{row}");
        seen += 1;
    }
    assert!(seen > 5, "{seen}");
    let machines = section(&page, "machines");
    assert_eq!(
        machines
            .matches("emulated by qemu-user, not ranked")
            .count(),
        1
    );
}

#[test]
fn a_name_is_no_markup() {
    let page = page(&some(), Lang::En);
    assert!(!page.contains("<b onload") && !page.contains("<i>it is"));
    assert!(page.contains("&#60;b onload=x&#62;"));
    let (_, body) = page.split_once("</style>").unwrap();
    assert!(!body.contains("http") && !body.contains("<script") && !body.contains("style=\""));
    let table = fleet_table(&some(), THRESHOLD);
    assert!(!table.contains('\u{1b}'), "{table}");
    let markdown = fleet_markdown(&some(), THRESHOLD);
    let bare = markdown.replace("\\<", "");
    assert!(!bare.contains("<b onload") && markdown.contains("\\<b onload=x\\>\\|"));
}

#[test]
fn the_table_has_every_cost_and_every_pair() {
    let joined = some();
    let table = fleet_table(&joined, THRESHOLD);
    let measured = |cost: usize| {
        joined
            .hosts
            .hosts
            .iter()
            .any(|host| host.reading(cost).is_some())
    };
    for (_, cost) in joined
        .hosts
        .costs
        .iter()
        .enumerate()
        .filter(|(cost, _)| measured(*cost))
    {
        assert!(table.contains(&cost.id.0), "{}", cost.id);
    }
    // Four that are ranked: each with each.
    assert_eq!(table.matches("\nBetween ").count(), 6, "{table}");
    assert!(table.contains("cores: 1; 3"), "{table}");
    assert!(table.contains("5 hosts of 4 machines"), "{table}");
}

#[test]
fn of_a_crowd_machines_are_shown() {
    let joined = crowd();
    let page = page(&joined, Lang::En);
    let heat = section(&page, "heat");
    let first = heat.split("</tr>").next().unwrap();
    assert_eq!(
        first.matches("<small>2 hosts</small>").count(),
        24,
        "{first}"
    );
    assert!(heat.contains("6 more machines not drawn"));
    assert!(section(&page, "spread").contains("upper quartile"));
    assert!(page.contains("60 hosts of 30 machines"));
}

/// The longest run of words that only a sentence has: small letters alone.
fn run_of_words(text: &str) -> usize {
    let word = |word: &str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let runs = text.split_whitespace().scan(0, |run, part| {
        *run = if word(part) { *run + 1 } else { 0 };
        Some(*run)
    });
    runs.max().unwrap_or(0)
}

#[test]
fn the_chinese_page_says_the_same_and_no_sentence_in_english() {
    for joined in [some(), crowd()] {
        let (english, chinese) = (page(&joined, Lang::En), page(&joined, Lang::Zh));
        assert_eq!(
            english.matches("<td").count(),
            chinese.matches("<td").count()
        );
        let (_, body) = chinese.split_once("</style>").unwrap();
        for piece in body.split('<') {
            let Some((tag, text)) = piece.split_once('>') else {
                continue;
            };
            let silent = ["code", "wbr"].iter().any(|name| tag.starts_with(name));
            // What a damaged file says of itself is no word of ours.
            if !silent && !text.contains("it is empty") {
                assert!(run_of_words(text) < 3, "{text}");
            }
            for sign in ["title=\"", "aria-label=\""] {
                let value = tag.split_once(sign).map_or("", |(_, value)| value);
                let value = value.split('"').next().unwrap();
                assert!(run_of_words(value) < 3, "{value}");
            }
        }
    }
    // A host that is called like a kind of task keeps its name.
    assert!(page(&some(), Lang::Zh).contains("<code>thread</code>"));
}

#[test]
fn the_chinese_markdown_says_the_same_and_no_sentence_in_english() {
    for joined in [some(), crowd()] {
        let [english, chinese] = Lang::ALL.map(|lang| fleet_markdown_in(&joined, THRESHOLD, lang));
        let figures = |text: &str| -> Vec<String> {
            let parts = text.split(|letter: char| !letter.is_ascii_digit());
            let mut parts: Vec<String> = parts.map(str::to_owned).collect();
            parts.retain(|part| !part.is_empty());
            parts.sort();
            parts
        };
        assert_eq!(english.lines().count(), chinese.lines().count());
        assert_eq!(figures(&english), figures(&chinese));
        for line in chinese.lines().filter(|line| !line.contains("it is empty")) {
            assert!(run_of_words(line) < 3, "{line}");
        }
        // What stands beside figures is said too.
        for word in [" and ", "slower", "faster", "median", "not told"] {
            assert!(!chinese.contains(word), "{word}");
        }
        assert!(chinese.contains("最好者"));
    }
    let chinese = fleet_markdown_in(&some(), THRESHOLD, Lang::Zh);
    assert!(chinese.contains("| thread |"), "a host keeps its name");
}

#[test]
fn every_machine_and_cost_of_the_page_has_a_square() {
    // With names where there is room, by numbers where there is not.
    for joined in [some(), crowd()] {
        let out = tempfile::tempdir().unwrap();
        write_fleet(&joined, THRESHOLD, out.path(), Lang::En).unwrap();
        let picture = image::open(out.path().join("fleet.png")).unwrap().to_rgb8();
        let page = fs::read_to_string(out.path().join("index.html")).unwrap();
        let open = section(&page, "heat");
        let open = open.split("</table>").next().unwrap();
        let (rows, cells) = (
            open.matches("<tr>").count() - 1,
            open.matches("<td").count(),
        );
        assert!(rows > 5 && cells % rows == 0, "{rows} {cells}");
        // Left of each row stands the mark of its kind, which alone has a strong
        // colour: a line of pixels through the marks meets each of them once.
        let strong = |y: u32| {
            let [red, green, blue] = picture.get_pixel(52, y).0;
            red.max(green).max(blue) - red.min(green).min(blue) > 60
        };
        let begins = |y: &u32| strong(*y) && !strong(y - 1);
        let marks = (1..picture.height()).filter(begins).count();
        assert_eq!(marks, rows);
    }
}
