//! The command line: verbs and their options. Help texts are these comments.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Measures what Linux charges for running tasks as processes, threads and
/// coroutines.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Lists the cases: what each answers, and whether it can run here
    List(List),
    /// Measures this machine and writes a record
    ///
    /// With `--once` it only looks whether every case works here: each does its
    /// smallest piece of work once and proves it, and what failed or was
    /// skipped is told with its reason. Every row of the catalogue has its turn
    /// before any has a second, so that a `--time` leaves out the larger cases
    /// alone. Exit code 1 where a case failed, or where a row had no turn.
    Run(Run),
    /// Makes an HTML page and pictures from records
    Report(Report),
    /// Holds two records against each other, case by case, or many machines
    Compare(Compare),
    /// Judges a record by the history of its machine
    ///
    /// Each case's median, and its p99 where there are samples enough, is held
    /// against the earlier records of the same machine in the same
    /// configuration: at least 5 since its level last changed, at most the
    /// latest 20. What lies further off than 2 %, than the clock's resolution,
    /// and than five in a hundred unchanged figures on that side is a suspicion.
    ///
    /// A suspicion fails nothing: one in ten unchanged figures raises one.
    /// `--confirm` measures the suspects anew, right away and on this machine,
    /// and only what is found again, further off than δ, is a regression. δ is
    /// the largest of 2 %, the case's own noise on this machine, and the clock's
    /// resolution. In CI, measure, judge and keep in one job:
    ///
    ///   oscost run --out new.jsonl
    ///   oscost gate new.jsonl --confirm --markdown comment.md
    ///   oscost history add new.jsonl
    ///
    /// A machine or configuration that the history does not know yet, as a new
    /// runner or kernel, is told and does not fail the build; with `--strict`
    /// it does. A `--baseline` of another machine or configuration is refused.
    ///
    /// Exit codes: 0 no confirmed regression; 1 a confirmed regression; 2 wrong
    /// call, refused baseline, or what cannot be read or written; 3 with
    /// `--strict`, not a single figure could be judged.
    #[command(verbatim_doc_comment)]
    Gate(crate::gate::Gate),
    /// Measures two programs, or one in two environments, side by side
    Ab(crate::ab::Ab),
    /// Writes a record in a format that other tools read
    Export(Export),
    /// Keeps records by machine and configuration, and shows them through time
    History(crate::history::History),
    /// Says what makes this machine noisy or unable, and what to do
    Doctor(Doctor),
    /// Prints who this machine is, and its key
    Machine(Machine),
    /// Measures the instrument itself on this machine
    Selftest {
        #[command(subcommand)]
        what: SelfTest,
    },
    /// Is the first process of a virtual machine made for one `oscost run`
    ///
    /// Mounts what a run needs, measures, sends the record to a device and
    /// switches the machine off.
    #[command(hide = true)]
    Guest(crate::guest::Guest),
    /// Prints what a shell needs to complete the command line
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Prints the manual, for `man -l -`
    Man,
}

/// How wide to cast the net.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tier {
    /// What answers the headline questions
    Core,
    /// Everything
    Full,
}

impl From<Tier> for oscost_record::Tier {
    fn from(tier: Tier) -> Self {
        match tier {
            Tier::Core => Self::Core,
            Tier::Full => Self::Full,
        }
    }
}

/// Which cases.
#[derive(Debug, Args)]
pub(crate) struct Selection {
    /// Only cases whose id matches this regular expression
    pub(crate) filter: Option<String>,
    /// How wide to cast the net
    #[arg(long, value_enum, default_value = "core", env = "OSCOST_TIER")]
    pub(crate) tier: Tier,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// A JSON array on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

/// Who gets the time of `run --time`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Spend {
    /// Three rounds for every case, then cases of which a change of 5 % would go
    /// unseen, as far as time brings them there; a quarter of it to the worst of
    /// the others
    Worst,
    /// As many rounds for every case
    Equal,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Rounds per case, each in a fresh process; slow cases get a third [default: 15]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: Option<u32>,
    /// One operation of every case, to prove that it works here; no times
    #[arg(long, conflicts_with_all = ["rounds", "resume"])]
    pub(crate) once: bool,
    /// With `--once`: no more than so many cases of each row, the smallest
    #[arg(long, value_name = "N", requires = "once", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) of_each_row: Option<u32>,
    /// Fill this many seconds, to within 5 %, with as many rounds as fit; with
    /// `--rounds` or `--once`: begin no measurement later
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) time: Option<std::time::Duration>,
    /// Who gets the time that is to be filled
    #[arg(long, value_enum, default_value = "worst", requires = "time", conflicts_with_all = ["rounds", "once"])]
    pub(crate) spend: Spend,
    /// Decides the order of the cases in every round; drawn where not given
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Where the record goes; by default into the data folder, by machine key
    /// and time
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Go on with a record that was cut short
    #[arg(long, value_name = "FILE", conflicts_with_all = ["out", "seed", "filter"])]
    pub(crate) resume: Option<PathBuf>,
    /// Seconds after which a probe that does not answer is killed
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub(crate) timeout: std::time::Duration,
    /// Let no frozen workload take turns with the cases: a little quicker, and
    /// `gate` then has raw times only
    #[arg(long)]
    pub(crate) no_reference: bool,
    /// A record of a seventh to an eighth of the size, for who keeps those of many
    /// hosts: medians and percentiles of every round stand, single bursts and the
    /// shape of a distribution do not
    #[arg(long, conflicts_with = "resume")]
    pub(crate) brief: bool,
    /// The lines of the record on standard output as they come
    #[arg(long)]
    pub(crate) json: bool,
    /// At the end, on standard error: where the time went, and the most memory
    /// that the driver had
    #[arg(long)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Records, or names of the history; the page is about the one that began
    /// last, and shows its cases through all of them. A folder of records,
    /// HOST.jsonl or HOST/…, makes a page about its machines
    #[arg(value_name = "RECORD", required_unless_present = "history")]
    pub(crate) records: Vec<PathBuf>,
    /// Of a folder: the hosts that are expected, one a line; who has no record is
    /// named
    #[arg(long, value_name = "FILE", conflicts_with = "history")]
    pub(crate) hosts: Option<PathBuf>,
    /// Show the cases through all records of this history too; without a
    /// RECORD the page is about its last
    #[arg(long, value_name = "DIR")]
    pub(crate) history: Option<PathBuf>,
    /// The folder of the report; by default one beside the record, or
    /// `oscost-report` where the record is a history's
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Open the page with `xdg-open`
    #[arg(long)]
    pub(crate) open: bool,
    /// The language of page, pictures and Markdown: en or zh
    #[arg(long, value_name = "LANG", default_value_t)]
    pub(crate) lang: oscost_report::Lang,
}

#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// The record to compare with and the one that is compared; or a folder of
    /// records, HOST.jsonl or HOST/…, or more than two of them: these machines
    /// are ranked, cost by cost
    #[arg(value_name = "RECORD", required = true)]
    pub(crate) records: Vec<PathBuf>,
    /// Of many machines: the hosts that are expected, one a line; who has no
    /// record is named
    #[arg(long, value_name = "FILE")]
    pub(crate) hosts: Option<PathBuf>,
    /// How far a whole interval must lie from 1 for its case to be marked
    #[arg(long, value_name = "PERCENT", default_value = "5%", value_parser = share)]
    pub(crate) threshold: f64,
    /// JSON on standard output
    #[arg(long, conflicts_with = "markdown")]
    pub(crate) json: bool,
    /// Markdown on standard output
    #[arg(long)]
    pub(crate) markdown: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The record
    pub(crate) record: PathBuf,
    /// Which tool is to read it
    #[arg(long, value_enum)]
    pub(crate) format: ExportFormat,
    /// The file to write, or for `criterion` the folder; by default standard
    /// output
    #[arg(long, value_name = "PATH", required_if_eq("format", "criterion"))]
    pub(crate) out: Option<PathBuf>,
    /// For `criterion`: the name of the baseline
    #[arg(long, value_name = "NAME", default_value = "new")]
    pub(crate) baseline: String,
}

/// A format of another tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// Bencher Metric Format
    Bmf,
    /// github-action-benchmark, `customSmallerIsBetter`: times and bytes
    GithubActionBenchmark,
    /// github-action-benchmark, `customBiggerIsBetter`: rates
    GithubActionBenchmarkBigger,
    /// OpenMetrics text, for Prometheus
    Openmetrics,
    /// JUnit XML: a test case per case
    Junit,
    /// A row per case; open it with care in a spreadsheet, which may take a
    /// text for a formula
    Csv,
    /// A folder as criterion leaves it, for `--baseline` and critcmp
    Criterion,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Exit with 1 at a warning; notes and cases that cannot run do not count
    #[arg(long)]
    pub(crate) strict: bool,
    /// JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// Examine the machine whose `/proc` and `/sys` lie under this folder
    #[arg(long, value_name = "FOLDER", hide = true)]
    pub(crate) root: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Machine {
    /// JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SelfTest {
    Clock(crate::selftest::Clock),
    /// Holds cases against bare C programs over the same system calls
    Floors(Floors),
    Gate(crate::selftest::Gate),
    Placement(crate::selftest::Placement),
    /// Says how far the rounds of a record lie apart, as raw times and relative
    /// to the frozen workloads that took turns with the cases
    Reference(SelfTestReference),
}

#[derive(Debug, Args)]
pub(crate) struct SelfTestReference {
    /// The record: a file, or a name of the history
    pub(crate) record: PathBuf,
    /// JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Floors {
    /// The folder of the compiled programs
    #[arg(long, value_name = "DIR")]
    pub(crate) programs: PathBuf,
    /// Only floors whose name or case contains this
    pub(crate) filter: Option<String>,
    /// Half the width of the interval at which to stop
    #[arg(long, default_value_t = 0.03)]
    pub(crate) precision: f64,
    /// Fresh pairs of processes at most, for each floor
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(5..))]
    pub(crate) pairs: u32,
    /// JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

/// A length of time: `90`, `90s`, `2m`.
pub(crate) fn seconds(text: &str) -> Result<std::time::Duration, String> {
    let (number, factor) = match text.strip_suffix('m') {
        Some(minutes) => (minutes, 60.0),
        None => (text.strip_suffix('s').unwrap_or(text), 1.0),
    };
    let number: f64 = number
        .parse()
        .map_err(|_| "expected seconds, as in 90, 90s or 2m")?;
    std::time::Duration::try_from_secs_f64(number * factor).map_err(|error| error.to_string())
}

/// A share of 1: `5%`, `0.05`.
fn share(text: &str) -> Result<f64, String> {
    let (number, factor) = match text.strip_suffix('%') {
        Some(percent) => (percent.trim_end(), 0.01),
        None => (text, 1.0),
    };
    let number: f64 = number
        .parse()
        .map_err(|_| "expected percent, as in 5% or 0.05")?;
    let share = number * factor;
    if (0.0..1.0).contains(&share) {
        Ok(share)
    } else {
        Err("expected from 0% up to below 100%, as in 5% or 0.05".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }

    #[test]
    fn times_have_units() {
        assert_eq!(seconds("90"), seconds("1.5m"));
        assert_eq!(seconds("90s"), seconds("90"));
        assert!(seconds("soon").is_err() && seconds("-1").is_err());
    }

    #[test]
    fn shares_are_below_one() {
        assert_eq!(share("5%"), share("0.05"));
        assert_eq!(share("2.5 %"), Ok(0.025));
        assert!(
            ["5", "-1%", "100%", "NaN", "much"]
                .into_iter()
                .all(|text| share(text).is_err())
        );
    }
}
