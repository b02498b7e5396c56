//! The command line of `oscost ab`. Help texts are these comments.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::{Selection, seconds};

/// Measures two programs, or one in two environments, side by side: both are
/// live at once and take turns of a few milliseconds. Suspicions are measured
/// anew before they count.
#[derive(Debug, Args)]
pub(crate) struct Ab {
    /// A, the program that B is held against; by default this one
    #[arg(short = 'a', value_name = "BINARY")]
    pub(crate) a: Option<PathBuf>,
    /// A variable of A's environment; may be given more than once
    #[arg(short = 'A', value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) a_variables: Vec<Variable>,
    /// The words to start A with, as in 'taskset -c 1'
    #[arg(long, value_name = "COMMAND", value_parser = words)]
    pub(crate) wrap_a: Option<Words>,
    /// B, the program that is judged; by default this one
    #[arg(short = 'b', value_name = "BINARY")]
    pub(crate) b: Option<PathBuf>,
    /// A variable of B's environment; may be given more than once
    #[arg(short = 'B', value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) b_variables: Vec<Variable>,
    /// The words to start B with, as in 'setarch -R'
    #[arg(long, value_name = "COMMAND", value_parser = words)]
    pub(crate) wrap_b: Option<Words>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Pairs of processes of each case at first; slow cases get 6
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(6..=10_000))]
    pub(crate) pairs: u32,
    /// Fresh pairs of the cases that were suspected
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(20..=10_000))]
    pub(crate) confirm: u32,
    /// Decides the order of the cases, and who begins; drawn where not given
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Seconds after which a probe that does not answer is killed
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub(crate) timeout: Duration,
    /// Keep the figures of every pair in this file
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Measure nothing: judge the pairs of such a file again
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["a", "a_variables", "wrap_a", "b", "b_variables", "wrap_b", "filter", "seed", "out"]
    )]
    pub(crate) from: Option<PathBuf>,
    /// Exit with 3 where not a single figure could be judged
    #[arg(long)]
    pub(crate) strict: bool,
    /// Write a comment for a pull request, of 60 lines at most, to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
    /// JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

/// `NAME=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// Words of a command, as a shell would take them apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words(pub(crate) Vec<String>);

fn variable(text: &str) -> Result<Variable, String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok(Variable {
            name: name.to_owned(),
            value: value.to_owned(),
        }),
        _ => Err("expected NAME=VALUE, as in LC_ALL=C".to_owned()),
    }
}

fn words(text: &str) -> Result<Words, String> {
    match shlex::split(text) {
        Some(words) if !words.is_empty() => Ok(Words(words)),
        Some(_) => Err("expected a command, as in 'taskset -c 1'".to_owned()),
        None => Err("a quotation mark has no partner".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_has_a_name_and_may_be_empty() {
        let of = |name: &str, value: &str| Variable {
            name: name.to_owned(),
            value: value.to_owned(),
        };
        assert_eq!(variable("A=b=c"), Ok(of("A", "b=c")));
        assert_eq!(variable("A="), Ok(of("A", "")));
        assert!(variable("A").is_err() && variable("=b").is_err());
    }

    #[test]
    fn a_wrapper_is_taken_apart_as_by_a_shell() {
        let of = |words: &[&str]| Words(words.iter().map(|&word| word.to_owned()).collect());
        assert_eq!(words("taskset -c 1"), Ok(of(&["taskset", "-c", "1"])));
        assert_eq!(
            words("sh -c 'exec \"$0\"'"),
            Ok(of(&["sh", "-c", "exec \"$0\""]))
        );
        assert!(words("").is_err() && words("a 'b").is_err());
    }
}
