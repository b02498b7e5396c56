//! `oscost export`: a record in the format of another tool, on standard output
//! or in place of a file; criterion's is a folder.

use std::path::Path;

use anyhow::Context as _;
use oscost_report::export::{Format, criterion_tree, export as written, put};

use crate::cli::{Export, ExportFormat};
use crate::exit::End;
use crate::named;
use crate::output::{complain, say};

/// Writes the record in the other format.
///
/// # Errors
/// Where the record cannot be read, or the file or folder not be written.
pub(crate) fn export(options: &Export) -> anyhow::Result<End> {
    let record = named::record(&options.record)?;
    let summaries = oscost_analysis::summarise(&record);
    let out = options.out.as_deref();
    let Some(format) = one_text(options.format) else {
        let out = out.context("criterion's format is a folder: name it with `--out DIR`")?;
        let cases = criterion_tree(&record, &summaries, out, &options.baseline)?;
        told(out, &format!("{cases} cases"));
        return Ok(End::Done);
    };
    let text = written(&record, &summaries, format)?;
    match out {
        Some(path) => {
            put(path, &text)?;
            told(path, "written");
        }
        None => say(text.trim_end_matches('\n'))?,
    }
    Ok(End::Done)
}

fn told(path: &Path, what: &str) {
    complain(&format!("{}: {what}", path.display()));
}

/// The formats that are one text: all but criterion's.
fn one_text(format: ExportFormat) -> Option<Format> {
    match format {
        ExportFormat::Bmf => Some(Format::Bmf),
        ExportFormat::GithubActionBenchmark => Some(Format::ActionSmaller),
        ExportFormat::GithubActionBenchmarkBigger => Some(Format::ActionBigger),
        ExportFormat::Openmetrics => Some(Format::OpenMetrics),
        ExportFormat::Junit => Some(Format::Junit),
        ExportFormat::Csv => Some(Format::Csv),
        ExportFormat::Criterion => None,
    }
}
