//! What the kernel counted beside the samples: counters per operation, parts
//! of a memory figure, bursts and where they ran. What a machine did not count
//! stays absent; it never becomes zero.

use std::collections::BTreeMap;

use oscost_record::{CaseId, CaseInfo, CaseLine, Counters, Cpu, Placement};

use crate::quantile::median;
use crate::{Estimate, PerOperation, PlacementSeen, bootstrap};

/// Counters over operations. A line that lacks a counter is left out on both
/// sides of that counter's fraction.
pub(crate) fn per_operation(lines: &[&CaseLine]) -> PerOperation {
    let count = |counter: fn(&Counters) -> Option<f64>| rate(lines, |line| counter(&line.counters));
    let times = lines.iter().filter_map(|line| {
        let Counters {
            user_time,
            system_time,
            ..
        } = line.counters;
        Some((user_time?.0, system_time?.0))
    });
    let (user, system) = times.fold((0.0, 0.0), |sum, time| (sum.0 + time.0, sum.1 + time.1));
    PerOperation {
        voluntary_switches: count(|counters| counters.voluntary_switches.map(|n| n as f64)),
        involuntary_switches: count(|counters| counters.involuntary_switches.map(|n| n as f64)),
        minor_faults: count(|counters| counters.minor_faults.map(|n| n as f64)),
        cpu_time: count(|counters| Some(counters.user_time?.0 + counters.system_time?.0)),
        system_share: (user + system > 0.0).then(|| system / (user + system)),
    }
}

/// The sum of what `count` finds in each line over the operations of the lines
/// that have it; `None` where none has.
pub(crate) fn rate(lines: &[&CaseLine], count: impl Fn(&CaseLine) -> Option<f64>) -> Option<f64> {
    let counted = lines
        .iter()
        .filter_map(|line| Some((count(line)?, operations(line) as f64)));
    let (sum, ops) = counted.fold((None, 0.0), |(sum, all), (count, ops)| {
        (Some(sum.unwrap_or(0.0) + count), all + ops)
    });
    sum.filter(|_| ops > 0.0).map(|sum: f64| sum / ops)
}

/// Operations behind a line: those of its bursts, or, where it has none, of
/// its samples.
fn operations(line: &CaseLine) -> u64 {
    if line.bursts.is_empty() {
        line.samples.count() * line.ops_per_sample.0
    } else {
        line.bursts.iter().map(|burst| burst.ops.0).sum()
    }
}

/// Each named part of a memory figure, over rounds.
pub(crate) fn parts(lines: &[&CaseLine], seed: u64) -> Vec<(String, Estimate)> {
    over_rounds(lines, seed, |line| &line.counters.parts)
}

/// Each figure that the case took beside its samples, over rounds.
pub(crate) fn figures(lines: &[&CaseLine], seed: u64) -> Vec<(String, Estimate)> {
    over_rounds(lines, seed, |line| &line.counters.figures)
}

/// The median over rounds of each name with its interval. A round that lacks a
/// name says nothing of it.
fn over_rounds(
    lines: &[&CaseLine],
    seed: u64,
    values: fn(&CaseLine) -> &BTreeMap<String, f64>,
) -> Vec<(String, Estimate)> {
    let mut named: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for line in lines {
        for (name, &value) in values(line) {
            named.entry(name).or_default().push(value);
        }
    }
    let Some(first) = lines.first() else {
        return Vec::new();
    };
    let estimate = |(name, values): (&str, Vec<f64>)| {
        // A stream of draws of its own: it must not matter which other names
        // there are.
        let stream = CaseId(format!("{} {name}", first.id));
        let estimate = bootstrap::estimate_of_values(&values, seed, &stream)?;
        Some((name.to_owned(), estimate))
    };
    named.into_iter().filter_map(estimate).collect()
}

/// Bursts, and how many of them were disturbed.
pub(crate) fn bursts(lines: &[&CaseLine]) -> (u64, u64) {
    let all = lines.iter().flat_map(|line| &line.bursts);
    let disturbed = all.clone().filter(|burst| burst.disturbed);
    (all.count() as u64, disturbed.count() as u64)
}

/// Every CPU that a party was seen on, by rising number.
pub(crate) fn cpus(lines: &[&CaseLine]) -> Vec<Cpu> {
    let mut cpus: Vec<Cpu> = lines.iter().flat_map(|line| &line.cpus).copied().collect();
    cpus.sort_unstable();
    cpus.dedup();
    cpus
}

/// Where the bursts of an unpinned two-party case ran, by falling count.
pub(crate) fn placements(info: &CaseInfo, lines: &[&CaseLine]) -> Vec<PlacementSeen> {
    if info.placement != Placement::Free || info.peers.is_none() {
        return Vec::new();
    }
    let mut seen: BTreeMap<&[Cpu], Vec<f64>> = BTreeMap::new();
    let bursts = lines.iter().flat_map(|line| &line.bursts);
    for burst in bursts.filter(|burst| burst.ops.0 > 0 && !burst.cpus.is_empty()) {
        let each = burst.elapsed.0 / burst.ops.0 as f64;
        seen.entry(&burst.cpus).or_default().push(each);
    }
    let mut placements: Vec<PlacementSeen> = seen
        .into_iter()
        .filter_map(|(cpus, mut times)| {
            Some(PlacementSeen {
                cpus: cpus.to_vec(),
                bursts: times.len() as u64,
                median: median(&mut times)?,
            })
        })
        .collect();
    placements.sort_by_key(|placement| std::cmp::Reverse(placement.bursts));
    placements
}
