//! The HTML page: one file, no network, nothing executed but the script whose
//! hash its policy names. Text from a record is escaped by the template; only
//! SVG that this crate drew is inserted as it is.

mod answer;
mod beside;
mod case;
mod chapter;
mod claims;
mod column;
mod course;
mod drawings;
mod event;
mod figure;
pub(crate) mod fleet;
mod keeping;
mod kinds;
mod locks;
mod machine;
mod policy;
mod ridges;
mod talking;
mod through_time;
mod topic;

use std::borrow::Cow;

use askama::Template;
use oscost_record::TaskKind;

use crate::ReportError;
use crate::picture::CHINESE_FONT;
use crate::tongue::{Lang, translated};
pub(crate) use chapter::Chapter;
use column::COLUMNS;

const STYLE: &str = include_str!("../../assets/page.css");
const SCRIPT: &str = include_str!("../../assets/page.js");

/// What the template sees.
#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    policy: String,
    lang: &'static str,
    style: &'a str,
    script: &'static str,
    columns: &'a [column::Column],
    parts: &'a [(&'static str, &'static str)],
    kinds: [TaskKind; 3],
    /// The record that the page is about.
    chapter: &'a Chapter,
}

/// The style; that of a Chinese page brings a font for its Chinese letters with
/// it, for machines that have none of the usual ones.
fn style(lang: Lang) -> Cow<'static, str> {
    match lang {
        Lang::En => Cow::Borrowed(STYLE),
        Lang::Zh => Cow::Owned(format!(
            "@font-face {{ font-family: \"oscost-chinese\"; unicode-range: {LETTERS}; src: {USUAL}, url(data:font/ttf;base64,{}); }}\n{STYLE}",
            policy::base64(CHINESE_FONT)
        )),
    }
}

/// The letters of [`crate::tongue::is_chinese`], as a style names them.
const LETTERS: &str = "U+2E80-9FFF, U+F900-FAFF, U+FF00-FFEF";

/// Chinese fonts that machines have.
const USUAL: &str = "local(\"PingFang SC\"), local(\"Noto Sans CJK SC\"), local(\"Microsoft YaHei\"), local(\"WenQuanYi Micro Hei\")";

/// The whole page as text.
///
/// # Errors
/// What the template says.
pub(crate) fn render(chapter: &Chapter, lang: Lang) -> Result<String, ReportError> {
    let style = style(lang);
    let page = Page {
        policy: policy::policy(&style, SCRIPT, lang == Lang::Zh),
        lang: lang.tag(),
        style: &style,
        script: SCRIPT,
        columns: &COLUMNS,
        parts: &keeping::PARTS,
        kinds: beside::KINDS,
        chapter,
    };
    Ok(translated(page.render()?, lang))
}
