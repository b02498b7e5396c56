//! What kind of CPU this is, from `/proc/cpuinfo`. Says what the kernel
//! prints and never looks anything up in tables of its own.

use std::collections::BTreeSet;

use procfs::CpuInfo;

use super::Sources;

/// The kind of CPU. Fields that the kernel does not print are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CpuModel {
    pub(super) vendor: String,
    pub(super) family: String,
    pub(super) model: String,
    pub(super) stepping: String,
    pub(super) name: String,
    /// Feature flags; x86 only.
    pub(super) flags: BTreeSet<String>,
    /// Which architecture's words the file uses.
    pub(super) dialect: Option<Dialect>,
}

/// The two forms of `/proc/cpuinfo` that matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    X86,
    Arm,
}

/// Reads the model by what the file holds, not by what the program was built
/// for: under user-mode emulation the two differ.
pub(super) fn read(sources: &Sources) -> CpuModel {
    let Some(info) = sources.parsed::<CpuInfo>("/proc/cpuinfo") else {
        return CpuModel::default();
    };
    if info.get_field(0, "CPU implementer").is_some() {
        arm(&info)
    } else if info.vendor_id(0).is_some() {
        x86(&info)
    } else {
        CpuModel::default()
    }
}

fn x86(info: &CpuInfo) -> CpuModel {
    CpuModel {
        vendor: distinct(info, "vendor_id"),
        family: distinct(info, "cpu family"),
        model: distinct(info, "model"),
        stepping: distinct(info, "stepping"),
        name: distinct(info, "model name"),
        flags: info
            .flags(0)
            .unwrap_or_default()
            .into_iter()
            .map(str::to_owned)
            .collect(),
        dialect: Some(Dialect::X86),
    }
}

/// Variant and revision are Arm's `r…p…`: the Main ID Register fields of the
/// Arm Architecture Reference Manual, printed apart by the kernel.
fn arm(info: &CpuInfo) -> CpuModel {
    let variant = distinct(info, "CPU variant");
    let revision = distinct(info, "CPU revision");
    let stepping = match u32::from_str_radix(variant.trim_start_matches("0x"), 16) {
        Ok(variant) => format!("r{variant}p{revision}"),
        Err(_) => revision,
    };
    CpuModel {
        vendor: distinct(info, "CPU implementer"),
        family: distinct(info, "CPU architecture"),
        model: distinct(info, "CPU part"),
        stepping,
        name: distinct(info, "model name"),
        flags: BTreeSet::new(),
        dialect: Some(Dialect::Arm),
    }
}

/// A field over all CPUs: the values that occur, joined by `+` where big and
/// little cores differ.
fn distinct(info: &CpuInfo, field: &str) -> String {
    let values: BTreeSet<&str> = (0..info.num_cores())
        .filter_map(|cpu| info.get_field(cpu, field))
        .collect();
    values.into_iter().collect::<Vec<_>>().join("+")
}

#[cfg(test)]
mod tests {
    use super::super::fake::{self, Tree};
    use super::*;

    #[test]
    fn an_x86_cpu_is_named_in_full() {
        let model = read(&fake::kvm_guest().sources("x86_64"));
        assert_eq!(model.vendor, "AuthenticAMD");
        assert_eq!((model.family.as_str(), model.model.as_str()), ("25", "17"));
        assert_eq!(
            (model.stepping.as_str(), model.name.as_str()),
            ("1", "AMD EPYC")
        );
        assert!(model.flags.contains("hypervisor"));
    }

    #[test]
    fn an_arm_cpu_has_variant_and_revision() {
        let model = read(&fake::arm_server().sources("aarch64"));
        assert_eq!(
            (model.vendor.as_str(), model.model.as_str()),
            ("0x41", "0xd0c")
        );
        assert_eq!(
            (model.family.as_str(), model.stepping.as_str()),
            ("8", "r3p1")
        );
    }

    #[test]
    fn big_and_little_cores_are_both_named() {
        let core = |number: u32, part: &str| {
            format!("processor\t: {number}\nCPU implementer\t: 0x41\nCPU part\t: {part}\n\n")
        };
        let text = core(0, "0xd05") + &core(1, "0xd0a");
        let model = read(&Tree::new().file("/proc/cpuinfo", &text).sources("aarch64"));
        assert_eq!(model.model, "0xd05+0xd0a");
        assert_eq!(model.stepping, "");
    }

    #[test]
    fn an_empty_or_foreign_file_says_nothing() {
        for text in ["", "\n\n", "processor : 0\nhart : 0\n"] {
            let tree = Tree::new().file("/proc/cpuinfo", text);
            assert_eq!(read(&tree.sources("x86_64")), CpuModel::default());
        }
    }
}
