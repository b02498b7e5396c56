//! The progress bar: what is measured now, and how long it will still take.
//! Drawn on a terminal only.

use std::io::IsTerminal as _;

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// On a narrower terminal the bar would take more than its line.
const ROOMY: u16 = 60;

/// How many columns the terminal has.
fn columns() -> Option<u16> {
    let (_, columns) = Term::stderr().size_checked()?;
    Some(columns)
}

/// A bar on standard error, or nothing where that is no terminal.
pub(crate) fn bar() -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr_with_hz(5)
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(1), target);
    let template = if columns().is_some_and(|columns| columns < ROOMY) {
        // What is left over is for the case.
        "{pos}/{len} {wide_msg}"
    } else if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        "{bar:24} {pos}/{len}  {eta} left  {wide_msg}"
    } else {
        "{bar:24.cyan/dim} {pos}/{len}  {eta} left  {wide_msg}"
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
