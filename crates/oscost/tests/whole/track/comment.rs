//! What `scripts/track comment` says under a pull request, to a `gh` that is made up.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::{Pipeline, said};

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
    assert_eq!(comment(""), None, "nothing was judged, nothing is said");
    let quiet = "**oscost gate**: nothing happened  \n60 cases unchanged\n";
    tell("x86_64", quiet);
    tell("aarch64", quiet);
    assert_eq!(comment(""), None, "nothing happened, nothing is said");

    let exit = "**oscost gate**: 1 regression confirmed (exit code 1)\n\n- medians: 1 regressed\n";
    let loud = (0..60).map(|line| format!("- dearer {line} @somebody\n"));
    let loud = exit.to_owned() + &loud.collect::<String>();
    tell("aarch64", &loud);
    let text = comment("").unwrap();
    assert!(
        text.starts_with(&format!("<!-- oscost -->\n**aarch64**\n\n{exit}- dearer 0")),
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

    assert_eq!(text.matches(exit).count(), 2, "{text}");

    // However many speak: sixty lines, each with its verdict as far as there is room.
    for count in [3, 8, 9, 30, 70] {
        for leg in 0..count {
            tell(&format!("leg-{leg}"), &loud);
        }
        let text = comment("").unwrap();
        assert!(text.lines().count() <= 60, "{count}: {text}");
        let told = text.matches("1 regression confirmed (exit code 1)").count();
        assert_eq!(told, (count + 2).min(25), "{text}");
    }
    for leg in 0..70 {
        fs::remove_dir_all(pipeline.at("all").join(format!("oscost-leg-{leg}"))).unwrap();
    }
    // One that is endless is not read to its end.
    tell(
        "aarch64",
        &format!("{exit}{}", "- dearer\n".repeat(1 << 20)),
    );
    assert!(comment("").unwrap().len() < 10_000);

    // A run that measured nothing takes back nothing.
    let told = comment("").unwrap();
    let (folder, aside) = (pipeline.at("all"), pipeline.at("aside"));
    fs::rename(&folder, &aside).unwrap();
    assert_eq!(comment("").unwrap(), told);
    fs::remove_dir_all(&folder).ok();
    fs::rename(&aside, &folder).unwrap();
    tell("aarch64", &loud);

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
