//! What a CI pipeline runs, `scripts/track`, as it would there: repositories of
//! its own, several writers at once, a pull request that is only made up. No
//! network.

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
    let files: Vec<String> = writers.iter().map(|(_, file)| file.clone()).collect();
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
    assert_eq!(kept.len(), 2);
    assert!(
        kept[0].contains("T120400Z") && kept[1].contains("T120900Z"),
        "{kept:?}"
    );
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
    let end = "{\"kind\":\"end\",\"ended\":\"2026-01-01T12:00:00Z\"}\n";
    record("x86_64", "x86_64", end);
    record("arm", "aarch64", end);
    record("odd", "x86_64", end);
    record("killed", "x86_64", "{\"kind\":\"case\"}\n");
    let complete = |legs: &[&str]| {
        let all = [&["complete"], legs].concat();
        let output = pipeline.track("all", &all).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code(), text)
    };
    assert_eq!(complete(&["x86_64", "arm=aarch64"]).0, Some(0));
    let (code, text) = complete(&["x86_64", "aarch64", "odd=aarch64", "killed=x86_64"]);
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
    assert_eq!(complete(&[]).0, Some(2));
}

/// `gh`, as far as a comment needs it: one comment in a file.
const GH: &str = r#"#!/bin/bash
set -eu
all="$*"
echo "$all" >>"$GH_FOLDER/calls"
case $all in
    *--paginate*) [[ ! -e $GH_FOLDER/comment ]] || echo 17 ;;
    *PATCH*issues/comments/17*body=@* | *issues/5/comments*body=@*)
        cp -- "${all##*body=@}" "$GH_FOLDER/comment" ;;
    *) exit 9 ;;
esac
"#;

#[test]
fn one_comment_tells_the_verdicts_and_is_silent_where_there_are_none() {
    let Some(pipeline) = Pipeline::new() else {
        return;
    };
    let bin = pipeline.folder.path().join("bin");
    fs::create_dir(&bin).unwrap();
    fs::write(bin.join("gh"), GH).unwrap();
    fs::set_permissions(bin.join("gh"), fs::Permissions::from_mode(0o755)).unwrap();
    let tell = |leg: &str, text: &str| {
        let folder = pipeline.at("all").join(format!("oscost-{leg}"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("comment.md"), text).unwrap();
    };
    let comment = |untrusted: &str| {
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        let mut command = pipeline.track("all", &["comment"]);
        command
            .env("PATH", path)
            .env("GH_FOLDER", &bin)
            .env("OSCOST_REPOSITORY", "a/b")
            .env("OSCOST_PULL_REQUEST", "5")
            .env("OSCOST_UNTRUSTED", untrusted);
        said(&command.output().unwrap());
        fs::read_to_string(bin.join("comment")).ok()
    };
    let calls = || fs::read_to_string(bin.join("calls")).unwrap();
    let quiet = "**oscost gate**: nothing happened  \n60 cases unchanged\n";
    tell("x86_64", quiet);
    tell("aarch64", quiet);
    assert_eq!(comment(""), None, "nothing happened, nothing is said");

    let loud: String = (0..60)
        .map(|line| format!("- dearer {line} @somebody\n"))
        .collect();
    tell("aarch64", &loud);
    let text = comment("").unwrap();
    assert!(
        text.starts_with("<!-- oscost -->\n**aarch64**\n\n- dearer 0"),
        "{text}"
    );
    assert!(
        !text.contains("x86_64") && text.contains("lines more"),
        "{text}"
    );
    assert!(text.lines().count() <= 60);
    assert!(!calls().contains("PATCH"));

    // Both speak: still sixty lines, and still one comment.
    tell("x86_64", &loud);
    let text = comment("").unwrap();
    assert!(
        text.contains("**x86_64**") && text.lines().count() <= 60,
        "{text}"
    );
    assert!(calls().contains("PATCH"));

    // What a fork's run left is text, and a link is not followed.
    let secret = pipeline.folder.path().join("secret");
    fs::write(&secret, "secret\n".repeat(9)).unwrap();
    let link = pipeline.at("all").join("oscost-x86_64/comment.md");
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(&secret, &link).unwrap();
    let text = comment("yes").unwrap();
    assert!(!text.contains("secret"), "{text}");
    assert!(text.contains("\n    - dearer 0 @somebody\n") && !text.contains("\n- dearer"));

    tell("aarch64", quiet);
    assert!(comment("").unwrap().contains("is gone"));
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
    let measure = ["measure", "thread/control", "--rounds", "2"];
    for records in 1..=2 {
        said(&run(&["fetch"]));
        said(&run(&measure));
        // Of so few records nothing can be judged, which is no failure.
        said(&run(&["gate"]));
        let verdict = pipeline.at(leg).join(format!("oscost-{leg}/verdict"));
        assert_eq!(fs::read_to_string(verdict).unwrap(), "0\n");
        said(&run(&["store"]));
        let stored = pipeline.stored();
        assert_eq!(stored.len(), records, "{stored:?}");
        assert!(
            stored.iter().all(|name| name.ends_with(".jsonl")),
            "{stored:?}"
        );
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
