//! Which kind of container this process is in, by the traces that its maker
//! leaves. Names the kind, never the container.

use super::Sources;

/// The kind, innermost maker first; absent where there is no trace of one.
pub(super) fn container(sources: &Sources) -> Option<String> {
    // The convention of systemd, podman and LXC: an environment variable.
    let declared = sources
        .is_live()
        .then(|| std::env::var("container").ok())
        .flatten();
    let group = sources.text("/proc/self/cgroup").unwrap_or_default();
    let kind = if group.contains("kubepods") || sources.exists("/run/secrets/kubernetes.io") {
        "kubernetes"
    } else if sources.exists("/run/.containerenv") || group.contains("libpod") {
        "podman"
    } else if sources.exists("/.dockerenv") || group.contains("/docker") {
        "docker"
    } else if group.contains("/lxc") {
        "lxc"
    } else {
        return declared
            .or_else(|| sources.text("/run/systemd/container"))
            .map(|kind| kind.trim().to_owned())
            .filter(|kind| !kind.is_empty());
    };
    Some(kind.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::fake::Tree;

    #[test]
    fn every_kind_leaves_its_trace() {
        let kind = |path: &str, text: &str| {
            super::container(&Tree::new().file(path, text).sources("x86_64"))
        };
        assert_eq!(kind("/.dockerenv", "").as_deref(), Some("docker"));
        assert_eq!(kind("/run/.containerenv", "").as_deref(), Some("podman"));
        assert_eq!(
            kind("/run/systemd/container", "systemd-nspawn\n").as_deref(),
            Some("systemd-nspawn")
        );
        assert_eq!(
            kind("/proc/self/cgroup", "0::/kubepods/x\n").as_deref(),
            Some("kubernetes")
        );
        assert_eq!(
            kind("/proc/self/cgroup", "0::/lxc.payload.x\n").as_deref(),
            Some("lxc")
        );
        assert_eq!(kind("/proc/self/cgroup", "0::/user.slice\n"), None);
    }
}
