//! Many tasks: rings with and without a working set, and idle ones.

use oscost_record::TaskKind::{Coroutine, Process, Thread};

use super::made::{Made, case};

pub(super) fn all() -> Vec<Made> {
    let mut all = grid();
    all.extend(rings());
    all.extend(idle());
    all
}

/// Processes and threads in a ring, each with a working set.
fn grid() -> Vec<Made> {
    let mut all = Vec::new();
    for (kind, base) in [(Process, 1.6e3), (Thread, 1.2e3)] {
        for (touch, each, sets) in [
            ("ring", 18.0, &[0, 16, 64, 256, 1024, 4096][..]),
            ("ring-written", 26.0, &[16, 64, 256, 1024, 4096][..]),
        ] {
            for &set in sets {
                let work = 30.0 + each * set as f64;
                for tasks in [2, 4, 8, 16, 64] {
                    // Beyond what a cache holds every turn begins cold.
                    let held = (set * tasks) as f64 / 2048.0;
                    let cold = base * 0.3 * held.min(3.0) * (set as f64 / 64.0).sqrt();
                    let title = match touch {
                        "ring" => "ring, sets read",
                        _ => "ring, sets written",
                    };
                    let made = case(kind, &format!("switch/{touch}"), title, base + cold + work);
                    let control = format!("{kind}/control/{touch}/set={set}KiB");
                    all.push(
                        made.with("tasks", tasks, "")
                            .with("set", set, "KiB")
                            .less(&control),
                    );
                }
                let made = case(
                    kind,
                    &format!("control/{touch}"),
                    "the set touched alone",
                    work,
                );
                all.push(made.with("set", set, "KiB"));
            }
        }
    }
    all
}

/// Turns of many tasks that do nothing else.
fn rings() -> Vec<Made> {
    let mut all = Vec::new();
    for (variant, title, warm, cold, most) in [
        ("stackful", "ring of own switches", 4.0, 90.0, 100_000),
        ("future", "ring of async blocks", 2.5, 30.0, 1_000_000),
        ("tokio", "ring of tokio tasks", 60.0, 160.0, 1_000_000),
    ] {
        for tasks in [2, 10, 100, 1_000, 10_000, 100_000, 1_000_000] {
            if tasks <= most {
                let share = (tasks as f64 / 5_000.0).min(1.0);
                let cost = warm + cold * share;
                let made = case(Coroutine, &format!("switch/ring-{variant}"), title, cost);
                all.push(made.with("tasks", tasks, ""));
            }
        }
    }
    for (variant, title) in [
        ("one-cpu", "one of many, one CPU"),
        ("all-cpus", "one of many, all CPUs"),
    ] {
        for tasks in [2, 10, 100, 1000, 10_000] {
            let cost = 1.3e3 * (1.0 + (tasks as f64).log10() * 0.2);
            let made = case(Thread, &format!("many/{variant}"), title, cost);
            all.push(made.with("tasks", tasks, ""));
        }
    }
    all
}

/// Idle tasks of every kind.
fn idle() -> Vec<Made> {
    let mut all = Vec::new();
    for (kind, variant, title, once, each, most) in [
        (Process, "fork", "forked process", 60e3, 96e3, 1000),
        (Process, "exec", "executed process", 40e3, 390e3, 1000),
        (Thread, "pthread", "pthread", 30e3, 21e3, 10_000),
        (
            Thread,
            "pthread-small",
            "pthread, 64 KiB stack",
            30e3,
            20e3,
            10_000,
        ),
        (
            Coroutine,
            "bare",
            "own switch, no guard page",
            3e3,
            4.2e3,
            100_000,
        ),
        (
            Coroutine,
            "corosensei",
            "corosensei, 1 MiB stack",
            5e3,
            6.1e3,
            10_000,
        ),
        (
            Coroutine,
            "future",
            "boxed async block",
            4e3,
            32.0,
            1_000_000,
        ),
        (
            Coroutine,
            "tokio",
            "task on a tokio thread",
            9e3,
            320.0,
            1_000_000,
        ),
        (
            Coroutine,
            "tokio-multi",
            "task on two tokio workers",
            90e3,
            330.0,
            1_000_000,
        ),
    ] {
        for tasks in [10, 100, 1000, 10_000, 100_000, 1_000_000] {
            if tasks <= most {
                let cost = each + once / tasks as f64;
                let made = case(kind, &format!("memory/{variant}"), title, cost);
                all.push(made.with("tasks", tasks, ""));
            }
        }
    }
    all
}
