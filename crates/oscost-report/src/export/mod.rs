//! A record in the formats of other tools. Each file is one format and says
//! whose it is; figures and names are those of the summaries, in the base unit
//! of the format. A case that was not measured is never a figure: a format that
//! can name it does, with the reason, and any other leaves it out.

mod action;
mod bmf;
mod criterion;
mod csv;
mod junit;
mod openmetrics;

use std::collections::HashSet;
use std::error::Error;
use std::path::Path;

use oscost_analysis::{Estimate, Percentile, Summary};
use oscost_record::{Aspect, Record};

use crate::{ReportError, files, words};

pub use criterion::criterion_tree;

/// A format that is one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Bencher Metric Format, JSON (<https://bencher.dev/docs/reference/bencher-metric-format>).
    Bmf,
    /// github-action-benchmark's `customSmallerIsBetter`: times and bytes.
    ActionSmaller,
    /// github-action-benchmark's `customBiggerIsBetter`: rates.
    ActionBigger,
    /// OpenMetrics text, version 1.0.0.
    OpenMetrics,
    /// JUnit XML, as Jenkins (`junit-10.xsd`) and Ant read it.
    Junit,
    /// Comma-separated values, RFC 4180, a row per case.
    Csv,
}

/// A record in `format`, ending in a line break. Of cases with the same id the
/// first counts.
///
/// # Errors
/// [`ReportError::Format`] where a library refuses what it is given.
pub fn export(
    record: &Record,
    summaries: &[Summary],
    format: Format,
) -> Result<String, ReportError> {
    let cases = unique(summaries);
    let text = match format {
        Format::Bmf => bmf::bmf(&cases),
        Format::ActionSmaller => action::smaller(&cases),
        Format::ActionBigger => action::bigger(&cases),
        Format::OpenMetrics => Ok(openmetrics::openmetrics(&record.run, &cases)),
        Format::Junit => junit::junit(&record.run, &cases),
        Format::Csv => csv::csv(&record.run, &cases),
    };
    let mut text = text.map_err(|source| ReportError::Format { format, source })?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

/// Puts `text` at `path`: a file is replaced as a whole or not at all; a pipe
/// or a device is written to.
///
/// # Errors
/// [`ReportError::Write`] names the file and what the system said.
pub fn put(path: &Path, text: &str) -> Result<(), ReportError> {
    let is_special = std::fs::metadata(path).is_ok_and(|found| !found.is_file());
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) if !is_special => {
            let folder = match folder.as_os_str().is_empty() {
                true => Path::new("."),
                false => folder,
            };
            files::folder(folder)?;
            files::replace(folder, &name.to_string_lossy(), text.as_bytes()).map(drop)
        }
        _ => std::fs::write(path, text).map_err(|source| ReportError::Write {
            path: path.to_owned(),
            source,
        }),
    }
}

/// What a format gives, or what the library that writes it says.
type Written = Result<String, Box<dyn Error + Send + Sync>>;

/// The first of each id.
fn unique(summaries: &[Summary]) -> Vec<&Summary> {
    let mut seen = HashSet::new();
    let all = summaries.iter();
    all.filter(|summary| seen.insert(&summary.info.id))
        .collect()
}

/// The percentiles of a case that are figures of their own: the 99th, and of a
/// whole program also the 99.9th, since it is what people wait for. There are
/// samples enough for both.
fn tails(case: &Summary) -> impl Iterator<Item = &Percentile> {
    let whole = case.info.aspect == Aspect::Work;
    let ranks = [99.0].into_iter().chain(whole.then_some(99.9));
    ranks.filter_map(|rank| words::percentile(case, rank))
}

/// The text without what XML 1.0 has no way to write (section 2.2, `Char`),
/// and other formats no use for: each such character becomes U+FFFD.
fn legal(text: &str) -> String {
    let is_legal = |letter: char| match letter {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        letter => letter >= ' ',
    };
    let letters = text.chars();
    letters
        .map(|letter| if is_legal(letter) { letter } else { '\u{fffd}' })
        .collect()
}

/// The estimate itself, and the two ends of its interval.
const VALUE: fn(Estimate) -> f64 = |estimate| estimate.value;
const LOW: fn(Estimate) -> f64 = |estimate| estimate.low;
const HIGH: fn(Estimate) -> f64 = |estimate| estimate.high;

/// JSON has no number for infinity, nor have most readers.
fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_write_is_replaced() {
        assert_eq!(
            legal("a\u{0}\u{1b}[31m\n\u{ffff}é"),
            "a\u{fffd}\u{fffd}[31m\n\u{fffd}é"
        );
    }

    #[test]
    fn a_text_is_put_as_a_whole_and_into_a_pipe_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/a.txt");
        put(&path, "one").unwrap();
        put(&path, "two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        put(Path::new("/dev/null"), "three").unwrap();
        assert!(put(folder.path(), "a folder").is_err());
    }
}
