//! Links the command so that a process of it is as small as one of C: what a probe
//! has mapped and written, every fork that it measures copies.
//!
//! - Without relocations at its start. A position-independent program writes the
//!   addresses of all its tables; those pages are then its own. Stack, heap and
//!   mappings are still placed at random.
//! - With the unwinder inside. As a library it is five mappings more, and pages that
//!   the loader writes.

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    // With the C library linked in, the compiler asks for `-static-pie`, which
    // `-no-pie` takes back as a whole: a loader would be asked for again.
    let features = std::env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    if features.split(',').any(|feature| feature == "crt-static") {
        println!("cargo::rustc-link-arg-bins=-static");
    } else if std::env::var("CARGO_CFG_TARGET_ENV").as_deref() == Ok("gnu") {
        inside()?;
    }
    println!("cargo::rustc-link-arg-bins=-no-pie");
    Ok(())
}

/// The compiler asks for the unwinder as a library, always. Where it looks first, it
/// finds a linker script that names the archives which every compiler of C brings.
fn inside() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    let script = "GROUP ( -l:libgcc_eh.a -l:libgcc.a )\n";
    std::fs::write(folder.join("libgcc_s.so"), script)?;
    println!("cargo::rustc-link-arg-bins=-L{}", folder.display());
    Ok(())
}
