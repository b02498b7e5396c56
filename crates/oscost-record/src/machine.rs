//! Who a machine is, how it is set up, and what it was doing.
//!
//! Only the identity is hashed into the machine key. The configuration is
//! compared and splits a history; the state is neither.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Bytes;

/// What stays the same over reboots and updates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// `x86_64` or `aarch64`.
    pub arch: String,
    /// CPU vendor or implementer, as the kernel prints it.
    pub vendor: String,
    /// CPU family or architecture.
    pub family: String,
    /// CPU model or part.
    pub model: String,
    /// CPU stepping or revision.
    pub stepping: String,
    /// The CPU's name for people. Not hashed: kernels reword it.
    pub name: String,
    /// Physical packages.
    pub sockets: u32,
    /// Physical cores.
    pub cores: u32,
    /// Hardware threads of a core.
    pub threads_per_core: u32,
    /// CPUs that this process may use.
    pub usable_cpus: u32,
    /// NUMA nodes.
    pub numa_nodes: u32,
    /// Last-level cache in KiB, where the kernel tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub l3_kib: Option<u64>,
    /// Memory in GiB, rounded to a whole number.
    pub memory_gib: u64,
    /// The hypervisor, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hypervisor: Option<String>,
    /// What emulates the CPU, where it is emulated. Such a record is never a
    /// baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emulated: Option<String>,
    /// Hash of all of the above but the name: 12 hexadecimal digits.
    pub key: String,
}

impl Machine {
    /// The same machine with its key computed from the other fields.
    #[must_use]
    pub fn keyed(mut self) -> Self {
        let identity = format!(
            "{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{:?}|{}|{:?}|{:?}",
            self.arch,
            self.vendor,
            self.family,
            self.model,
            self.stepping,
            self.sockets,
            self.cores,
            self.threads_per_core,
            self.usable_cpus,
            self.numa_nodes,
            self.l3_kib,
            self.memory_gib,
            self.hypervisor,
            self.emulated,
        );
        self.key = hex(&Sha256::digest(identity.as_bytes())[..6]);
        self
    }
}

/// Lower-case hexadecimal digits of `bytes`.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The page of a kernel that is not told to have another. Nothing is told of it:
/// records that are older than the setting go on in the same histories.
pub const USUAL_PAGE: Bytes = Bytes(4096);

/// How the machine is set up: name to value, in alphabetical order. What the
/// machine does not tell is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Configuration(pub BTreeMap<String, String>);

impl Configuration {
    /// The setting that holds the size of a page in bytes, where that is not
    /// [`USUAL_PAGE`].
    pub const PAGE_SIZE: &str = "page_size";

    /// The smallest amount that memory comes in.
    #[must_use]
    pub fn page_size(&self) -> Bytes {
        let told = self
            .0
            .get(Self::PAGE_SIZE)
            .and_then(|text| text.parse().ok());
        told.filter(|&size| size > 0).map_or(USUAL_PAGE, Bytes)
    }

    /// Name, value here, value there, for every entry that differs.
    #[must_use]
    pub fn differences<'a>(
        &'a self,
        other: &'a Self,
    ) -> Vec<(&'a str, Option<&'a str>, Option<&'a str>)> {
        let names: std::collections::BTreeSet<&str> = self
            .0
            .keys()
            .chain(other.0.keys())
            .map(String::as_str)
            .collect();
        names
            .into_iter()
            .map(|name| {
                let here = self.0.get(name).map(String::as_str);
                let there = other.0.get(name).map(String::as_str);
                (name, here, there)
            })
            .filter(|(_, here, there)| here != there)
            .collect()
    }
}

/// What the machine was doing when a round began. Never part of a key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// When, RFC 3339, UTC.
    pub at: String,
    /// Load average over one minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load1: Option<f64>,
    /// Share of time stolen by the hypervisor since boot, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steal_percent: Option<f64>,
    /// Share of the last ten seconds in which some task waited for a CPU, in
    /// percent (`/proc/pressure/cpu`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_pressure_percent: Option<f64>,
    /// Current frequency of the first CPU in MHz.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency_mhz: Option<f64>,
    /// Hottest thermal zone in degrees Celsius.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature_celsius: Option<f64>,
    /// Times that the package throttled itself since boot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttle_count: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_hangs_on_the_identity_alone() {
        let machine = Machine {
            arch: "x86_64".into(),
            cores: 2,
            ..Machine::default()
        };
        let key = machine.clone().keyed().key;
        let renamed = Machine {
            name: "renamed".into(),
            ..machine.clone()
        };
        let smaller = Machine {
            cores: 1,
            ..machine
        };
        assert_eq!(key.len(), 12);
        assert_eq!(renamed.keyed().key, key);
        assert_ne!(smaller.keyed().key, key);
    }

    #[test]
    fn differences_name_both_sides() {
        let one = Configuration([("kernel".into(), "6.1".into())].into());
        let two =
            Configuration([("kernel".into(), "6.2".into()), ("libc".into(), "x".into())].into());
        assert_eq!(
            one.differences(&two),
            vec![
                ("kernel", Some("6.1"), Some("6.2")),
                ("libc", None, Some("x"))
            ]
        );
    }
}
