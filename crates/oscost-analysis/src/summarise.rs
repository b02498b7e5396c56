//! From a record to one summary per case. The order is that of the header;
//! lines of cases that the header does not name are not read.

use std::collections::HashMap;

use oscost_record::{CaseId, CaseInfo, CaseLine, Record, Run};

use crate::rounds::Round;
use crate::{Estimate, Net, Summary, bootstrap, coefficient_of_variation};
use crate::{counted, difference_of, fate, percentiles, side_by_side};

/// Sums up every case of a record, in the order of its header. The same record
/// gives the same summaries, in whatever order its lines stand.
///
/// The estimate is the median over rounds of the round medians. Its interval
/// comes from the hierarchical bootstrap and the order statistics of the
/// rounds, whichever is wider; from Student's t for two to five rounds; from
/// the samples alone for one, which then says nothing of other processes. The
/// net figure combines the intervals of case and control ([`difference_of`]).
#[must_use]
pub fn summarise(record: &Record) -> Vec<Summary> {
    let mut summaries = each(record);
    held_against_controls(&mut summaries);
    summaries
}

/// The same of a record in parts, without the distributions: of a long record they
/// take as much memory as the record.
///
/// # Errors
/// That of the first part that could not be read.
pub fn summarise_parts<E>(
    parts: impl IntoIterator<Item = Result<Record, E>>,
) -> Result<Vec<Summary>, E> {
    let mut summaries = Vec::new();
    for part in parts {
        let part = each(&part?).into_iter();
        summaries.extend(part.map(|summary| Summary {
            distribution: Vec::new(),
            ..summary
        }));
    }
    held_against_controls(&mut summaries);
    Ok(summaries)
}

/// Every case by itself.
fn each(record: &Record) -> Vec<Summary> {
    let mut lines: HashMap<&CaseId, Vec<&CaseLine>> = HashMap::new();
    for line in &record.cases {
        lines.entry(&line.id).or_default().push(line);
    }
    side_by_side(&record.run.cases, |info| {
        let lines = lines.get(&info.id).map(Vec::as_slice).unwrap_or_default();
        case(info, lines, &record.run)
    })
}

/// Takes from each what its control costs.
fn held_against_controls(summaries: &mut [Summary]) {
    let estimates: HashMap<CaseId, Estimate> = summaries
        .iter()
        .filter_map(|summary| Some((summary.info.id.clone(), summary.estimate?)))
        .collect();
    for summary in summaries {
        let control = summary
            .info
            .control
            .as_ref()
            .and_then(|id| estimates.get(id));
        summary.net = summary
            .estimate
            .zip(control)
            .map(|(raw, &control)| net(raw, control));
    }
}

/// Raw less control. Both are per operation of the raw case. A difference whose
/// interval touches zero is below what this run can resolve.
fn net(raw: Estimate, control: Estimate) -> Net {
    let difference = difference_of(raw, control);
    if difference.low > 0.0 {
        Net::Above(difference)
    } else {
        Net::BelowResolution(difference)
    }
}

fn case(info: &CaseInfo, lines: &[&CaseLine], run: &Run) -> Summary {
    let seed = run.seed;
    // By round and content, not by place in the file: reasons stand in order,
    // and a replicate draws rounds by index.
    let mut lines = lines.to_vec();
    lines.sort_by_key(|line| line.round);
    let (mut measured, fate) = fate::sort_out(info, lines.into_iter());
    measured.sort_by(|(a, one), (b, two)| {
        let rounds = a.round.cmp(&b.round);
        rounds.then_with(|| one.median.total_cmp(&two.median))
    });
    let (lines, rounds): (Vec<&CaseLine>, Vec<Round>) = measured.into_iter().unzip();
    let medians: Vec<f64> = rounds.iter().map(|round| round.median).collect();
    let distribution = percentiles::pool(&rounds);
    let ends = distribution.first().zip(distribution.last());
    Summary {
        info: info.clone(),
        fate,
        rounds: u32::try_from(rounds.len()).unwrap_or(u32::MAX),
        samples: rounds.iter().map(Round::count).sum(),
        ops_per_sample: lines
            .iter()
            .map(|line| line.ops_per_sample.0)
            .max()
            .unwrap_or(1),
        estimate: bootstrap::estimate(&rounds, seed, &info.id),
        spread: coefficient_of_variation(&medians),
        percentiles: percentiles::percentiles(&rounds, &distribution),
        extremes: ends.map(|(first, last)| (first.0, last.0)),
        net: None,
        per_operation: counted::per_operation(&lines),
        parts: counted::parts(&lines, seed),
        page: run.configuration.page_size(),
        figures: counted::figures(&lines, seed),
        cpus: counted::cpus(&lines),
        bursts: counted::bursts(&lines),
        placements: counted::placements(info, &lines),
        distribution,
    }
}
