//! Many hosts side by side, on records whose answer is known.

use crate::common::{measured, record};
use oscost_analysis::fleet::{Fleet, Joined, Sheet, Unread, join};
use oscost_record::{CaseInfo, CaseLine, Configuration, End, Machine, Record};

const MAKE: &str = "thread/create/pthread";
const SWITCH: &str = "thread/switch/pipe/placement=same-cpu";
const KEEP: &str = "thread/memory/pthread/tasks=1000";

/// A record of these costs on a machine of so many cores.
fn host(cores: u32, costs: &[(&str, f64)]) -> Record {
    let all: Vec<(CaseInfo, Vec<CaseLine>)> = costs
        .iter()
        .map(|&(id, level)| measured(id, level))
        .collect();
    let (infos, lines): (Vec<_>, Vec<_>) = all.into_iter().unzip();
    let mut record = record(1, infos, lines.concat());
    record.run.machine = Machine {
        cores,
        ..Machine::default()
    }
    .keyed();
    record.end = Some(End {
        ended: "2026-01-01T00:01:00Z".into(),
        interrupted: false,
    });
    record
}

fn fleet(hosts: &[(&str, Record)]) -> Fleet {
    let mut fleet = Fleet::default();
    for (name, record) in hosts {
        fleet.take(Sheet::of(name, record));
    }
    fleet
}

fn joined(hosts: &[(&str, Record)]) -> Joined {
    join(fleet(hosts), None, Vec::new())
}

fn order(joined: &Joined) -> Vec<&str> {
    let order = joined.ranking.order.iter();
    let names = order.map(|one| joined.hosts.hosts[one.host].name.as_str());
    names.collect()
}

fn near(one: f64, other: f64) {
    assert!((one / other - 1.0).abs() < 1e-9, "{one} and {other}");
}

#[test]
fn means_are_over_what_all_have_measured() {
    let joined = joined(&[
        (
            "a",
            host(1, &[(MAKE, 100.0), (SWITCH, 80.0), (KEEP, 4096.0)]),
        ),
        (
            "b",
            host(2, &[(MAKE, 200.0), (SWITCH, 10.0), (KEEP, 4096.0)]),
        ),
        (
            "c",
            host(3, &[(MAKE, 400.0), (SWITCH, 20.0), (KEEP, 8192.0)]),
        ),
    ]);
    // Against the best of each: 1 and 8, 2 and 1, 4 and 2.
    assert_eq!(order(&joined), ["b", "a", "c"]);
    let times: Vec<_> = joined
        .ranking
        .order
        .iter()
        .map(|one| one.time.unwrap())
        .collect();
    near(times[0].ratio, 2.0_f64.sqrt());
    near(times[1].ratio, 8.0_f64.sqrt());
    near(times[2].ratio, 8.0_f64.sqrt());
    assert!(times.iter().all(|mean| mean.costs == 2));
    let bytes = joined.ranking.order[2].memory.unwrap();
    near(bytes.ratio, 2.0);
    assert_eq!(bytes.costs, 1);
    // Nobody keeps a thread cheaper than either of the two.
    let best: Vec<usize> = joined.ranking.order.iter().map(|one| one.best).collect();
    assert_eq!(best, [2, 2, 0]);
}

#[test]
fn who_measured_little_takes_no_cost_from_the_others() {
    let all = [(MAKE, 100.0), (SWITCH, 80.0), (KEEP, 4096.0)];
    let joined = joined(&[
        ("a", host(1, &all)),
        ("b", host(1, &all)),
        ("little", host(1, &[(MAKE, 50.0)])),
    ]);
    assert_eq!(order(&joined), ["a", "b", "little"]);
    let last = &joined.ranking.order[2];
    assert_eq!((last.time, last.ranked, last.best), (None, 1, 1));
    let first = joined.ranking.order[0].time.unwrap();
    assert_eq!(first.costs, 2);
    near(first.ratio, 2.0_f64.sqrt());
}

#[test]
fn an_emulated_host_is_named_and_never_ranked() {
    let mut emulated = host(1, &[(MAKE, 1.0)]);
    emulated.run.machine.emulated = Some("qemu-user".into());
    emulated.run.machine = emulated.run.machine.keyed();
    let joined = joined(&[("real", host(1, &[(MAKE, 100.0)])), ("unreal", emulated)]);
    assert_eq!(order(&joined), ["real"]);
    near(joined.ranking.order[0].time.unwrap().ratio, 1.0);
    assert_eq!(joined.roll.emulated, [1]);
    assert_eq!(joined.ranking.costs[0].ranks.len(), 1);
    assert_eq!(joined.machine_ranking.order.len(), 1);
    assert!(joined.pairs(0.05, 9).is_empty());
    assert!(joined.hosts.hosts[1].reading(0).is_some());
}

#[test]
fn of_two_records_of_a_host_the_later_counts() {
    let (mut old, mut new) = (host(1, &[(MAKE, 100.0)]), host(1, &[(MAKE, 300.0)]));
    old.run.started = "2026-01-01T00:00:00Z".into();
    new.run.started = "2026-01-02T00:00:00Z".into();
    for hosts in [
        [("a", old.clone()), ("a", new.clone())],
        [("a", new), ("a", old)],
    ] {
        let fleet = fleet(&hosts);
        assert_eq!(fleet.hosts.len(), 1);
        let level = fleet.hosts[0].reading(0).unwrap().level;
        assert!((level - 300.0).abs() < 1.0, "{level}");
    }
}

#[test]
fn hosts_of_one_key_are_one_machine() {
    let with = |kernel: &str, level| {
        let mut record = host(1, &[(MAKE, level)]);
        let entries = [("kernel", kernel), ("libc", "x")];
        let entries = entries.map(|(name, value)| (name.to_owned(), value.to_owned()));
        record.run.configuration = Configuration(entries.into());
        record
    };
    let joined = joined(&[
        ("a", with("6.1", 100.0)),
        ("b", with("6.1", 110.0)),
        ("c", with("6.2", 130.0)),
        ("other", host(2, &[(MAKE, 220.0)])),
    ]);
    let machines = &joined.machines.hosts;
    assert_eq!(machines.len(), 2);
    let three = machines
        .iter()
        .find(|machine| machine.stands_for == 3)
        .unwrap();
    assert_eq!(three.name, three.run.machine.key);
    assert_eq!(three.reading(0).unwrap().rounds, 3);
    let level = three.reading(0).unwrap().level;
    assert!((level - 110.0).abs() < 1.0, "{level}");
    let configuration = &three.run.configuration.0;
    assert_eq!(configuration["libc"], "x");
    assert_ne!(configuration["kernel"], "6.1");
    let ratio = joined.machine_ranking.order[1].time.unwrap().ratio;
    assert!((ratio - 2.0).abs() < 0.02, "{ratio}");
}

#[test]
fn nobody_who_was_expected_disappears() {
    let expected = ["a", "b", "broken", "gone"].map(str::to_owned);
    let mut cut = host(1, &[(MAKE, 100.0)]);
    cut.end = None;
    let unread = |host: &str| Unread {
        host: host.into(),
        why: "it is empty".into(),
    };
    let fleet = fleet(&[
        ("a", host(1, &[(MAKE, 100.0)])),
        ("b", cut),
        ("stranger", host(1, &[])),
    ]);
    let roll = join(fleet, Some(&expected), vec![unread("broken"), unread("a")]).roll;
    assert_eq!(roll.missing, ["gone"]);
    assert_eq!(roll.unreadable, [unread("broken")]);
    assert_eq!(
        (roll.unexpected, roll.unfinished, roll.empty),
        (vec![2], vec![1], vec![2])
    );
}

#[test]
fn a_host_unlike_its_kind_is_found_and_no_other() {
    let names: Vec<String> = (0..12).map(|n| format!("host-{n:02}")).collect();
    let hosts: Vec<(&str, Record)> = names
        .iter()
        .zip(0u32..)
        .map(|(name, n)| {
            let wander = 1.0 + f64::from(n * 7 % 12) / 400.0;
            let sick = if n == 7 { 1.4 } else { 1.0 };
            let costs = [(MAKE, 100.0 * wander * sick), (SWITCH, 10.0 * wander)];
            (name.as_str(), host(1, &costs))
        })
        .collect();
    let joined = joined(&hosts);
    let found: Vec<usize> = joined.outliers.iter().map(|one| one.host).collect();
    assert_eq!(found, [7]);
    let [(cost, times)] = joined.outliers[0].costs[..] else {
        panic!("{:?}", joined.outliers);
    };
    assert_eq!(joined.hosts.costs[cost].id.0, MAKE);
    assert!((times - 1.4).abs() < 0.05, "{times}");
}

#[test]
fn between_two_machines_stand_fields_and_costs() {
    let joined = joined(&[
        ("a", host(1, &[(MAKE, 100.0), (SWITCH, 10.0)])),
        ("b", host(2, &[(MAKE, 200.0), (SWITCH, 10.01)])),
    ]);
    let pairs = joined.pairs(0.05, 9);
    assert_eq!(pairs.len(), 1);
    let names: Vec<&str> = pairs[0]
        .differences
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(names, ["cores"]);
    assert_eq!(
        (pairs[0].costs.len(), pairs[0].alike, pairs[0].untold),
        (1, 1, 0)
    );
    assert_eq!(joined.hosts.costs[pairs[0].costs[0].cost].id.0, MAKE);
    near(pairs[0].costs[0].ratio.value, 2.0);
}

#[test]
fn a_rank_tells_whether_the_rounds_tell_it() {
    let joined = joined(&[
        ("a", host(1, &[(MAKE, 100.0)])),
        ("b", host(1, &[(MAKE, 100.2)])),
        ("c", host(1, &[(MAKE, 300.0)])),
    ]);
    let apart: Vec<_> = joined.ranking.costs[0]
        .ranks
        .iter()
        .map(|rank| rank.apart)
        .collect();
    assert_eq!(apart, [Some(false), Some(false), Some(true)]);
}

#[test]
fn a_crowd_is_shown_as_its_machines() {
    let names: Vec<String> = (0..30).map(|n| format!("host-{n:02}")).collect();
    let hosts: Vec<(&str, Record)> = names
        .iter()
        .zip(0u32..)
        .map(|(name, n)| {
            (
                name.as_str(),
                host(1 + n % 3, &[(MAKE, 100.0 + f64::from(n % 3))]),
            )
        })
        .collect();
    let joined = joined(&hosts);
    assert!(joined.is_crowd());
    assert_eq!(joined.shown().0.hosts.len(), 3);
    assert_eq!(joined.ranking.order.len(), 30);
}
