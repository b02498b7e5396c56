//! `oscost ab` from outside: that both sides are started as they were asked to
//! be, what it says where it cannot measure, and that the same pairs always
//! give the same verdicts.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use oscost_record::{Outcome, PairsRecord, Stage};
use serde_json::Value;

use crate::common::{
    descendants, is_alive, is_emulated, objects, oscost, place, program, wait_until,
};

/// Reads how many bytes a switch saves: the same in every process.
const LEVEL: &str = "coroutine/size/bare$";

fn ab(options: &[&str]) -> Command {
    let mut command = oscost();
    command.arg("ab").args(options).args(["--pairs", "6"]);
    command
}

fn output(options: &[&str]) -> Output {
    ab(options).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn a_program_against_itself_is_judged_and_nothing_is_lost() {
    let (_folder, path) = place();
    let out = path.display().to_string();
    let filter = format!("{LEVEL}|thread/control/(empty|pipe)$");
    let found = output(&[&filter, "--json", "--seed", "7", "--out", &out]);
    let json = json(&found);
    // Chance may make a regression of nothing, one run in a hundred.
    assert_eq!(
        found.status.code().map(i64::from),
        json["exit_code"].as_i64()
    );
    let judgements = json["judgements"].as_array().unwrap();
    let counts = json["census"].as_array().unwrap().iter();
    let counted: u64 = counts.map(|tally| tally["count"].as_u64().unwrap()).sum();
    assert_eq!(counted, judgements.len() as u64);
    assert_eq!(
        judgements
            .iter()
            .filter(|one| one["statistic"] == "median")
            .count(),
        3
    );
    assert!(
        judgements.iter().all(|one| one["smallest"].is_number()),
        "{judgements:?}"
    );
    let record = PairsRecord::read(&path).unwrap();
    assert_eq!((record.head.seed, record.head.cases.len()), (7, 3));
    assert!(record.end.is_some() && record.damage.is_empty());
    let first = record
        .pairs
        .iter()
        .filter(|pair| pair.stage == Stage::Screening);
    assert!(first.clone().all(|pair| pair.outcome == Outcome::Measured));
    assert_eq!(first.count(), 18);
    assert_eq!(objects(), Vec::<String>::new());
}

#[test]
fn what_cannot_differ_is_the_same() {
    let found = output(&[LEVEL, "--json", "--strict"]);
    let json = json(&found);
    if is_emulated() {
        assert_eq!(json["judgements"][0]["verdict"], "invalid");
        assert_eq!(found.status.code(), Some(3));
        return;
    }
    assert_eq!(json["judgements"][0]["verdict"], "same", "{json}");
    assert_eq!(found.status.code(), Some(0));
}

#[test]
fn the_same_pairs_give_the_same_verdicts() {
    let (_folder, path) = place();
    let out = path.display().to_string();
    let first = output(&["thread/control/empty", "--json", "--out", &out]);
    let judge = |options: &[&str]| {
        let again = oscost()
            .args(["ab", "--from", &out])
            .args(options)
            .output()
            .unwrap();
        assert_eq!(again.status.code(), first.status.code());
        again.stdout
    };
    assert_eq!(judge(&["--json"]), first.stdout);
    assert_eq!(judge(&[]), judge(&[]));
    // A comment goes to its file, the table to standard output.
    let comment = path.with_extension("md");
    judge(&["--markdown", &comment.display().to_string()]);
    assert!(std::fs::read_to_string(&comment).unwrap().lines().count() <= 60);
}

/// A program in front of B writes down what it was given, and becomes B.
#[test]
fn surroundings_reach_the_probes_of_their_side_alone() {
    let (folder, _) = place();
    let trace = folder.path().join("trace");
    let script = format!(
        "echo \"$OF_B $OF_A\" >> {}; exec \"$0\" \"$@\"",
        trace.display()
    );
    let wrapper = format!("sh -c '{script}'");
    let found = output(&[
        LEVEL,
        "-A",
        "OF_A=left",
        "-B",
        "OF_B=right",
        "--wrap-b",
        &wrapper,
    ]);
    assert!(found.status.success(), "{found:?}");
    let trace = std::fs::read_to_string(&trace).unwrap();
    // One to see whether it answers, and one a pair.
    assert_eq!(trace.lines().collect::<Vec<_>>(), ["right "; 7]);
}

/// A program in front that waits for B instead of becoming it, and lingers.
#[test]
fn a_wrapper_that_stays_is_waited_for() {
    let found = output(&[LEVEL, "--wrap-b", "sh -c '\"$0\" \"$@\"; sleep 0.05'"]);
    assert!(found.status.success(), "{found:?}");
}

#[test]
fn what_is_no_program_of_oscost_is_told() {
    let none = output(&[LEVEL, "-b", "/nowhere/oscost"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(
        said(&none).contains("B: there is no program /nowhere/oscost"),
        "{}",
        said(&none)
    );
    if is_emulated() {
        println!("skipped: the emulator could not start the programs of this machine");
        return;
    }
    for other in ["/bin/true", "/bin/echo"] {
        let wrong = output(&[LEVEL, "-a", other]);
        assert_eq!(wrong.status.code(), Some(2));
        let said = said(&wrong);
        assert!(
            said.contains("A: /") && said.contains("as a program of oscost does"),
            "{said}"
        );
    }
    let wrapped = output(&[LEVEL, "--wrap-a", "no-such-program -x"]);
    assert_eq!(wrapped.status.code(), Some(2));
    assert!(
        said(&wrapped).contains("no-such-program"),
        "{}",
        said(&wrapped)
    );
}

#[test]
fn a_case_that_breaks_on_one_side_is_told_and_fails_nothing() {
    let found = output(&["drill/(nothing|refused|segfault)", "--json"]);
    assert_eq!(found.status.code(), Some(0), "{found:?}");
    let json = json(&found);
    let reason = |id: &str| {
        let mut judgements = json["judgements"].as_array().unwrap().iter();
        let one = judgements.find(|one| one["id"] == id).unwrap();
        one["reason"].as_str().unwrap().to_owned()
    };
    let (refused, segfault) = (reason("drill/refused"), reason("drill/segfault"));
    if !is_emulated() {
        assert!(refused.contains("skipped: A: a drill"), "{refused}");
        assert!(
            segfault.contains("failed: A:") && segfault.contains("SIGSEGV"),
            "{segfault}"
        );
    }
}

#[test]
fn an_interruption_ends_it_soon_and_keeps_the_pairs() {
    let (_folder, path) = place();
    let out = path.display().to_string();
    let mut child = ab(&["thread/", "--out", &out])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    wait_until("a pair is kept", || has_pairs(&path));
    let family = descendants(child.id());
    let begin = Instant::now();
    kill(
        Pid::from_raw(i32::try_from(child.id()).unwrap()),
        Signal::SIGINT,
    )
    .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(
        begin.elapsed() < Duration::from_secs(20),
        "not at all at once"
    );
    wait_until("all probes are gone", || !family.iter().any(is_alive));
    let again = oscost().args(["ab", "--from", &out]).output().unwrap();
    assert_eq!(again.status.code(), Some(0), "{again:?}");
}

fn has_pairs(path: &Path) -> bool {
    PairsRecord::read(path).is_ok_and(|record| !record.pairs.is_empty())
}

#[test]
fn a_file_that_holds_no_pairs_is_told() {
    let (_folder, path) = place();
    std::fs::write(&path, "{\"kind\":\"run\"}\n").unwrap();
    let found = oscost().args(["ab", "--from"]).arg(&path).output().unwrap();
    assert_eq!(found.status.code(), Some(2));
    assert!(said(&found).contains("no header"), "{}", said(&found));
}

/// The page in the repository is what its data say, and so is every machine's part.
#[test]
fn the_page_about_wrong_verdicts_is_made_from_its_data() {
    let reports = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reports");
    let mut files: Vec<_> = std::fs::read_dir(reports.join("selftest"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut command = oscost();
    command.args(["selftest", "gate", "--markdown", "--reference"]);
    command.arg(reports.join("example/record.jsonl"));
    for file in &files {
        command.arg("--from").arg(file);
    }
    let made = command.output().unwrap();
    let page = std::fs::read_to_string(reports.join("selftest.md")).unwrap();
    assert_eq!(
        String::from_utf8_lossy(&made.stdout),
        page,
        "{}",
        said(&made)
    );
    // The frozen workloads have a part of their own.
    assert_eq!(page.matches("\n## ").count(), files.len() + 1);
}

/// What slows cases down on purpose is in no build that measures for anyone.
#[test]
fn nothing_can_be_injected_into_what_is_shipped() {
    if cfg!(feature = "injection") {
        println!("skipped: this is the build that is not shipped");
        return;
    }
    let asked = oscost()
        .args(["selftest", "gate", "--part", "ab-10"])
        .output()
        .unwrap();
    assert_eq!(asked.status.code(), Some(2));
    assert!(
        said(&asked).contains("scripts/selftest"),
        "{}",
        said(&asked)
    );
    let name = ["OSCOST", "INJECT"].join("_").into_bytes();
    let binary = std::fs::read(program()).unwrap();
    assert!(!binary.windows(name.len()).any(|window| window == name));
}
