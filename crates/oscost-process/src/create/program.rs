//! Making a process that executes another program, in the ways that programs
//! use: `posix_spawn`, `fork` or `vfork` with `execve`, Rust's `Command`, and
//! a command line given to the shell.

use std::ffi::{CStr, CString, OsStr};
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, posix_spawn};
use nix::unistd::Pid;
use oscost_harness::{During as _, Failure, Measure, Need, Row, Setting};
use oscost_sys::exec::Program;
use oscost_sys::fork::Note;

use super::{MEMORY, ROW, Way, burden, measure, memory};
use crate::child::reap;
use crate::target::{FOREIGN, Image, Target, loader};

/// What a row of this file is unless it says otherwise: a small parent that
/// executes the program linked with the C library.
const DYNAMIC: Row = Row {
    per: "create+exec+exit+wait",
    needs: |_| vec![FOREIGN, loader()],
    ..ROW
};

/// A parent of any size that executes the static program.
const STATIC: Row = Row {
    axes: MEMORY,
    needs: |setting| vec![memory(setting), FOREIGN],
    ..DYNAMIC
};

/// A shell in between.
const SHELL: Row = Row {
    tier: oscost_record::Tier::Full,
    needs: |_| vec![Need::File("/bin/sh"), FOREIGN, loader()],
    ..DYNAMIC
};

pub(crate) const ROWS: &[Row] = &[
    Row {
        operation: "create/posix-spawn/static",
        title: "posix_spawn, static",
        question: "What does posix_spawn of a tiny static program cost, until it is reaped?",
        build: |setting| with_memory(setting, Target::Static, spawn),
        ..STATIC
    },
    Row {
        operation: "create/posix-spawn/dynamic",
        title: "posix_spawn, dynamic",
        question: "What does posix_spawn of a tiny program linked with the C library cost, until it is reaped?",
        build: |setting| with_memory(setting, Target::Dynamic, spawn),
        ..DYNAMIC
    },
    Row {
        operation: "create/fork-exec/static",
        title: "fork+exec, static",
        question: "What do fork and execve of a tiny static program cost, until it is reaped?",
        build: |setting| with_memory(setting, Target::Static, fork_exec),
        ..STATIC
    },
    Row {
        operation: "create/fork-exec/dynamic",
        title: "fork+exec, dynamic",
        question: "What do fork and execve of a tiny program linked with the C library cost, until it is reaped?",
        build: |setting| with_memory(setting, Target::Dynamic, fork_exec),
        ..DYNAMIC
    },
    Row {
        operation: "create/vfork-exec/static",
        title: "vfork+exec, static",
        question: "What do vfork and execve of a tiny static program cost, until it is reaped?",
        build: |setting| with_memory(setting, Target::Static, vfork_exec),
        ..STATIC
    },
    Row {
        operation: "create/vfork-exec/dynamic",
        title: "vfork+exec, dynamic",
        question: "What do vfork and execve of a tiny program linked with the C library cost, until it is reaped?",
        build: |setting| with_memory(setting, Target::Dynamic, vfork_exec),
        ..DYNAMIC
    },
    Row {
        operation: "create/command/static",
        title: "Command, static",
        question: "What does Rust's std::process::Command take to run a tiny static program to its end?",
        build: |setting| with_memory(setting, Target::Static, command),
        ..STATIC
    },
    Row {
        operation: "create/command/dynamic",
        title: "Command, dynamic",
        question: "What does Rust's std::process::Command take to run a tiny program linked with the C library to its end?",
        build: |setting| with_memory(setting, Target::Dynamic, command),
        ..DYNAMIC
    },
    Row {
        operation: "create/shell/static",
        title: "sh -c, static",
        question: "What does it cost to have the shell run a tiny static program, as system() does?",
        build: |_| shell(Target::Static),
        ..SHELL
    },
    Row {
        operation: "create/shell/dynamic",
        title: "sh -c, dynamic",
        question: "What does it cost to have the shell run a tiny program linked with the C library, as system() does?",
        build: |_| shell(Target::Dynamic),
        ..SHELL
    },
];

/// A program to be run to its end, in one of the ways.
pub(super) struct Run {
    way: fn(&mut Run) -> Result<(), Failure>,
    /// The path, and the arguments with the name in front.
    path: CString,
    arguments: Vec<CString>,
    /// The same, as the ways want it.
    program: Program,
    command: Command,
    note: Note,
    image: Image,
}

impl Run {
    pub(super) fn new(
        target: Target,
        way: fn(&mut Run) -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        let image = target.load()?;
        let path = image.path().clone();
        let mut command = Command::new(OsStr::from_bytes(path.as_bytes()));
        command.env_clear();
        Ok(Self {
            way,
            arguments: vec![path.clone()],
            program: Program::new(path.clone()),
            path,
            command,
            note: Note::default(),
            image,
        })
    }
}

fn with_memory(
    setting: &Setting,
    target: Target,
    way: fn(&mut Run) -> Result<(), Failure>,
) -> Result<Measure, Failure> {
    measure(Run::new(target, way)?, burden::memory(setting)?)
}

fn shell(target: Target) -> Result<Measure, Failure> {
    let mut run = Run::new(target, spawn)?;
    // The shell executes it by its path, so that it must outlive an exec.
    run.image.keep_over_exec()?;
    let line = std::mem::replace(&mut run.path, c"/bin/sh".to_owned());
    run.arguments = vec![c"sh".to_owned(), c"-c".to_owned(), line];
    measure(run, burden::none())
}

#[inline]
fn fork_exec(run: &mut Run) -> Result<(), Failure> {
    reap(
        run.program
            .fork_exec()
            .during("fork")
            .map_err(Failure::too_many)?,
    )
}

#[inline]
fn vfork_exec(run: &mut Run) -> Result<(), Failure> {
    let child = run.program.vfork_exec(&mut run.note);
    reap(child.during("vfork").map_err(Failure::too_many)?)
}

#[inline]
pub(super) fn spawn(run: &mut Run) -> Result<(), Failure> {
    reap(posix(&run.path, &run.arguments)?)
}

/// A child by `posix_spawn` with default attributes and no environment.
#[inline]
pub(crate) fn posix(path: &CStr, arguments: &[CString]) -> Result<Pid, Failure> {
    let actions = PosixSpawnFileActions::init().during("posix_spawn_file_actions_init")?;
    let attributes = PosixSpawnAttr::init().during("posix_spawnattr_init")?;
    let environment: [&CStr; 0] = [];
    posix_spawn(path, &actions, &attributes, arguments, &environment)
        .during("posix_spawn")
        .map_err(Failure::too_many)
}

#[inline]
pub(super) fn command(run: &mut Run) -> Result<(), Failure> {
    let status = run
        .command
        .status()
        .during("std::process::Command")
        .map_err(Failure::too_many)?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::Fail(format!(
            "a child was to exit with status 0, but: {status}"
        )))
    }
}

impl Way for Run {
    #[inline]
    fn once(&mut self) -> Result<(), Failure> {
        (self.way)(self)
    }
}
