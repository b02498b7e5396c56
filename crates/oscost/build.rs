//! Links the command where it will be loaded, without relocations at its start.
//!
//! A position-independent program writes the addresses of all its tables at its
//! start; those pages are then its own, and every fork that a probe measures
//! would copy them. Stack, heap and mappings are still placed at random.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // With the C library linked in, the compiler asks for `-static-pie`, which
    // `-no-pie` takes back as a whole: a loader would be asked for again.
    let features = std::env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    if features.split(',').any(|feature| feature == "crt-static") {
        println!("cargo::rustc-link-arg-bins=-static");
    }
    println!("cargo::rustc-link-arg-bins=-no-pie");
}
