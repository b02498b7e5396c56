//! What a case is, as the record tells it: its id, its question, its unit.
//!
//! The header of a record carries one [`CaseInfo`] per case, so that a report
//! can be made from the record alone, years later, by another version.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Unit;

/// `suite/operation[/variant]` plus `name=value` parameters, all joined by
/// slashes. Never changes once released: histories hang on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseId(pub String);

impl CaseId {
    /// The part before the first slash.
    #[must_use]
    pub fn suite(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<&str> for CaseId {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// The kind of task a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskKind {
    /// A task with an address space of its own.
    Process,
    /// A task that the kernel schedules inside a shared address space.
    Thread,
    /// A task that the program itself schedules.
    Coroutine,
}

/// What about the task is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// Making a task and seeing it end.
    Create,
    /// Handing the CPU from task to task and back.
    Switch,
    /// Keeping an idle task.
    Memory,
    /// A stretch of another operation: until a call returns, until the first
    /// instruction of the new task, from its end to the reaping.
    Part,
    /// Touching memory that the kernel has yet to provide or to copy.
    Touch,
    /// Handing something over from task to task: a job, a message, a value.
    Talk,
    /// Taking and giving back a lock, or waiting for one.
    Lock,
    /// How long others wait because of what one task does.
    Delay,
    /// One task goes down: until that is known, until another serves.
    Crash,
    /// A whole body of work, done by many tasks of one kind.
    Work,
    /// How large something is: the bytes that a switch saves.
    Size,
    /// The loop around another case, without the work: what to subtract.
    Control,
    /// A cost that others are compared with: a system call, a clock read.
    Floor,
}

impl Aspect {
    /// All of them, in the order in which a report shows them.
    pub const ALL: [Self; 13] = [
        Self::Create,
        Self::Part,
        Self::Switch,
        Self::Memory,
        Self::Touch,
        Self::Talk,
        Self::Lock,
        Self::Delay,
        Self::Crash,
        Self::Work,
        Self::Size,
        Self::Control,
        Self::Floor,
    ];

    /// Whether it is a level in bytes that is read, not a time.
    #[must_use]
    pub fn is_level(self) -> bool {
        matches!(self, Self::Memory | Self::Size)
    }
}

/// Which CPUs the parties of a case run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    /// All parties pinned to one CPU.
    SameCpu,
    /// Two parties pinned to two CPUs: the nearest that are no SMT siblings,
    /// where there are such.
    CrossCpu,
    /// Two hardware threads of one core.
    SmtSibling,
    /// Two cores under one last-level cache.
    SameLlc,
    /// Two cores of a NUMA node with a last-level cache each.
    CrossLlc,
    /// Two NUMA nodes or packages.
    CrossNuma,
    /// Not pinned: the scheduler chooses.
    Free,
}

impl Placement {
    /// All of them, nearest first.
    pub const ALL: [Self; 7] = [
        Self::SameCpu,
        Self::SmtSibling,
        Self::SameLlc,
        Self::CrossLlc,
        Self::CrossNuma,
        Self::CrossCpu,
        Self::Free,
    ];
}

/// Who talks to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Peers {
    /// Two processes.
    Processes,
    /// Two threads of one process.
    Threads,
    /// Two coroutines of one thread.
    Coroutines,
}

/// How wide a run casts its net.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Two minutes: what answers the headline questions.
    Core,
    /// Everything.
    Full,
}

/// The value of a named parameter, with its unit: `64 MiB`, `1000 tasks`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// The number.
    pub value: u64,
    /// Its unit; empty for a bare count.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
}

/// Everything about a case but its measurements.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseInfo {
    /// The id.
    pub id: CaseId,
    /// The suite: the first part of the id.
    pub suite: String,
    /// Operation and variant: the id without suite and parameters.
    pub operation: String,
    /// A few words for the axis of a picture: `fork`, `pthread_create`.
    pub title: String,
    /// The question that the number answers, as a full sentence.
    pub question: String,
    /// What one operation is.
    pub unit: Unit,
    /// The kind of task.
    pub task: TaskKind,
    /// What is measured of it.
    pub aspect: Aspect,
    /// The narrowest tier that measures it.
    pub tier: Tier,
    /// Named parameters, without the placement.
    pub parameters: BTreeMap<String, Parameter>,
    /// Which CPUs.
    pub placement: Placement,
    /// Who talks to whom, where two do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peers: Option<Peers>,
    /// The case to subtract for a net figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<CaseId>,
    /// Numbers of the claims that stand on this case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<u8>,
}

macro_rules! name_as_serde {
    ($($type:ident { $($variant:ident => $name:literal),+ $(,)? })+) => {$(
        impl $type {
            /// The name in records and ids.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }
    )+};
}

name_as_serde! {
    TaskKind { Process => "process", Thread => "thread", Coroutine => "coroutine" }
    Aspect {
        Create => "create", Switch => "switch", Memory => "memory", Part => "part",
        Touch => "touch", Talk => "talk", Lock => "lock", Delay => "delay",
        Crash => "crash", Work => "work", Size => "size", Control => "control", Floor => "floor",
    }
    Placement { SameCpu => "same-cpu", CrossCpu => "cross-cpu",
        SmtSibling => "smt-sibling", SameLlc => "same-llc", CrossLlc => "cross-llc",
        CrossNuma => "cross-numa", Free => "free" }
    Peers { Processes => "processes", Threads => "threads", Coroutines => "coroutines" }
    Tier { Core => "core", Full => "full" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_agree_with_the_serialised_form() {
        for placement in Placement::ALL {
            let text = serde_json::to_string(&placement).unwrap();
            assert_eq!(text, format!("\"{placement}\""));
        }
        for aspect in Aspect::ALL {
            assert_eq!(
                serde_json::to_string(&aspect).unwrap(),
                format!("\"{aspect}\"")
            );
        }
    }
}
