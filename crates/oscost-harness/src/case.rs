//! What a case is: a row of a catalogue, spread out over its parameters and
//! placements.
//!
//! Rows are plain constants. The list, the help, the bench targets, the tables
//! of the report and the tests that sweep the catalogue all derive from them.

use std::collections::BTreeMap;

use oscost_record::{
    Aspect, CaseId, CaseInfo, Cpu, Parameter, Peers, Placement, TaskKind, Tier, Unit,
};

use crate::Failure;
use crate::need::Need;
use crate::proof::Expect;
use crate::work::Measure;

/// One cost, over all its parameters and placements.
#[derive(Debug)]
pub struct Row {
    /// Operation and variant, as in the id: `create/fork`.
    pub operation: &'static str,
    /// A few words for the axis of a picture.
    pub title: &'static str,
    /// The question that the number answers, a full sentence.
    pub question: &'static str,
    /// The kind of task.
    pub task: TaskKind,
    /// What is measured of it.
    pub aspect: Aspect,
    /// What one operation is: `create+exit+wait`, `round trip`. For
    /// [`Aspect::Memory`] the task that the bytes are counted per.
    pub per: &'static str,
    /// The parameter, where there is one.
    pub axis: Option<Axis>,
    /// Who talks to whom. Only two-party cases have a placement in their id;
    /// the others run pinned to one CPU.
    pub peers: Option<Peers>,
    /// The operation of the same suite to subtract for a net figure.
    pub control: Option<&'static str>,
    /// Numbers of the claims that stand on it.
    pub claims: &'static [u8],
    /// What the machine must have.
    pub needs: fn(&Setting) -> Vec<Need>,
    /// What one operation must cause.
    pub expect: fn(&Setting) -> Expect,
    /// Makes everything ready; nothing of it is timed.
    pub build: fn(&Setting) -> Result<Measure, Failure>,
}

/// A parameter and its values.
#[derive(Debug)]
pub struct Axis {
    /// The name in the id.
    pub name: &'static str,
    /// The unit in the id; empty for a bare count.
    pub unit: &'static str,
    /// Values that every tier measures.
    pub core: &'static [u64],
    /// Values that only the full tier measures.
    pub full: &'static [u64],
}

/// The choices that one case makes of its row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setting {
    /// The value of the row's axis.
    pub value: Option<u64>,
    /// The CPU of each party; empty where the scheduler chooses.
    pub cpus: Vec<Cpu>,
}

impl Setting {
    /// The value of the axis; 0 where the row has none.
    #[must_use]
    pub fn value(&self) -> u64 {
        self.value.unwrap_or_default()
    }

    /// The CPU of a party, where it is to be pinned.
    #[must_use]
    pub fn cpu(&self, party: usize) -> Option<Cpu> {
        self.cpus.get(party).or(self.cpus.last()).copied()
    }
}

/// The rows of one subject, and the name in front of their ids.
#[derive(Clone, Copy, Debug)]
pub struct Suite {
    /// The first part of the ids.
    pub name: &'static str,
    /// Its families: one file each.
    pub families: &'static [&'static [Row]],
}

/// One cost at one set of parameters.
#[derive(Clone, Debug)]
pub struct Case {
    /// What records say of it.
    pub info: CaseInfo,
    /// Where it came from.
    pub row: &'static Row,
    /// The value of the row's axis.
    pub value: Option<u64>,
}

/// The placements of two-party cases, in the order of the list.
const PLACEMENTS: [Placement; 3] = [Placement::SameCpu, Placement::CrossCpu, Placement::Free];

impl Suite {
    /// All cases, in the order of the rows.
    #[must_use]
    pub fn cases(&self) -> Vec<Case> {
        self.families
            .iter()
            .copied()
            .flatten()
            .flat_map(|row| self.spread(row))
            .collect()
    }

    fn spread(&self, row: &'static Row) -> Vec<Case> {
        let values: Vec<(Option<u64>, Tier)> = match &row.axis {
            None => vec![(None, Tier::Core)],
            Some(axis) => {
                let core = axis.core.iter().map(|&value| (Some(value), Tier::Core));
                let full = axis.full.iter().map(|&value| (Some(value), Tier::Full));
                core.chain(full).collect()
            }
        };
        let placements = match row.peers {
            Some(Peers::Processes | Peers::Threads) => &PLACEMENTS[..],
            Some(Peers::Coroutines) | None => &PLACEMENTS[..1],
        };
        let mut cases = Vec::new();
        for (value, tier) in values {
            for &placement in placements {
                cases.push(self.case(row, value, tier, placement));
            }
        }
        cases
    }

    fn case(
        &self,
        row: &'static Row,
        value: Option<u64>,
        tier: Tier,
        placement: Placement,
    ) -> Case {
        let mut id = format!("{}/{}", self.name, row.operation);
        let mut parameters = BTreeMap::new();
        if let (Some(axis), Some(value)) = (&row.axis, value) {
            id += &format!("/{}={value}{}", axis.name, axis.unit);
            let unit = axis.unit.to_owned();
            parameters.insert(axis.name.to_owned(), Parameter { value, unit });
        }
        if matches!(row.peers, Some(Peers::Processes | Peers::Threads)) {
            id += &format!("/placement={placement}");
        }
        let unit = match row.aspect {
            Aspect::Memory => Unit::memory(row.per),
            _ => Unit::time(row.per),
        };
        let info = CaseInfo {
            id: CaseId(id),
            suite: self.name.to_owned(),
            operation: row.operation.to_owned(),
            title: row.title.to_owned(),
            question: row.question.to_owned(),
            unit,
            task: row.task,
            aspect: row.aspect,
            tier,
            parameters,
            placement,
            peers: row.peers,
            control: row
                .control
                .map(|control| CaseId(format!("{}/{control}", self.name))),
            claims: row.claims.to_vec(),
        };
        Case { info, row, value }
    }
}

impl Case {
    /// The setting of this case on the CPUs that were chosen for it.
    #[must_use]
    pub fn setting(&self, cpus: Vec<Cpu>) -> Setting {
        Setting {
            value: self.value,
            cpus,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: Row = Row {
        operation: "switch/pipe",
        title: "pipe",
        question: "What does a turn cost?",
        task: TaskKind::Process,
        aspect: Aspect::Switch,
        per: "round trip",
        axis: Some(Axis {
            name: "size",
            unit: "KiB",
            core: &[1],
            full: &[64],
        }),
        peers: Some(Peers::Processes),
        control: Some("control/pipe"),
        claims: &[3],
        needs: |_| Vec::new(),
        expect: |_| Expect::COUNT,
        build: |_| Err(Failure::Skip("not built".into())),
    };

    #[test]
    fn a_row_spreads_over_values_and_placements() {
        let suite = Suite {
            name: "process",
            families: &[&[ROW]],
        };
        let cases = suite.cases();
        let ids: Vec<&str> = cases.iter().map(|case| case.info.id.0.as_str()).collect();
        assert_eq!(ids.len(), 6);
        assert_eq!(ids[1], "process/switch/pipe/size=1KiB/placement=cross-cpu");
        assert_eq!(cases[5].info.tier, Tier::Full);
        assert_eq!(cases[5].value, Some(64));
        let control = cases[0].info.control.as_ref().unwrap();
        assert_eq!(control.0, "process/control/pipe");
    }

    #[test]
    fn a_single_cpu_serves_every_party() {
        let setting = Setting {
            value: None,
            cpus: vec![Cpu(3)],
        };
        assert_eq!(setting.cpu(1), Some(Cpu(3)));
        assert_eq!(Setting::default().cpu(0), None);
    }
}
