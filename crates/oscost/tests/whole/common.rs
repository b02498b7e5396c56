//! What the whole-program tests share: starting the program, and looking for
//! what it may have left behind.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use oscost_harness::probe::{Launch, Limits, Surroundings};
use oscost_harness::session::Session;
use oscost_record::Record;

/// The program under test.
pub(crate) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_oscost"))
}

/// A call of the program; by way of the emulator where the test itself is
/// emulated.
pub(crate) fn oscost() -> Command {
    match std::env::var_os("OSCOST_PROBE_RUNNER") {
        Some(runner) => {
            let mut command = Command::new(runner);
            command.arg(program());
            command
        }
        None => Command::new(program()),
    }
}

/// Whether the test runs under user-mode emulation.
pub(crate) fn is_emulated() -> bool {
    std::env::var_os("OSCOST_PROBE_RUNNER").is_some()
}

/// A session and a launcher of probes of the program under test.
///
/// One session serves all tests: opening one hashes the program, which takes an
/// emulated debug build many seconds.
pub(crate) fn launcher() -> (&'static Session, Launch) {
    static SESSION: OnceLock<Session> = OnceLock::new();
    let session = SESSION.get_or_init(Session::open);
    let launch = Launch {
        program: program().to_owned(),
        clock: session.clock,
        chosen: session.supply.chosen.clone(),
        limits: Limits {
            answer: Duration::from_secs(60),
        },
        surroundings: Surroundings::default(),
    };
    (session, launch)
}

/// A folder for a test's files, and the path of a record in it.
pub(crate) fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("record.jsonl");
    (folder, record)
}

/// Waits until a condition holds; fails the test where it never does.
pub(crate) fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(
            begin.elapsed() < Duration::from_secs(60),
            "waited in vain until {what}"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a record can be read and has at least `count` case lines.
pub(crate) fn has_cases(path: &Path, count: usize) -> bool {
    Record::read(path).is_ok_and(|record| record.cases.len() >= count)
}

/// A process with the time at which it began, so that its number can't be
/// mistaken for a later one's.
pub(crate) type Identity = (i32, String);

/// All descendants of a process.
pub(crate) fn descendants(ancestor: u32) -> BTreeSet<Identity> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let name = entry.file_name();
        if let Some(id) = name.to_str().and_then(|name| name.parse::<i32>().ok())
            && let Some((parent, began)) = parent_and_begin(id)
        {
            all.push((id, parent, began));
        }
    }
    let mut family = BTreeSet::from([i32::try_from(ancestor).unwrap()]);
    let mut found = BTreeSet::new();
    loop {
        let before = found.len();
        for (id, parent, began) in &all {
            if family.contains(parent) {
                family.insert(*id);
                found.insert((*id, began.clone()));
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// Parent and start time of a process (proc_pid_stat(5)).
fn parent_and_begin(id: i32) -> Option<(i32, String)> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let parent = fields.nth(1)?.parse().ok()?;
    Some((parent, fields.nth(17)?.to_owned()))
}

/// Whether a process is still there. A zombie whose parent is slow to reap it
/// runs no more.
pub(crate) fn is_alive((id, began): &Identity) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let is_zombie = state
        .rsplit_once(')')
        .is_some_and(|(_, rest)| rest.trim().starts_with('Z'));
    !is_zombie && parent_and_begin(*id).is_some_and(|(_, now)| now == *began)
}

/// Objects of ours in the places that outlive a process.
pub(crate) fn objects() -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["/dev/shm", "/dev/mqueue"] {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        found.extend(names.filter(|name| name.contains("oscost")));
    }
    found
}
