//! The cases of the made-up record, each with what it costs.

use oscost_record::*;

struct Builder(Vec<(CaseInfo, f64)>);

impl Builder {
    #[expect(clippy::too_many_arguments, reason = "a row of a table")]
    fn add(
        &mut self,
        task: TaskKind,
        aspect: Aspect,
        operation: &str,
        title: &str,
        parameter: Option<(&str, u64, &str)>,
        placement: Option<Placement>,
        cost: f64,
    ) {
        let mut id = format!("{task}/{operation}");
        if let Some((name, value, unit)) = parameter {
            id += &format!("/{name}={value}{unit}");
        }
        if let Some(placement) = placement {
            id += &format!("/placement={placement}");
        }
        let peers = match task {
            TaskKind::Process => Peers::Processes,
            TaskKind::Thread => Peers::Threads,
            TaskKind::Coroutine => Peers::Coroutines,
        };
        let unit = match aspect {
            Aspect::Create => Unit::time("create+finish"),
            Aspect::Switch => Unit::time("round trip"),
            Aspect::Memory => Unit::memory(task.name()),
            Aspect::Control => Unit::time("loop"),
            _ => Unit::time("call"),
        };
        let control = match (task, aspect) {
            (TaskKind::Coroutine, Aspect::Switch | Aspect::Create) => {
                Some("coroutine/control/loop")
            }
            (TaskKind::Process, Aspect::Switch) => Some("process/control/pipe"),
            (TaskKind::Thread, Aspect::Switch) => Some("thread/control/pipe"),
            _ => None,
        };
        let parameters = parameter.map(|(name, value, unit)| {
            (
                name.to_owned(),
                Parameter {
                    value,
                    unit: unit.to_owned(),
                },
            )
        });
        let info = CaseInfo {
            id: CaseId(id),
            suite: task.to_string(),
            operation: operation.to_owned(),
            title: title.to_owned(),
            question: format!("What does {title} cost a {task}?"),
            unit,
            task,
            aspect,
            tier: Tier::Core,
            parameters: parameters.into_iter().collect(),
            placement: placement.unwrap_or(Placement::Free),
            peers: placement.map(|_| peers),
            control: control.map(CaseId::from),
            claims: Vec::new(),
        };
        self.0.push((info, cost));
    }
}

/// Every case with its cost in nanoseconds or bytes.
pub(crate) fn catalogue() -> Vec<(CaseInfo, f64)> {
    use Aspect::{Control, Create, Floor, Memory, Switch};
    use TaskKind::{Coroutine, Process, Thread};
    let mut all = Builder(Vec::new());
    for (rss, cost) in [
        (0, 62e3),
        (16, 110e3),
        (64, 310e3),
        (256, 1.2e6),
        (1024, 5.1e6),
    ] {
        all.add(
            Process,
            Create,
            "create/fork",
            "fork",
            Some(("rss", rss, "MiB")),
            None,
            cost,
        );
    }
    for (operation, title, cost) in [
        ("create/vfork", "vfork", 31e3),
        ("create/clone3", "clone3", 60e3),
        ("create/posix-spawn/static", "posix_spawn, static", 290e3),
        ("create/posix-spawn/dynamic", "posix_spawn, dynamic", 610e3),
        ("create/fork-exec/static", "fork+exec, static", 340e3),
        ("create/fork-exec/dynamic", "fork+exec, dynamic", 660e3),
        ("create/command/static", "Command, static", 330e3),
        ("create/command/dynamic", "Command, dynamic", 650e3),
    ] {
        all.add(Process, Create, operation, title, None, None, cost);
    }
    for (operation, title, cost) in [
        ("create/pthread", "pthread_create", 12.1e3),
        ("create/clone3", "clone3", 9.8e3),
        ("create/std", "std::thread", 13.4e3),
        ("create/first-instruction", "first instruction", 7.7e3),
    ] {
        all.add(Thread, Create, operation, title, None, None, cost);
    }
    for (variant, title, create, switch) in [
        ("bare", "bare assembly", 9.0, 3.6),
        ("corosensei", "corosensei", 55.0, 5.2),
        ("swapcontext", "swapcontext", 700.0, 390.0),
        ("tokio", "tokio", 210.0, 130.0),
    ] {
        all.add(
            Coroutine,
            Create,
            &format!("create/{variant}"),
            title,
            None,
            None,
            create,
        );
        all.add(
            Coroutine,
            Switch,
            &format!("switch/{variant}"),
            title,
            None,
            None,
            switch,
        );
    }
    all.add(
        Coroutine,
        Create,
        "create/future",
        "future",
        None,
        None,
        4.1,
    );
    all.add(
        Coroutine,
        Switch,
        "switch/poll",
        "polled future",
        None,
        None,
        2.1,
    );
    for (task, factor) in [(Process, 1.35), (Thread, 1.0)] {
        for (mechanism, cost) in [("pipe", 2.9e3), ("futex", 2.4e3)] {
            for (placement, times) in [
                (Placement::SameCpu, 1.0),
                (Placement::CrossCpu, 3.4),
                (Placement::Free, 1.1),
            ] {
                let operation = format!("switch/{mechanism}");
                all.add(
                    task,
                    Switch,
                    &operation,
                    mechanism,
                    None,
                    Some(placement),
                    cost * factor * times,
                );
            }
        }
        all.add(
            task,
            Control,
            "control/pipe",
            "write and read alone",
            None,
            None,
            610.0,
        );
    }
    for (tasks, share) in [
        (10, 1.9),
        (100, 1.1),
        (1000, 1.0),
        (10_000, 1.0),
        (100_000, 1.0),
    ] {
        let some = Some(("tasks", tasks, ""));
        if tasks <= 1000 {
            all.add(
                Process,
                Memory,
                "memory/fork",
                "fork",
                some,
                None,
                190e3 * share,
            );
        }
        if tasks <= 10_000 {
            all.add(
                Thread,
                Memory,
                "memory/pthread",
                "pthread",
                some,
                None,
                21e3 * share,
            );
        }
        for (variant, bytes) in [
            ("bare", 8.3e3),
            ("corosensei", 8.6e3),
            ("future", 72.0),
            ("tokio", 320.0),
        ] {
            all.add(
                Coroutine,
                Memory,
                &format!("memory/{variant}"),
                variant,
                some,
                None,
                bytes * share,
            );
        }
    }
    all.add(
        Thread,
        Floor,
        "syscall/getppid",
        "getppid",
        None,
        None,
        96.0,
    );
    all.add(
        Thread,
        Floor,
        "syscall/clock-gettime",
        "clock_gettime",
        None,
        None,
        21.0,
    );
    all.add(
        Coroutine,
        Control,
        "control/loop",
        "empty loop",
        None,
        None,
        0.7,
    );
    all.0
}
