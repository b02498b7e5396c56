//! OpenMetrics text, version 1.0.0: gauges in base units (seconds, bytes),
//! every case with all that names it as labels. What was not measured has no
//! sample but that of `oscost_measured`. Names of metrics and labels never
//! change: queries hang on them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use oscost_analysis::{Estimate, Fate, Summary};
use oscost_record::{Quantity, Run};

use super::{HIGH, LOW, VALUE, finite, legal};
use crate::figures::{Kind, Name};

/// Name to value. A map: a label that stands twice makes a file unreadable.
type Labels = BTreeMap<String, String>;

/// What a case has of one metric: a label beside those that name the case,
/// where there are several, and the value.
type Sample = (Option<(&'static str, String)>, f64);

/// All samples of one name.
struct Family {
    name: &'static str,
    /// What the name ends in; nothing for a bare number.
    unit: &'static str,
    help: &'static str,
    samples: fn(&Summary) -> Vec<Sample>,
}

const SECOND: f64 = 1e9;
const BYTE: f64 = 1.0;

const FAMILIES: &[Family] = &[
    Family {
        name: "oscost_measured",
        unit: "",
        help: "Whether the case was measured: 1, else 0.",
        samples: |case| {
            let measured = matches!(case.fate, Fate::Measured | Fate::Partly(..));
            plain(Some(f64::from(measured)))
        },
    },
    Family {
        name: "oscost_rounds",
        unit: "",
        help: "Rounds, each a fresh process, behind the figures of the case.",
        samples: |case| plain(Some(case.rounds.into())),
    },
    Family {
        name: "oscost_time_seconds",
        unit: "seconds",
        help: "One operation: the median over rounds of their medians.",
        samples: |case| level(case, Quantity::Time, VALUE),
    },
    Family {
        name: "oscost_time_low_seconds",
        unit: "seconds",
        help: "Lower end of the 95 % interval.",
        samples: |case| level(case, Quantity::Time, LOW),
    },
    Family {
        name: "oscost_time_high_seconds",
        unit: "seconds",
        help: "Upper end of the 95 % interval.",
        samples: |case| level(case, Quantity::Time, HIGH),
    },
    Family {
        name: "oscost_time_quantile_seconds",
        unit: "seconds",
        help: "Quantiles of all samples; of batch means where operations are timed in batches.",
        samples: |case| quantiles(case, Quantity::Time),
    },
    Family {
        name: "oscost_memory_bytes",
        unit: "bytes",
        help: "The level: the median over rounds of their medians.",
        samples: |case| level(case, Quantity::Memory, VALUE),
    },
    Family {
        name: "oscost_memory_low_bytes",
        unit: "bytes",
        help: "Lower end of the 95 % interval.",
        samples: |case| level(case, Quantity::Memory, LOW),
    },
    Family {
        name: "oscost_memory_high_bytes",
        unit: "bytes",
        help: "Upper end of the 95 % interval.",
        samples: |case| level(case, Quantity::Memory, HIGH),
    },
    Family {
        name: "oscost_memory_quantile_bytes",
        unit: "bytes",
        help: "Quantiles of all readings.",
        samples: |case| quantiles(case, Quantity::Memory),
    },
    Family {
        name: "oscost_voluntary_switches_per_operation",
        unit: "",
        help: "Context switches by blocking.",
        samples: |case| plain(case.per_operation.voluntary_switches),
    },
    Family {
        name: "oscost_involuntary_switches_per_operation",
        unit: "",
        help: "Context switches by force.",
        samples: |case| plain(case.per_operation.involuntary_switches),
    },
    Family {
        name: "oscost_minor_faults_per_operation",
        unit: "",
        help: "Page faults served without a device.",
        samples: |case| plain(case.per_operation.minor_faults),
    },
    Family {
        name: "oscost_cpu_time_per_operation_seconds",
        unit: "seconds",
        help: "CPU time of all parties.",
        samples: |case| plain(case.per_operation.cpu_time.map(|time| time / SECOND)),
    },
    Family {
        name: "oscost_figure_ratio",
        unit: "ratio",
        help: "Shares that the case took beside its samples.",
        samples: |case| figures(case, Kind::Share, 1.0),
    },
    Family {
        name: "oscost_figure_seconds",
        unit: "seconds",
        help: "Times that the case took beside its samples.",
        samples: |case| figures(case, Kind::Time, SECOND),
    },
    Family {
        name: "oscost_figure_bytes",
        unit: "bytes",
        help: "Sizes that the case took beside its samples.",
        samples: |case| figures(case, Kind::Size, BYTE),
    },
    Family {
        name: "oscost_figure_per_second",
        unit: "",
        help: "Rates that the case took beside its samples.",
        samples: |case| figures(case, Kind::Rate, 1.0),
    },
    Family {
        name: "oscost_figure_count",
        unit: "",
        help: "Numbers that the case took beside its samples.",
        samples: |case| figures(case, Kind::Count, 1.0),
    },
    Family {
        name: "oscost_figure_number",
        unit: "",
        help: "Numbers without a unit that the case took beside its samples.",
        samples: |case| figures(case, Kind::Number, 1.0),
    },
];

/// The whole exposition.
pub(super) fn openmetrics(run: &Run, cases: &[&Summary]) -> String {
    let labelled = cases.iter().map(|case| (labels(run, case), *case));
    let cases: Vec<(Labels, &Summary)> = labelled.collect();
    let mut text = String::new();
    head(
        &mut text,
        "oscost_run",
        "info",
        "",
        "What was run, and where.",
    );
    sample(&mut text, "oscost_run_info", &identity(run), 1.0);
    for family in FAMILIES {
        head(&mut text, family.name, "gauge", family.unit, family.help);
        for (labels, case) in &cases {
            for (more, value) in (family.samples)(case) {
                let mut labels = labels.clone();
                labels.extend(more.map(|(name, value)| (name.to_owned(), value)));
                sample(&mut text, family.name, &labels, value);
            }
        }
    }
    text + "# EOF\n"
}

fn plain(value: Option<f64>) -> Vec<Sample> {
    value.map(|value| (None, value)).into_iter().collect()
}

/// Nanoseconds and bytes in the base unit.
fn size(quantity: Quantity) -> f64 {
    match quantity {
        Quantity::Time => SECOND,
        Quantity::Memory => BYTE,
    }
}

fn level(case: &Summary, quantity: Quantity, end: fn(Estimate) -> f64) -> Vec<Sample> {
    let of_quantity = case
        .estimate
        .filter(|_| case.info.unit.quantity == quantity);
    plain(of_quantity.map(|estimate| end(estimate) / size(quantity)))
}

fn quantiles(case: &Summary, quantity: Quantity) -> Vec<Sample> {
    let of_quantity = (case.info.unit.quantity == quantity).then_some(&case.percentiles);
    let percentiles = of_quantity.into_iter().flatten();
    let samples = percentiles.map(|percentile| {
        // 99.9 over 100 is no 0.999 in binary.
        let rank = format!("{:.4}", percentile.rank / 100.0);
        let rank = rank.trim_end_matches('0').to_owned();
        (
            Some(("quantile", rank)),
            percentile.estimate.value / size(quantity),
        )
    });
    samples.collect()
}

/// Two names that differ in how they write their unit are one: the first counts.
fn figures(case: &Summary, kind: Kind, size: f64) -> Vec<Sample> {
    let mut found = BTreeMap::new();
    for (name, figure) in &case.figures {
        let name = Name::of(name);
        if name.kind == kind {
            let per = name.per.map(|per| format!("_per_{per}"));
            let label = name.what.to_owned() + &per.unwrap_or_default();
            found.entry(label).or_insert(figure.value / size);
        }
    }
    let samples = found.into_iter();
    samples
        .map(|(label, value)| (Some(("figure", label)), value))
        .collect()
}

/// Who measured.
fn identity(run: &Run) -> Labels {
    let machine = &run.machine;
    let kernel = run.configuration.0.get("kernel").cloned();
    let labels = [
        ("machine", machine.key.clone()),
        ("machine_name", machine.name.clone()),
        ("arch", machine.arch.clone()),
        ("kernel", kernel.unwrap_or_default()),
        ("started", run.started.clone()),
        ("version", run.tool.version.clone()),
    ];
    labels.map(|(name, value)| (name.to_owned(), value)).into()
}

/// All that names a case.
fn labels(run: &Run, case: &Summary) -> Labels {
    let info = &case.info;
    let named = [
        ("case", info.id.0.clone()),
        ("suite", info.suite.clone()),
        ("operation", info.operation.clone()),
        ("task", info.task.to_string()),
        ("aspect", info.aspect.to_string()),
        ("placement", info.placement.to_string()),
        ("per", info.unit.per.clone()),
        ("machine", run.machine.key.clone()),
    ];
    let parameters = info.parameters.iter().map(|(name, parameter)| {
        let value = format!("{}{}", parameter.value, parameter.unit);
        (label(&format!("parameter_{name}")), value)
    });
    let named = named.map(|(name, value)| (name.to_owned(), value));
    named.into_iter().chain(parameters).collect()
}

/// A name of a label has letters, digits and underscores alone.
fn label(name: &str) -> String {
    let letters = name.chars();
    letters
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '_'
            }
        })
        .collect()
}

fn head(text: &mut String, name: &str, kind: &str, unit: &str, help: &str) {
    let _ = writeln!(text, "# TYPE {name} {kind}");
    if !unit.is_empty() {
        let _ = writeln!(text, "# UNIT {name} {unit}");
    }
    let _ = writeln!(text, "# HELP {name} {help}");
}

/// A line. A value that is not finite would be read, and tell nothing.
fn sample(text: &mut String, name: &str, labels: &Labels, value: f64) {
    let Some(value) = finite(value) else {
        return;
    };
    let labels: Vec<String> = labels
        .iter()
        .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
        .collect();
    let _ = writeln!(text, "{name}{{{}}} {value}", labels.join(","));
}

/// The three characters that mean something inside a label's value. Many
/// readers take a carriage return for the end of a line: it is replaced.
fn escaped(text: &str) -> String {
    let text = legal(text).replace('\r', "\u{fffd}").replace('\\', "\\\\");
    text.replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_what_the_format_allows() {
        assert_eq!(label("parameter_ré-s"), "parameter_r__s");
        assert_eq!(escaped("a\\b\"c\nd\r"), "a\\\\b\\\"c\\nd\u{fffd}");
    }

    #[test]
    fn names_end_in_their_unit_and_are_unique() {
        let mut names = std::collections::HashSet::new();
        for family in FAMILIES {
            assert!(family.name.ends_with(family.unit), "{}", family.name);
            assert!(names.insert(family.name), "{}", family.name);
        }
    }
}
