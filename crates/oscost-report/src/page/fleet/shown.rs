//! Who stands in the table of machines, and who has a column in the heat map.

use oscost_analysis::fleet::{Fleet, Host, Joined, Standing};
use oscost_analysis::format;

use crate::fleet::{mean, place_of};
use crate::words;

/// Ranked machines that have a column and bars.
pub(super) const MOST: usize = 24;

/// Emulated ones beside them.
const EMULATED: usize = 6;

/// Rows of the table of machines.
const SEATS: usize = 200;

/// One machine in the heat map.
pub(super) struct Column {
    /// Its number in what is shown.
    pub(super) host: usize,
    pub(super) name: String,
    pub(super) emulated: bool,
    /// Of how many hosts it is the median.
    pub(super) hosts: Option<String>,
}

/// One machine in the table.
pub(super) struct Seat {
    pub(super) place: String,
    pub(super) name: String,
    pub(super) emulated: Option<String>,
    pub(super) cut: bool,
    pub(super) hosts: String,
    pub(super) time: String,
    pub(super) memory: String,
    pub(super) best: String,
    pub(super) machine: String,
    pub(super) layout: String,
    pub(super) kernel: String,
    pub(super) key: String,
    pub(super) started: String,
}

/// Ranked machines in their order, then emulated ones.
pub(super) fn columns(joined: &Joined) -> Vec<Column> {
    let (fleet, ranking) = joined.shown();
    let ranked = ranking.order.iter().take(MOST).map(|one| one.host);
    let emulated = (0..fleet.hosts.len()).filter(|&host| fleet.hosts[host].emulated().is_some());
    let hosts = ranked.chain(emulated.take(EMULATED));
    hosts
        .map(|number| {
            let host = &fleet.hosts[number];
            let hosts = words::several(host.stands_for as u64, "host");
            Column {
                host: number,
                name: host.name.clone(),
                emulated: host.emulated().is_some(),
                hosts: joined.is_crowd().then_some(hosts),
            }
        })
        .collect()
}

/// Everybody, as far as there is room.
pub(super) fn seats(joined: &Joined) -> Vec<Seat> {
    let (fleet, ranking) = joined.shown();
    let ranked = ranking.order.iter().enumerate();
    let mut seats: Vec<Seat> = ranked
        .take(SEATS)
        .map(|(number, one)| seat(fleet, one.host, Some((number, one))))
        .collect();
    let emulated = (0..fleet.hosts.len()).filter(|&host| fleet.hosts[host].emulated().is_some());
    seats.extend(emulated.take(SEATS).map(|host| seat(fleet, host, None)));
    seats
}

fn seat(fleet: &Fleet, number: usize, standing: Option<(usize, &Standing)>) -> Seat {
    let host = &fleet.hosts[number];
    let dash = || "–".to_owned();
    let told =
        |tell: &dyn Fn(&Standing) -> String| standing.map_or_else(dash, |(_, one)| tell(one));
    let machine = &host.run.machine;
    let kernel = host.run.configuration.0.get("kernel");
    Seat {
        place: standing.map_or_else(dash, |(number, one)| place_of(number, one)),
        name: host.name.clone(),
        emulated: host.emulated().map(str::to_owned),
        cut: !host.finished,
        hosts: format::grouped(host.stands_for as f64),
        time: told(&|one| mean(one.time)),
        memory: told(&|one| mean(one.memory)),
        best: told(&|one| format!("{} / {}", one.best, one.ranked)),
        machine: words::machine(machine),
        layout: layout(host),
        kernel: kernel.cloned().unwrap_or_else(dash),
        key: machine.key.clone(),
        started: host.run.started.clone(),
    }
}

/// What a machine is made of, besides its processor's name.
fn layout(host: &Host) -> String {
    let machine = &host.run.machine;
    let mut parts = vec![machine.arch.clone(), format!("{} GiB", machine.memory_gib)];
    parts.extend(machine.l3_kib.map(|kib| format!("L3 {kib} KiB")));
    parts.extend(machine.hypervisor.clone());
    parts.join(", ")
}
