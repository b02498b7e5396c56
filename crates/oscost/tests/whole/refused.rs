//! Limits, missing places and full disks: a clear error, nothing lost, nothing
//! left.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output};

use crate::common::{is_emulated, objects, oscost, place, program};
use nix::unistd::Uid;
use oscost_record::{Outcome, Record};

fn error_text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs a script in a mount namespace of its own, where it may mount things;
/// `None` where that is not allowed.
fn with_own_mounts(script: &str, arguments: &[&Path]) -> Option<Output> {
    if is_emulated() {
        println!("skipped: under emulation the script could not start the program");
        return None;
    }
    let may = Command::new("unshare").args(["--mount", "true"]).status();
    if !may.is_ok_and(|status| status.success()) {
        println!("skipped: no mount namespace can be made here (`unshare --mount`)");
        return None;
    }
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "sh", "-euc", script, "sh"])
        .arg(program())
        .args(arguments);
    Some(command.output().unwrap())
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let (folder, _) = place();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let path = file.join("record.jsonl");
    let output = oscost()
        .args(["run", "control/wait", "--out"])
        .arg(&path)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = error_text(&output);
    assert!(
        text.contains("record.jsonl") && text.contains("--out"),
        "{text}"
    );
}

#[test]
fn an_existing_record_is_not_overwritten() {
    let (_folder, path) = place();
    std::fs::write(&path, "mine").unwrap();
    let output = oscost()
        .args(["run", "control/wait", "--out"])
        .arg(&path)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
}

#[test]
fn a_full_disk_keeps_what_was_written() {
    let (folder, kept) = place();
    let disk = folder.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let script = r#"
        mount -t tmpfs -o size=64k tmpfs "$2"
        code=0
        "$1" run "process/switch|thread/switch" --rounds 50 --out "$2/record.jsonl" || code=$?
        cp "$2/record.jsonl" "$3"
        exit $code"#;
    let Some(output) = with_own_mounts(script, &[&disk, &kept]) else {
        return;
    };
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let text = error_text(&output);
    assert!(
        text.contains("No space left") && text.contains("--resume"),
        "{text}"
    );
    let record = Record::read(&kept).unwrap();
    assert!(!record.cases.is_empty() && record.damage.len() <= 1);
}

#[test]
fn without_shared_memory_files_every_case_still_runs() {
    let (_folder, path) = place();
    // The folder itself is the host's: it is hidden by an empty one that cannot
    // be written.
    let script = r#"
        mount -t tmpfs -o ro,size=4k tmpfs /dev/shm
        "$1" run "(pipe|futex|fork/rss=0|spawn|pthread$)" --rounds 1 --out "$2""#;
    let Some(output) = with_own_mounts(script, &[&path]) else {
        return;
    };
    assert!(output.status.success(), "{output:?}");
    let record = Record::read(&path).unwrap();
    assert!(record.cases.len() >= 15);
    for line in &record.cases {
        assert!(!matches!(line.outcome, Outcome::Failed(_)), "{line:?}");
    }
}

/// As a user who may have 400 tasks. Root is held to no such limit.
#[test]
fn too_few_tasks_skip_the_case_with_the_limit_named() {
    if !Uid::effective().is_root() || is_emulated() {
        println!("skipped: only root can become a user without other processes");
        return;
    }
    // The nobody of this test must reach the program and the folder.
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let copy = folder.path().join("oscost");
    std::fs::copy(program(), &copy).unwrap();
    let path = folder.path().join("record.jsonl");
    let mut command = Command::new("prlimit");
    command
        .arg("--nproc=400")
        .arg(&copy)
        .args([
            "run",
            "memory/(pthread|fork)/tasks=10+$",
            "--rounds",
            "1",
            "--out",
        ])
        .arg(&path)
        .env("TMPDIR", folder.path());
    let output = command.uid(65_534).gid(65_534).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let record = Record::read(&path).unwrap();
    let outcome = |id: &str| {
        record
            .cases
            .iter()
            .find(|line| line.id.0 == id)
            .map(|line| line.outcome.clone())
    };
    assert_eq!(
        outcome("thread/memory/pthread/tasks=100"),
        Some(Outcome::Measured)
    );
    for id in [
        "thread/memory/pthread/tasks=10000",
        "process/memory/fork/tasks=1000",
    ] {
        match outcome(id) {
            Some(Outcome::Skipped(why)) => assert!(why.contains("RLIMIT_NPROC"), "{why}"),
            other => panic!("{id}: {other:?}"),
        }
    }
    assert_eq!(objects(), Vec::<String>::new());
}
