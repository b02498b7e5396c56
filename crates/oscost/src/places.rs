//! Where records go when nobody says where.

use std::path::PathBuf;

/// The data folder: `$XDG_DATA_HOME/oscost`, else `~/.local/share/oscost`,
/// else `oscost-data` in the current folder (XDG Base Directory
/// Specification).
pub(crate) fn data_folder() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let xdg = set("XDG_DATA_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let home = || set("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    match xdg.or_else(home) {
        Some(base) => base.join("oscost"),
        None => PathBuf::from("oscost-data"),
    }
}

/// The default place of a record of the machine `key` that was begun at
/// `started` (RFC 3339).
pub(crate) fn record(key: &str, started: &str) -> PathBuf {
    of_machine(key).join(format!("{}.jsonl", file_name(started)))
}

/// The place of the `number`-th record that decides about a suspicion.
pub(crate) fn confirming(key: &str, started: &str, number: u32) -> PathBuf {
    of_machine(key).join(format!("{}-anew-{number}.jsonl", file_name(started)))
}

fn of_machine(key: &str) -> PathBuf {
    data_folder().join("records").join(key)
}

/// Colons are no part of a file name that wants to travel.
fn file_name(started: &str) -> String {
    started.replace(':', "")
}

/// The default folder of the history.
pub(crate) fn history() -> PathBuf {
    data_folder().join("history")
}
