//! Tells the program which compiler made it: part of every record.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc)
        .arg("--version")
        .output()
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok());
    let version = version
        .as_deref()
        .map_or("rustc, version unknown", str::trim);
    let profile = std::env::var("PROFILE").unwrap_or_default();
    println!("cargo::rustc-env=OSCOST_COMPILER={version}, {profile}");
}
