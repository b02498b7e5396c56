//! Verdicts as people and scripts read them: whatever was judged is told, a
//! comment stays short, and no text of a record can make it say more.

use std::collections::BTreeMap;

use oscost_analysis::verdict::{
    Census, Deciding, Delta, Direction, Judgement, Outcome, Reason, Statistic, Verdict,
};
use oscost_analysis::{Counter, Estimate, Moved};
use oscost_record::CaseId;
use oscost_report::{Judged, verdict_json, verdict_markdown, verdict_table};

fn judgement(id: &str, verdict: Verdict, reason: Reason, ratio: f64) -> Judgement {
    Judgement {
        id: CaseId(id.to_owned()),
        statistic: Statistic::Median,
        verdict,
        suspicion: match reason {
            Reason::Suspected(way) => Some(way),
            _ => None,
        },
        reason,
        ratio: Some(Estimate {
            value: ratio,
            low: ratio * 0.98,
            high: ratio * 1.02,
        }),
        delta: Some(Delta {
            share: 0.02,
            decided_by: Deciding::Floor,
        }),
        smallest: Some(0.034),
        p: Some(0.0012),
        footing: None,
    }
}

/// One of each verdict.
fn one_of_each() -> Vec<Judgement> {
    vec![
        judgement("a/same", Verdict::Same, Reason::Within, 1.001),
        judgement(
            "a/regressed",
            Verdict::Regressed,
            Reason::Confirmed(Direction::Slower),
            1.25,
        ),
        judgement(
            "a/worse",
            Verdict::Regressed,
            Reason::Confirmed(Direction::Slower),
            1.75,
        ),
        judgement(
            "a/improved",
            Verdict::Improved,
            Reason::Confirmed(Direction::Faster),
            0.5,
        ),
        judgement("a/noisy", Verdict::Inconclusive, Reason::TooNoisy, 1.01),
        judgement(
            "a/suspected",
            Verdict::Inconclusive,
            Reason::Suspected(Direction::Slower),
            1.3,
        ),
        judgement(
            "a/lost",
            Verdict::Inconclusive,
            Reason::NotMeasured("failed: broke".into()),
            1.0,
        ),
        judgement("a/invalid", Verdict::Invalid, Reason::Environment, 3.0),
    ]
}

fn moved_with(id: &str) -> BTreeMap<CaseId, Vec<Moved>> {
    let exactly = |value| Estimate {
        value,
        low: value,
        high: value,
    };
    let moved = Moved {
        counter: Counter::VoluntarySwitches,
        before: exactly(2.0),
        after: exactly(4.0),
    };
    [(CaseId(id.to_owned()), vec![moved])].into()
}

struct Shown {
    table: String,
    markdown: String,
    json: serde_json::Value,
}

fn shown(
    judgements: &[Judgement],
    moved: &BTreeMap<CaseId, Vec<Moved>>,
    notes: &[String],
    strict: bool,
) -> Shown {
    let census = Census::of(judgements);
    let judged = Judged {
        title: "gate",
        judgements,
        moved,
        census: &census,
        outcome: Outcome::of(&census, strict),
        notes,
    };
    Shown {
        table: verdict_table(&judged),
        markdown: verdict_markdown(&judged),
        json: verdict_json(&judged),
    }
}

#[test]
fn every_judgement_is_told_and_the_gravest_last() {
    let judgements = one_of_each();
    let Shown { table, json, .. } = shown(
        &judgements,
        &moved_with("a/worse"),
        &["noted".into()],
        false,
    );
    let places = [
        "a/same",
        "a/noisy",
        "a/improved",
        "a/invalid",
        "a/lost",
        "a/suspected",
        "a/worse",
        "    voluntary switches: 2.0 to 4.0 per operation",
        "a/regressed",
        "medians: 2 regressed",
        "noted",
        "2 regressions confirmed (exit code 1)",
    ]
    .map(|text| {
        table
            .find(text)
            .unwrap_or_else(|| panic!("{text} is not in {table}"))
    });
    assert!(places.is_sorted(), "{places:?} {table}");
    // The smallest effect that could have been seen stands with every case.
    assert_eq!(
        table.matches("3.4 %").count(),
        judgements.len() + 1,
        "{table}"
    );

    let told = json["judgements"].as_array().unwrap();
    assert_eq!(told.len(), judgements.len());
    assert_eq!(
        (&json["outcome"], &json["exit_code"]),
        (&"regression".into(), &1.into())
    );
    assert_eq!(told[2]["moved"][0]["counter"], "voluntary_switches");
    assert!(told[0].get("moved").is_none());
    let counted = json["census"].as_array().unwrap().iter();
    let counted: u64 = counted.map(|tally| tally["count"].as_u64().unwrap()).sum();
    assert_eq!(counted, judgements.len() as u64);
}

#[test]
fn a_comment_names_the_worst_first() {
    let Shown { markdown, .. } = shown(&one_of_each(), &moved_with("a/worse"), &[], false);
    let lines: Vec<&str> = markdown.lines().collect();
    assert_eq!(lines[0], "**gate**: 2 regressions confirmed (exit code 1)");
    let (census, worst) =
        lines[2..].split_at(lines[2..].iter().position(|line| line.is_empty()).unwrap());
    assert_eq!(
        census[0],
        "- medians: 2 regressed: 2 slower by more than δ, and again when measured anew"
    );
    assert_eq!(census.len(), 5, "{markdown}");
    let lines = &worst[1..];
    assert_eq!(
        lines[0],
        "- regressed: a/worse median: **1.750×** (1.715 to 1.785), δ 2.0 %, p 0.0012"
    );
    assert_eq!(lines[1], "  - voluntary switches: 2.0 to 4.0 per operation");
    assert!(lines[2].starts_with("- a/regressed median: "), "{markdown}");
    assert!(
        lines[3].starts_with("- suspected of being slower"),
        "{markdown}"
    );
    assert!(
        !markdown.contains("a/same") && !markdown.contains("a/noisy"),
        "{markdown}"
    );
}

#[test]
fn a_comment_on_nothing_is_two_lines() {
    let quiet = [
        judgement("a/same", Verdict::Same, Reason::Within, 1.001),
        judgement("a/noisy", Verdict::Inconclusive, Reason::TooNoisy, 1.01),
    ];
    let Shown { markdown, .. } = shown(&quiet, &BTreeMap::new(), &["12 records".into()], false);
    let lines: Vec<&str> = markdown.lines().collect();
    assert_eq!(lines.len(), 2, "{markdown}");
    assert!(lines[0].starts_with("**gate**: no regression (exit code 0)"));
    assert!(
        lines[1].contains("1 same") && lines[1].ends_with("12 records"),
        "{markdown}"
    );
    let none = shown(&[], &BTreeMap::new(), &[], true);
    assert_eq!(
        none.markdown,
        "**gate**: nothing could be judged (exit code 3)  \nNothing was judged.\n"
    );
    assert_eq!(none.json["exit_code"], 3);
    let lenient = shown(&[], &BTreeMap::new(), &[], false);
    assert!(
        lenient
            .table
            .ends_with("nothing could be judged (exit code 0)\n"),
        "{}",
        lenient.table
    );
}

#[test]
fn a_suspicion_is_told_as_such() {
    let suspected = Reason::Suspected(Direction::Slower);
    let one = [judgement("a/b", Verdict::Inconclusive, suspected, 1.3)];
    let Shown { table, .. } = shown(&one, &BTreeMap::new(), &[], false);
    let last = table.lines().last().unwrap();
    assert_eq!(
        last,
        "no regression confirmed, 1 suspicion not measured anew (exit code 0)"
    );
}

#[test]
fn a_comment_never_has_more_than_60_lines() {
    let hostile =
        "a\n\n# b\r\n| c | <script>alert(1)</script> @everyone ![x](http://y) `d` \u{1b}[2J";
    let verdicts = [
        (Verdict::Regressed, Reason::Confirmed(Direction::Slower)),
        (Verdict::Improved, Reason::Confirmed(Direction::Faster)),
        (Verdict::Inconclusive, Reason::Suspected(Direction::Slower)),
        (Verdict::Invalid, Reason::Control),
        (Verdict::Inconclusive, Reason::TooNoisy),
        (Verdict::Same, Reason::Within),
    ];
    let mut judgements = Vec::new();
    let mut moved = BTreeMap::new();
    for number in 0..1_500 {
        let (verdict, reason) = match verdicts.get(number % 7) {
            Some(known) => known.clone(),
            None => {
                let why = format!("{number} {}", hostile.repeat(20));
                (Verdict::Inconclusive, Reason::NotMeasured(why))
            }
        };
        let id = format!("{hostile}/{number}{}", "x".repeat(500));
        moved.extend(moved_with(&id));
        let ratio = 1.0 + number as f64;
        let median = judgement(&id, verdict, reason.clone(), ratio);
        let p99 = Judgement {
            statistic: Statistic::P99,
            smallest: Some(f64::INFINITY),
            p: Some(f64::NAN),
            ..median.clone()
        };
        judgements.extend([median, p99]);
    }
    let notes: Vec<String> = (0..200).map(|_| hostile.repeat(50)).collect();
    let Shown {
        table,
        markdown,
        json,
    } = shown(&judgements, &moved, &notes, true);
    assert!(
        markdown.lines().count() <= 60,
        "{}",
        markdown.lines().count()
    );
    assert!(markdown.len() < 30_000, "{}", markdown.len());
    let bare = markdown.replace("\\<", "").replace("\\`", "");
    for text in ["<", "@everyone", "![x]", "\u{1b}", "\r", "`"] {
        assert!(!bare.contains(text), "{text}: {markdown}");
    }
    let commands = |letter: char| letter.is_control() && letter != '\n';
    assert!(!table.contains(commands));
    assert_eq!(
        table.matches("/1499x").count(),
        2,
        "both figures of the last case"
    );
    assert_eq!(json["judgements"].as_array().unwrap().len(), 3_000);

    let again = shown(&judgements, &moved, &notes, true);
    assert_eq!(
        (again.table, again.markdown, again.json),
        (table, markdown, json)
    );
}
