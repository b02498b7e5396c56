//! Whether a record may be judged by another at all. Times of two machines can
//! be compared; a verdict on the code needs one machine in one configuration.

use oscost_record::{Configuration, Machine};

use crate::differ::{Area, Difference, configuration_differences, machine_differences};

/// The entry of a configuration that may differ.
const JUDGED: &str = "binary";

/// How two runs stand to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The machine keys are equal.
    pub same_machine: bool,
    /// No entry of the configuration differs but the program's own hash: the
    /// program is what is judged.
    pub same_configuration: bool,
    /// What emulates the CPU of either, where one is emulated.
    pub emulated: Option<String>,
    /// Every field of machine and configuration that differs.
    pub differences: Vec<Difference>,
}

/// Compares who two machines are and how they are set up.
#[must_use]
pub fn standing(before: (&Machine, &Configuration), after: (&Machine, &Configuration)) -> Standing {
    let mut differences = machine_differences(before.0, after.0);
    differences.extend(configuration_differences(before.1, after.1));
    let counts = |field: &Difference| field.area == Area::Configuration && field.name != JUDGED;
    let emulated = before.0.emulated.as_ref().or(after.0.emulated.as_ref());
    Standing {
        same_machine: before.0.key == after.0.key,
        same_configuration: !differences.iter().any(counts),
        emulated: emulated.cloned(),
        differences,
    }
}

impl Standing {
    /// Why no verdict may be given, in words; `None` where one may.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        if let Some(emulator) = &self.emulated {
            return Some(format!(
                "the CPU is emulated ({emulator}): its times say nothing of a machine"
            ));
        }
        let (what, area) = match (self.same_machine, self.same_configuration) {
            (false, _) => ("machine", Area::Machine),
            (true, false) => ("configuration", Area::Configuration),
            (true, true) => return None,
        };
        let named = self
            .differences
            .iter()
            .filter(|field| field.area == area && field.name != JUDGED);
        let fields: Vec<String> = named.map(in_words).collect();
        Some(format!("another {what}: {}", fields.join(", ")))
    }
}

fn in_words(field: &Difference) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "not told".to_owned());
    let (before, after) = (value(&field.before), value(&field.after));
    format!("{} was {before}, is {after}", field.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_up(kernel: &str) -> Configuration {
        Configuration([("kernel".to_owned(), kernel.to_owned())].into())
    }

    #[test]
    fn the_same_machine_set_up_the_same_may_be_judged() {
        let machine = Machine::default().keyed();
        let one = set_up("6.1");
        assert_eq!(standing((&machine, &one), (&machine, &one)).refusal(), None);
    }

    #[test]
    fn another_program_is_what_is_judged() {
        let machine = Machine::default().keyed();
        let [one, other] = ["1", "2"].map(|hash| {
            let mut set_up = set_up("6.1");
            set_up.0.insert("binary".to_owned(), hash.to_owned());
            set_up
        });
        let found = standing((&machine, &one), (&machine, &other));
        assert_eq!((found.refusal(), found.differences.len()), (None, 1));
    }

    #[test]
    fn another_kernel_is_named() {
        let machine = Machine::default().keyed();
        let found = standing((&machine, &set_up("6.1")), (&machine, &set_up("6.2")));
        assert!(found.same_machine && !found.same_configuration);
        let refusal = found.refusal().unwrap();
        assert_eq!(refusal, "another configuration: kernel was 6.1, is 6.2");
    }

    #[test]
    fn another_machine_and_an_emulated_one_are_refused() {
        let one = Machine::default().keyed();
        let other = Machine {
            cores: 4,
            ..Machine::default()
        }
        .keyed();
        let set_up = set_up("6.1");
        let refusal = standing((&one, &set_up), (&other, &set_up)).refusal();
        assert_eq!(refusal.unwrap(), "another machine: cores was 0, is 4");
        let emulated = Machine {
            emulated: Some("qemu".into()),
            ..Machine::default()
        }
        .keyed();
        let refusal = standing((&emulated, &set_up), (&emulated, &set_up)).refusal();
        assert!(refusal.unwrap().contains("emulated (qemu)"));
    }
}
