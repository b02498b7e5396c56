//! Pages of made-up records, and what is on them.

#![allow(dead_code, reason = "each test file uses some of these")]
#![allow(clippy::unwrap_used, reason = "a helper of tests fails as a test does")]

use std::sync::LazyLock;

use oscost_record::Record;
use oscost_report::{Lang, page_in};

pub(crate) fn page_of(record: &Record) -> String {
    page_in(record, &[], Lang::En).unwrap()
}

/// The page of everything, made once for all tests that look at it.
pub(crate) fn whole_page() -> &'static str {
    static PAGE: LazyLock<String> = LazyLock::new(|| page_of(&super::record(3)));
    &PAGE
}

/// A small record: the cases whose id contains one of `parts`.
pub(crate) fn only(rounds: u32, parts: &[&str]) -> Record {
    super::record_of(rounds, |id| parts.iter().any(|part| id.0.contains(part)))
}

/// What lies between a heading's anchor and the end of its section.
pub(crate) fn section<'a>(page: &'a str, anchor: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("id=\"{anchor}\"")).unwrap();
    rest.split("</section>").next().unwrap()
}

/// Every picture of a page, on a desk and on a telephone; no ridges, which have
/// no words of their own.
pub(crate) fn pictures_of(page: &str) -> impl Iterator<Item = &str> {
    let pictures = page.split("<svg ").skip(1);
    let drawn = pictures.filter(|svg| svg.contains("role=\"group\""));
    drawn.map(|svg| svg.split("</svg>").next().unwrap())
}

/// The words of a picture.
pub(crate) fn texts_of(svg: &str) -> Vec<&str> {
    svg.split("<text ")
        .skip(1)
        .map(|text| text.split_once('>').unwrap().1)
        .map(|text| text.split("</text>").next().unwrap().trim())
        .collect()
}
