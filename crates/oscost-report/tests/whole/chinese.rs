//! The report in Chinese: the same figures, other words, and a glyph for each.

use crate::common;

use std::fs;
use std::sync::LazyLock;

use crate::common::page::{only, texts_of};
use oscost_analysis::{claims, kinds, summarise};
use oscost_record::Record;
use oscost_report::{Lang, markdown_in, page_in, write_in};
use ttf_parser::Face;

const CHINESE: &[u8] = include_bytes!("../../assets/WenQuanYiMicroHei-subset.ttf");
const LATIN: &[u8] = include_bytes!("../../assets/DejaVuSans-subset.ttf");

fn page_of(record: &Record) -> String {
    page_in(record, &[], Lang::Zh).unwrap()
}

/// Sizes that lie between others: no word hangs on them.
const BETWEEN: [&str; 15] = [
    "set=16KiB",
    "set=64KiB",
    "set=1024KiB",
    "tasks=4/",
    "tasks=8/",
    "tasks=16/",
    "tasks=10/",
    "tasks=100000",
    "rss=16MiB",
    "rss=64MiB",
    "rss=256MiB",
    "mappings=1000",
    "fds=100",
    "threads=100",
    "idle=100/",
];

/// A record of every kind of case.
fn varied() -> Record {
    common::record_of(3, |id| !BETWEEN.iter().any(|size| id.0.contains(size)))
}

/// Its page, made once for all tests that look at it.
fn whole() -> &'static str {
    static PAGE: LazyLock<String> = LazyLock::new(|| page_of(&varied()));
    &PAGE
}

/// What stands between quotes after each of these.
fn after<'a>(page: &'a str, sign: &'a str) -> Vec<&'a str> {
    let rest = page.split(sign).skip(1);
    rest.map(|rest| rest.split('"').next().unwrap()).collect()
}

/// Every text between tags, but for style, script and code.
fn texts(page: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for piece in page.split('<') {
        let Some((tag, text)) = piece.split_once('>') else {
            continue;
        };
        let silent = ["style", "script", "code", "wbr"];
        if !silent.iter().any(|name| tag.starts_with(name)) {
            texts.push(text.replace("&#39;", "'"));
        }
    }
    texts
}

fn is_chinese(letter: char) -> bool {
    matches!(letter, '\u{4E00}'..='\u{9FFF}' | '\u{FF00}'..='\u{FFEF}')
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
fn the_figures_are_those_of_the_english_page() {
    let parts = [
        "create/pthread",
        "switch/pipe",
        "memory/pthread/",
        "contended/std-mutex",
        "message/unix",
        "fork-exec",
    ];
    let record = only(3, &parts);
    let (english, chinese) = (common::page::page_of(&record), page_of(&record));
    for sign in ["data-value=\"", "href=\"#", " id=\""] {
        let figures = after(&english, sign);
        assert!(figures.len() > 10, "{sign}");
        assert_eq!(figures, after(&chinese, sign), "{sign}");
    }
    assert!(chinese.contains("<html lang=\"zh-CN\">"));
    assert!(chinese.contains("二十条论断的检验"));
}

#[test]
fn no_sentence_stays_english() {
    // Names of calls and libraries stay; what a machine said of an error does too.
    let left: Vec<String> = texts(whole())
        .into_iter()
        .filter(|text| run_of_words(text) > 2)
        .filter(|text| !text.contains("失败") && !text.contains('`'))
        // The questions of made-up cases; those of real ones are looked up where
        // the catalogue is known.
        .filter(|text| !text.starts_with("What does "))
        .collect();
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn titles_that_people_point_at_are_chinese_too() {
    let titles = after(whole(), " title=\"");
    let english: Vec<&&str> = titles
        .iter()
        .filter(|title| run_of_words(title) > 3)
        .collect();
    assert!(english.is_empty(), "{english:#?}");
    assert!(titles.iter().any(|title| title.contains(is_chinese)));
}

#[test]
fn every_verdict_is_chinese_where_scenarios_were_measured_too() {
    let record = common::scenario::with_scenarios(varied());
    let summaries = summarise(&record);
    let mut judged = Vec::new();
    for claim in claims(&summaries) {
        let because = claim.verdict.because().unwrap_or_default();
        let points = claim.points.iter().map(|point| point.what.as_str());
        let texts = [claim.claim, claim.rule, claim.finding.as_str(), because];
        for text in texts
            .into_iter()
            .chain(points)
            .filter(|text| !text.is_empty())
        {
            let said = Lang::Zh.say(text);
            assert!(run_of_words(&said) < 3 && said != text, "{text} => {said}");
        }
        if !claim.points.is_empty() {
            judged.push(claim.number);
        }
    }
    for number in 12..=18 {
        // The blocking call of a coroutine is in another suite.
        assert!(number == 17 || judged.contains(&number), "{judged:?}");
    }
    for row in kinds(&summaries) {
        for text in row
            .kinds
            .iter()
            .flatten()
            .map(|fact| fact.what)
            .chain([row.name])
        {
            let said = Lang::Zh.say(text);
            assert!(run_of_words(&said) < 3, "{text} => {said}");
        }
    }
}

#[test]
fn every_sign_of_a_picture_has_a_glyph() {
    let [chinese, latin] = [CHINESE, LATIN].map(|font| Face::parse(font, 0).unwrap());
    let mut seen = 0;
    for svg in common::page::pictures_of(whole()) {
        for text in texts_of(svg) {
            let face = if text.contains(is_chinese) {
                &chinese
            } else {
                &latin
            };
            let plain = text
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&");
            for letter in plain.chars() {
                assert!(face.glyph_index(letter).is_some(), "{letter} of {text}");
            }
            seen += usize::from(text.contains(is_chinese));
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn a_chinese_page_brings_its_font_and_nothing_else() {
    let page = whole();
    let policy = after(page, "Content-Security-Policy\" content=\"")[0];
    assert!(policy.contains("font-src data:;"), "{policy}");
    assert_eq!(page.matches("url(").count(), 1);
    assert!(page.contains("url(data:font/ttf;base64,AAEAAAA"));
    let (_, body) = page.split_once("</style>").unwrap();
    let body = body.replace("http://www.w3.org/2000/svg", "");
    assert!(!body.contains("http"));
}

#[test]
fn the_same_files_are_written() {
    // The ladder and two distributions.
    let record = only(2, &["process/create/fork/rss=0MiB", "thread/create/std"]);
    let names = |lang| {
        let out = tempfile::tempdir().unwrap();
        let written = write_in(&record, &[], out.path(), lang).unwrap();
        let names = written.pictures.iter().map(|path| {
            assert!(fs::metadata(path).unwrap().len() > 1_000);
            path.file_name().unwrap().to_owned()
        });
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(Lang::En), names(Lang::Zh));
}

#[test]
fn the_markdown_is_chinese_too() {
    let record = only(
        3,
        &["create/", "switch/pipe", "switch/corosensei", "memory/"],
    );
    let text = markdown_in(&record, &summarise(&record), Lang::Zh);
    assert!(text.contains("| | 进程 | 线程 | 协程 |"));
    for line in text.lines() {
        assert!(run_of_words(line) < 4, "{line}");
    }
}
