//! The program against files that are no good records: every verb that reads
//! one ends by itself, with a page that obeys nothing or an error that says
//! what is wrong, and writes nowhere but where it was told to.

use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use nix::sys::stat::Mode;

use oscost_analysis::Digest;
use oscost_record::Record;

use crate::common::{is_emulated, oscost, program, wait_until};

#[path = "../../../oscost-record/tests/hostile/files/mod.rs"]
mod files;

use files::{Owed, SCRIPT, files};

/// Calls the program in a folder of its own, with 4 GB of memory at most. An
/// emulator takes more than that for itself.
fn call(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = if is_emulated() {
        oscost()
    } else {
        let mut limited = Command::new("sh");
        let script = "ulimit -v 4000000; exec \"$0\" \"$@\"";
        limited.arg("-c").arg(script).arg(program());
        limited
    };
    let data = folder.join("data");
    command.current_dir(folder).env("XDG_DATA_HOME", data);
    command.args(arguments).output().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Exit code 0 or 2, and nothing said that would command a terminal.
fn is_calm(output: &Output) -> bool {
    let told = String::from_utf8_lossy(&output.stderr);
    let commands = |letter: char| letter.is_control() && letter != '\n';
    matches!(output.status.code(), Some(0 | 2))
        && !told.contains(commands)
        && !told.contains("panicked")
}

#[test]
fn a_digest_can_be_made_of_whatever_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.jsonl");
    for file in files() {
        std::fs::write(&path, &file.bytes).unwrap();
        let Ok(record) = Record::read(&path) else {
            continue;
        };
        let digest = Digest::of(&record);
        for (id, case) in &digest.cases {
            assert!(
                case.raw.level.is_finite() && case.raw.spread.is_finite(),
                "{}: {id}",
                file.name
            );
        }
        let text = serde_json::to_string(&digest).unwrap();
        assert_eq!(
            serde_json::from_str::<Digest>(&text).unwrap(),
            digest,
            "{}",
            file.name
        );
    }
}

#[test]
fn a_report_of_anything_is_calm_and_stays_in_its_folder() {
    for file in files() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("a/b/c");
        std::fs::create_dir_all(&inside).unwrap();
        std::fs::write(inside.join("record.jsonl"), &file.bytes).unwrap();
        let report = call(&inside, &["report", "record.jsonl", "--out", "report"]);
        assert!(is_calm(&report), "{}: {report:?}", file.name);
        let is_refused = report.status.code() == Some(2);
        assert_eq!(
            is_refused,
            file.owed == Owed::Refusal,
            "{}: {report:?}",
            file.name
        );
        if !is_refused {
            let page = std::fs::read_to_string(inside.join("report/index.html")).unwrap();
            assert!(
                !page.contains(SCRIPT) && !page.contains("<script>alert"),
                "{}",
                file.name
            );
            assert!(!page.contains("<img src=x"), "{}", file.name);
        }
        // Nothing beside what was there and the report.
        assert!(
            names(&inside).len() <= 2,
            "{}: {:?}",
            file.name,
            names(&inside)
        );
        assert_eq!(names(folder.path()), ["a"], "{}", file.name);
        assert_eq!(names(&folder.path().join("a/b")), ["c"], "{}", file.name);
        assert!(!Path::new("/tmp/oscost-escaped").exists(), "{}", file.name);
    }
}

/// Whoever opens a pipe that nobody else has open waits for ever: so a path that
/// stands in a record shows when it is followed.
#[test]
fn no_path_of_a_record_is_ever_opened() {
    if is_emulated() {
        println!("skipped: paths of a record: an emulated start takes a second");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    nix::unistd::mkfifo(&pipe, Mode::S_IRWXU).unwrap();
    for harm in [pipe.to_str().unwrap(), "pipe", "./pipe", "../pipe"] {
        let inside = folder.path().join("inside");
        std::fs::create_dir(&inside).unwrap();
        nix::unistd::mkfifo(&inside.join("pipe"), Mode::S_IRWXU).unwrap();
        std::fs::write(inside.join("record.jsonl"), files::poisoned(harm)).unwrap();
        for arguments in [
            "report record.jsonl --out report",
            "compare record.jsonl record.jsonl",
            "export record.jsonl --format csv",
            "export record.jsonl --format criterion --out tree",
            "gate record.jsonl --baseline record.jsonl",
            "gate record.jsonl --across --markdown comment.md",
            "history add record.jsonl",
            "fleet record.jsonl --out fleet",
        ] {
            let words: Vec<&str> = arguments.split(' ').collect();
            let mut child = oscost()
                .args(&words)
                .current_dir(&inside)
                .env("XDG_DATA_HOME", inside.join("data"))
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut code = None;
            wait_until(&format!("`{arguments}` ends, of {harm}"), || {
                code = child.try_wait().unwrap();
                code.is_some()
            });
            let code = code.and_then(|ended| ended.code());
            assert!(matches!(code, Some(0..=2)), "{arguments}: {code:?}");
        }
        // Still there, as pipes: nobody has put anything in their place.
        for pipe in [&pipe, &inside.join("pipe")] {
            let kind = std::fs::symlink_metadata(pipe).unwrap().file_type();
            assert!(kind.is_fifo(), "{}", pipe.display());
        }
        std::fs::remove_dir_all(&inside).unwrap();
    }
    assert_eq!(names(folder.path()), ["pipe"]);
}

#[test]
fn other_verbs_are_as_calm() {
    let folder = tempfile::tempdir().unwrap();
    for (number, file) in files().into_iter().enumerate() {
        std::fs::write(folder.path().join("record.jsonl"), &file.bytes).unwrap();
        let calls = [
            &["compare", "record.jsonl", "record.jsonl"][..],
            &["export", "record.jsonl", "--format", "csv"],
            &["gate", "record.jsonl", "--baseline", "record.jsonl"],
            &["gate", "record.jsonl", "--across", "--json"],
            &[
                "export",
                "record.jsonl",
                "--format",
                "criterion",
                "--out",
                "out",
            ],
        ];
        // An emulated start takes a second: there each file meets one of the
        // calls, and each call every fifth file.
        let wanted = if is_emulated() {
            let one = number % calls.len();
            &calls[one..=one]
        } else {
            &calls[..]
        };
        for arguments in wanted {
            let output = call(folder.path(), arguments);
            assert!(is_calm(&output), "{}: {arguments:?}: {output:?}", file.name);
        }
        let mut names = names(folder.path());
        names.retain(|name| name != "out");
        assert_eq!(names, ["record.jsonl"], "{}", file.name);
    }
}

#[test]
fn a_history_takes_in_what_has_a_name_and_shows_and_judges_it_calmly() {
    let folder = tempfile::tempdir().unwrap();
    for file in files() {
        std::fs::write(folder.path().join("record.jsonl"), &file.bytes).unwrap();
        let added = call(folder.path(), &["history", "add", "record.jsonl"]);
        assert!(is_calm(&added), "{}: {added:?}", file.name);
    }
    let comment = folder.path().join("comment.md");
    for file in files() {
        std::fs::write(folder.path().join("record.jsonl"), &file.bytes).unwrap();
        let arguments = [
            "gate",
            "record.jsonl",
            "--across",
            "--markdown",
            "comment.md",
        ];
        let judged = call(folder.path(), &arguments);
        assert!(is_calm(&judged), "{}: {judged:?}", file.name);
        let commands = |letter: char| letter.is_control() && letter != '\n';
        let table = String::from_utf8(judged.stdout).unwrap();
        assert!(!table.contains(commands), "{}: {table:?}", file.name);
        if judged.status.success() {
            let text = std::fs::read_to_string(&comment).unwrap();
            assert!(text.lines().count() <= 60, "{}: {text}", file.name);
            assert!(!text.contains(commands), "{}: {text:?}", file.name);
            std::fs::remove_file(&comment).unwrap();
        }
    }
    for arguments in [
        &["history", "list"][..],
        &["history", "show", "0123456789ab"],
    ] {
        let shown = call(folder.path(), arguments);
        assert!(is_calm(&shown) && shown.status.success(), "{shown:?}");
        let text = String::from_utf8(shown.stdout).unwrap();
        let commands = |letter: char| letter.is_control() && letter != '\n';
        assert!(!text.is_empty() && !text.contains(commands), "{text:?}");
    }
    assert_eq!(names(folder.path()), ["data", "record.jsonl"]);
}
