//! What it costs to be woken by one of many descriptors: `epoll`, `poll` and
//! `select` among descriptors on which nothing happens.

mod party;
mod watch;

use oscost_harness::alone::calls;
use oscost_harness::{Axis, Expect, Failure, Measure, Need, Place, Row, Setting};
use oscost_record::{Aspect, Peers, TaskKind, Tier};

use crate::game::{one_task, round_trips};
use watch::{Epoll, Poll, Select, Watch};

const IDLE: &[Axis] = &[Axis {
    name: "idle",
    unit: "",
    core: &[100],
    full: &[1, 10_000],
}];

/// `select` knows no descriptor beyond `FD_SETSIZE`, 1024.
const FEWER: &[Axis] = &[Axis {
    name: "idle",
    unit: "",
    core: &[100],
    full: &[1, 1000],
}];

const fn woken(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    axes: &'static [Axis],
    control: &'static str,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Process,
        aspect: Aspect::Talk,
        per: "round trip",
        tier: Tier::Full,
        axes,
        place: Place::Each,
        peers: Some(Peers::Processes),
        control: Some(control),
        claims: &[],
        needs,
        expect: expect_two_switches,
        build,
    }
}

/// One task alone: it never sleeps.
const fn alone(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    axes: &'static [Axis],
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        place: Place::OneCpu,
        peers: None,
        control: None,
        expect: |_| Expect::NO_SWITCH,
        ..woken(operation, title, question, axes, "", build)
    }
}

/// One descriptor is ready already.
const fn ready(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    axes: &'static [Axis],
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        per: "call",
        ..alone(operation, title, question, axes, build)
    }
}

/// The calls of both sides, made by one task.
const fn control(
    operation: &'static str,
    title: &'static str,
    axes: &'static [Axis],
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        aspect: Aspect::Control,
        ..alone(
            operation,
            title,
            "What do the calls cost that knock, wait among idle descriptors and hear the answer, when one task makes them all?",
            axes,
            build,
        )
    }
}

pub(crate) const ROWS: &[Row] = &[
    Row {
        tier: Tier::Core,
        ..woken(
            "wake/epoll",
            "epoll_wait",
            "What does it cost to knock at another process and to be woken by its answer in epoll_wait, among idle descriptors?",
            IDLE,
            "control/wake-epoll",
            wake::<Epoll>,
        )
    },
    woken(
        "wake/poll",
        "poll",
        "What does it cost to knock at another process and to be woken by its answer in poll, among idle descriptors?",
        IDLE,
        "control/wake-poll",
        wake::<Poll>,
    ),
    woken(
        "wake/select",
        "select",
        "What does it cost to knock at another process and to be woken by its answer in select, among idle descriptors?",
        FEWER,
        "control/wake-select",
        wake::<Select>,
    ),
    ready(
        "wake/ready-epoll",
        "epoll_wait, one ready",
        "What does epoll_wait cost when one descriptor is ready already, among idle ones?",
        IDLE,
        find_ready::<Epoll>,
    ),
    ready(
        "wake/ready-poll",
        "poll, one ready",
        "What does poll cost, and finding the descriptor that it means, when one is ready already, among idle ones?",
        IDLE,
        find_ready::<Poll>,
    ),
    ready(
        "wake/ready-select",
        "select, one ready",
        "What does select cost, and finding the descriptor that it means, when one is ready already, among idle ones?",
        FEWER,
        find_ready::<Select>,
    ),
    Row {
        tier: Tier::Core,
        ..control(
            "control/wake-epoll",
            "epoll_wait, one task",
            IDLE,
            knock::<Epoll>,
        )
    },
    control("control/wake-poll", "poll, one task", IDLE, knock::<Poll>),
    control(
        "control/wake-select",
        "select, one task",
        FEWER,
        knock::<Select>,
    ),
];

/// Beside the watched ones: standard streams, the partner's, a few more.
const OTHER_DESCRIPTORS: u64 = 16;

fn needs(setting: &Setting) -> Vec<Need> {
    vec![
        Need::Tasks(2),
        Need::Descriptors(setting.of("idle") + OTHER_DESCRIPTORS),
    ]
}

/// On one CPU a round trip cannot be had without two switches. On two, a party
/// may find the other's knock before it has gone to sleep.
fn expect_two_switches(setting: &Setting) -> Expect {
    match setting.cpus.len() {
        1 => Expect::switches(2.0, 2.0),
        _ => Expect::switches(0.0, 2.0),
    }
}

fn wake<W: Watch>(setting: &Setting) -> Result<Measure, Failure> {
    let sides = party::pair::<W>(idle(setting))?;
    round_trips(setting, Peers::Processes, sides)
}

fn knock<W: Watch>(setting: &Setting) -> Result<Measure, Failure> {
    Ok(one_task(party::pair::<W>(idle(setting))?))
}

fn find_ready<W: Watch>(setting: &Setting) -> Result<Measure, Failure> {
    let (mut watch, active) = party::alone::<W>(idle(setting))?;
    Ok(calls(move || match watch::wait(&mut watch)? {
        found if found == active => Ok(()),
        other => Err(Failure::Fail(format!(
            "{} found descriptor {other} of {active} ready",
            W::CALL
        ))),
    }))
}

fn idle(setting: &Setting) -> usize {
    usize::try_from(setting.of("idle")).unwrap_or(usize::MAX)
}
