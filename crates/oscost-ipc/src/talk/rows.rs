//! What the rows of round trips have in common: two for each means, between
//! processes and between threads, which differ in nothing but the peers.

use oscost_harness::{Axis, Expect, Failure, Place, Row, Setting};
use oscost_record::{Aspect, Peers, TaskKind, Tier};

/// The sizes of messages.
pub(crate) const SIZES: &[Axis] = &[Axis {
    name: "size",
    unit: "B",
    core: &[64],
    full: &[1, 512, 4096, 16384, 65536],
}];

/// The size of a message that is one number.
pub(crate) const ONE_NUMBER: &[Axis] = &[Axis {
    name: "size",
    unit: "B",
    core: &[8],
    full: &[],
}];

/// A row that says nothing of its own.
pub(crate) const PROCESSES: Row = Row {
    operation: "",
    title: "",
    question: "",
    task: TaskKind::Process,
    aspect: Aspect::Talk,
    per: "round trip",
    tier: Tier::Full,
    axes: SIZES,
    place: Place::Each,
    peers: Some(Peers::Processes),
    control: None,
    claims: &[9, 20],
    needs: |_| Vec::new(),
    expect: sleeps,
    build: |_| Err(Failure::Skip("nothing to build".into())),
};

/// The same between threads.
pub(crate) const THREADS: Row = Row {
    task: TaskKind::Thread,
    peers: Some(Peers::Threads),
    ..PROCESSES
};

/// The rows of means: the way, the means (and variant) in the id, the title,
/// how a message goes, what else the rows say (`field: value`), and what the
/// one between processes says beside that.
macro_rules! messages {
    ($($way:ty: $means:literal $(/ $variant:literal)?, $title:literal, $how:literal
       { $($field:ident: $value:expr),* } $({ $($own:ident: $its:expr),* })?;)+) => {
        &[$(
            oscost_harness::Row {
                operation: concat!("message/", $means, "/processes" $(, "/", $variant)?),
                title: $title,
                question: concat!(
                    "What does it cost to send a message to another process ", $how,
                    " and to get one back?"
                ),
                build: |setting| {
                    $crate::talk::talk::<$way>(setting, oscost_record::Peers::Processes)
                },
                $($field: $value,)*
                $($($own: $its,)*)?
                ..$crate::talk::PROCESSES
            },
            oscost_harness::Row {
                operation: concat!("message/", $means, "/threads" $(, "/", $variant)?),
                title: $title,
                question: concat!(
                    "What does it cost to send a message to another thread ", $how,
                    " and to get one back?"
                ),
                build: |setting| {
                    $crate::talk::talk::<$way>(setting, oscost_record::Peers::Threads)
                },
                $($field: $value,)*
                ..$crate::talk::THREADS
            },
        )+]
    };
}
pub(crate) use messages;

/// On one CPU a round trip cannot be had without two switches. On two, a party
/// may find its message before it has gone to sleep, or go to sleep twice: who
/// is woken while the other still holds a lock of the kernel's waits for that.
/// A long message comes in pieces, before each of which its reader may sleep.
fn sleeps(setting: &Setting) -> Expect {
    let pieces = setting.of("size").div_ceil(4096).max(1) as f64;
    match fewest_switches(setting) {
        0.0 => Expect::switches(0.0, 4.0 * pieces),
        fewest => Expect::switches(fewest, fewest * pieces),
    }
}

/// Who never sleeps hands the CPU over only when it is taken away.
pub(crate) fn never_sleeps(setting: &Setting) -> Expect {
    Expect::switches(fewest_switches(setting), 0.0)
}

fn fewest_switches(setting: &Setting) -> f64 {
    match setting.cpus.len() {
        1 => 2.0,
        _ => 0.0,
    }
}
