//! Files whose lines are cut, joined, doubled, or no lines of a record.

use serde_json::{Value, json};

use super::Owed::{Refusal, Rest, Whole};
use super::{CASES, Hostile, LINE, case, changed, hostile, inserted, replaced, sound, text};

pub(super) fn framing() -> Vec<Hostile> {
    let sound = sound();
    let whole = text(&sound);
    let lines: Vec<String> = sound.iter().map(Value::to_string).collect();
    let sparse = lines.join(&"\n".repeat(100_000));
    vec![
        hostile("sound", Whole(CASES), whole.clone()),
        hostile(
            "byte order mark",
            Whole(CASES),
            [b"\xef\xbb\xbf", &whole[..]].concat(),
        ),
        hostile("CRLF", Whole(CASES), lines.join("\r\n")),
        hostile("many empty lines", Whole(CASES), sparse),
        hostile("header alone", Whole(0), lines[0].clone()),
        hostile("no end", Whole(CASES), text(&sound[..sound.len() - 1])),
        hostile(
            "last line cut",
            Rest(CASES),
            whole[..whole.len() - 10].to_vec(),
        ),
        hostile("all in one line", Refusal, lines.join(" ")),
        hostile("two records", Rest(CASES), whole.repeat(2)),
        hostile(
            "after the end",
            Whole(CASES),
            [&whole[..], b"\n\n"].concat(),
        ),
    ]
}

pub(super) fn bad_lines() -> Vec<Hostile> {
    let damaged = Rest(CASES - 1);
    let sound = sound();
    let rubbish = "rubbish\n".repeat(5_000);
    vec![
        inserted("a line twice", Rest(CASES), sound[LINE].to_string()),
        inserted("a second header", Rest(CASES), sound[0].to_string()),
        inserted("rubbish", Rest(CASES), rubbish),
        inserted("a very long line", Rest(CASES), "x".repeat(17 << 20)),
        inserted(
            "a very long list",
            Rest(CASES),
            format!("{{\"kind\":\"case\",\"a\":[{}", "1,".repeat(9 << 20)),
        ),
        inserted("a bare end", Rest(CASES), "{\"kind\":\"end\"}"),
        replaced("zeros in the middle", [0; 4_096]),
        replaced("invalid UTF-8", b"{\"kind\":\"case\",\"id\":\"\xff\xfe\"}"),
        replaced("half a surrogate", "{\"kind\":\"case\",\"id\":\"\\ud800\"}"),
        replaced("nested lists", "[".repeat(1_000_000)),
        replaced(
            "nested in a field",
            format!("{{\"kind\":\"case\",\"x\":{}", "[".repeat(1_000_000)),
        ),
        replaced("another kind", "{\"kind\":\"\\u001b[2J\"}"),
        replaced("kind is a number", "{\"kind\":7}"),
        replaced("kind is missing", "{\"id\":\"thread/create/a\"}"),
        replaced("two kinds", "{\"kind\":\"case\",\"kind\":\"end\"}"),
        case("no id", damaged, "/id", json!("")),
        case("a huge id", damaged, "/id", json!("x".repeat(10 << 20))),
        case(
            "an id that commands",
            damaged,
            "/id",
            json!("\u{1b}]0;owned\u{7}"),
        ),
        case("no such outcome", damaged, "/outcome", json!("well")),
        case(
            "samples are text",
            damaged,
            "/samples",
            json!("x".repeat(1 << 20)),
        ),
        case(
            "samples of two forms",
            damaged,
            "/samples",
            json!({"raw": [1.0], "histogram": []}),
        ),
        case("id of no case", Whole(CASES), "/id", json!("thread/none")),
        case("another unit", Whole(CASES), "/unit", json!("B/thread")),
        case(
            "unknown fields",
            Whole(CASES),
            "/later",
            json!({"a": [1, {"b": null}]}),
        ),
        case(
            "many CPUs",
            Whole(CASES),
            "/cpus",
            json!((0..100_000).collect::<Vec<u32>>()),
        ),
        changed("a huge reason", Whole(CASES), LINE, |line| {
            line["outcome"] = json!("failed");
            line["reason"] = json!("x".repeat(10 << 20));
        }),
    ]
}
