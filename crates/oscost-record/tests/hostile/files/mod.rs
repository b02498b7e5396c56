//! Files that are no good records: cut, damaged, huge, and made to harm. Each
//! has a name and what a reader owes it. Tests of the reader, of the report and
//! of digests share them.

mod harm;
mod header;
mod lines;
mod numbers;

use serde_json::{Value, json};

/// What a reader owes a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owed {
    /// An error: there is no header to go by.
    Refusal,
    /// So many case lines, and nothing to complain of.
    Whole(usize),
    /// So many case lines, and at least one complaint.
    Rest(usize),
}

use Owed::Rest;

/// A file with a name that says what is wrong with it.
#[derive(Clone, Debug)]
pub struct Hostile {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub owed: Owed,
}

/// Case lines of the sound record that all others are made from.
pub const CASES: usize = 6;

/// What a page must show and never obey.
pub const SCRIPT: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&amp;{{x}}";

/// The lines of a sound record.
fn sound() -> Vec<Value> {
    let case = |id: &str| {
        json!({"id": id, "suite": "thread", "operation": "create/x", "title": "x",
               "question": "What does it cost?", "unit": "ns/create+join", "task": "thread",
               "aspect": "create", "tier": "core", "placement": "same-cpu",
               "parameters": {"tasks": {"value": 3, "unit": "tasks"}}})
    };
    let mut lines = vec![json!({"kind": "run", "schema": 1,
        "tool": {"name": "oscost", "version": "0.1.0"}, "driver": "rounds", "tier": "core",
        "machine": {"arch": "x86_64", "vendor": "v", "family": "1", "model": "1", "stepping": "1",
                    "name": "n", "sockets": 1, "cores": 2, "threads_per_core": 1, "usable_cpus": 2,
                    "numa_nodes": 1, "memory_gib": 4, "key": "0123456789ab"},
        "configuration": {"kernel": "6.1"},
        "clock": {"source": "rdtsc", "ticks_per_second": 1e9, "resolution": 1.0, "cost": 9.0},
        "command": ["oscost", "run"], "seed": 7, "started": "2026-01-01T00:00:00Z",
        "cases": [case("thread/create/a"), case("thread/create/b")]})];
    for round in 0..3 {
        lines.push(
            json!({"kind": "round", "round": round, "state": {"at": "2026-01-01T00:00:01Z"}}),
        );
        for id in ["thread/create/a", "thread/create/b"] {
            lines.push(
                json!({"kind": "case", "id": id, "round": round, "outcome": "measured",
                "unit": "ns/create+join", "ops_per_sample": 1,
                "samples": {"raw": [1000.0 + f64::from(round), 1001.0, 1002.0]},
                "counters": {"voluntary_switches": 3, "figures": {"wait_ns": 4.0}}, "cpus": [0],
                "bursts": [{"ops": 3, "elapsed": 3003.0, "cpus": [0], "counters": {}}]}),
            );
        }
    }
    lines.push(json!({"kind": "end", "ended": "2026-01-01T00:01:00Z"}));
    lines
}

/// The place of the first case line.
const LINE: usize = 2;

fn text(lines: &[Value]) -> Vec<u8> {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    text.into_bytes()
}

fn hostile(name: &'static str, owed: Owed, bytes: impl Into<Vec<u8>>) -> Hostile {
    let bytes = bytes.into();
    Hostile { name, bytes, owed }
}

/// The sound record with one line changed.
fn changed(name: &'static str, owed: Owed, line: usize, change: impl Fn(&mut Value)) -> Hostile {
    let mut lines = sound();
    change(&mut lines[line]);
    hostile(name, owed, text(&lines))
}

/// The sound record with a value put into its header.
fn header(name: &'static str, owed: Owed, pointer: &str, value: Value) -> Hostile {
    set(name, owed, 0, pointer, value)
}

/// The sound record with a value put into its first case line.
fn case(name: &'static str, owed: Owed, pointer: &str, value: Value) -> Hostile {
    set(name, owed, LINE, pointer, value)
}

fn set(name: &'static str, owed: Owed, line: usize, pointer: &str, value: Value) -> Hostile {
    changed(name, owed, line, |line| {
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        line.pointer_mut(parent).unwrap()[field] = value.clone();
    })
}

/// The sound record with its first case line replaced by bytes.
fn replaced(name: &'static str, line: impl AsRef<[u8]>) -> Hostile {
    hostile(name, Rest(CASES - 1), spliced(line.as_ref(), LINE + 1))
}

/// The sound record with bytes put in before its first case line.
fn inserted(name: &'static str, owed: Owed, line: impl AsRef<[u8]>) -> Hostile {
    hostile(name, owed, spliced(line.as_ref(), LINE))
}

fn spliced(line: &[u8], rest: usize) -> Vec<u8> {
    let lines = sound();
    [&text(&lines[..LINE]), line, b"\n", &text(&lines[rest..])].concat()
}

/// The text of a case line with a piece of it replaced: for what JSON values
/// cannot hold.
fn rewritten(name: &'static str, from: &str, to: &str) -> Hostile {
    let line = sound()[LINE].to_string();
    assert!(line.contains(from), "{name}");
    replaced(name, line.replacen(from, to, 1))
}

/// A sound record in which this stands for every text.
#[allow(dead_code, reason = "serves several test programs")]
pub fn poisoned(harm: &str) -> Vec<u8> {
    harm::poisoned(harm)
}

/// All of them.
pub fn files() -> Vec<Hostile> {
    [
        header::no_header(),
        header::bad_header(),
        lines::framing(),
        lines::bad_lines(),
        numbers::bad_numbers(),
        harm::harm(),
    ]
    .concat()
}
