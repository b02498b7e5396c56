//! The HTML page: one file, no network, nothing executed but the script whose
//! hash its policy names. Text from a record is escaped by the template; only
//! SVG that this crate drew is inserted as it is.

mod answer;
mod beside;
mod case;
mod chapter;
mod column;
mod course;
mod drawings;
mod event;
mod figure;
mod keeping;
mod locks;
mod machine;
mod policy;
mod ridges;
mod talking;
mod through_time;
mod topic;

use askama::Template;
use oscost_record::TaskKind;

use crate::ReportError;
pub(crate) use chapter::Chapter;
use column::COLUMNS;

const STYLE: &str = include_str!("../../assets/page.css");
const SCRIPT: &str = include_str!("../../assets/page.js");

/// What the template sees.
#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    policy: String,
    style: &'static str,
    script: &'static str,
    columns: &'a [column::Column],
    parts: &'a [(&'static str, &'static str)],
    kinds: [TaskKind; 3],
    /// The record that the page is about.
    chapter: &'a Chapter,
}

/// The whole page as text.
///
/// # Errors
/// What the template says.
pub(crate) fn render(chapter: &Chapter) -> Result<String, ReportError> {
    let page = Page {
        policy: policy::policy(STYLE, SCRIPT),
        style: STYLE,
        script: SCRIPT,
        columns: &COLUMNS,
        parts: &keeping::PARTS,
        kinds: beside::KINDS,
        chapter,
    };
    Ok(page.render()?)
}
