//! Files made to be obeyed: by a browser, a shell, a terminal, a file system.

use serde_json::Value;

use super::Owed::Whole;
use super::{CASES, Hostile, SCRIPT, hostile, sound, text};

/// What must be shown and never obeyed.
pub(super) fn harm() -> Vec<Hostile> {
    let in_every_text = |name, harm: &str| hostile(name, Whole(CASES), poisoned(harm));
    vec![
        in_every_text("script everywhere", SCRIPT),
        in_every_text(
            "paths upwards everywhere",
            "../../../../../../tmp/oscost-escaped",
        ),
        in_every_text("absolute paths everywhere", "/tmp/oscost-escaped"),
        in_every_text(
            "percent and format signs everywhere",
            "%s%n{0}{}$(id)`id`\\",
        ),
        in_every_text("direction marks everywhere", "\u{202e}\u{2066}oscost"),
    ]
}

/// The sound record with this in every text: but for names that lines share, and
/// those that a type restricts.
pub(super) fn poisoned(harm: &str) -> Vec<u8> {
    let mut lines = sound();
    for line in &mut lines {
        poison(line, harm);
    }
    text(&lines)
}

/// Replaces every text whose type allows any.
fn poison(value: &mut Value, harm: &str) {
    const RESTRICTED: [&str; 10] = [
        "kind",
        "driver",
        "tier",
        "task",
        "aspect",
        "placement",
        "outcome",
        "ended",
        "at",
        "started",
    ];
    match value {
        Value::String(text) => {
            *text = match text.split_once('/') {
                Some(("ns", _)) => format!("ns/{harm}"),
                // Two cases stay two.
                Some(("thread", rest)) => format!("{harm}/{}", rest.replace("create/", "")),
                _ => harm.to_owned(),
            };
        }
        Value::Array(items) => items.iter_mut().for_each(|item| poison(item, harm)),
        Value::Object(fields) => {
            for (name, value) in fields {
                if !RESTRICTED.contains(&name.as_str()) {
                    poison(value, harm);
                }
            }
        }
        _ => (),
    }
}
