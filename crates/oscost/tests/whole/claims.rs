//! The rules of the claims and the rows of the suites belong together: a rule
//! finds its cases in the catalogue, and a row names the claims that stand on
//! it. What a row says is in the book of phrases of every language.

use oscost_analysis::{Verdict, claims, summarise};
use oscost_record::{
    Aspect, Burst, CaseInfo, CaseLine, Configuration, Counters, Driver, Machine, Nanos, Ops,
    Outcome, Record, Run, SCHEMA, Samples, Tier, Tool,
};
use oscost_report::Lang;

/// Figures that rules ask for, whichever case has them.
const FIGURES: [&str; 6] = [
    "system_time_share",
    "survivors",
    "ideal_ratio",
    "requests_per_s",
    "cpu_ns_per_request",
    "memory_bytes_per_task",
];

fn line(info: &CaseInfo, round: u32) -> CaseLine {
    let parts = ["resident", "virtual", "page_tables", "kernel_stack"];
    // A control is less than its case.
    let value = if info.aspect == Aspect::Control {
        1.0
    } else {
        100.0
    };
    let level = value * (1.0 + 0.01 * f64::from(round));
    let counters = Counters {
        voluntary_switches: Some(1),
        involuntary_switches: Some(0),
        minor_faults: Some(0),
        parts: parts.map(|name| (name.to_owned(), level)).into(),
        figures: FIGURES.map(|name| (name.to_owned(), level)).into(),
        ..Counters::default()
    };
    CaseLine {
        id: info.id.clone(),
        round,
        outcome: Outcome::Measured,
        unit: info.unit.clone(),
        ops_per_sample: Ops(1),
        samples: Samples::Raw(vec![level]),
        counters,
        cpus: Vec::new(),
        bursts: vec![Burst {
            ops: Ops(1),
            ..Burst::default()
        }],
        reference: None,
    }
}

/// A record in which every case of the catalogue was measured.
fn record() -> Record {
    let cases: Vec<CaseInfo> = oscost::catalogue()
        .into_iter()
        .map(|case| case.info)
        .collect();
    let lines = cases
        .iter()
        .flat_map(|info| (0..3).map(|round| line(info, round)));
    let lines = lines.collect();
    let machine = Machine::default();
    Record {
        run: Run {
            schema: SCHEMA,
            tool: Tool {
                name: "oscost".into(),
                version: "0".into(),
                binary: None,
            },
            driver: Driver::Rounds,
            tier: Tier::Full,
            machine,
            configuration: Configuration::default(),
            clock: oscost_record::ClockInfo {
                source: "rdtsc".into(),
                fallback: None,
                ticks_per_second: 1e9,
                resolution: Nanos(1.0),
                cost: Nanos(1.0),
            },
            brief: false,
            command: Vec::new(),
            seed: 1,
            started: "2026-01-01T00:00:00Z".into(),
            cases,
        },
        rounds: Vec::new(),
        cases: lines,
        end: None,
        damage: Vec::new(),
    }
}

#[test]
fn every_rule_finds_its_cases_and_each_row_names_its_claims() {
    let record = record();
    let has_scenarios = record.run.cases.iter().any(|info| info.suite == "scenario");
    let mut judged = 0;
    for claim in claims(&summarise(&record)) {
        if let Verdict::NotMeasured(why) = &claim.verdict {
            // How many CPUs a case has workers for hangs on the machine.
            let excused = why.starts_with("this machine has one CPU");
            let absent = !has_scenarios && why.contains("scenario/");
            assert!(excused || absent, "claim {}: {why}", claim.number);
            continue;
        }
        judged += 1;
        let named = claim.cases().into_iter().filter_map(|id| {
            let info = record.run.cases.iter().find(|info| info.id == *id);
            info.filter(|info| !matches!(info.aspect, Aspect::Control | Aspect::Floor))
        });
        let strangers: Vec<&str> = named
            .filter(|info| !info.claims.contains(&claim.number))
            .map(|info| info.id.0.as_str())
            .collect();
        assert!(
            strangers.is_empty(),
            "claim {} stands on {strangers:?}, whose rows do not name it",
            claim.number
        );
    }
    assert!(judged >= 13, "{judged}");
}

#[test]
fn every_verdict_is_in_the_book_of_phrases() {
    for claim in claims(&summarise(&record())) {
        let because = claim.verdict.because().unwrap_or_default();
        for text in [claim.claim, claim.rule, claim.finding.as_str(), because] {
            let said = Lang::Zh.say(text);
            assert!(english(&said) < 3, "{text} => {said}");
        }
    }
}

/// Words of three small letters and more that follow each other.
pub(crate) fn english(text: &str) -> usize {
    let word = |word: &str| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let runs = text.split_whitespace().scan(0, |run, part| {
        *run = if word(part) { *run + 1 } else { 0 };
        Some(*run)
    });
    runs.max().unwrap_or(0)
}

#[test]
fn every_question_and_title_is_in_the_book_of_phrases() {
    let mut left: Vec<String> = Vec::new();
    for case in oscost::catalogue() {
        for text in [&case.info.question, &case.info.title] {
            let said = Lang::Zh.say(text);
            if english(&said) > 1 {
                left.push(format!("{text} => {said}"));
            }
        }
        let question = &case.info.question;
        if Lang::Zh.say(question) == *question {
            left.push(question.clone());
        }
    }
    left.dedup();
    assert!(left.is_empty(), "add to phrases/zh: {left:#?}");
}
