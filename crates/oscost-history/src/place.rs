//! Where a record belongs: its machine and its configuration. A key that a
//! file claims becomes the name of a folder, so it is checked here and nothing
//! unchecked ever does.

use std::fmt;

use oscost_record::{Configuration, Driver, Run};
use sha2::{Digest as _, Sha256};

/// The key of a machine, as [`oscost_record::Machine`] computes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MachineKey(String);

/// The hash of what must be alike for records to be held against each other:
/// configuration and driver.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfigurationKey(String);

/// Which series a record belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The machine.
    pub machine: MachineKey,
    /// Its configuration.
    pub configuration: ConfigurationKey,
}

/// Hexadecimal digits of a key.
const DIGITS: usize = 12;

impl Place {
    /// Of a record with this header; `None` where its machine key is none.
    #[must_use]
    pub fn of(run: &Run) -> Option<Self> {
        Some(Self {
            machine: MachineKey::named(&run.machine.key)?,
            configuration: ConfigurationKey::of(run),
        })
    }
}

impl MachineKey {
    /// Twelve hexadecimal digits, or nothing.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        is_key(text).then(|| Self(text.to_owned()))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ConfigurationKey {
    /// Of a record with this header. The program's own hash is left out: a
    /// history exists to hold one build against the next.
    #[must_use]
    pub fn of(run: &Run) -> Self {
        let Configuration(entries) = &run.configuration;
        let mut hash = Sha256::new();
        let driver = match run.driver {
            Driver::Rounds => "rounds",
            Driver::Criterion => "criterion",
            Driver::Once => "once",
        };
        hash.update(format!("{driver}\0"));
        for (name, value) in entries.iter().filter(|(name, _)| *name != "binary") {
            hash.update(format!("{name}\0{value}\0"));
        }
        Self(short(hash))
    }

    /// Twelve hexadecimal digits, or nothing.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        is_key(text).then(|| Self(text.to_owned()))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The first digits of a hash.
pub(crate) fn short(hash: Sha256) -> String {
    let bytes = hash.finalize();
    bytes[..DIGITS / 2]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

pub(crate) fn is_key(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == DIGITS && text.bytes().all(is_digit)
}

impl fmt::Display for MachineKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for ConfigurationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_become_names_of_folders() {
        assert!(MachineKey::named("0123456789ab").is_some());
        for text in [
            "",
            "..",
            "../../../etc",
            "0123456789aB",
            "0123456789abc",
            "/tmp/x/y/z/a",
        ] {
            assert_eq!(MachineKey::named(text), None, "{text}");
        }
    }
}
