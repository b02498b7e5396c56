//! Files without a header, and with one that cannot be gone by.

use serde_json::{Value, json};

use super::Owed::{Refusal, Rest, Whole};
use super::{CASES, Hostile, SCRIPT, header, hostile, sound, text};

pub(super) fn no_header() -> Vec<Hostile> {
    let sound = sound();
    let utf16: Vec<u8> = text(&sound)
        .into_iter()
        .flat_map(|byte| [byte, 0])
        .collect();
    vec![
        hostile("empty", Refusal, ""),
        hostile("a million empty lines", Refusal, "\n".repeat(1_000_000)),
        hostile("zeros", Refusal, vec![0; 100_000]),
        hostile("noise", Refusal, noise()),
        hostile(
            "a picture",
            Refusal,
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(),
        ),
        hostile(
            "compressed",
            Refusal,
            b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec(),
        ),
        hostile("UTF-16", Refusal, [b"\xff\xfe", &utf16[..]].concat()),
        hostile("a page", Refusal, format!("<html>{SCRIPT}</html>")),
        hostile("null", Refusal, "null\n"),
        hostile("a list", Refusal, "[]\n"),
        hostile("a number", Refusal, "1e999\n"),
        hostile("no kind", Refusal, "{}\n"),
        hostile("header missing", Refusal, text(&sound[1..])),
        hostile("the end first", Refusal, text(&sound[sound.len() - 1..])),
        hostile("header cut", Refusal, text(&sound[..1])[..200].to_vec()),
        hostile("nested header", Refusal, "[".repeat(1_000_000)),
        hostile("nested objects", Refusal, "{\"a\":".repeat(100_000)),
        hostile(
            "header too long",
            Refusal,
            format!("{{\"kind\":\"{}", "x".repeat(17 << 20)),
        ),
    ]
}

pub(super) fn bad_header() -> Vec<Hostile> {
    let mut twice = sound()[0]["cases"].clone();
    twice
        .as_array_mut()
        .unwrap()
        .push(sound()[0]["cases"][0].clone());
    let mut bad_utf8 = text(&sound());
    let place = bad_utf8
        .windows(4)
        .position(|four| four == b"6.1\"")
        .unwrap();
    bad_utf8[place] = 0xff;
    vec![
        header("a later schema", Refusal, "/schema", json!(2)),
        header("the last schema", Refusal, "/schema", json!(u64::MAX)),
        header("schema in words", Refusal, "/schema", json!("one")),
        header("schema below zero", Refusal, "/schema", json!(-1)),
        header("no machine", Refusal, "/machine", Value::Null),
        header("cores below zero", Refusal, "/machine/cores", json!(-1)),
        header(
            "clock backwards",
            Refusal,
            "/clock/ticks_per_second",
            json!(-1e9),
        ),
        header("clock beyond", Refusal, "/clock/resolution", json!(1e300)),
        header("no such aspect", Refusal, "/cases/0/aspect", json!(SCRIPT)),
        header("no such unit", Refusal, "/cases/0/unit", json!("parsec/x")),
        header(
            "cases are text",
            Refusal,
            "/cases",
            json!("x".repeat(1 << 20)),
        ),
        header("a case twice", Rest(CASES), "/cases", twice),
        header("no cases", Whole(CASES), "/cases", json!([])),
        header(
            "all the cores",
            Whole(CASES),
            "/machine/cores",
            json!(u32::MAX),
        ),
        header(
            "all the memory",
            Whole(CASES),
            "/machine/memory_gib",
            json!(u64::MAX),
        ),
        header(
            "a clock that stands",
            Whole(CASES),
            "/clock/ticks_per_second",
            json!(0.0),
        ),
        header("no start", Whole(CASES), "/started", json!("")),
        header(
            "a huge parameter",
            Whole(CASES),
            "/cases/0/parameters/tasks/value",
            json!(u64::MAX),
        ),
        header(
            "its own control",
            Whole(CASES),
            "/cases/0/control",
            json!("thread/create/a"),
        ),
        hostile("invalid UTF-8 in the header", Refusal, bad_utf8),
    ]
}

/// Bytes without a pattern (xorshift, Marsaglia 2003).
fn noise() -> Vec<u8> {
    let mut state: u32 = 2_463_534_242;
    let next = move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()
    };
    std::iter::repeat_with(next)
        .take(50_000)
        .flatten()
        .collect()
}
