//! `oscost machine`: who this machine is, and its key.

use oscost_harness::session::{Session, state_now};
use serde_json::json;

use crate::cli::Machine;
use crate::exit::End;
use crate::output::say;

/// Prints the fingerprint.
///
/// # Errors
/// Where standard output is closed.
pub(crate) fn machine(options: &Machine) -> anyhow::Result<End> {
    let session = Session::open();
    let state = state_now();
    if options.json {
        let all = json!({
            "machine": session.machine,
            "configuration": session.configuration,
            "clock": session.clock_info,
            "state": state,
        });
        say(&serde_json::to_string_pretty(&all)?)?;
        return Ok(End::Done);
    }
    let machine = &session.machine;
    let mut text = format!(
        "key            {}\nmachine        {} {}, family {} model {} stepping {}\n",
        machine.key, machine.arch, machine.name, machine.family, machine.model, machine.stepping
    );
    text += &format!(
        "cpus           {} usable; {} sockets, {} cores, {} threads each, {} NUMA nodes\n",
        machine.usable_cpus,
        machine.sockets,
        machine.cores,
        machine.threads_per_core,
        machine.numa_nodes
    );
    text += &format!("memory         {} GiB\n", machine.memory_gib);
    for (name, value) in [
        ("hypervisor", &machine.hypervisor),
        ("emulated by", &machine.emulated),
    ] {
        if let Some(value) = value {
            text += &format!("{name:14} {value}\n");
        }
    }
    let clock = &session.clock_info;
    text += &format!(
        "clock          {}, steps of {:.1} ns, {:.1} ns a reading{}\n",
        clock.source,
        clock.resolution.0,
        clock.cost.0,
        clock
            .fallback
            .as_ref()
            .map(|why| format!(" ({why})"))
            .unwrap_or_default()
    );
    for (name, value) in &session.configuration.0 {
        text += &format!("{name:14} {value}\n");
    }
    say(text.trim_end())?;
    Ok(End::Done)
}
