//! The kernel's command line, without what tells hosts apart but means nothing
//! for a measurement. Never keeps an identifier or a secret.

use super::Sources;

/// Parameters whose values name one host's disks, addresses or images.
const PER_HOST: &[&str] = &[
    "BOOT_IMAGE",
    "cryptdevice",
    "ds",
    "hostname",
    "init",
    "initrd",
    "ip",
    "nfsroot",
    "rdinit",
    "resume",
    "resume_offset",
    "root",
    "systemd.hostname",
    "systemd.machine_id",
];
/// The same by the beginnings of their names.
const PER_HOST_GROUPS: &[&str] = &["netcfg/", "ostree", "rd.luks", "rd.lvm", "rd.md"];
/// Words in a name that announce a secret.
const SECRET: &[&str] = &["auth", "key", "passphrase", "password", "secret", "token"];

/// `/proc/cmdline` with `*` for every value that is left out, and without what
/// follows `--`: that is for the first process, not for the kernel.
pub(super) fn cleaned(sources: &Sources) -> Option<String> {
    let line = sources.text("/proc/cmdline")?;
    let words = line.split_whitespace().take_while(|&word| word != "--");
    Some(words.map(clean).collect::<Vec<_>>().join(" "))
}

fn clean(word: &str) -> String {
    match word.split_once('=') {
        Some((name, value)) if is_left_out(name, value) => format!("{name}=*"),
        _ => word.to_owned(),
    }
}

fn is_left_out(name: &str, value: &str) -> bool {
    let lower = name.to_lowercase();
    PER_HOST.contains(&name)
        || PER_HOST_GROUPS.iter().any(|start| name.starts_with(start))
        || SECRET.iter().any(|word| lower.contains(word))
        || has_uuid(value)
}

/// Whether the text holds groups of 8-4-4-4-12 hexadecimal digits.
fn has_uuid(text: &str) -> bool {
    text.as_bytes().windows(36).any(|window| {
        window.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::fake::Tree;

    fn cleaned(line: &str) -> Option<String> {
        super::cleaned(&Tree::new().file("/proc/cmdline", line).sources("x86_64"))
    }

    #[test]
    fn settings_stay_and_hosts_go() {
        let uuid = "123e4567-e89b-12d3-a456-426614174000";
        let line = format!(
            "BOOT_IMAGE=/vmlinuz-6.1 root=UUID={uuid} ro quiet mitigations=off x.y=a,{uuid} console=ttyS0\n"
        );
        assert_eq!(
            cleaned(&line).as_deref(),
            Some("BOOT_IMAGE=* root=* ro quiet mitigations=off x.y=* console=ttyS0")
        );
    }

    #[test]
    fn secrets_and_the_words_for_init_go() {
        let line = "iommu.passthrough=1 spec_store_bypass_disable=on my.AuthToken=abc -- --password hunter2";
        assert_eq!(
            cleaned(line).as_deref(),
            Some("iommu.passthrough=1 spec_store_bypass_disable=on my.AuthToken=*")
        );
        assert_eq!(cleaned("\n"), None);
    }
}
