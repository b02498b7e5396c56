//! Whether the CPU is lent by a hypervisor or made up by an emulator.
//! Reads names of products, never serial numbers or host names.

use oscost_record::Machine;

use super::Sources;
use super::cpu_model::{CpuModel, Dialect};

/// The hypervisor's name, `unknown` where there is one that does not tell;
/// absent on bare metal, as far as can be seen.
pub(super) fn hypervisor(sources: &Sources, model: &CpuModel) -> Option<String> {
    let told = || {
        signature(sources)
            .or_else(|| xen(sources))
            .or_else(|| firmware(sources))
            .or_else(|| clock_source(sources))
            .or_else(|| device_tree(sources))
    };
    match model.dialect {
        // A guest sees the flag (CPUID 1, ECX bit 31); firmware of a cloud's
        // bare-metal server may still bear the cloud's name.
        Some(Dialect::X86) if model.flags.contains("hypervisor") => {
            Some(told().unwrap_or("unknown").to_owned())
        }
        Some(Dialect::X86) => xen(sources).map(str::to_owned),
        _ => told().map(str::to_owned),
    }
}

/// What emulates the CPU, where something does.
pub(super) fn emulated(sources: &Sources, model: &CpuModel) -> Option<String> {
    let expected = match sources.arch() {
        "x86_64" => Some(Dialect::X86),
        "aarch64" => Some(Dialect::Arm),
        _ => None,
    };
    // Since Linux 6.1 the kernel names its own architecture. An emulator may
    // fake `uname` and `/proc/cpuinfo`; it has left this file alone so far.
    let foreign_kernel = sources
        .text("/proc/sys/kernel/arch")
        .is_some_and(|arch| arch != sources.arch());
    let foreign_cpu = expected
        .zip(model.dialect)
        .is_some_and(|(built, seen)| built != seen);
    // QEMU 8.2 and later write an Arm `/proc/cpuinfo` that ends by naming them.
    let named = sources
        .field("/proc/cpuinfo", "Hardware")
        .is_some_and(|hardware| hardware.starts_with("QEMU v"));
    if model.vendor == "VirtualApple" {
        Some("rosetta".to_owned())
    } else if foreign_kernel || foreign_cpu || named {
        Some("qemu-user".to_owned())
    } else if full_system(sources, model) {
        Some(WHOLE_MACHINE.to_owned())
    } else {
        None
    }
}

/// The name of an emulator that runs a kernel of the program's architecture.
const WHOLE_MACHINE: &str = "qemu-tcg";

/// What stands between a program and a kernel of another architecture, and does
/// in its own way, or not at all, what the program asks the kernel for.
pub(crate) fn user_mode_emulator(machine: &Machine) -> Option<&str> {
    let emulator = machine.emulated.as_deref();
    emulator.filter(|name| *name != WHOLE_MACHINE)
}

/// QEMU's own CPU models that only its code generator offers: on x86 by name
/// and CPUID signature, on Arm `-cpu max`, whose part number is the letter Q.
fn full_system(sources: &Sources, model: &CpuModel) -> bool {
    let arm_max = model.dialect == Some(Dialect::Arm)
        && matches!(model.vendor.as_str(), "0x0" | "0x00")
        && matches!(model.model.as_str(), "0x51" | "0x051");
    arm_max || model.name.starts_with("QEMU TCG") || signature(sources) == Some(TCG)
}

const TCG: &str = "QEMU TCG";

/// The signature that hypervisors put into CPUID leaf 0x4000_0000. The only
/// source that hangs neither on the guest's kernel nor on its firmware.
#[cfg(target_arch = "x86_64")]
fn signature(sources: &Sources) -> Option<&'static str> {
    if !sources.is_live() {
        return None;
    }
    let leaf = core::arch::x86_64::__cpuid(0x4000_0000);
    let text: Vec<u8> = [leaf.ebx, leaf.ecx, leaf.edx]
        .into_iter()
        .flat_map(u32::to_le_bytes)
        .collect();
    match text.as_slice() {
        b"KVMKVMKVM\0\0\0" | b"Linux KVM Hv" => Some("KVM"),
        b"TCGTCGTCGTCG" => Some(TCG),
        b"Microsoft Hv" => Some("Hyper-V"),
        b"VMwareVMware" => Some("VMware"),
        b"XenVMMXenVMM" => Some("Xen"),
        b"VBoxVBoxVBox" => Some("VirtualBox"),
        b"bhyve bhyve " => Some("bhyve"),
        b"ACRNACRNACRN" => Some("ACRN"),
        b" lrpepyh  vr" => Some("Parallels"),
        _ => None,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn signature(_sources: &Sources) -> Option<&'static str> {
    None
}

fn xen(sources: &Sources) -> Option<&'static str> {
    (sources.text("/sys/hypervisor/type")? == "xen").then_some("Xen")
}

/// Maker and product as the firmware tells them (SMBIOS type 1).
fn firmware(sources: &Sources) -> Option<&'static str> {
    let dmi = |name| {
        sources
            .text(format!("/sys/class/dmi/id/{name}"))
            .unwrap_or_default()
    };
    let (vendor, product) = (dmi("sys_vendor"), dmi("product_name"));
    if product.ends_with(".metal") {
        return None;
    }
    match vendor.as_str() {
        "QEMU" if product.contains("KVM") => Some("KVM"),
        "QEMU" => Some("QEMU"),
        "Amazon EC2" | "Google" | "DigitalOcean" | "Alibaba Cloud" | "Hetzner" => Some("KVM"),
        "Microsoft Corporation" if product == "Virtual Machine" => Some("Hyper-V"),
        "VMware, Inc." => Some("VMware"),
        "innotek GmbH" => Some("VirtualBox"),
        "Xen" => Some("Xen"),
        "Parallels International GmbH." | "Parallels Software International Inc." => {
            Some("Parallels")
        }
        "Apple Inc." if product.contains("Virtualization") => Some("Apple"),
        _ if product == "KVM" => Some("KVM"),
        _ => None,
    }
}

/// Clocks that only a guest is offered.
fn clock_source(sources: &Sources) -> Option<&'static str> {
    let available =
        sources.text("/sys/devices/system/clocksource/clocksource0/available_clocksource")?;
    available.split_whitespace().find_map(|clock| match clock {
        "kvm-clock" => Some("KVM"),
        "xen" => Some("Xen"),
        _ if clock.starts_with("hyperv_clocksource") => Some("Hyper-V"),
        _ => None,
    })
}

/// Arm guests without firmware tables: the `hypervisor` node of the device
/// tree, or QEMU's board that exists nowhere else.
fn device_tree(sources: &Sources) -> Option<&'static str> {
    let node = sources
        .text("/proc/device-tree/hypervisor/compatible")
        .unwrap_or_default();
    let board = sources
        .text("/proc/device-tree/compatible")
        .unwrap_or_default();
    if node.starts_with("linux,kvm") {
        Some("KVM")
    } else if node.starts_with("xen,xen") {
        Some("Xen")
    } else if board.starts_with("linux,dummy-virt") || !node.is_empty() {
        Some("unknown")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::{self, Tree};
    use super::super::{cpu_model, identity};
    use super::*;

    fn of(tree: &Tree, arch: &str) -> (Option<String>, Option<String>) {
        let sources = tree.sources(arch);
        let model = cpu_model::read(&sources);
        (hypervisor(&sources, &model), emulated(&sources, &model))
    }

    #[test]
    fn a_guest_names_its_hypervisor() {
        assert_eq!(of(&fake::kvm_guest(), "x86_64"), (Some("KVM".into()), None));
        let vmware = Tree::new()
            .file(
                "/proc/cpuinfo",
                "processor : 0\nvendor_id : GenuineIntel\nflags : fpu hypervisor\n",
            )
            .file("/sys/class/dmi/id/sys_vendor", "VMware, Inc.\n");
        assert_eq!(of(&vmware, "x86_64").0.as_deref(), Some("VMware"));
    }

    #[test]
    fn a_guest_that_says_nothing_is_a_guest_all_the_same() {
        let mute = Tree::new().file(
            "/proc/cpuinfo",
            "processor : 0\nvendor_id : X\nflags : hypervisor\n",
        );
        assert_eq!(of(&mute, "x86_64").0.as_deref(), Some("unknown"));
    }

    #[test]
    fn a_cloud_on_bare_metal_has_none() {
        assert_eq!(of(&fake::two_sockets(), "x86_64"), (None, None));
        let metal = fake::arm_server()
            .file("/sys/class/dmi/id/sys_vendor", "Amazon EC2\n")
            .file("/sys/class/dmi/id/product_name", "m6g.metal\n");
        assert_eq!(of(&metal, "aarch64"), (None, None));
    }

    #[test]
    fn an_arm_guest_is_known_by_its_device_tree() {
        let board = fake::arm_server().file("/proc/device-tree/compatible", "linux,dummy-virt\0");
        assert_eq!(of(&board, "aarch64").0.as_deref(), Some("unknown"));
        let kvm = board.file("/proc/device-tree/hypervisor/compatible", "linux,kvm\0");
        assert_eq!(of(&kvm, "aarch64").0.as_deref(), Some("KVM"));
    }

    #[test]
    fn every_way_of_emulation_is_seen() {
        let emulator = |tree: &Tree, arch| of(tree, arch).1;
        assert_eq!(
            emulator(&fake::kvm_guest(), "aarch64").as_deref(),
            Some("qemu-user")
        );
        assert_eq!(
            emulator(&fake::arm_server(), "x86_64").as_deref(),
            Some("qemu-user")
        );
        let newer = fake::arm_server().file("/proc/sys/kernel/arch", "x86_64\n");
        assert_eq!(emulator(&newer, "aarch64").as_deref(), Some("qemu-user"));
        let named = Tree::new().file(
            "/proc/cpuinfo",
            "processor : 0\nCPU implementer : 0x41\n\nHardware : QEMU v8.2.0 qemu\n",
        );
        assert_eq!(emulator(&named, "aarch64").as_deref(), Some("qemu-user"));
        let board = Tree::new().file(
            "/proc/cpuinfo",
            "processor : 0\nCPU implementer : 0x00\nCPU part : 0x051\n",
        );
        assert_eq!(emulator(&board, "aarch64").as_deref(), Some("qemu-tcg"));
        let tcg = Tree::new().file(
            "/proc/cpuinfo",
            "processor : 0\nvendor_id : AuthenticAMD\nmodel name : QEMU TCG CPU version 2.5+\n",
        );
        assert_eq!(emulator(&tcg, "x86_64").as_deref(), Some("qemu-tcg"));
        let apple = Tree::new().file("/proc/cpuinfo", "processor : 0\nvendor_id : VirtualApple\n");
        assert_eq!(emulator(&apple, "x86_64").as_deref(), Some("rosetta"));
    }

    #[test]
    fn only_a_foreign_kernel_does_less_than_it_is_asked_for() {
        let by = |emulator: &str| Machine {
            emulated: Some(emulator.to_owned()),
            ..Machine::default()
        };
        assert_eq!(user_mode_emulator(&by("qemu-user")), Some("qemu-user"));
        assert_eq!(user_mode_emulator(&by("rosetta")), Some("rosetta"));
        assert_eq!(user_mode_emulator(&by("qemu-tcg")), None);
        assert_eq!(user_mode_emulator(&Machine::default()), None);
    }

    #[test]
    fn an_emulated_machine_has_a_key_of_its_own() {
        let tree = fake::kvm_guest();
        let native = identity(&tree.sources("x86_64"));
        assert_ne!(native.key, identity(&tree.sources("aarch64")).key);
    }
}
