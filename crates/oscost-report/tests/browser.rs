//! The real page in a real browser: it filters, it sorts, its links lead
//! somewhere, it fits a telephone, and its console stays empty.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may stop, and says what it skips"
)]

#[path = "whole/common/mod.rs"]
mod common;
mod hostile;
mod webdriver;

use std::fs;
use std::path::PathBuf;

use hostile::{EVIL, hostile, is_spoilt};
use oscost_report::{Lang, page_in};
use serde_json::{Value, json};
use webdriver::Browser;

const SHOWN: &str = "return Array.from(document.querySelectorAll('#table tbody tr')).filter(row => row.getClientRects().length > 0).map(row => row.querySelector('th > *').textContent)";
const ESTIMATES: &str = "return Array.from(document.querySelectorAll('#table tbody tr')).map(row => row.cells[3].dataset.value || '')";

fn texts(value: &Value) -> Vec<String> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

/// The figures of a column, which must stand before all cells without one.
fn figures(cells: &[String]) -> Vec<f64> {
    let filled = cells.iter().take_while(|cell| !cell.is_empty()).count();
    assert!(
        cells[filled..].iter().all(String::is_empty),
        "what is absent sorts last: {cells:?}"
    );
    cells[..filled]
        .iter()
        .map(|cell| cell.parse().unwrap())
        .collect()
}

/// Puts a page where the browser finds it.
fn put(page: &str, folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("index.html");
    fs::write(&path, page).unwrap();
    path
}

#[test]
fn the_page_works_in_a_browser() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let out = tempfile::tempdir().unwrap();
    let record = common::record(3);
    let changed = |id: &oscost_record::CaseId| id.0.contains("create");
    let past = common::past::past(&record, 40, changed);
    let page = put(&page_in(&record, &[past], Lang::En).unwrap(), &out);
    browser.look(1280, "light");
    browser.open(&page);

    let all = texts(&browser.run(SHOWN));
    assert_eq!(all.len(), record.run.cases.len());

    browser.write("#words", "PIPE same-cpu");
    let found = texts(&browser.run(SHOWN));
    assert_eq!(
        found,
        [
            "process/switch/pipe/placement=same-cpu",
            "thread/switch/pipe/placement=same-cpu"
        ]
    );
    browser.click("input[value=process]");
    assert_eq!(
        texts(&browser.run(SHOWN)),
        ["thread/switch/pipe/placement=same-cpu"]
    );
    let said = browser.run("return document.getElementById('shown').textContent");
    assert_eq!(said, json!(format!("1 of {} cases", all.len())));

    // Figures beside the samples can be searched for, by name and by value.
    browser.run("location.hash = ''; return null");
    browser.click("input[value=process]");
    browser.write("#words", "80 % per second one-cpu");
    assert_eq!(texts(&browser.run(SHOWN)).len(), 5);
    browser.write("#words", "PIPE same-cpu");

    // A link from a picture to a row that is filtered out brings it back.
    browser.run("location.hash = '#case-process-create-vfork-rss-0mib'; return null");
    let visible = "return document.getElementById('case-process-create-vfork-rss-0mib').getClientRects().length > 0";
    assert_eq!(browser.run(visible), json!(true));
    assert_eq!(texts(&browser.run(SHOWN)).len(), all.len());

    let sorted = |order: &str| {
        browser.click("#table thead th:nth-child(4) button");
        let said = browser.run("return document.querySelector('#table thead th:nth-child(4)').getAttribute('aria-sort')");
        assert_eq!(said, json!(order));
        figures(&texts(&browser.run(ESTIMATES)))
    };
    let down = sorted("descending");
    assert!(
        down.len() > 40 && down.is_sorted_by(|a, b| a >= b),
        "{down:?}"
    );
    let up = sorted("ascending");
    assert!(up.is_sorted(), "{up:?}");

    browser.run("location.hash = '#distribution-process-switch-pipe'; return null");
    assert_eq!(
        browser.run("return document.querySelector('#distribution-process-switch-pipe').open"),
        json!(true)
    );

    for (width, wanted) in [(1280, "wide"), (380, "narrow")] {
        for scheme in ["light", "dark"] {
            browser.look(width, scheme);
            let over = browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
            assert_eq!(over, json!(0), "the body scrolls sideways at {width}");
            let drawn = browser.run("return Array.from(document.querySelectorAll('section[aria-labelledby=ladder] svg')).filter(svg => svg.getClientRects().length > 0).map(svg => svg.classList[0])");
            assert_eq!(drawn, json!([wanted]));
            let smallest = browser.run("return Math.min(...Array.from(document.querySelectorAll('#main > section > figure svg text, .course svg text, details[open] svg text')).filter(text => text.getClientRects().length > 0).map(text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))");
            assert!(
                smallest.as_f64().unwrap() >= 11.0,
                "letters of {smallest} px at {width}"
            );
        }
    }
    for width in [380, 1280] {
        browser.look(width, "light");
        assert_eq!(
            browser.run(OVERLAPS),
            json!([]),
            "labels that overlap at {width}"
        );
        assert_eq!(
            browser.run(STRUCK),
            json!([]),
            "names that a whisker runs through at {width}"
        );
    }
    assert_eq!(browser.console(), Vec::<Value>::new());
}

/// The same script serves the page in Chinese, and its longer or shorter words
/// have room.
#[test]
fn the_chinese_page_works_in_a_browser() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let out = tempfile::tempdir().unwrap();
    let record = common::record(3);
    let page = put(&page_in(&record, &[], Lang::Zh).unwrap(), &out);
    browser.look(1280, "light");
    browser.open(&page);
    let all = texts(&browser.run(SHOWN)).len();
    browser.write("#words", "PIPE same-cpu");
    browser.click("input[value=process]");
    assert_eq!(
        texts(&browser.run(SHOWN)),
        ["thread/switch/pipe/placement=same-cpu"]
    );
    let said = browser.run("return document.getElementById('shown').textContent");
    assert_eq!(said, json!(format!("{all} 个用例中的 1 个")));
    for width in [380, 1280] {
        browser.look(width, "light");
        let over = browser.run(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        assert_eq!(over, json!(0), "the body scrolls sideways at {width}");
        assert_eq!(
            browser.run(OVERLAPS),
            json!([]),
            "labels that overlap at {width}"
        );
    }
    assert_eq!(browser.console(), Vec::<Value>::new());
}

/// Texts of a record stay texts, whatever they would like to be.
#[test]
fn a_hostile_record_runs_nothing_in_a_browser() {
    let Some(browser) = Browser::start() else {
        return;
    };
    browser.begin_with("window.alerts = []; window.alert = text => window.alerts.push(text);");
    let out = tempfile::tempdir().unwrap();
    let record = hostile(common::record(2));
    assert!(is_spoilt(&record.run));
    let mut past = common::past::past(&record, 24, |id| id.0.contains("create"));
    for (number, digest) in past.digests.iter_mut().enumerate() {
        digest.tool = format!("{EVIL}{}", number / 12);
        let setting = format!("{EVIL}{}", number / 12);
        digest.configuration.0.insert(EVIL.into(), setting);
    }
    for lang in [Lang::En, Lang::Zh] {
        let page = page_in(&record, std::slice::from_ref(&past), lang).unwrap();
        browser.open(&put(&page, &out));
        let shown = browser.run("return document.body.textContent.split('alert(2)').length - 1");
        assert!(shown.as_u64().unwrap() > 100, "{shown}");
        assert_eq!(texts(&browser.run(SHOWN)).len(), record.run.cases.len());
        // What the page's own script makes of such texts.
        browser.write("#words", "<img src=x onerror=alert(6)>");
        assert_eq!(texts(&browser.run(SHOWN)).len(), 0);
        browser.write("#words", "<img src=x onerror=alert(2)>");
        assert!(!texts(&browser.run(SHOWN)).is_empty());
        // By script: names of such length lie over each other.
        browser.run(
            "document.querySelector('#table thead th:nth-child(4) button').click(); return null",
        );
        browser.run("location.hash = '#<img src=x onerror=alert(7)>'; return null");
        browser.run("document.querySelectorAll('details').forEach(fold => { fold.open = true; }); return null");
        assert_eq!(browser.run(FOREIGN), json!([]));
        assert_eq!(browser.console(), Vec::<Value>::new());

        // What would be found, were a single text not escaped.
        let open = page.replacen("</h1>", &format!("{EVIL}</h1>"), 1);
        browser.open(&put(&open, &out));
        let found = texts(&browser.run(FOREIGN));
        for sign in ["SCRIPT", "IMG", "onerror", "onload", "javascript:alert(4)"] {
            assert!(found.iter().any(|text| text == sign), "{sign}: {found:?}");
        }
        browser.console();
    }
}

/// Whatever is in a page that no page of ours has, and what was run of it.
const FOREIGN: &str = "
const found = window.alerts.map(String);
document.querySelectorAll('img, iframe, object, embed, base').forEach(element => found.push(element.tagName));
Array.from(document.scripts).slice(1).forEach(element => found.push(element.tagName));
document.querySelectorAll('*').forEach(element => Array.from(element.attributes).forEach(({ name, value }) => {
  if (name.startsWith('on')) found.push(name);
  if (name.endsWith('href') && !/^(#.*|data:,|[a-z0-9-]+\\.(png|svg|jsonl|md))$/.test(value)) found.push(value);
}));
return found";

/// Pairs of texts of one picture whose boxes overlap, over every picture.
const OVERLAPS: &str = "
document.querySelectorAll('details').forEach(fold => { fold.open = true; });
const found = [];
document.querySelectorAll('svg').forEach(svg => {
  if (svg.getClientRects().length === 0) return;
  const frame = svg.getBoundingClientRect();
  const texts = Array.from(svg.querySelectorAll('text')).map(text => [text.textContent.trim(), text.getBoundingClientRect()]);
  texts.forEach(([name, box], index) => {
    if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 2) found.push('outside: ' + name);
    texts.slice(index + 1).forEach(([other, next]) => {
      const across = Math.min(box.right, next.right) - Math.max(box.left, next.left);
      const down = Math.min(box.bottom, next.bottom) - Math.max(box.top, next.top);
      if (across > 1 && down > 4) found.push(name + ' / ' + other);
    });
  });
});
return found";

/// Names of lines that the whisker of a mark, an upright stroke, runs through;
/// how many names there were is checked too.
const STRUCK: &str = "
const found = [];
let names = 0, whiskers = 0;
document.querySelectorAll('section[aria-labelledby=size] svg').forEach(svg => {
  if (svg.getClientRects().length === 0) return;
  const frame = svg.getBoundingClientRect();
  const scale = frame.width / svg.viewBox.baseVal.width;
  const strokes = [];
  svg.querySelectorAll('path[stroke-width=\"3\"]').forEach(path => {
    for (const [, x, y, v] of path.getAttribute('d').matchAll(/M(\\d+) (\\d+)v(-?\\d+)/g)) {
      const ends = [Number(y), Number(y) + Number(v)].map(end => frame.top + end * scale);
      const at = frame.left + Number(x) * scale;
      strokes.push({ left: at - 1, right: at + 1, top: Math.min(...ends), bottom: Math.max(...ends) });
    }
  });
  whiskers += strokes.length;
  svg.querySelectorAll('text').forEach(text => {
    if (!/--(line|process|thread|coroutine)/.test(text.getAttribute('fill'))) return;
    names += 1;
    const box = text.getBoundingClientRect();
    if (strokes.some(s => s.right > box.left && s.left < box.right && s.bottom > box.top + 2 && s.top < box.bottom - 2)) found.push(text.textContent.trim());
  });
});
return names > 20 && whiskers > 100 ? found : ['only ' + names + ' names, ' + whiskers + ' whiskers'];";
