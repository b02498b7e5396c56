//! What is said of a fleet besides its figures: how many there are, who is
//! missing, who is emulated, who is unlike its kind.

use oscost_analysis::fleet::{Fleet, Joined, Outlier};
use oscost_analysis::{format, full_title};

use crate::words;

/// So many names are given one by one.
const NAMED: usize = 20;

/// So many costs of a host unlike its kind.
const COSTS: usize = 3;

/// How many there are, in sentences.
pub(crate) fn census(joined: &Joined) -> String {
    let hosts = words::several(joined.hosts.hosts.len() as u64, "host");
    let machines = words::several(joined.machines.hosts.len() as u64, "machine");
    let roll = &joined.roll;
    let counted = |count: usize, what: &str| {
        (count > 0).then(|| format!("{} {what}", format::grouped(count as f64)))
    };
    let off = [
        counted(roll.missing.len(), "missing"),
        counted(roll.unreadable.len(), "not readable"),
        counted(roll.emulated.len(), "emulated and not ranked"),
        counted(roll.unexpected.len(), "not expected"),
        counted(roll.unfinished.len(), "cut short"),
        counted(joined.outliers.len(), "unlike others of their machine"),
    ];
    let off: Vec<String> = off.into_iter().flatten().collect();
    let tail = match off.is_empty() {
        true => String::new(),
        false => format!(" {}.", off.join(", ")),
    };
    format!("{hosts} of {machines}.{tail}")
}

/// Names by their numbers in the fleet, as many as there is room for.
pub(crate) fn names(fleet: &Fleet, hosts: &[usize]) -> String {
    let named = hosts.iter().map(|&host| fleet.hosts[host].name.clone());
    listed(&named.collect::<Vec<_>>())
}

fn listed(names: &[String]) -> String {
    let mut shown: Vec<String> = names.iter().take(NAMED).cloned().collect();
    let more = names.len().saturating_sub(NAMED);
    if more > 0 {
        shown.push(format!("+ {}", format::grouped(more as f64)));
    }
    shown.join(", ")
}

/// Something to remark.
pub(crate) struct Remark {
    pub(crate) title: &'static str,
    /// Whom it is about, and what is said of them; the latter may be nothing.
    /// Names are no words: no language has others for them.
    pub(crate) lines: Vec<(String, String)>,
}

/// What there is to remark, without what there is not.
pub(crate) fn remarks(joined: &Joined) -> Vec<Remark> {
    let roll = &joined.roll;
    let fleet = &joined.hosts;
    let one = |text: String| match text.is_empty() {
        true => Vec::new(),
        false => vec![(text, String::new())],
    };
    let emulated = roll.emulated.iter().take(NAMED).map(|&host| {
        let host = &fleet.hosts[host];
        let by = host.emulated().unwrap_or_default();
        (host.name.clone(), format!("emulated by {by}"))
    });
    let unreadable = roll.unreadable.iter().take(NAMED);
    let unreadable = unreadable.map(|unread| (unread.host.clone(), unread.why.clone()));
    let all = [
        (
            "Missing: no record has come from",
            one(listed(&roll.missing)),
        ),
        ("Records that cannot be read", unreadable.collect()),
        (
            "Emulated: not ranked, since their figures tell of an emulator",
            emulated.collect(),
        ),
        (
            "Not on the list of hosts",
            one(names(fleet, &roll.unexpected)),
        ),
        (
            "Cut short: costs may be lacking",
            one(names(fleet, &roll.unfinished)),
        ),
        ("Without a single cost", one(names(fleet, &roll.empty))),
        (
            "The same hardware: what differs between these is not the machine",
            twins(joined),
        ),
        ("Unlike others of their machine", unlike(joined)),
    ];
    let all = all
        .into_iter()
        .map(|(title, lines)| Remark { title, lines });
    all.filter(|remark| !remark.lines.is_empty()).collect()
}

/// Hosts that share a machine key.
fn twins(joined: &Joined) -> Vec<(String, String)> {
    let machines = joined.machines.hosts.iter();
    let shared = machines
        .filter(|machine| machine.stands_for > 1)
        .take(NAMED);
    let lines = shared.map(|machine| {
        let key = &machine.run.machine.key;
        let hosts = joined.hosts.hosts.iter();
        let of_it = hosts.filter(|host| host.run.machine.key == *key);
        let named: Vec<String> = of_it.map(|host| host.name.clone()).collect();
        (listed(&named), format!("machine key {key}"))
    });
    lines.collect()
}

fn unlike(joined: &Joined) -> Vec<(String, String)> {
    let fleet = &joined.hosts;
    let line = |outlier: &Outlier| {
        let costs = outlier.costs.iter().take(COSTS).map(|&(cost, times)| {
            let info = &fleet.costs[cost];
            let title = full_title(info);
            format!("{} {title} {}", info.task, words::times(times))
        });
        let costs: Vec<String> = costs.collect();
        let count = words::several(outlier.costs.len() as u64, "cost");
        let name = fleet.hosts[outlier.host].name.clone();
        (name, format!("{count}; {}", costs.join("; ")))
    };
    let told = joined.outliers.iter().take(NAMED);
    let mut lines: Vec<(String, String)> = told.map(line).collect();
    let more = joined.outliers.len().saturating_sub(NAMED);
    if more > 0 {
        lines.push((format!("+ {}", format::grouped(more as f64)), String::new()));
    }
    lines
}
