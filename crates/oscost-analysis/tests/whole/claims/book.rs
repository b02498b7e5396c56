//! Small records for rules. `id` stands for what a case costs, `id#name` for a
//! figure that it took, `id@part` for a part of its memory, `id!` for the
//! switches and `id?` for the page faults that the kernel counted of an
//! operation. Every cost has an interval of some 2 % to either side.

use std::collections::BTreeMap;

use oscost_analysis::{Claim, Verdict, claims, summarise};
use oscost_record::{Burst, CaseInfo, CaseLine, Ops, Outcome};

use crate::common::{measured, record};

type Case = (CaseInfo, Vec<CaseLine>);

/// What a rule says of such a record.
pub(crate) fn claim(number: u8, figures: &[(&str, f64)]) -> Claim {
    claim_of(number, cases(figures))
}

/// What a rule says of these cases.
pub(crate) fn claim_of(number: u8, cases: Vec<Case>) -> Claim {
    let (infos, lines): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    let all = claims(&summarise(&record(1, infos, lines.concat())));
    let found = all.into_iter().find(|claim| claim.number == number);
    found.unwrap()
}

/// The verdict in words.
pub(crate) fn verdict(number: u8, figures: &[(&str, f64)]) -> String {
    claim(number, figures).verdict.to_string()
}

/// Looks that a rule can say yes, no, and neither.
pub(crate) fn decides<const N: usize>(
    number: u8,
    yes: [(&str, f64); N],
    no: &[(&str, f64)],
    unsure: &[(&str, f64)],
) {
    let with = |changes: &[(&str, f64)]| {
        let mut figures = yes;
        for (name, value) in changes {
            let place = figures.iter().position(|(known, _)| known == name);
            figures[place.unwrap()].1 = *value;
        }
        claim(number, &figures)
    };
    assert_eq!(with(&[]).verdict, Verdict::Holds, "{:?}", with(&[]));
    assert_eq!(with(no).verdict, Verdict::DoesNotHold, "{:?}", with(no));
    assert_eq!(
        with(unsure).verdict,
        Verdict::Undecided,
        "{:?}",
        with(unsure)
    );
    assert!(!with(&[]).finding.is_empty());
}

/// The cases of such a record.
pub(crate) fn cases(figures: &[(&str, f64)]) -> Vec<Case> {
    let mut cases: BTreeMap<String, Case> = BTreeMap::new();
    // The controls of rings cost nothing to speak of.
    for (name, _) in figures {
        let id = name.split(['#', '@', '!', '?']).next().unwrap();
        let mut case = measured(id, 1_000.0);
        if id.contains("/switch/ring/") && !id.starts_with("coroutine") {
            let control = id.replace("/switch/", "/control/");
            case.0.control = Some(control.as_str().into());
            cases.insert(control.clone(), measured(&control, 1.0));
        }
        cases.insert(id.to_owned(), case);
    }
    for &(name, value) in figures {
        let id = name.split(['#', '@', '!', '?']).next().unwrap();
        let (_, lines) = cases.get_mut(id).unwrap();
        if name == id {
            let (_, costs) = measured(id, value);
            for (line, cost) in lines.iter_mut().zip(costs) {
                line.samples = cost.samples;
            }
            continue;
        }
        let (sign, rest) = name[id.len()..].split_at(1);
        // Half a percent apart, as costs are.
        let steps = [-4.0, -3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0_f64];
        for (line, step) in lines.iter_mut().zip(steps) {
            let near = value * (1.0 + step * 0.005);
            match sign {
                "#" => drop(line.counters.figures.insert(rest.to_owned(), near)),
                "@" => drop(line.counters.parts.insert(rest.to_owned(), near)),
                _ => count(line, sign, value),
            }
        }
    }
    cases.into_values().collect()
}

/// A thousand operations, with so many switches or faults each.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a few thousand"
)]
fn count(line: &mut CaseLine, sign: &str, each: f64) {
    line.bursts = vec![Burst {
        ops: Ops(1_000),
        ..Burst::default()
    }];
    let all = Some((each * 1_000.0) as u64);
    match sign {
        "!" => {
            line.counters.voluntary_switches = all;
            line.counters.involuntary_switches = Some(0);
        }
        _ => line.counters.minor_faults = all,
    }
}

/// The same cases, of which one failed.
pub(crate) fn failing(mut cases: Vec<Case>, id: &str) -> Vec<Case> {
    let case = cases.iter_mut().find(|(info, _)| info.id.0 == id);
    for line in &mut case.unwrap().1 {
        line.outcome = Outcome::Failed("mq_open: EMFILE".into());
    }
    cases
}
