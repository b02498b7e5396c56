//! Why a case was not measured, and what a configuration's fields are called,
//! is in the book of phrases of every language. What the system says of an
//! error stays as it is, and so do commands and names of files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use oscost_harness::{Failure, machine};
use oscost_record::Bytes;
use oscost_report::Lang;

use crate::claims::english;
use crate::common::launcher;

/// The text without what stands between backticks.
fn without_commands(text: &str) -> String {
    text.split('`').step_by(2).collect()
}

/// What of these texts stays English.
fn left(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let texts = texts.into_iter();
    let said = texts.map(|text| (Lang::Zh.say(&text).into_owned(), text));
    let left = said.filter(|(said, text)| said == text || english(&without_commands(said)) > 1);
    left.map(|(said, text)| format!("{text} => {said}"))
        .collect()
}

#[test]
fn whatever_a_machine_lacks_is_in_the_book_of_phrases() {
    let supply = || launcher().0.supply.clone();
    let mut poor = vec![supply(); 10];
    poor[0].usable_cpus = 0;
    poor[1].chosen = machine::Chosen::default();
    poor[2].emulated = Some("qemu-user".into());
    poor[3].task_limits = vec![("RLIMIT_NPROC (1, `ulimit -u`)".into(), 1)];
    poor[4].mappings = Some(1);
    poor[5].memory = Some(Bytes(1));
    poor[6].smaps_rollup = false;
    (poor[7].descriptors, poor[7].most_descriptors) = (Some(1), Some(1));
    (poor[8].root, poor[8].huge_pages) = (false, None);
    poor[9].huge_pages = Some("always madvise [never]".into());
    let catalogue = oscost::catalogue();
    let mut why = BTreeSet::new();
    for supply in &mut poor {
        // Only one thing is lacking: what this machine lacks as well is not asked.
        why.extend(catalogue.iter().filter_map(|case| supply.lacks(case)));
    }
    assert!(why.len() > 20, "{why:#?}");
    let left = left(why);
    assert!(left.is_empty(), "add to phrases/zh/reasons.txt: {left:#?}");
}

/// Every Rust file below a folder that is shipped, the drill excepted.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            sources(&path, found);
        } else if name.ends_with(".rs") && !["drill.rs", "tests.rs", "proven.rs"].contains(&name) {
            found.push(path);
        }
    }
}

/// The text that is given to a function, directly or by `format!`: its first
/// line, with a number in place of whatever is put in. `None` where it is a
/// variable.
fn given(arguments: &str) -> Option<String> {
    let text = arguments.trim_start().trim_start_matches('&');
    let text = text.strip_prefix("format!(").unwrap_or(text).trim_start();
    let text = text.strip_prefix('"')?;
    let text = text.split('"').next()?;
    let mut pieces = text.split('{');
    let first = pieces.next()?.to_owned();
    let filled = |text: String, piece: &str| {
        let rest = piece.split_once('}').map_or("", |(_, rest)| rest);
        text + "7" + rest
    };
    Some(pieces.fold(first, filled))
}

#[test]
fn whatever_a_suite_says_of_a_skipped_case_is_in_the_book_of_phrases() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for name in [
        "harness",
        "process",
        "thread",
        "coroutine",
        "sync",
        "ipc",
        "scenario",
    ] {
        sources(&crates.join(format!("oscost-{name}/src")), &mut files);
    }
    let mut why = BTreeSet::new();
    for file in files {
        let text = fs::read_to_string(file).unwrap();
        let shipped = text.split("#[cfg(test)]").next().unwrap();
        for call in ["Failure::Skip(", "with_remedy("] {
            why.extend(shipped.split(call).skip(1).filter_map(given));
        }
    }
    // A row that is still to be filled in.
    why.retain(|text| !["not built", "nothing to build"].contains(&text.as_str()));
    // Put together of two texts, or of a call and a number.
    why.retain(|text| text.chars().any(|letter| letter.is_ascii_alphabetic()));
    why.retain(|text| !["7: 7", "7. 7"].contains(&text.as_str()));
    assert!(why.len() > 20, "{why:#?}");
    let left = left(why);
    assert!(left.is_empty(), "add to phrases/zh/reasons.txt: {left:#?}");
}

#[test]
fn what_can_be_done_about_any_error_is_in_the_book_of_phrases() {
    let errors = (1..=133).map(Errno::from_raw);
    let texts = errors.map(|errno| Failure::call("call", errno).to_string());
    let remedies = texts.filter_map(|text| Some(text.split_once(". ")?.1.to_owned()));
    let remedies: BTreeSet<String> = remedies.collect();
    assert!(remedies.len() > 5, "{remedies:#?}");
    let left = left(remedies);
    assert!(left.is_empty(), "add to phrases/zh/reasons.txt: {left:#?}");
}

#[test]
fn whatever_is_configured_has_its_name_in_the_book_of_phrases() {
    let names = machine::settings().map(|name| name.replace('_', " "));
    let left = left(names);
    assert!(left.is_empty(), "add to phrases/zh: {left:#?}");
}
