//! Builds the tiny programs that the exec cases execute, and a library for
//! them. They become part of the binary, so that it can be copied to any host.

use std::env;
use std::path::PathBuf;
use std::process::Command;

/// A program is loaded where it was linked: no relocation at its start.
const STATIC: &[&str] = &[
    "--crate-type=bin",
    "-Crelocation-model=static",
    "-Ctarget-feature=+crt-static",
    "-Clink-arg=-nostartfiles",
    "-Clink-arg=-nostdlib",
    "-Clink-arg=-static",
];
const DYNAMIC: &[&str] = &["--crate-type=bin", "-Ctarget-feature=-crt-static"];
const LIBRARY: &[&str] = &["--crate-type=cdylib", "-Ctarget-feature=-crt-static"];

fn main() {
    println!("cargo::rerun-if-changed=targets");
    for (name, arguments) in [
        ("static", STATIC),
        ("dynamic", DYNAMIC),
        ("noting-static", STATIC),
        ("noting-dynamic", DYNAMIC),
        ("library", LIBRARY),
    ] {
        build(name, arguments);
    }
}

fn build(name: &str, arguments: &[&str]) {
    let out = PathBuf::from(variable("OUT_DIR")).join(name);
    let mut rustc = Command::new(variable("RUSTC"));
    rustc
        .arg(format!("targets/{name}.rs"))
        .args(["--edition=2024", "--crate-name=target"])
        .args(["-Cpanic=abort", "-Copt-level=2", "-Cstrip=symbols"])
        .args(arguments)
        .args(["--target", &variable("TARGET")])
        .arg("-o")
        .arg(&out);
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        rustc.arg(format!("-Clinker={linker}"));
    }
    let status = rustc
        .status()
        .expect("cargo names a compiler that can be started");
    assert!(
        status.success(),
        "could not build targets/{name}.rs: {status}"
    );
}

fn variable(name: &str) -> String {
    env::var(name).expect("cargo sets this for every build script")
}
