//! Making a process that executes another program, in the three ways that
//! programs use: `posix_spawn`, `fork` + `execve`, and Rust's `Command`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, posix_spawn};
use oscost_harness::{
    Audit, During as _, Evidence, Expect, Failure, Measure, Need, Place, Row, Setting, Work,
};
use oscost_record::{Aspect, TaskKind, Tier};
use oscost_sys::exec::Program;

use crate::create::too_many;
use crate::reap;
use crate::target::{Image, Target};

/// What one operation is, in all of these.
const PER: &str = "create+exec+exit+wait";

const fn row(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Process,
        aspect: Aspect::Create,
        per: PER,
        tier: Tier::Core,
        axes: &[],
        place: Place::OneCpu,
        peers: None,
        control: Some("control/wait"),
        claims: &[1],
        needs: |_| {
            vec![Need::Native(
                "it cannot execute a program of the emulated architecture by itself",
            )]
        },
        expect: |_| Expect::tasks(1),
        build,
    }
}

pub(crate) const ROWS: &[Row] = &[
    row(
        "create/posix-spawn/static",
        "posix_spawn, static",
        "What does posix_spawn of a tiny static program cost, until it is reaped?",
        |_| measure(Target::Static, spawn),
    ),
    row(
        "create/posix-spawn/dynamic",
        "posix_spawn, dynamic",
        "What does posix_spawn of a tiny program linked with the C library cost, until it is reaped?",
        |_| measure(Target::Dynamic, spawn),
    ),
    row(
        "create/fork-exec/static",
        "fork+exec, static",
        "What do fork and execve of a tiny static program cost, until it is reaped?",
        |_| measure(Target::Static, fork_exec),
    ),
    row(
        "create/fork-exec/dynamic",
        "fork+exec, dynamic",
        "What do fork and execve of a tiny program linked with the C library cost, until it is reaped?",
        |_| measure(Target::Dynamic, fork_exec),
    ),
    row(
        "create/command/static",
        "Command, static",
        "What does Rust's std::process::Command take to run a tiny static program to its end?",
        |_| measure(Target::Static, command),
    ),
    row(
        "create/command/dynamic",
        "Command, dynamic",
        "What does Rust's std::process::Command take to run a tiny program linked with the C library to its end?",
        |_| measure(Target::Dynamic, command),
    ),
];

/// One way to run a program to its end.
type Way = fn(&mut Exec) -> Result<(), Failure>;

struct Exec {
    program: Program,
    command: Command,
    image: Image,
    way: Way,
    reaped: u64,
}

fn measure(target: Target, way: Way) -> Result<Measure, Failure> {
    let image = target.load()?;
    let mut command = Command::new(OsStr::from_bytes(image.path().as_bytes()));
    command.env_clear();
    Ok(Measure::Timed(Box::new(Exec {
        program: Program::new(image.path().clone()),
        command,
        image,
        way,
        reaped: 0,
    })))
}

#[inline]
fn fork_exec(exec: &mut Exec) -> Result<(), Failure> {
    let child = exec.program.fork_exec().during("fork").map_err(too_many)?;
    reap::reap(child)
}

#[inline]
fn spawn(exec: &mut Exec) -> Result<(), Failure> {
    let actions = PosixSpawnFileActions::init().during("posix_spawn_file_actions_init")?;
    let attributes = PosixSpawnAttr::init().during("posix_spawnattr_init")?;
    let path = exec.image.path();
    let environment: [&std::ffi::CStr; 0] = [];
    let child = posix_spawn(
        path.as_c_str(),
        &actions,
        &attributes,
        &[path],
        &environment,
    )
    .during("posix_spawn")
    .map_err(too_many)?;
    reap::reap(child)
}

#[inline]
fn command(exec: &mut Exec) -> Result<(), Failure> {
    let status = exec
        .command
        .status()
        .during("std::process::Command")
        .map_err(too_many)?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::Fail(format!(
            "a child was to exit with status 0, but: {status}"
        )))
    }
}

impl Work for Exec {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        for _ in 0..ops {
            (self.way)(self)?;
            self.reaped += 1;
        }
        Ok(())
    }
}

impl Evidence for Exec {
    fn audit(&mut self) -> Result<Audit, Failure> {
        reap::audit(self.reaped)
    }
}
