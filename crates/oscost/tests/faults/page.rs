//! FAULTS.md, made from the rows of the trials, so that it says nothing else than
//! what they look at.

use std::fmt::Write as _;
use std::path::Path;

use crate::calls::CALLS;
use crate::fault::Answer;
use crate::trial::faults;

/// Set to write the page anew.
const WRITE: &str = "OSCOST_WRITE_FAULTS";

const HEAD: &str = "# Faults

What oscost does when something goes wrong: what one is told, what is kept, with
which code it exits. Made from the trials in `crates/oscost/tests/faults`, which
look at all of it, and besides: no process is left, no name in `/tmp`, `/dev/shm`
or `/dev/mqueue`, no System V object, no descriptor; `oscost export` reads the record.

    cargo test -p oscost --test faults               # some of each, in two minutes
    cargo test -p oscost --test faults disk-full     # one fault, every case
    scripts/torture 600                              # random ones, for ten minutes

A fault costs the cases that it meets, and no other: a case that cannot run is
skipped, one that went wrong is failed, and both say why.

| fault | what the user sees | what is kept | exit |
|---|---|---|---:|
";

const CALLS_HEAD: &str = "
## System calls that are refused

Each by itself, in the driver and in the probes: as a sandbox does it (EPERM), and
as an older kernel does (ENOSYS). Where a case is skipped, another one is measured
beside it. Not tried is what no program starts or cleans up without, and what the
library under it takes for granted: `crates/oscost/tests/faults/calls.rs` has the list.

| call | of the case | EPERM | ENOSYS |
|---|---|---|---|
";

const FOOT: &str = "
A clock that is stepped and a CPU that goes offline are tried on a machine of their own,
by `scripts/aarch64-system --disturb clock` and `… cpu`: the first is no reason for
anything; where the second leaves a case without its CPU, that is skipped, or failed in
the round in which it happened.

Not noticed: a process that lives for an operation only, or that a partner has
made, and stands still for less than a fifth of a second.
";

/// Whether the file says what the rows say; writes it where it was asked to.
pub(crate) fn is_current() -> bool {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../FAULTS.md");
    let page = page();
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    for fault in faults() {
        for word in fault.words {
            assert!(
                word.split('|').any(|word| fault.seen.contains(word)),
                "{}: the page lacks `{word}`",
                fault.name
            );
        }
    }
    let current = std::fs::read_to_string(&path).is_ok_and(|text| text == page);
    if !current {
        println!("FAILED: FAULTS.md is not what the trials say: {WRITE}=1 writes it anew");
    }
    current
}

fn page() -> String {
    let mut text = HEAD.to_owned();
    for fault in faults() {
        let cells = [fault.what, fault.seen, fault.kept].map(escaped);
        let _ = writeln!(text, "| {} | {} |", cells.join(" | "), fault.exit);
    }
    text += CALLS_HEAD;
    for row in CALLS {
        let case = row.filter.trim_start_matches('^').trim_end_matches('$');
        let answers = [row.forbidden, row.unknown].map(said);
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            row.call,
            escaped(case),
            answers.join(" | ")
        );
    }
    text + FOOT
}

fn said(answer: Answer) -> String {
    match answer {
        Answer::Skipped => "skipped, with the call, the error and a way out".into(),
        Answer::AllSkipped => {
            "as every case: skipped, with the call, the error and a way out".into()
        }
        Answer::Measured => "measured".into(),
        Answer::Stopped(words) | Answer::NotBegun(words) => {
            format!("exit 2: … {} …, with the error", escaped(words))
        }
    }
}

/// Fit for a cell of a table.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}
