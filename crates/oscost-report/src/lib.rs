//! Records in, things to look at out: one self-contained HTML page, PNG
//! files, and a table for a terminal.
//!
//! Everything shown comes from the record and from `oscost-analysis`. Nothing
//! here measures, estimates, or asks the operating system for more than a
//! place to put the files.

mod aligned;
mod comparison;
mod error;
pub mod export;
mod figures;
mod files;
mod fleet;
mod markdown;
mod page;
mod past;
mod picture;
mod table;
mod tongue;
mod verdicts;
mod words;

use std::path::{Path, PathBuf};

use oscost_analysis::fleet::Joined;
use oscost_record::Record;

pub use comparison::{comparison_markdown, comparison_table};
pub use error::ReportError;
pub use fleet::{fleet_markdown, fleet_markdown_in, fleet_table};
pub use markdown::{markdown, markdown_in};
pub use past::Past;
pub use picture::DrawError;
pub use table::{printable, table};
pub use tongue::{Lang, UnknownLang};
pub use verdicts::{Judged, verdict_json, verdict_markdown, verdict_table};
pub use words::otherwise;

use page::Chapter;

/// The files of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The HTML page.
    pub page: PathBuf,
    /// The answers as Markdown.
    pub headlines: PathBuf,
    /// The PNG files, the ladder first. Of pictures that come in many, loads of a
    /// lock, places of two parties, distributions, only the foremost are files.
    pub pictures: Vec<PathBuf>,
}

/// Writes `index.html`, `headlines.md` and PNG files about `record` into the folder `out`,
/// which is made where it is missing. Each file is replaced as a whole or not
/// at all; other files of the folder are left alone.
///
/// # Errors
/// [`ReportError`] names the file and what the system said.
pub fn write(record: &Record, out: &Path) -> Result<Written, ReportError> {
    write_through_time(record, &[], out)
}

/// The same, with the cases of machines through all their records: `pasts`, that
/// of the record's own machine first.
///
/// # Errors
/// [`ReportError`] names the file and what the system said.
pub fn write_through_time(
    record: &Record,
    pasts: &[Past],
    out: &Path,
) -> Result<Written, ReportError> {
    write_in(record, pasts, out, Lang::En)
}

/// The same in a language.
///
/// # Errors
/// [`ReportError`] names the file and what the system said.
pub fn write_in(
    record: &Record,
    pasts: &[Past],
    out: &Path,
    lang: Lang,
) -> Result<Written, ReportError> {
    let summaries = oscost_analysis::summarise(record);
    let chapter = Chapter::of(record, &summaries, pasts, lang)?;
    let page = page::render(&chapter, lang)?;
    files::folder(out)?;
    let mut pictures = Vec::new();
    for (name, bytes) in chapter.pictures()? {
        pictures.push(files::replace(out, &name, &bytes)?);
    }
    let text = markdown_in(record, &summaries, lang);
    let headlines = files::replace(out, "headlines.md", text.as_bytes())?;
    let page = files::replace(out, "index.html", page.as_bytes())?;
    Ok(Written {
        page,
        headlines,
        pictures,
    })
}

/// The page of [`write_in`] alone, as text: nothing is written, and no PNG file is
/// drawn.
///
/// # Errors
/// [`ReportError`] says what could not be drawn.
pub fn page_in(record: &Record, pasts: &[Past], lang: Lang) -> Result<String, ReportError> {
    let summaries = oscost_analysis::summarise(record);
    page::render(&Chapter::of(record, &summaries, pasts, lang)?, lang)
}

/// Writes `index.html`, `fleet.md` and the heat map as `fleet.png` about many machines into the folder `out`,
/// as [`write_in`] does; the page comes first. `threshold` is how far from 1 a
/// ratio must lie for two machines to be told apart at a cost.
///
/// # Errors
/// [`ReportError`] names the file and what the system said.
pub fn write_fleet(
    joined: &Joined,
    threshold: f64,
    out: &Path,
    lang: Lang,
) -> Result<PathBuf, ReportError> {
    let page = page::fleet::render(joined, threshold, lang)?;
    let picture = page::fleet::picture(joined, lang)?;
    files::folder(out)?;
    let text = fleet_markdown_in(joined, threshold, lang);
    files::replace(out, "fleet.md", text.as_bytes())?;
    if let Some(bytes) = picture {
        files::replace(out, "fleet.png", &bytes)?;
    }
    files::replace(out, "index.html", page.as_bytes())
}
