//! What differs between two runs: the machine, its configuration, the program
//! that measured and its clock. It names fields with both values; whether a
//! difference forbids a verdict is not decided here.

use oscost_record::{Configuration, Driver, Machine, Run};

/// Where a field that differs belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// Who the machine is: part of its key, or its name for people.
    Machine,
    /// How the machine is set up.
    Configuration,
    /// The program that measured, how it was driven, and its clock.
    Program,
}

impl Area {
    /// The name in tables and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Configuration => "configuration",
            Self::Program => "program",
        }
    }
}

/// A field that two runs do not share. What a machine does not tell is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where the field belongs.
    pub area: Area,
    /// The name of the field, as the record has it.
    pub name: String,
    /// Its value in the first run.
    pub before: Option<String>,
    /// Its value in the second run.
    pub after: Option<String>,
}

/// Every field that two runs do not share, by area: first the machine, then
/// its configuration, then the program.
#[must_use]
pub fn run_differences(before: &Run, after: &Run) -> Vec<Difference> {
    let mut all = machine_differences(&before.machine, &after.machine);
    all.extend(configuration_differences(
        &before.configuration,
        &after.configuration,
    ));
    all.extend(unequal(Area::Program, program(before), program(after)));
    all
}

/// The fields of two machines that differ, in the order of their declaration.
/// The key is none of them: it says that something differs, not what.
#[must_use]
pub fn machine_differences(before: &Machine, after: &Machine) -> Vec<Difference> {
    unequal(Area::Machine, identity(before), identity(after))
}

/// The entries of two configurations that differ, in alphabetical order.
#[must_use]
pub fn configuration_differences(before: &Configuration, after: &Configuration) -> Vec<Difference> {
    let differences = before.differences(after).into_iter();
    let named = differences.map(|(name, before, after)| Difference {
        area: Area::Configuration,
        name: name.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    });
    named.collect()
}

type Fields = Vec<(&'static str, Option<String>)>;

fn unequal(area: Area, before: Fields, after: Fields) -> Vec<Difference> {
    let pairs = before.into_iter().zip(after);
    let differing = pairs.filter(|((_, before), (_, after))| before != after);
    let named = differing.map(|((name, before), (_, after))| Difference {
        area,
        name: name.to_owned(),
        before,
        after,
    });
    named.collect()
}

/// Taken apart field by field, so that a field added to the record cannot be
/// forgotten here.
fn identity(machine: &Machine) -> Fields {
    let Machine {
        arch,
        vendor,
        family,
        model,
        stepping,
        name,
        sockets,
        cores,
        threads_per_core,
        usable_cpus,
        numa_nodes,
        l3_kib,
        memory_gib,
        hypervisor,
        emulated,
        key: _,
    } = machine;
    let number = |number: u32| Some(number.to_string());
    vec![
        ("arch", Some(arch.clone())),
        ("vendor", Some(vendor.clone())),
        ("family", Some(family.clone())),
        ("model", Some(model.clone())),
        ("stepping", Some(stepping.clone())),
        ("name", Some(name.clone())),
        ("sockets", number(*sockets)),
        ("cores", number(*cores)),
        ("threads_per_core", number(*threads_per_core)),
        ("usable_cpus", number(*usable_cpus)),
        ("numa_nodes", number(*numa_nodes)),
        ("l3_kib", l3_kib.map(|size| size.to_string())),
        ("memory_gib", Some(memory_gib.to_string())),
        ("hypervisor", hypervisor.clone()),
        ("emulated", emulated.clone()),
    ]
}

/// Of the clock only what is chosen: its speed and cost are measured anew by
/// every run, and never come out the same.
fn program(run: &Run) -> Fields {
    let driver = match run.driver {
        Driver::Rounds => "rounds",
        Driver::Criterion => "criterion",
        Driver::Once => "once",
    };
    vec![
        (
            "tool",
            Some(format!("{} {}", run.tool.name, run.tool.version)),
        ),
        ("driver", Some(driver.to_owned())),
        ("tier", Some(run.tier.to_string())),
        ("clock", Some(run.clock.source.clone())),
        ("clock_fallback", run.clock.fallback.clone()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_differs_by_fields_and_not_by_its_key() {
        let one = Machine {
            cores: 2,
            ..Machine::default()
        }
        .keyed();
        let other = Machine {
            cores: 4,
            hypervisor: Some("KVM".into()),
            ..Machine::default()
        }
        .keyed();
        let found = machine_differences(&one, &other);
        let names: Vec<&str> = found.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(names, ["cores", "hypervisor"]);
        assert_eq!(found[1].before, None);
        assert_eq!(found[1].after.as_deref(), Some("KVM"));
        assert!(machine_differences(&one, &one.clone()).is_empty());
    }
}
