//! Several tasks at once: locks that they contend for, and what they hand to
//! each other, each at more than one size.

use oscost_record::TaskKind::{Process, Thread};

use super::PLACEMENTS;
use super::made::{Made, case};

pub(super) fn all() -> Vec<Made> {
    let mut all = locks();
    all.extend(messages());
    all.extend(streams());
    all.extend(wakes());
    all
}

/// Three locks under several loads, and an instruction that needs none.
fn locks() -> Vec<Made> {
    let mut all = Vec::new();
    for (lock, title, each) in [
        ("pthread-mutex", "pthread mutex", 90.0),
        ("std-mutex", "std Mutex", 30.0),
        ("spin-ticket", "ticket spin lock", 400.0),
    ] {
        for (section, contenders) in [(100, &[2, 4, 8][..]), (10_000, &[2, 8])] {
            for &number in contenders {
                let cost = section as f64 + each * number as f64;
                let made = case(Thread, &format!("contended/{lock}"), title, cost);
                all.push(
                    made.of_suite("sync")
                        .with("contenders", number, "")
                        .with("section", section, "ns")
                        .with("outside", 0, "ns"),
                );
            }
        }
    }
    for number in [2, 8] {
        let made = case(Thread, "contended/fetch-add", "atomic fetch_add", 20.0);
        all.push(
            made.of_suite("sync")
                .with("contenders", number, "")
                .with("outside", 0, "ns"),
        );
    }
    all
}

/// Two means beside the named pipe, one of them with two ways to wait, and one
/// that carries a single size.
fn messages() -> Vec<Made> {
    let mut all = Vec::new();
    for (placement, factor) in PLACEMENTS {
        for (means, title, cost) in [
            ("unix-stream/processes/block", "UNIX stream socket", 6e3),
            ("ring/processes/spin", "shared ring, spinning", 300.0),
            ("ring/processes/futex", "shared ring, futex", 5.5e3),
        ] {
            for size in [1, 64, 4096] {
                let cost = (cost + size as f64) * factor;
                let made = case(Process, &format!("message/{means}"), title, cost);
                all.push(
                    made.of_suite("ipc")
                        .with("size", size, "B")
                        .placed(placement),
                );
            }
        }
        let made = case(
            Process,
            "message/eventfd/processes",
            "eventfd",
            5e3 * factor,
        );
        all.push(made.of_suite("ipc").with("size", 8, "B").placed(placement));
    }
    all
}

fn streams() -> Vec<Made> {
    let mut all = Vec::new();
    for chunk in [64, 4096, 65_536] {
        for (placement, factor) in PLACEMENTS {
            let cost = (600.0 + chunk as f64 * 0.3) * factor;
            let made = case(Process, "stream/unix/processes", "UNIX stream", cost);
            all.push(
                made.of_suite("ipc")
                    .with("chunk", chunk, "B")
                    .placed(placement),
            );
        }
        let copy = case(
            Process,
            "stream/memcpy",
            "memcpy, one task",
            3.0 + chunk as f64 * 0.05,
        );
        all.push(copy.of_suite("ipc").with("chunk", chunk, "B").floor());
    }
    all
}

fn wakes() -> Vec<Made> {
    let mut all = Vec::new();
    for (call, title, each) in [("epoll", "epoll_wait", 0.0), ("poll", "poll", 40.0)] {
        for idle in [1, 100, 10_000] {
            let cost = 5e3 + each * idle as f64;
            for (placement, factor) in PLACEMENTS {
                let made = case(Process, &format!("wake/{call}"), title, cost * factor);
                all.push(
                    made.of_suite("ipc")
                        .with("idle", idle, "")
                        .placed(placement),
                );
            }
        }
    }
    all
}
