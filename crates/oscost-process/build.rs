//! Builds the two tiny programs that the exec cases execute. They become part
//! of the binary, so that it can be copied to any host.

use std::env;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=targets");
    build(
        "static",
        &["-nostartfiles", "-nostdlib", "-static"],
        "+crt-static",
    );
    build("dynamic", &[], "-crt-static");
}

fn build(name: &str, link_arguments: &[&str], crt: &str) {
    let out = PathBuf::from(variable("OUT_DIR")).join(name);
    let mut rustc = Command::new(variable("RUSTC"));
    rustc
        .arg(format!("targets/{name}.rs"))
        .args([
            "--edition=2024",
            "--crate-type=bin",
            "-Cpanic=abort",
            "-Copt-level=2",
        ])
        .arg("-Cstrip=symbols")
        .arg(format!("-Ctarget-feature={crt}"))
        .args(["--target", &variable("TARGET")])
        .arg("-o")
        .arg(&out);
    // A static program that is loaded where it was linked needs no relocation
    // at its start.
    if name == "static" {
        rustc.arg("-Crelocation-model=static");
    }
    for argument in link_arguments {
        rustc.arg(format!("-Clink-arg={argument}"));
    }
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
