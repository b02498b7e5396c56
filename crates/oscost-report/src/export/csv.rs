//! Comma-separated values (RFC 4180): a row per case, whatever became of it.
//! The columns never change their names nor their order; new ones are added at
//! the end. What differs from case to case stands in columns of JSON. A text
//! that a spreadsheet would take for a formula is left as it is: the file is
//! for programs.

use oscost_analysis::{Estimate, Fate, Net, Summary};
use oscost_record::Run;
use serde_json::{Map, Value};

use super::{HIGH, LOW, VALUE, Written, finite, legal};
use crate::words;

/// A column: its name, and what stands in it. Figures are in the unit of their
/// row, counters per operation; an absent figure is an empty field.
type Column = (&'static str, fn(&Run, &Summary) -> String);

const COLUMNS: &[Column] = &[
    ("id", |_, case| legal(&case.info.id.0)),
    ("suite", |_, case| legal(&case.info.suite)),
    ("operation", |_, case| legal(&case.info.operation)),
    ("title", |_, case| legal(&case.info.title)),
    ("question", |_, case| legal(&case.info.question)),
    ("task", |_, case| case.info.task.to_string()),
    ("aspect", |_, case| case.info.aspect.to_string()),
    ("tier", |_, case| case.info.tier.to_string()),
    ("placement", |_, case| case.info.placement.to_string()),
    ("peers", |_, case| {
        case.info
            .peers
            .map_or_else(String::new, |peers| peers.to_string())
    }),
    ("parameters", |_, case| parameters(case)),
    ("control", |_, case| {
        case.info
            .control
            .as_ref()
            .map_or_else(String::new, |id| legal(&id.0))
    }),
    ("unit", |_, case| legal(&case.info.unit.to_string())),
    ("outcome", |_, case| outcome(&case.fate).to_owned()),
    ("reason", |_, case| legal(&reason(&case.fate))),
    ("rounds", |_, case| case.rounds.to_string()),
    ("samples", |_, case| case.samples.to_string()),
    ("ops_per_sample", |_, case| case.ops_per_sample.to_string()),
    ("estimate", |_, case| number(case.estimate.map(VALUE))),
    ("low", |_, case| number(case.estimate.map(LOW))),
    ("high", |_, case| number(case.estimate.map(HIGH))),
    ("spread", |_, case| number(case.spread)),
    ("p50", |_, case| percentile(case, 50.0, VALUE)),
    ("p50_low", |_, case| percentile(case, 50.0, LOW)),
    ("p50_high", |_, case| percentile(case, 50.0, HIGH)),
    ("p90", |_, case| percentile(case, 90.0, VALUE)),
    ("p90_low", |_, case| percentile(case, 90.0, LOW)),
    ("p90_high", |_, case| percentile(case, 90.0, HIGH)),
    ("p99", |_, case| percentile(case, 99.0, VALUE)),
    ("p99_low", |_, case| percentile(case, 99.0, LOW)),
    ("p99_high", |_, case| percentile(case, 99.0, HIGH)),
    ("p99_9", |_, case| percentile(case, 99.9, VALUE)),
    ("p99_9_low", |_, case| percentile(case, 99.9, LOW)),
    ("p99_9_high", |_, case| percentile(case, 99.9, HIGH)),
    ("min", |_, case| {
        number(case.extremes.map(|extremes| extremes.0))
    }),
    ("max", |_, case| {
        number(case.extremes.map(|extremes| extremes.1))
    }),
    ("net", |_, case| number(net(case).map(VALUE))),
    ("net_low", |_, case| number(net(case).map(LOW))),
    ("net_high", |_, case| number(net(case).map(HIGH))),
    ("voluntary_switches", |_, case| {
        number(case.per_operation.voluntary_switches)
    }),
    ("involuntary_switches", |_, case| {
        number(case.per_operation.involuntary_switches)
    }),
    ("minor_faults", |_, case| {
        number(case.per_operation.minor_faults)
    }),
    ("cpu_time_ns", |_, case| number(case.per_operation.cpu_time)),
    ("system_share", |_, case| {
        number(case.per_operation.system_share)
    }),
    ("bursts", |_, case| case.bursts.0.to_string()),
    ("disturbed_bursts", |_, case| case.bursts.1.to_string()),
    ("parts", |_, case| by_name(&case.parts, VALUE)),
    ("figures", |_, case| by_name(&case.figures, VALUE)),
    ("machine_key", |run, _| legal(&run.machine.key)),
    ("started", |run, _| legal(&run.started)),
    ("tool_version", |run, _| legal(&run.tool.version)),
    ("figures_low", |_, case| by_name(&case.figures, LOW)),
    ("figures_high", |_, case| by_name(&case.figures, HIGH)),
];

pub(super) fn csv(run: &Run, cases: &[&Summary]) -> Written {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(COLUMNS.iter().map(|(name, _)| name))?;
    for case in cases {
        writer.write_record(COLUMNS.iter().map(|(_, field)| field(run, case)))?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

fn number(value: Option<f64>) -> String {
    let value = value.and_then(finite);
    value.map_or_else(String::new, |value| value.to_string())
}

fn percentile(case: &Summary, rank: f64, end: fn(Estimate) -> f64) -> String {
    number(words::percentile(case, rank).map(|percentile| end(percentile.estimate)))
}

fn net(case: &Summary) -> Option<Estimate> {
    case.net.map(|net| match net {
        Net::Above(net) | Net::BelowResolution(net) => net,
    })
}

/// A word for what became of a case.
fn outcome(fate: &Fate) -> &'static str {
    match fate {
        Fate::Measured => "measured",
        Fate::Partly(..) => "partly",
        Fate::Skipped(_) => "skipped",
        Fate::Failed(_) => "failed",
        Fate::Missing => "missing",
    }
}

fn reason(fate: &Fate) -> String {
    match fate {
        Fate::Measured => String::new(),
        fate => words::note(fate).unwrap_or_default(),
    }
}

/// `{"rss":"64MiB"}`, `{}` of none.
fn parameters(case: &Summary) -> String {
    let named = case.info.parameters.iter();
    let texts = named.map(|(name, parameter)| {
        let text = format!("{}{}", parameter.value, parameter.unit);
        (legal(name), legal(&text).into())
    });
    Value::Object(texts.collect()).to_string()
}

/// `{"fairness_share":0.97}`, `{}` of none.
fn by_name(figures: &[(String, Estimate)], end: fn(Estimate) -> f64) -> String {
    let numbers = figures.iter();
    let numbers =
        numbers.filter_map(|(name, figure)| Some((legal(name), finite(end(*figure))?.into())));
    Value::Object(numbers.collect::<Map<_, _>>()).to_string()
}
