//! What a CI pipeline runs, `scripts/track`, as it would there: repositories of
//! its own, several writers at once, a pull request that is only made up. No
//! network.

mod comment;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common::{is_emulated, program};

/// A remote repository, and folders of those who use it.
struct Pipeline {
    folder: tempfile::TempDir,
}

impl Pipeline {
    /// `None` where there is no git.
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut git = Command::new("git");
        git.args(["init", "--quiet", "--bare"])
            .arg(folder.path().join("remote"));
        match git.status() {
            Ok(status) => assert!(status.success()),
            Err(_) => {
                println!("skipped: git cannot be started");
                return None;
            }
        }
        Some(Self { folder })
    }

    fn track(&self, leg: &str, arguments: &[&str]) -> Command {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/track");
        let mut command = Command::new("bash");
        command
            .arg(script)
            .args(arguments)
            .current_dir(self.folder.path())
            .env("OSCOST", program())
            .env("OSCOST_TRACK", self.at(leg))
            .env("OSCOST_LEG", leg)
            .env("OSCOST_REMOTE", self.folder.path().join("remote"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        command
    }

    /// The folder that the steps of a leg share.
    fn at(&self, leg: &str) -> PathBuf {
        self.folder.path().join(format!("track-{leg}"))
    }

    /// What a leg leaves that has measured: of a record `store` reads the name.
    fn left_by(&self, leg: &str, minute: usize) -> String {
        let name = format!("2026-01-01T12{minute:02}00Z-{minute:012x}.jsonl");
        let series = "0123456789ab/ba9876543210";
        let folder = self.at(leg).join(format!("oscost-{leg}/history/{series}"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(&name), format!("{{\"record\":{minute}}}\n")).unwrap();
        let digest = name.replace(".jsonl", ".digest.json");
        fs::write(folder.join(digest), "{}").unwrap();
        format!("{series}/{name}")
    }

    /// What the branch holds.
    fn stored(&self) -> Vec<String> {
        let names = self.git(&["ls-tree", "-r", "--name-only", "oscost-history"]);
        names.lines().map(str::to_owned).collect()
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.arg("-C")
            .arg(self.folder.path().join("remote"))
            .args(arguments);
        said(&git.output().unwrap())
    }
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn writers_at_the_same_time_lose_nothing() {
    let Some(pipeline) = Pipeline::new() else {
        return;
    };
    let writers: Vec<(String, String)> = (0..5)
        .map(|number| {
            let leg = format!("leg-{number}");
            let file = pipeline.left_by(&leg, number);
            (leg, file)
        })
        .collect();
    // The first of them makes the branch; the others do not know that yet.
    let started: Vec<_> = writers
        .iter()
        .map(|(leg, _)| {
            let mut command = pipeline.track(leg, &["store"]);
            command.stdout(std::process::Stdio::piped());
            command.stderr(std::process::Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    for child in started {
        let output = child.wait_with_output().unwrap();
        assert!(said(&output).contains("stored in oscost-history"));
    }
    let digest = |file: &String| file.replace(".jsonl", ".digest.json");
    let files = writers.iter().map(|(_, file)| file);
    let files: Vec<String> = files
        .flat_map(|file| [digest(file), file.clone()])
        .collect();
    assert_eq!(pipeline.stored(), files);
    // One after the other, and nothing ever taken away.
    let count = |what: &[&str]| pipeline.git(&[&["rev-list", "--count"], what].concat());
    assert_eq!(count(&["oscost-history"]).trim(), "5");
    assert_eq!(count(&["--merges", "oscost-history"]).trim(), "0");
    let gone = ["log", "--diff-filter=DM", "--format=%H", "oscost-history"];
    assert_eq!(pipeline.git(&gone), "");

    let again = pipeline.track("leg-0", &["store"]).output().unwrap();
    assert!(said(&again).contains("there already"));
    assert_eq!(count(&["oscost-history"]).trim(), "5");

    // More than are kept: the oldest go.
    pipeline.left_by("leg-9", 9);
    let mut keep = pipeline.track("leg-9", &["store"]);
    said(&keep.env("OSCOST_KEEP", "2").output().unwrap());
    let kept = pipeline.stored();
    let ends = ["T120400Z", "T120400Z", "T120900Z", "T120900Z"];
    assert_eq!(kept.len(), ends.len());
    for (kept, end) in kept.iter().zip(ends) {
        assert!(kept.contains(end), "{kept}");
    }
}

/// A leg ran programs: what it left may be anything.
#[test]
fn of_a_leg_nothing_is_stored_but_records_and_digests() {
    let Some(pipeline) = Pipeline::new() else {
        return;
    };
    let file = pipeline.left_by("leg", 1);
    let left = pipeline.at("leg").join("oscost-leg/history");
    let hook = left.join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, "#!/bin/sh\ntouch ran\n").unwrap();
    let secret = pipeline.folder.path().join("secret");
    fs::write(&secret, "secret\n").unwrap();
    let series = left.join(&file);
    let series = series.parent().unwrap();
    let odd = [
        "a.jsonl",
        "2026-01-01T120900Z-0123456789ab.sh",
        "2026-01-01T120900Z-0123456789ab.jsonl.json",
    ];
    for name in odd {
        fs::write(series.join(name), "odd\n").unwrap();
    }
    let link = series.join("2026-01-01T120900Z-0123456789ab.jsonl");
    std::os::unix::fs::symlink(&secret, &link).unwrap();
    let elsewhere = left.join("0123456789ab/0123456789ab");
    std::os::unix::fs::symlink(series, &elsewhere).unwrap();
    for path in [&hook, &left.join(&file)] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    said(&pipeline.track("leg", &["store"]).output().unwrap());
    let digest = file.replace(".jsonl", ".digest.json");
    assert_eq!(pipeline.stored(), [digest, file]);
    let modes = pipeline.git(&["ls-tree", "-r", "oscost-history"]);
    assert!(
        modes.lines().all(|line| line.starts_with("100644 ")),
        "{modes}"
    );
    for folder in [pipeline.folder.path(), &pipeline.at("leg").join("history")] {
        assert!(!folder.join("ran").exists());
    }
}

#[test]
fn a_leg_that_is_missing_is_named() {
    let Some(pipeline) = Pipeline::new() else {
        return;
    };
    let record = |leg: &str, arch: &str, end: &str| {
        let folder = pipeline.at("all").join(format!("oscost-{leg}"));
        fs::create_dir_all(&folder).unwrap();
        let header =
            format!("{{\"kind\":\"run\",\"machine\":{{\"arch\":\"{arch}\",\"vendor\":\"\"}}}}\n");
        fs::write(folder.join("record.jsonl"), header + end).unwrap();
    };
    let case = |outcome: &str| {
        format!("{{\"kind\":\"case\",\"id\":\"a/b\",\"round\":0,\"outcome\":{outcome}}}\n")
    };
    let end = "{\"kind\":\"end\",\"ended\":\"2026-01-01T12:00:00Z\"}\n";
    let measured = case("\"measured\"") + end;
    record("x86_64", "x86_64", &measured);
    record("arm", "aarch64", &measured);
    record("odd", "x86_64", &measured);
    record("killed", "x86_64", &case("\"measured\""));
    record("idle", "x86_64", &(case("{\"skipped\":\"no\"}") + end));
    let complete = |legs: &[&str]| {
        let all = [&["complete"], legs].concat();
        let output = pipeline.track("all", &all).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code(), text)
    };
    assert_eq!(complete(&["x86_64", "arm=aarch64"]).0, Some(0));
    let (code, text) = complete(&[
        "x86_64",
        "aarch64",
        "odd=aarch64",
        "killed=x86_64",
        "idle=x86_64",
    ]);
    assert_eq!(code, Some(1));
    assert!(text.contains("complete: x86_64\n"), "{text}");
    assert!(
        text.contains("missing: aarch64: it has no record"),
        "{text}"
    );
    assert!(
        text.contains("missing: odd: its record is of x86_64, not of aarch64"),
        "{text}"
    );
    assert!(
        text.contains("missing: killed: its record has no end"),
        "{text}"
    );
    assert!(
        text.contains("missing: idle: in its record no case was measured"),
        "{text}"
    );
    assert_eq!(complete(&[]).0, Some(2));
}

/// Two callers in one run have each a prefix, and a comment.
#[test]
fn a_prefix_keeps_calls_apart() {
    let Some(pipeline) = Pipeline::new() else {
        return;
    };
    pipeline.left_by("leg", 1);
    let of = |prefix: &str| {
        let mut command = pipeline.track("leg", &["store"]);
        command.env("OSCOST_PREFIX", prefix).output().unwrap()
    };
    let none = of("other");
    assert_eq!(none.status.code(), Some(2), "{none:?}");
    assert_eq!(of("../oscost").status.code(), Some(2));
    said(&of("oscost"));
}

#[test]
fn what_is_measured_is_judged_stored_and_judged_again() {
    if is_emulated() {
        println!("skipped: the script starts the program by itself, not by way of the emulator");
        return;
    }
    let Some(pipeline) = Pipeline::new() else {
        return;
    };
    let leg = std::env::consts::ARCH;
    let run = |arguments: &[&str]| pipeline.track(leg, arguments).output().unwrap();
    let measure = ["measure", "thread/control", "--rounds", "2", "--brief"];
    for records in 1..=2 {
        said(&run(&["fetch"]));
        said(&run(&measure));
        // Of so few records nothing can be judged, which is no failure.
        said(&run(&["gate"]));
        let verdict = pipeline.at(leg).join(format!("oscost-{leg}/verdict"));
        assert_eq!(fs::read_to_string(verdict).unwrap(), "0\n");
        said(&run(&["store"]));
        let stored = pipeline.stored();
        // Each with its digest, by which it is judged.
        let of = |end| stored.iter().filter(|name| name.ends_with(end)).count();
        let files = (stored.len(), of(".jsonl"), of(".digest.json"));
        assert_eq!(files, (2 * records, records, records), "{stored:?}");
    }
    assert_eq!(run(&["gate", "--strict"]).status.code(), Some(3));
    said(&run(&["complete", leg]));
    // A remote that is not there is no empty history.
    let mut command = pipeline.track(leg, &["fetch"]);
    command.env("OSCOST_REMOTE", pipeline.folder.path().join("none"));
    assert_eq!(command.output().unwrap().status.code(), Some(2));
    for wrong in [&["fly"][..], &[], &["store", "now"]] {
        assert_eq!(run(wrong).status.code(), Some(2), "{wrong:?}");
    }
    assert!(said(&run(&["--help"])).contains("complete LEG…"));
}
