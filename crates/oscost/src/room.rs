//! Whether the program has room to run at all. Who has too little is ended by the
//! kernel or the allocator in the middle of something, and says nothing of use.

use nix::sys::resource::{Resource, getrlimit, rlim_t};

/// A limit, the least that the program runs with, and how a shell raises it.
type Least = (Resource, &'static str, rlim_t, &'static str);

/// Twice what an unoptimised build was seen to take.
const LEAST: &[Least] = &[
    (
        Resource::RLIMIT_STACK,
        "RLIMIT_STACK",
        512 << 10,
        "ulimit -s 8192",
    ),
    (
        Resource::RLIMIT_AS,
        "RLIMIT_AS",
        64 << 20,
        "ulimit -v unlimited",
    ),
];

/// Which limit is too low, and the way out.
pub(crate) fn lacks() -> Option<String> {
    LEAST.iter().find_map(|&(resource, name, least, raise)| {
        let (soft, _) = getrlimit(resource).ok()?;
        (soft < least).then(|| {
            format!(
                "{name} is {} KiB, and the program needs {} KiB. `{raise}` raises it",
                soft >> 10,
                least >> 10
            )
        })
    })
}
