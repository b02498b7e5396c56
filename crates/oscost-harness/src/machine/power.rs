//! How the CPU's frequency is governed. Reads settings, never frequencies:
//! those change by themselves and belong to the state.

use std::collections::BTreeSet;

use super::Sources;

const POLICIES: &str = "/sys/devices/system/cpu/cpufreq";

/// Governor, driver and energy preference, every value that some CPU has:
/// `powersave` means full speed on demand under one driver and the lowest
/// frequency under another.
pub(super) fn governor(sources: &Sources) -> Option<String> {
    let governors = over_policies(sources, "scaling_governor")?;
    let further = ["scaling_driver", "energy_performance_preference"];
    let further = further
        .iter()
        .filter_map(|name| over_policies(sources, name));
    Some(
        std::iter::once(governors)
            .chain(further)
            .collect::<Vec<_>>()
            .join(", "),
    )
}

/// Whether frequencies above the nominal one are allowed: `on` or `off`.
pub(super) fn boost(sources: &Sources) -> Option<String> {
    let allowed: bool = match sources.text("/sys/devices/system/cpu/intel_pstate/no_turbo") {
        Some(no_turbo) => no_turbo == "0",
        None => match sources.text(format!("{POLICIES}/boost")) {
            Some(boost) => boost == "1",
            None => over_policies(sources, "boost")?.contains('1'),
        },
    };
    Some(if allowed { "on" } else { "off" }.to_owned())
}

/// The values of one file over all frequency policies, joined by `+`.
fn over_policies(sources: &Sources, file: &str) -> Option<String> {
    let values: BTreeSet<String> = sources
        .names(POLICIES)
        .iter()
        .filter(|name| name.starts_with("policy"))
        .filter_map(|policy| sources.text(format!("{POLICIES}/{policy}/{file}")))
        .collect();
    (!values.is_empty()).then(|| values.into_iter().collect::<Vec<_>>().join("+"))
}

#[cfg(test)]
mod tests {
    use super::super::fake::Tree;
    use super::*;

    #[test]
    fn a_governor_comes_with_its_driver() {
        let tree = Tree::new()
            .file(
                &format!("{POLICIES}/policy0/scaling_governor"),
                "powersave\n",
            )
            .file(
                &format!("{POLICIES}/policy1/scaling_governor"),
                "performance\n",
            )
            .file(
                &format!("{POLICIES}/policy0/scaling_driver"),
                "intel_pstate\n",
            );
        let found = governor(&tree.sources("x86_64"));
        assert_eq!(
            found.as_deref(),
            Some("performance+powersave, intel_pstate")
        );
        assert_eq!(governor(&Tree::new().sources("x86_64")), None);
    }

    #[test]
    fn every_driver_has_its_own_switch_for_boost() {
        let read = |path: &str, text: &str| boost(&Tree::new().file(path, text).sources("x86_64"));
        assert_eq!(
            read("/sys/devices/system/cpu/intel_pstate/no_turbo", "1\n").as_deref(),
            Some("off")
        );
        assert_eq!(
            read(&format!("{POLICIES}/boost"), "1\n").as_deref(),
            Some("on")
        );
        assert_eq!(
            read(&format!("{POLICIES}/policy3/boost"), "0\n").as_deref(),
            Some("off")
        );
        assert_eq!(boost(&Tree::new().sources("x86_64")), None);
    }
}
