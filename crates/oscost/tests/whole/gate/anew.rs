//! What is measured anew, and what cannot be; frozen workloads; digests that lie.

use super::*;

const CONFIRM: [&str; 3] = ["--confirm", "--apart", "0"];

/// Measured anew the case is where it was measured before, give or take what a
/// loaded machine does to it.
#[test]
fn only_what_is_measured_anew_fails() {
    let now = at(9, level(), |_| {});
    // Ten times as quick as this machine: the suspicion is right.
    let scene = Scene::of(
        &(1..=8)
            .map(|day| at(day, level() / 10.0, |_| {}))
            .collect::<Vec<_>>(),
    );
    let (json, code) = scene.json(&now, &CONFIRM);
    if is_emulated() {
        assert!(
            code == 0 && notes(&json).contains("Nothing was measured anew"),
            "{json}"
        );
        return;
    }
    assert_eq!(code, 1, "{json}");
    assert_eq!(json["judgements"][0]["verdict"], "regressed");
    assert!(notes(&json).contains("5 fresh records"), "{json}");
    let kept = scene
        .0
        .path()
        .join("data/oscost/records")
        .join(&now.run.machine.key);
    assert_eq!(std::fs::read_dir(kept).unwrap().count(), 5);

    // As quick as this machine, and not steady: the record was a hundred times
    // off.
    let wide = |day: u32| at(day, level() * [0.6, 1.0, 1.7][day as usize % 3], |_| {});
    let scene = Scene::of(&(1..=12).map(wide).collect::<Vec<_>>());
    let wrong = at(13, level() * 100.0, |_| {});
    let (json, code) = scene.json(&wrong, &CONFIRM);
    assert_eq!(code, 0, "{json}");
    let reason = json["judgements"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("not when measured anew"), "{json}");
}

#[test]
fn a_program_that_is_another_confirms_nothing() {
    let scene = Scene::of(&steady());
    let slower = at(9, 2_000.0, |record| {
        let binary = ("binary".to_owned(), "0123456789abcdef".to_owned());
        record.run.configuration.0.extend([binary]);
    });
    let (json, code) = scene.json(&slower, &CONFIRM);
    assert_eq!(code, 0, "{json}");
    assert!(notes(&json).contains("Nothing was measured anew"), "{json}");
    assert_eq!(json["judgements"][0]["suspicion"], "slower", "{json}");
    assert!(!Path::new(&scene.0.path().join("data")).exists());
}

#[test]
fn a_workload_takes_turns_unless_told_not_to() {
    let beside = |record: &Record| {
        let measured = record.cases.iter();
        let measured = measured.filter(|line| line.outcome == Outcome::Measured);
        let workloads =
            measured.map(|line| line.reference.as_ref().map(|one| one.workload.clone()));
        workloads.collect::<Vec<_>>()
    };
    assert_eq!(beside(measured()), vec![Some("syscall@1".to_owned()); 3]);
    let (_folder, path) = place();
    let mut command = oscost();
    command.args([
        "run",
        &format!("^{CASE}$"),
        "--rounds",
        "2",
        "--no-reference",
        "--out",
    ]);
    assert!(command.arg(&path).output().unwrap().status.success());
    assert_eq!(beside(&Record::read(&path).unwrap()), [None, None]);
    let told = oscost()
        .args(["list", "reference", "--tier", "full"])
        .output()
        .unwrap();
    assert_eq!(
        told.status.code(),
        Some(2),
        "a workload is no case: {told:?}"
    );
}

#[test]
fn digests_that_claim_the_impossible_change_no_verdict_for_the_worse() {
    let scene = Scene::of(&steady());
    let now = at(9, 1_000.0, |_| {});
    let mut digests = Vec::new();
    for place in std::fs::read_dir(scene.history()).unwrap().flatten() {
        for series in std::fs::read_dir(place.path())
            .into_iter()
            .flatten()
            .flatten()
        {
            let files = std::fs::read_dir(series.path())
                .into_iter()
                .flatten()
                .flatten();
            digests.extend(files.map(|file| file.path()));
        }
    }
    digests.retain(|path| path.to_str().unwrap().ends_with(".digest.json"));
    assert_eq!(digests.len(), 8);
    for claim in [
        "1e308",
        "5e-324",
        "-1.0",
        "0.0",
        "1e999",
        "\"\\u001b[2J\"",
        "null",
        "[]",
    ] {
        for path in &digests {
            let mut digest: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
            digest["cases"][CASE]["raw"]["level"] = "CLAIM".into();
            digest["cases"][CASE]["rounds"] = 0.into();
            let text = digest.to_string().replace("\"CLAIM\"", claim);
            std::fs::write(path, text).unwrap();
        }
        let output = scene.gate(&now, &[]);
        assert_eq!(output.status.code(), Some(0), "{claim}: {output:?}");
        let told = text(&output.stdout) + &text(&output.stderr);
        assert!(
            !told.contains("panicked") && !told.contains('\u{1b}'),
            "{claim}: {told}"
        );
        // What no digest can hold was made anew from the records, and kept.
        for path in &digests {
            serde_json::from_slice::<Value>(&std::fs::read(path).unwrap()).unwrap();
        }
    }
}
