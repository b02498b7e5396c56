//! Two records to export: one as a run leaves it, and one whose every text was
//! written by somebody who means harm.

use std::collections::{BTreeMap, HashSet};
use std::sync::OnceLock;

use oscost_analysis::{Summary, summarise};
use oscost_record::{Aspect, CaseId, Record, Samples};

use crate::common;

/// Texts that mean something to somebody.
const HOSTILE: [&str; 14] = [
    "../../../../outside",
    "/absolute",
    "..",
    ".",
    "",
    "<script>alert('x')</script>",
    "]]></testcase><failure/>",
    "a\"b',c;d\\",
    "line\nbreak\r\n\ttab",
    "nul\u{0}, escape\u{1b}[31m, not a letter\u{ffff}",
    "=HYPERLINK(\"http://example.org\")",
    "{label=\"x\"} 1\n# EOF",
    "é漢\u{202e}字",
    "&amp;&#0;",
];

/// A record with a skipped case, a failed one, and one that failed in part.
pub(crate) fn plain() -> Record {
    common::record_of(3, |_| true)
}

/// The same with a hostile text in place of everything that a text can stand in.
fn hostile() -> Record {
    let mut record = plain();
    let mut number = 0;
    record.run.cases.retain(|_| {
        number += 1;
        number % 3 == 0
    });
    let mut texts = HOSTILE.iter().cycle();
    let mut text = || (*texts.next().unwrap()).to_owned();
    let mut renamed: BTreeMap<CaseId, CaseId> = BTreeMap::new();
    for (number, info) in record.run.cases.iter_mut().enumerate() {
        // Some ids begin with their suite, some do not.
        info.suite = text();
        let id = match number % 3 {
            0 => text(),
            1 => format!("{}/{}", info.suite, text()),
            _ => format!("{}{number}", text()),
        };
        renamed.insert(
            std::mem::replace(&mut info.id, CaseId(id.clone())),
            CaseId(id),
        );
        (info.operation, info.title, info.question) = (text(), text(), text());
        info.unit.per = text();
        info.control = Some(CaseId(text()));
        let parameters = std::mem::take(&mut info.parameters).into_values();
        info.parameters = parameters.map(|parameter| (text(), parameter)).collect();
        for parameter in info.parameters.values_mut() {
            parameter.unit = text();
        }
    }
    let units: BTreeMap<_, _> = record
        .run
        .cases
        .iter()
        .map(|info| (info.id.clone(), info.unit.clone()))
        .collect();
    record.cases.retain_mut(|line| match renamed.get(&line.id) {
        Some(id) => {
            line.id = id.clone();
            line.unit = units[id].clone();
            line.counters.figures = ["_share", "_ns", "_bytes", "_per_second", "_count", ""]
                .map(|end| (format!("{}{end}", text()), 1.5))
                .into();
            true
        }
        None => false,
    });
    let machine = &mut record.run.machine;
    (machine.key, machine.name, machine.arch) = (text(), text(), text());
    (record.run.started, record.run.tool.version) = (text(), text());
    let entries = HOSTILE
        .iter()
        .map(|text| ((*text).to_owned(), (*text).to_owned()));
    record.run.configuration.0.extend(entries);
    record
}

/// A server that is under load.
pub(crate) const SERVER: &str = "scenario/server/thread/connections=10";

/// A record of that server alone, with samples enough for every tail.
pub(crate) fn server() -> Record {
    let mut record = common::scenario::with_scenarios(common::record_of(3, |_| false));
    record.run.cases.retain(|info| info.id.0 == SERVER);
    record.run.cases[0].aspect = Aspect::Work;
    record.cases.retain(|line| line.id.0 == SERVER);
    for line in &mut record.cases {
        // One of 50 takes twice as long, three of 1,000 ten times.
        let samples = (0..5_000).map(|number| match number % 1_000 {
            997.. => 2e6,
            rare if rare % 50 == 0 => 400e3,
            common => 200e3 + f64::from(common),
        });
        line.samples = Samples::Raw(samples.collect());
    }
    record
}

/// Both records with their summaries, which take long to make.
pub(crate) fn each(check: impl Fn(&Record, &[Summary])) {
    static BOTH: OnceLock<[(Record, Vec<Summary>); 2]> = OnceLock::new();
    let both = BOTH.get_or_init(|| {
        [plain(), hostile()].map(|record| {
            let summaries = summarise(&record);
            (record, summaries)
        })
    });
    for (record, summaries) in both {
        check(record, summaries);
    }
}

pub(crate) fn ids<'a>(summaries: impl IntoIterator<Item = &'a Summary>) -> HashSet<&'a str> {
    summaries
        .into_iter()
        .map(|case| case.info.id.0.as_str())
        .collect()
}

/// Of cases with the same id only the first counts.
pub(crate) fn measured(summaries: &[Summary]) -> impl Iterator<Item = &Summary> {
    let mut seen = HashSet::new();
    let first = summaries
        .iter()
        .filter(move |case| seen.insert(&case.info.id));
    first.filter(|case| case.estimate.is_some())
}
