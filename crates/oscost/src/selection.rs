//! Which cases a filter and a tier mean.

use anyhow::{Context as _, bail};
use oscost_harness::{Case, drill};
use regex::Regex;

use crate::cli::Selection;

/// The cases of the catalogue that are meant. A filter that begins with
/// `drill/` means the drills of the harness instead.
///
/// # Errors
/// Where the filter is no regular expression, or means nothing.
pub(crate) fn select(selection: &Selection) -> anyhow::Result<Vec<Case>> {
    let filter = selection.filter.as_deref().unwrap_or_default();
    let pattern = Regex::new(filter).with_context(|| format!("the filter `{filter}`"))?;
    let tier = oscost_record::Tier::from(selection.tier);
    let all = if filter.starts_with("drill/") {
        drill::SUITE.cases()
    } else {
        oscost::catalogue()
    };
    let cases: Vec<Case> = all
        .into_iter()
        .filter(|case| case.info.tier <= tier && pattern.is_match(&case.info.id.0))
        .collect();
    if cases.is_empty() {
        bail!("no case of tier {tier} matches `{filter}`: `oscost list` shows them all");
    }
    Ok(cases)
}
