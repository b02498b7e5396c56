//! One made-up case: its id, unit and aspect follow from its operation.

use oscost_record::*;

/// A case and what it costs.
pub(crate) struct Made(CaseInfo, f64);

/// A case without parameters; its aspect follows from its operation.
pub(crate) fn case(task: TaskKind, operation: &str, title: &str, cost: f64) -> Made {
    let aspect = aspect(operation);
    let unit = match aspect {
        Aspect::Memory => Unit::memory(task.name()),
        Aspect::Size => Unit::memory("switch"),
        Aspect::Create if operation.contains("exec") || operation.contains("spawn") => {
            Unit::time("create+exec+exit+wait")
        }
        Aspect::Create => Unit::time("create+finish"),
        Aspect::Switch if operation.contains("ring") || operation.contains("many") => {
            Unit::time("hand-off")
        }
        Aspect::Switch | Aspect::Talk => Unit::time("round trip"),
        Aspect::Part => Unit::time("stretch"),
        Aspect::Control => Unit::time("loop"),
        _ => Unit::time("call"),
    };
    let info = CaseInfo {
        id: CaseId(format!("{task}/{operation}")),
        suite: task.to_string(),
        operation: operation.to_owned(),
        title: title.to_owned(),
        question: format!("What does {title} cost a {task}?"),
        unit,
        task,
        aspect,
        tier: Tier::Core,
        parameters: std::collections::BTreeMap::new(),
        placement: Placement::Free,
        peers: None,
        control: None,
        claims: Vec::new(),
    };
    Made(info, cost)
}

fn aspect(operation: &str) -> Aspect {
    match operation.split('/').next().unwrap_or_default() {
        "create" => Aspect::Create,
        "switch" | "many" => Aspect::Switch,
        "memory" => Aspect::Memory,
        "apart" | "exec" | "reap" => Aspect::Part,
        "copy-on-write" => Aspect::Touch,
        "pool" | "channel" | "message" | "stream" | "wake" => Aspect::Talk,
        "contended" | "uncontended" => Aspect::Lock,
        "blocking" => Aspect::Delay,
        "crash" => Aspect::Crash,
        "size" => Aspect::Size,
        "control" => Aspect::Control,
        _ => Aspect::Floor,
    }
}

impl Made {
    /// The same at a value of a parameter.
    pub(crate) fn with(mut self, name: &str, value: u64, unit: &str) -> Self {
        self.0.id.0 += &format!("/{name}={value}{unit}");
        let unit = unit.to_owned();
        self.0
            .parameters
            .insert(name.to_owned(), Parameter { value, unit });
        self
    }

    /// The same of two parties on these CPUs.
    pub(crate) fn placed(mut self, placement: Placement) -> Self {
        self.0.id.0 += &format!("/placement={placement}");
        self.0.placement = placement;
        self.0.peers = Some(match self.0.task {
            TaskKind::Process => Peers::Processes,
            TaskKind::Thread => Peers::Threads,
            TaskKind::Coroutine => Peers::Coroutines,
        });
        self
    }

    /// The same in a suite that is about no kind of task.
    pub(crate) fn of_suite(mut self, suite: &str) -> Self {
        suite.clone_into(&mut self.0.suite);
        self.0.id.0 = format!("{suite}/{}", self.0.operation);
        self
    }

    /// The same as what others are compared with.
    pub(crate) fn floor(mut self) -> Self {
        self.0.aspect = Aspect::Floor;
        self
    }

    /// The same with a control.
    pub(crate) fn less(mut self, control: &str) -> Self {
        self.0.control = Some(control.into());
        self
    }

    pub(crate) fn finished(self) -> (CaseInfo, f64) {
        (self.0, self.1)
    }
}
