//! `execve` alone: from just before the call, in a process that was forked for
//! it, to the first instruction of the new program's own.
//!
//! In the time: giving up the memory of the forked process, mapping the
//! program, its first page faults, and with the C library the dynamic loader
//! and the start-up code. Not in it: the fork before, the exit after.

use std::ffi::CString;
use std::sync::atomic::Ordering::Relaxed;

use oscost_harness::{
    Audit, Axis, ClockKind, During as _, Evidence, Expect, Failure, Measure, Need, Place, Row,
    TimedWork,
};
use oscost_record::{Aspect, TaskKind, Tier};
use oscost_sys::counter::Ticks;
use oscost_sys::exec::Program;
use oscost_sys::fork::fork;

use crate::child::{self, reap};
use crate::notes::Notes;
use crate::target::{FOREIGN, Image, Target, loader};

const ROW: Row = Row {
    operation: "exec/static",
    title: "execve, static",
    question: "How long does execve take to reach the entry point of a tiny static program?",
    task: TaskKind::Process,
    aspect: Aspect::Part,
    per: "exec",
    tier: Tier::Core,
    axes: &[],
    place: Place::OneCpu,
    peers: None,
    control: None,
    claims: &[1],
    needs: |_| vec![FOREIGN],
    expect: |_| Expect::tasks(1),
    build: |_| measure(Target::NotingStatic, 0),
};

pub(crate) const ROWS: &[Row] = &[
    ROW,
    Row {
        operation: "exec/dynamic",
        title: "execve, dynamic",
        question: "How long does execve take to reach main in a tiny program linked with the C library?",
        needs: |_| vec![FOREIGN, loader()],
        build: |_| measure(Target::NotingDynamic, 0),
        ..ROW
    },
    Row {
        operation: "exec/libraries",
        title: "execve, more libraries",
        question: "How long does execve take to reach main as the dynamic loader has more libraries to load beside the C library?",
        tier: Tier::Full,
        axes: &[Axis {
            name: "libs",
            unit: "",
            core: &[],
            full: &[0, 1, 4, 16],
        }],
        needs: |setting| {
            vec![
                FOREIGN,
                loader(),
                Need::Descriptors(setting.of("libs") + 50),
            ]
        },
        build: |setting| measure(Target::NotingDynamic, setting.of("libs")),
        ..ROW
    },
];

struct Exec {
    program: Program,
    notes: Notes,
    /// What the loader has to load beside what the program needs.
    libraries: Vec<Image>,
    _image: Image,
}

fn measure(target: Target, libraries: u64) -> Result<Measure, Failure> {
    let image = target.load()?;
    let notes = Notes::new()?;
    let libraries: Vec<Image> = (0..libraries)
        .map(|_| Target::Library.load())
        .collect::<Result<_, _>>()?;
    let mut paths = Vec::new();
    for library in &libraries {
        library.keep_over_exec()?;
        paths.push(library.path().to_bytes());
    }
    let preload = CString::new([b"LD_PRELOAD=", paths.join(&b':').as_slice()].concat())
        .map_err(|error| Failure::Fail(error.to_string()))?;
    let environment = match libraries.len() {
        0 => Vec::new(),
        _ => vec![preload],
    };
    let program = Program::new(image.path().clone())
        .with_arguments(vec![notes.argument()?])
        .with_environment(environment);
    Ok(Measure::SelfTimed(Box::new(Exec {
        program,
        notes,
        libraries,
        _image: image,
    })))
}

impl TimedWork for Exec {
    fn run_once(&mut self, now: fn() -> Ticks) -> Result<Ticks, Failure> {
        let clock = ClockKind::of(now);
        let departure = self.notes.departure();
        let child = fork(|| {
            departure.store(now().0, Relaxed);
            self.program.exec()
        });
        reap(child.during("fork").map_err(Failure::too_many)?)?;
        let loaded = self.notes.libraries();
        if loaded != self.libraries.len() as u64 {
            return Err(Failure::Fail(format!(
                "the loader was to load {} libraries, but the program found {loaded}",
                self.libraries.len()
            )));
        }
        let (departure, arrival) = (Ticks(departure.load(Relaxed)), self.notes.first(clock));
        if departure < arrival {
            Ok(arrival.since(departure))
        } else {
            Err(Failure::Fail(
                "the program began before it was executed".into(),
            ))
        }
    }
}

impl Evidence for Exec {
    fn audit(&mut self) -> Result<Audit, Failure> {
        child::audit(self.notes.ran())
    }
}
