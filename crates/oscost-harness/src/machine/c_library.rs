//! Which C library the program runs on. Its version is read from the library
//! file that is mapped: asking the library itself would need unsafe code.

use super::Sources;

/// `glibc 2.36`, `glibc, static`, `musl, static`. Without a version where the
/// mapped file does not tell.
pub(super) fn c_library(sources: &Sources) -> Option<String> {
    let name = if cfg!(target_env = "gnu") {
        "glibc"
    } else if cfg!(target_env = "musl") {
        "musl"
    } else {
        return None;
    };
    if cfg!(target_feature = "crt-static") {
        return Some(format!("{name}, static"));
    }
    Some(match glibc_version(sources) {
        Some(version) if name == "glibc" => format!("{name} {version}"),
        _ => name.to_owned(),
    })
}

/// The version in the banner that glibc prints when it is run as a program:
/// `GNU C Library (Debian …) stable release version 2.36.`
fn glibc_version(sources: &Sources) -> Option<String> {
    let maps = sources.text("/proc/self/maps")?;
    let path = maps.lines().find_map(|line| {
        let path = &line[line.find('/')?..];
        let file = path.rsplit('/').next()?;
        (file == "libc.so.6" || (file.starts_with("libc-2.") && file.ends_with(".so")))
            .then_some(path)
    })?;
    let library = std::fs::read(sources.path(path)).ok()?;
    let banner = library
        .split(|&byte| byte == 0)
        .find(|text| text.starts_with(b"GNU C Library"))?;
    let banner = String::from_utf8_lossy(banner);
    let (_, version) = banner.split_once("release version ")?;
    let version = version
        .split_whitespace()
        .next()?
        .trim_end_matches(['.', ',']);
    (!version.is_empty()).then(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::fake::Tree;
    use super::*;

    #[test]
    fn the_version_stands_in_the_mapped_library() {
        let tree = Tree::new()
            .file("/proc/self/maps", "7f00-7f10 r-xp 00000000 fe:01 12   /usr/lib/libc.so.6\n")
            .file(
                "/usr/lib/libc.so.6",
                "\u{7f}ELF\0x\0GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36.\nCopyright\0",
            );
        assert_eq!(
            glibc_version(&tree.sources("x86_64")).as_deref(),
            Some("2.36")
        );
    }

    #[test]
    fn a_library_without_a_banner_has_no_version() {
        let tree = Tree::new()
            .file(
                "/proc/self/maps",
                "7f00-7f10 r-xp 00000000 fe:01 12   /lib/libc.so.6\n",
            )
            .file("/lib/libc.so.6", "nothing");
        assert_eq!(glibc_version(&tree.sources("x86_64")), None);
        assert_eq!(glibc_version(&Tree::new().sources("x86_64")), None);
    }
}
