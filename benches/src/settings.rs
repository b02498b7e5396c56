//! What the environment says: `OSCOST_TIER` and `OSCOST_OUT`. Criterion's own
//! arguments are criterion's.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use oscost_harness::Case;
use oscost_record::{Aspect, TaskKind, Tier};

/// Samples per case: fresh processes, wherever one is cheap enough.
pub(crate) const SAMPLES: usize = 15;
/// Criterion takes no fewer.
pub(crate) const SLOW_SAMPLES: usize = 10;

/// `OSCOST_TIER`: `core` where it is not set.
///
/// # Errors
/// Where it is neither `core` nor `full`.
pub(crate) fn tier() -> anyhow::Result<Tier> {
    match std::env::var("OSCOST_TIER").as_deref() {
        Err(_) | Ok("" | "core") => Ok(Tier::Core),
        Ok("full") => Ok(Tier::Full),
        Ok(other) => bail!("OSCOST_TIER is `{other}`: expected `core` or `full`"),
    }
}

/// `OSCOST_OUT`, else `oscost` in the target folder that this program was
/// built into.
pub(crate) fn folder() -> PathBuf {
    if let Some(folder) = std::env::var_os("OSCOST_OUT").filter(|folder| !folder.is_empty()) {
        return folder.into();
    }
    // target/release/deps/process-0123456789abcdef
    std::env::current_exe()
        .ok()
        .and_then(|program| Some(program.ancestors().nth(3)?.join("oscost")))
        .unwrap_or_else(|| PathBuf::from("target/oscost"))
}

/// How long one operation may be expected to take with its set-up, for cases
/// that are slow: criterion wants to know beforehand. Too little makes it
/// complain, too much makes it measure longer.
pub(crate) fn slowness(case: &Case) -> Duration {
    let value = |name: &str| {
        case.info
            .parameters
            .get(name)
            .map_or(0, |found| found.value)
    };
    let (each, count) = match (case.info.aspect, case.info.task) {
        (Aspect::Memory, TaskKind::Process) => (Duration::from_micros(900), value("tasks")),
        (Aspect::Memory, TaskKind::Thread) => (Duration::from_micros(60), value("tasks")),
        (Aspect::Memory, TaskKind::Coroutine) => (Duration::from_micros(12), value("tasks")),
        // Resident MiB of the parent.
        _ => (Duration::from_micros(80), value("rss")),
    };
    each.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Writes a line to standard error, if there is anyone to read.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Writes a line to standard output, if there is anyone to read.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
