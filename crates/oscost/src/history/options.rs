//! The command line of `oscost history`. Help texts are these comments.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct History {
    #[command(subcommand)]
    pub(crate) what: What,
    /// The folder of the history; by default `history` in the data folder
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// JSON on standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum What {
    /// Takes in copies of records
    Add(Add),
    /// Lists the machines, their configurations, and how many records there are
    List,
    /// Shows the cases of a machine through all its records, and where their
    /// level changed
    Show(Show),
    /// Removes old records, and what dead writers left
    Prune(Prune),
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The records
    #[arg(required = true, value_name = "RECORD")]
    pub(crate) records: Vec<PathBuf>,
    /// Take in what was measured on an emulated CPU
    #[arg(long)]
    pub(crate) emulated: bool,
    /// Take in a record whose run was killed
    #[arg(long)]
    pub(crate) unfinished: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The machine's key, or the beginning of it; by default this machine's
    #[arg(value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// Cases whose id matches this regular expression; of one alone, every
    /// record is shown
    #[arg(value_name = "CASE")]
    pub(crate) case: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Prune {
    /// Keep the newest so many of each machine and configuration
    #[arg(long, value_name = "N")]
    pub(crate) keep: Option<usize>,
    /// Remove only what is older than so many days
    #[arg(long, value_name = "DAYS")]
    pub(crate) older_than: Option<u32>,
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}
