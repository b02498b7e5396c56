//! `oscost completions` and `oscost man`: the command line told to a shell and
//! to `man`. Both are made from the same declarations as the help, so that
//! neither can say anything else.

use std::io::{self, Write as _};

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::cli::Cli;
use crate::exit::End;

/// Prints the completions of a shell.
///
/// # Errors
/// Where standard output is closed.
pub(crate) fn completions(shell: Shell) -> anyhow::Result<End> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "oscost", &mut text);
    write(&text)
}

/// Prints the manual: the command, and after it every verb.
///
/// # Errors
/// Where standard output is closed.
pub(crate) fn man() -> anyhow::Result<End> {
    let mut text = Vec::new();
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let man = Man::new(command.clone());
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_options_section(&mut text)?;
    // Verbs stand in this page: a list of pages that nobody has would mislead.
    verbs(&command, &mut text)?;
    man.render_version_section(&mut text)?;
    write(&text)
}

/// What each verb does, one after the other.
fn verbs(command: &Command, text: &mut Vec<u8>) -> io::Result<()> {
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        let name = verb.get_bin_name().unwrap_or_default().to_uppercase();
        writeln!(text, ".SH \"{name}\"")?;
        let man = Man::new(verb.clone());
        man.render_description_section(text)?;
        man.render_synopsis_section(text)?;
        if verb.get_arguments().next().is_some() {
            man.render_options_section(text)?;
        }
        verbs(verb, text)?;
    }
    Ok(())
}

fn write(text: &[u8]) -> anyhow::Result<End> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    out.flush()?;
    Ok(End::Done)
}
