//! `oscost selftest placement`: whether parties run where they are told, at every
//! placement that this machine has.

use clap::Args;
use oscost_harness::probe::{Launch, Probe as _};
use oscost_harness::session::Session;
use oscost_harness::{Case, Failure, interrupt};
use oscost_record::{CaseId, Cpu};
use serde_json::{Value, json};

use crate::exit::End;
use crate::output::say;

/// Tells for each placement which CPUs two parties were to run on and where they did
///
/// Two processes and two threads pass a byte to and fro at each distance that two CPUs of
/// this machine can have. Where a party was is what the case's own proof says, as it
/// stands in a record. Exit code 1 where one was elsewhere, or where a case failed.
#[derive(Debug, Args)]
pub(crate) struct Placement {
    /// JSON on standard output: an array with `case`, `placement`, `asked` (CPUs; none
    /// where the scheduler chooses), `ran` (CPUs), `outcome` (as-asked, elsewhere,
    /// skipped, failed) and its `reason`
    #[arg(long)]
    pub(crate) json: bool,
}

/// The cases that exist at every placement.
const OPERATIONS: [&str; 2] = ["process/switch/pipe", "thread/switch/pipe"];
/// Round trips of each.
const OPS: u64 = 200;

/// Runs them and tells.
///
/// # Errors
/// Where the program cannot start itself again.
pub(crate) fn placement(options: &Placement) -> anyhow::Result<End> {
    interrupt::watch()?;
    let session = Session::open();
    let launch = session.launch()?;
    let mut trials = Vec::new();
    for case in cases() {
        let trial = Trial::of(&case, &session, &launch);
        if let Some(signal) = interrupt::requested() {
            return Ok(End::Interrupted(signal));
        }
        trials.push(trial);
    }
    let text = match options.json {
        true => {
            serde_json::to_string_pretty(&trials.iter().map(Trial::as_json).collect::<Vec<_>>())?
        }
        false => trials
            .iter()
            .map(Trial::line)
            .collect::<Vec<_>>()
            .join("\n"),
    };
    say(&text)?;
    Ok(end(&trials))
}

/// A party elsewhere is an objection, and so is a machine on which none could be told.
fn end(trials: &[Trial]) -> End {
    let all_good = trials.iter().all(|trial| !trial.found.is_bad());
    let some_ran = trials.iter().any(|trial| trial.found == Found::AsAsked);
    match all_good && some_ran {
        true => End::Done,
        false => End::Objection,
    }
}

fn cases() -> Vec<Case> {
    let mut cases = oscost::catalogue();
    cases.retain(|case| {
        let operation = format!("{}/{}", case.info.suite, case.info.operation);
        OPERATIONS.contains(&operation.as_str())
    });
    cases
}

/// How a case went.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Found {
    AsAsked,
    Elsewhere,
    Skipped(String),
    Failed(String),
}

impl Found {
    fn is_bad(&self) -> bool {
        matches!(self, Self::Elsewhere | Self::Failed(_))
    }

    fn word(&self) -> &'static str {
        match self {
            Self::AsAsked => "as-asked",
            Self::Elsewhere => "elsewhere",
            Self::Skipped(_) => "skipped",
            Self::Failed(_) => "failed",
        }
    }

    fn reason(&self) -> Option<&str> {
        match self {
            Self::Skipped(reason) | Self::Failed(reason) => Some(reason),
            Self::AsAsked | Self::Elsewhere => None,
        }
    }
}

/// A case at a placement.
struct Trial {
    id: CaseId,
    placement: oscost_record::Placement,
    asked: Vec<Cpu>,
    ran: Vec<Cpu>,
    found: Found,
}

impl Trial {
    fn of(case: &Case, session: &Session, launch: &Launch) -> Self {
        let ran = match session.supply.lacks(case) {
            Some(reason) => Err(Failure::Skip(reason)),
            None => run(case, launch),
        };
        Self::judged(case, launch.spec(case).cpus, ran)
    }

    fn judged(case: &Case, asked: Vec<Cpu>, ran: Result<Vec<Cpu>, Failure>) -> Self {
        let found = match &ran {
            Ok(ran) if is_as_asked(&asked, ran) => Found::AsAsked,
            Ok(_) => Found::Elsewhere,
            Err(Failure::Skip(reason)) => Found::Skipped(reason.clone()),
            Err(Failure::Fail(reason)) => Found::Failed(reason.clone()),
        };
        Self {
            id: case.info.id.clone(),
            placement: case.info.placement,
            asked,
            ran: ran.unwrap_or_default(),
            found,
        }
    }

    fn as_json(&self) -> Value {
        json!({
            "case": self.id,
            "placement": self.placement,
            "asked": self.asked,
            "ran": self.ran,
            "outcome": self.found.word(),
            "reason": self.found.reason(),
        })
    }

    fn line(&self) -> String {
        let asked = match self.asked[..] {
            [] => "any CPU".to_owned(),
            _ => format!("CPU {}", list(&self.asked)),
        };
        let told = match self.found.reason() {
            Some(reason) => reason.to_owned(),
            None => format!("asked for {asked}, ran on {}", list(&self.ran)),
        };
        format!("{:45}  {:9}  {told}", self.id.0, self.found.word())
    }
}

/// A burst, and where its parties were at its end.
fn run(case: &Case, launch: &Launch) -> Result<Vec<Cpu>, Failure> {
    let mut probe = launch.start(&launch.spec(case))?;
    let (burst, _) = probe.burst(1, OPS)?;
    Box::new(probe).finish()?;
    Ok(burst.cpus)
}

/// One CPU is for both parties; none leaves them to the scheduler.
fn is_as_asked(asked: &[Cpu], ran: &[Cpu]) -> bool {
    match asked {
        [] => ran.len() == 2,
        [both] => ran == [*both, *both],
        each => ran == each,
    }
}

fn list(cpus: &[Cpu]) -> String {
    let cpus: Vec<String> = cpus.iter().map(Cpu::to_string).collect();
    cpus.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(asked: &[u32], ran: Result<&[u32], Failure>) -> Trial {
        let cpus = |numbers: &[u32]| numbers.iter().copied().map(Cpu).collect::<Vec<_>>();
        Trial::judged(&cases()[0], cpus(asked), ran.map(cpus))
    }

    #[test]
    fn parties_that_are_elsewhere_are_an_objection() {
        let good = || trial(&[3], Ok(&[3, 3]));
        let also_good = [trial(&[0, 2], Ok(&[0, 2])), trial(&[], Ok(&[1, 0])), good()];
        assert_eq!(end(&also_good), End::Done);
        for (asked, ran) in [
            (&[3][..], &[3, 4][..]),
            (&[3], &[3]),
            (&[0, 2], &[2, 0]),
            (&[0, 2], &[0, 0]),
            (&[], &[1]),
        ] {
            let bad = trial(asked, Ok(ran));
            assert_eq!(bad.found, Found::Elsewhere, "{asked:?} {ran:?}");
            assert!(bad.line().contains("elsewhere"), "{}", bad.line());
            assert_eq!(end(&[good(), bad]), End::Objection);
        }
    }

    #[test]
    fn what_cannot_be_had_is_told_and_what_fails_objects() {
        let skipped = || trial(&[], Err(Failure::Skip("no two such CPUs".into())));
        assert_eq!(skipped().as_json()["reason"], "no two such CPUs");
        assert_eq!(end(&[skipped(), trial(&[0], Ok(&[0, 0]))]), End::Done);
        assert_eq!(end(&[skipped()]), End::Objection);
        let failed = trial(&[0], Err(Failure::Fail("elsewhere".into())));
        assert_eq!(end(&[trial(&[0], Ok(&[0, 0])), failed]), End::Objection);
    }

    #[test]
    fn both_operations_have_a_case_at_every_placement() {
        let placements = oscost_record::Placement::ALL.len();
        assert_eq!(cases().len(), OPERATIONS.len() * placements);
    }
}
