//! The command line of `oscost gate`. Help texts are these comments.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::seconds;

#[derive(Debug, Args)]
pub(crate) struct Gate {
    /// The record that is judged: a file, or a name of the history, as
    /// `latest`, KEY/latest or KEY/DATE
    #[arg(value_name = "CURRENT")]
    pub(crate) current: PathBuf,
    /// Judge by this record alone: a file, or a name of the history
    #[arg(long, value_name = "RECORD", conflicts_with = "history")]
    pub(crate) baseline: Option<PathBuf>,
    /// The folder of the history; by default `history` in the data folder
    #[arg(long, value_name = "DIR")]
    pub(crate) history: Option<PathBuf>,
    /// Measure what is suspected anew, here and now, before anything fails:
    /// five fresh records of the suspects alone
    #[arg(long)]
    pub(crate) confirm: bool,
    /// Seconds between the fresh records
    #[arg(long, value_name = "SECONDS", default_value = super::anew::APART, value_parser = seconds)]
    pub(crate) apart: Duration,
    /// Exit with 3 where not a single figure could be judged
    #[arg(long)]
    pub(crate) strict: bool,
    /// Hold against another machine or configuration too: it is told and never
    /// fails
    #[arg(long, conflicts_with_all = ["confirm", "strict"])]
    pub(crate) across: bool,
    /// Write a comment for a pull request, of 60 lines at most, to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
    /// JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
}
