//! The cases of the made-up record, each with what it costs: as many, and as
//! different, as those of the suites.

use oscost_record::*;

mod company;
mod crowds;
mod made;

use TaskKind::{Coroutine, Process, Thread};
use made::{Made, case};

const PLACEMENTS: [(Placement, f64); 3] = [
    (Placement::SameCpu, 1.0),
    (Placement::CrossCpu, 3.4),
    (Placement::Free, 1.1),
];

/// Every case with its cost in nanoseconds or bytes.
pub(crate) fn catalogue() -> Vec<(CaseInfo, f64)> {
    let mut all = Vec::new();
    all.extend(spawning());
    all.extend(creation());
    all.extend(parts());
    all.extend(switching());
    all.extend(crowds::all());
    all.extend(besides());
    all.extend(company::all());
    all.extend(floors());
    all.into_iter().map(Made::finished).collect()
}

/// Making a process, by a parent of several sizes.
fn spawning() -> Vec<Made> {
    const SIZES: [u64; 5] = [0, 16, 64, 256, 1024];
    let ways = [
        ("fork", "fork", 62e3, 5e3),
        ("vfork", "vfork", 31e3, 0.0),
        ("clone3", "clone3(VM|VFORK)", 31.5e3, 0.0),
        ("posix-spawn/static", "posix_spawn, static", 190e3, 0.0),
        ("fork-exec/static", "fork+exec, static", 240e3, 5.2e3),
        ("vfork-exec/static", "vfork+exec, static", 186e3, 0.0),
        ("command/static", "Command, static", 205e3, 0.0),
    ];
    let of_way = |(way, title, base, each): (&str, &str, f64, f64)| {
        let (way, title) = (format!("create/{way}"), title.to_owned());
        SIZES.map(move |rss| {
            case(Process, &way, &title, base + each * rss as f64).with("rss", rss, "MiB")
        })
    };
    let mut all: Vec<Made> = ways.into_iter().flat_map(of_way).collect();
    for rss in &SIZES[1..] {
        let cost = 66e3 + 90.0 * *rss as f64;
        let made = case(Process, "create/fork-huge", "fork, huge pages", cost);
        all.push(made.with("rss", *rss, "MiB"));
    }
    for rss in [0, 64, 1024] {
        let title = "pthread, resident memory";
        let made = case(Thread, "create/pthread/resident", title, 12e3);
        all.push(made.with("rss", rss, "MiB"));
    }
    all
}

/// Making a task, under all other circumstances.
fn creation() -> Vec<Made> {
    let mut all = Vec::new();
    for (operation, title, cost) in [
        ("create/posix-spawn/dynamic", "posix_spawn, dynamic", 610e3),
        ("create/fork-exec/dynamic", "fork+exec, dynamic", 660e3),
        ("create/command/dynamic", "Command, dynamic", 650e3),
    ] {
        all.push(case(Process, operation, title, cost));
    }
    for (name, values) in [
        ("mappings", [10, 1000, 10_000]),
        ("fds", [0, 100, 1000]),
        ("threads", [0, 100, 1000]),
    ] {
        for value in values {
            let cost = 62e3 + 9.0 * value as f64;
            let made = case(
                Process,
                &format!("create/fork-{name}"),
                &format!("fork, {name}"),
                cost,
            );
            all.push(made.with(name, value, ""));
            let made = case(
                Thread,
                &format!("create/pthread/{name}"),
                &format!("pthread, {name}"),
                12e3,
            );
            all.push(made.with(name, value, ""));
        }
    }
    for (operation, title, cost) in [
        ("create/pthread", "pthread_create", 12.1e3),
        ("create/clone3", "clone3 thread", 9.8e3),
        ("create/std", "std::thread", 13.4e3),
        ("create/scope", "std::thread::scope", 13.9e3),
    ] {
        all.push(case(Thread, operation, title, cost));
    }
    for (variant, title, cost) in [
        ("bare", "own switch, reused stack", 9.0),
        ("corosensei", "corosensei, fresh 1 MiB stack", 5.5e3),
        ("corosensei-pooled", "corosensei, pooled 1 MiB stack", 55.0),
        ("swapcontext", "makecontext, reused stack", 700.0),
        ("future", "boxed async block", 14.1),
        ("tokio", "task on a tokio thread", 210.0),
    ] {
        let made = case(Coroutine, &format!("create/{variant}"), title, cost);
        all.push(made.less("coroutine/control/loop"));
    }
    all
}

/// Making a task, taken apart; and what else is part of a task's life.
fn parts() -> Vec<Made> {
    let mut all = Vec::new();
    for (way, call, start, reap) in [
        ("fork", 41e3, 48e3, 9e3),
        ("vfork", 25e3, 18e3, 6e3),
        ("posix-spawn", 120e3, 170e3, 11e3),
    ] {
        let stretches = [
            ("return", call),
            ("first-instruction", start),
            ("exit-to-wait", reap),
        ];
        for (stretch, cost) in stretches {
            let operation = format!("apart/{way}/{stretch}");
            all.push(case(
                Process,
                &operation,
                &format!("{way}, {stretch}"),
                cost,
            ));
        }
    }
    let stretches = [
        ("return", 6.1e3),
        ("first-instruction", 7.7e3),
        ("exit-to-join", 4.2e3),
    ];
    for (stretch, cost) in stretches {
        for (placement, times) in PLACEMENTS {
            let operation = format!("apart/pthread/{stretch}");
            let made = case(
                Thread,
                &operation,
                &format!("pthread, {stretch}"),
                cost * times,
            );
            all.push(made.placed(placement));
        }
        let operation = format!("apart/clone3/{stretch}");
        all.push(case(
            Thread,
            &operation,
            &format!("clone3, {stretch}"),
            cost * 0.8,
        ));
    }
    all.push(case(Process, "exec/static", "execve, static", 120e3));
    all.push(case(Process, "reap/waitpid", "waitpid", 8e3));
    all
}

fn switching() -> Vec<Made> {
    let mut all = Vec::new();
    for (kind, factor) in [(Process, 1.35), (Thread, 1.0)] {
        for (mechanism, cost) in [("pipe", 2.9e3), ("futex", 2.4e3), ("eventfd", 2.7e3)] {
            for (placement, times) in PLACEMENTS {
                let operation = format!("switch/{mechanism}");
                let made = case(kind, &operation, mechanism, cost * factor * times);
                all.push(made.placed(placement).less(&format!("{kind}/control/pipe")));
            }
        }
        all.push(case(kind, "control/pipe", "write and read alone", 610.0));
    }
    for (variant, title, cost) in [
        ("bare", "stack switch in assembly", 3.6),
        ("corosensei", "stackful coroutine (corosensei)", 5.2),
        ("swapcontext", "swapcontext", 390.0),
        ("poll", "poll of an async block", 2.1),
        ("tokio", "yield on a tokio thread", 130.0),
    ] {
        let made = case(Coroutine, &format!("switch/{variant}"), title, cost);
        all.push(made.less("coroutine/control/loop"));
    }
    all
}

/// Handing over, waiting, crashing, touching, sizes.
fn besides() -> Vec<Made> {
    let mut all = Vec::new();
    for (placement, times) in PLACEMENTS {
        let made = case(
            Thread,
            "pool/condvar",
            "job by mutex and condvar",
            9.1e3 * times,
        );
        all.push(made.placed(placement));
        for (variant, cost) in [("oneshot-threads", 5.1e3), ("mpsc-threads", 4.9e3)] {
            let title = format!("{}, two threads", variant.replace("-threads", ""));
            let made = case(
                Coroutine,
                &format!("channel/{variant}"),
                &title,
                cost * times,
            );
            all.push(made.placed(placement));
        }
        for (kind, parties) in [(Process, "processes"), (Thread, "threads")] {
            for size in [1, 64, 512, 4096, 16_384, 65_536] {
                let cost = (3.2e3 + 0.2 * size as f64) * times;
                let made = case(
                    kind,
                    &format!("message/fifo/{parties}"),
                    "named pipe (FIFO)",
                    cost,
                );
                all.push(
                    made.of_suite("ipc")
                        .with("size", size, "B")
                        .placed(placement),
                );
            }
        }
    }
    for (variant, cost) in [("oneshot", 96.0), ("mpsc", 120.0)] {
        all.push(case(
            Coroutine,
            &format!("channel/{variant}"),
            variant,
            cost,
        ));
    }
    for block in [1, 10] {
        let cost = block as f64 * 1e6;
        let made = case(
            Coroutine,
            "blocking/same-thread",
            "a neighbour blocks",
            cost,
        );
        all.push(made.with("block", block, "ms"));
        let made = case(
            Coroutine,
            "blocking/spawn-blocking",
            "a neighbour has a thread block",
            5e3,
        );
        all.push(made.with("block", block, "ms"));
    }
    for (kind, cost) in [(Process, 91e3), (Thread, 84e3), (Coroutine, 2.1e3)] {
        all.push(case(kind, "crash/seen", "until it is seen", cost));
    }
    for (page, cost) in [("small", 480.0), ("huge", 96e3)] {
        let title = format!("first write after fork, {page} page");
        all.push(case(
            Process,
            &format!("copy-on-write/{page}"),
            &title,
            cost,
        ));
    }
    for (variant, bytes) in [("bare", 64.0), ("swapcontext", 936.0), ("future", 16.0)] {
        all.push(case(Coroutine, &format!("size/{variant}"), variant, bytes));
    }
    for lock in 0..41 {
        let (operation, title) = (format!("uncontended/lock-{lock}"), format!("lock {lock}"));
        all.push(case(Thread, &operation, &title, 14.0 + f64::from(lock)).of_suite("sync"));
    }
    all
}

fn floors() -> Vec<Made> {
    vec![
        case(Thread, "syscall/getppid", "getppid", 96.0),
        case(Thread, "syscall/clock-gettime", "clock_gettime", 21.0),
        case(Coroutine, "control/loop", "empty loop", 0.7),
    ]
}
