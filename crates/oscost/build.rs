//! Links the command where it will be loaded, without relocations at its start.
//!
//! A position-independent program writes the addresses of all its tables at its
//! start; those pages are then its own, and every fork that a probe measures
//! would copy them. Stack, heap and mappings are still placed at random.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-link-arg-bins=-no-pie");
}
