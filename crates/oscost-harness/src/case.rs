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
    /// levels ([`Aspect::is_level`]) what the bytes are counted per.
    pub per: &'static str,
    /// The narrowest tier that measures it; full values of a parameter are for
    /// the full tier in any case.
    pub tier: Tier,
    /// The parameters: every value of one with every value of the next.
    pub axes: &'static [Axis],
    /// Which CPUs the parties may have.
    pub place: Place,
    /// Who talks to whom, where two do.
    pub peers: Option<Peers>,
    /// The operation of the same suite to subtract for a net figure, at the
    /// same values of the parameters that both have.
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

/// Which CPUs the parties of a row may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// All pinned to the first CPU; what they make inherits the pin.
    OneCpu,
    /// A case each for one CPU, two CPUs and the scheduler's choice, told in
    /// the id.
    Each,
    /// The same, and in the full tier two CPUs at every distance that machines
    /// have: for the few rows that tell what a distance costs.
    EveryDistance,
    /// Wherever the scheduler puts them: for more than two parties.
    Anywhere,
}

impl Place {
    fn placements(self) -> &'static [(Placement, Tier)] {
        use Placement::{CrossCpu, CrossLlc, CrossNuma, Free, SameCpu, SameLlc, SmtSibling};
        match self {
            Self::OneCpu => &[(SameCpu, Tier::Core)],
            Self::Each => &[
                (SameCpu, Tier::Core),
                (CrossCpu, Tier::Core),
                (Free, Tier::Core),
            ],
            Self::EveryDistance => &[
                (SameCpu, Tier::Core),
                (CrossCpu, Tier::Core),
                (Free, Tier::Core),
                (SmtSibling, Tier::Full),
                (SameLlc, Tier::Full),
                (CrossLlc, Tier::Full),
                (CrossNuma, Tier::Full),
            ],
            Self::Anywhere => &[(Free, Tier::Core)],
        }
    }
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
    /// The value of each of the row's axes, by name.
    pub values: Vec<(&'static str, u64)>,
    /// The CPU of each party; empty where the scheduler chooses.
    pub cpus: Vec<Cpu>,
}

impl Setting {
    /// The value of the first axis; 0 where the row has none.
    #[must_use]
    pub fn value(&self) -> u64 {
        self.values.first().map_or(0, |&(_, value)| value)
    }

    /// The value of a named axis; 0 where the row has none of that name.
    #[must_use]
    pub fn of(&self, axis: &str) -> u64 {
        let named = self.values.iter().find(|&&(name, _)| name == axis);
        named.map_or(0, |&(_, value)| value)
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
    /// The value of each of the row's axes, by name.
    pub values: Vec<(&'static str, u64)>,
}

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

    /// The case of an id. Only the rows that it may stem from are spread out: a
    /// probe looks itself up here, and what it puts on its heap is copied by
    /// every fork that it measures.
    #[must_use]
    pub fn find(&self, id: &CaseId) -> Option<Case> {
        let operation = id.0.strip_prefix(self.name)?.strip_prefix('/')?;
        let mut rows = self.families.iter().copied().flatten();
        rows.find_map(|row| {
            if !operation.starts_with(row.operation) {
                return None;
            }
            let mut cases = self.spread(row).into_iter();
            cases.find(|case| case.info.id == *id)
        })
    }

    fn spread(&self, row: &'static Row) -> Vec<Case> {
        let mut cases = Vec::new();
        for (values, tier) in combinations(row) {
            for &(placement, least) in row.place.placements() {
                cases.push(self.case(row, &values, tier.max(least), placement));
            }
        }
        cases
    }

    /// `operation/name=valueUNIT` for the axes of `row`, in the suite.
    fn stem(&self, row: &Row, values: &[(&'static str, u64)]) -> String {
        let mut stem = format!("{}/{}", self.name, row.operation);
        for axis in row.axes {
            if let Some((name, value)) = values.iter().find(|(name, _)| *name == axis.name) {
                stem += &format!("/{name}={value}{}", axis.unit);
            }
        }
        stem
    }

    fn row(&self, operation: &str) -> Option<&'static Row> {
        let mut rows = self.families.iter().copied().flatten();
        rows.find(|row| row.operation == operation)
    }

    fn case(
        &self,
        row: &'static Row,
        values: &[(&'static str, u64)],
        tier: Tier,
        placement: Placement,
    ) -> Case {
        let mut id = self.stem(row, values);
        if matches!(row.place, Place::Each | Place::EveryDistance) {
            id += &format!("/placement={placement}");
        }
        let parameter = |(axis, &(name, value)): (&Axis, &(&str, u64))| {
            let unit = axis.unit.to_owned();
            (name.to_owned(), Parameter { value, unit })
        };
        let parameters: BTreeMap<_, _> = row.axes.iter().zip(values).map(parameter).collect();
        let control = row.control.map(|control| match self.row(control) {
            Some(row) => CaseId(self.stem(row, values)),
            None => CaseId(format!("{}/{control}", self.name)),
        });
        let unit = match row.aspect {
            aspect if aspect.is_level() => Unit::memory(row.per),
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
            control,
            claims: row.claims.to_vec(),
        };
        Case {
            info,
            row,
            values: values.to_vec(),
        }
    }
}

/// Every value of every axis with every value of the others, the last axis
/// fastest. The core tier is where the row and all values are core ones.
fn combinations(row: &'static Row) -> Vec<(Vec<(&'static str, u64)>, Tier)> {
    let mut all = vec![(Vec::new(), row.tier)];
    for axis in row.axes {
        let core = axis.core.iter().map(|&value| (value, Tier::Core));
        let full = axis.full.iter().map(|&value| (value, Tier::Full));
        let mut points: Vec<(u64, Tier)> = core.chain(full).collect();
        points.sort_by_key(|&(value, _)| value);
        let longer = all.iter().flat_map(|(values, tier)| {
            points.iter().map(move |&(value, own)| {
                let mut values = values.clone();
                values.push((axis.name, value));
                (values, (*tier).max(own))
            })
        });
        all = longer.collect();
    }
    all
}

impl Case {
    /// The setting of this case on the CPUs that were chosen for it.
    #[must_use]
    pub fn setting(&self, cpus: Vec<Cpu>) -> Setting {
        Setting {
            values: self.values.clone(),
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
        tier: Tier::Core,
        axes: &[
            Axis {
                name: "tasks",
                unit: "",
                core: &[2],
                full: &[],
            },
            Axis {
                name: "size",
                unit: "KiB",
                core: &[1],
                full: &[64],
            },
        ],
        place: Place::EveryDistance,
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
        assert_eq!(ids.len(), 14);
        assert_eq!(
            ids[1],
            "process/switch/pipe/tasks=2/size=1KiB/placement=cross-cpu"
        );
        assert_eq!(cases[2].info.tier, Tier::Core);
        assert_eq!(cases[3].info.tier, Tier::Full);
        assert_eq!(cases[7].info.tier, Tier::Full);
        let setting = cases[7].setting(Vec::new());
        assert_eq!((setting.of("tasks"), setting.of("size")), (2, 64));
        let control = cases[0].info.control.as_ref().unwrap();
        assert_eq!(control.0, "process/control/pipe");
    }

    #[test]
    fn a_control_is_taken_at_the_parameters_that_it_has() {
        const CONTROL: Row = Row {
            operation: "control/pipe",
            axes: &[Axis {
                name: "size",
                unit: "KiB",
                core: &[1, 64],
                full: &[],
            }],
            place: Place::OneCpu,
            control: None,
            ..ROW
        };
        let suite = Suite {
            name: "process",
            families: &[&[ROW, CONTROL]],
        };
        let cases = suite.cases();
        let found = suite.find(&cases[7].info.id).unwrap();
        assert_eq!(found.info, cases[7].info);
        assert!(suite.find(&"process/switch/pip".into()).is_none());
        let control = cases[7].info.control.as_ref().unwrap();
        assert_eq!(control.0, "process/control/pipe/size=64KiB");
        assert!(cases.iter().any(|case| case.info.id == *control));
    }

    #[test]
    fn a_single_cpu_serves_every_party() {
        let setting = Setting {
            cpus: vec![Cpu(3)],
            ..Setting::default()
        };
        assert_eq!(setting.cpu(1), Some(Cpu(3)));
        assert_eq!(Setting::default().cpu(0), None);
    }
}
