//! One of the two sides: a program, what it is started with, and what it can
//! measure. Finds out before anything is measured whether it is a program of
//! oscost at all.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, bail};
use oscost_harness::probe::{Launch, Launcher as _, Surroundings};
use oscost_harness::session::hash_of_program;
use oscost_harness::{Failure, drill, interrupt};
use oscost_record::{CaseId, Variant};
use serde_json::Value;

use super::options::{Variable, Words};

/// A side.
#[derive(Debug)]
pub(crate) struct Contender {
    name: &'static str,
    pub(crate) variant: Variant,
    pub(crate) launch: Launch,
    /// The cases that it has; absent where it does not tell.
    cases: Option<BTreeSet<CaseId>>,
}

impl Contender {
    /// The side that is called `name`: `program`, or the running one, launched
    /// as `own` launches that, whose hash is known.
    ///
    /// # Errors
    /// Where there is no such program, it cannot be started, or it is none of
    /// oscost.
    pub(crate) fn of(
        name: &'static str,
        program: Option<&Path>,
        (variables, wrapper): (&[Variable], Option<&Words>),
        own: (&Launch, Option<&str>),
    ) -> anyhow::Result<Self> {
        let (own, own_hash) = own;
        let mut launch = own.clone();
        if let Some(program) = program {
            launch.program = program
                .canonicalize()
                .with_context(|| format!("{name}: there is no program {}", program.display()))?;
        }
        let is_this_one = launch.program == own.program;
        let wrapper = wrapper.map_or(&[][..], |Words(words)| words);
        launch.surroundings = Surroundings {
            wrapper: wrapper.iter().map(Into::into).collect(),
            variables: variables
                .iter()
                .map(|variable| ((&variable.name).into(), (&variable.value).into()))
                .collect(),
        };
        let variant = Variant {
            program: launch.program.display().to_string(),
            binary: match is_this_one {
                true => own_hash.map(str::to_owned),
                false => hash_of_program(&launch.program).ok(),
            },
            environment: variables
                .iter()
                .map(|variable| format!("{}={}", variable.name, variable.value))
                .collect(),
            wrapper: wrapper.to_vec(),
        };
        let mut contender = Self {
            name,
            variant,
            launch,
            cases: None,
        };
        contender.must_answer()?;
        contender.cases = match is_this_one {
            true => Some(
                oscost::catalogue()
                    .into_iter()
                    .map(|case| case.info.id)
                    .collect(),
            ),
            false => contender.catalogue(),
        };
        Ok(contender)
    }

    /// Every program of oscost can be a probe of the drill that does nothing.
    fn must_answer(&self) -> anyhow::Result<()> {
        let drills = drill::SUITE.cases();
        let nothing = drills.iter().find(|case| case.info.operation == "nothing");
        let nothing = nothing.context("there is no drill `nothing`")?;
        let answered = self.launch.launch(nothing).and_then(|probe| probe.finish());
        match answered {
            Ok(()) => Ok(()),
            Err(_) if interrupt::requested().is_some() => Ok(()),
            Err(Failure::Skip(why) | Failure::Fail(why)) => bail!(
                "{}: {} does not answer as a program of oscost does: {why}",
                self.name,
                self.in_words(),
            ),
        }
    }

    /// What the program says that it can measure; `None` where it is a bench
    /// target, which has no verbs.
    fn catalogue(&self) -> Option<BTreeSet<CaseId>> {
        let mut list = self.launch.surroundings.command(&self.launch.program);
        let list = list
            .args(["list", "--json", "--tier", "full"])
            .output()
            .ok()?;
        let entries: Vec<Value> = serde_json::from_slice(&list.stdout).ok()?;
        let ids = entries.iter().filter_map(|entry| entry["id"].as_str());
        Some(ids.map(CaseId::from).collect())
    }

    /// Whether the program has the case, as far as it tells.
    pub(crate) fn may_have(&self, id: &CaseId) -> bool {
        // The drills are part of every program, and of no catalogue.
        let is_drill = id.suite() == drill::SUITE.name;
        is_drill || self.cases.as_ref().is_none_or(|cases| cases.contains(id))
    }

    /// What is to be known of the side: which of the cases it lacks.
    pub(crate) fn note(&self, wanted: &[CaseId]) -> Option<String> {
        if self.cases.is_none() {
            return Some(format!(
                "{} does not tell its cases; what it lacks is not measured",
                self.name
            ));
        }
        let lacking: Vec<&str> = wanted
            .iter()
            .filter(|id| !self.may_have(id))
            .map(|id| id.0.as_str())
            .collect();
        let named = lacking[..lacking.len().min(NAMED)].join(", ");
        let more = if lacking.len() > NAMED { ", …" } else { "" };
        (!lacking.is_empty()).then(|| {
            format!(
                "{} lacks {} of the cases: {named}{more}",
                self.name,
                lacking.len()
            )
        })
    }

    /// The words that start it, variables first.
    pub(crate) fn in_words(&self) -> String {
        in_words(&self.variant)
    }
}

/// So many lacking cases are named.
const NAMED: usize = 5;

/// The words that start a side, variables first.
pub(crate) fn in_words(variant: &Variant) -> String {
    let words = variant.environment.iter().chain(&variant.wrapper);
    let words = words.chain([&variant.program]).map(String::as_str);
    words.collect::<Vec<&str>>().join(" ")
}
