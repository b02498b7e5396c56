//! A web server in five designs, under two kinds of load: as much as its
//! connections give, and a constant rate.
//!
//! The server runs in processes of its own; the load generator is one thread of
//! the probe, and takes its part of the machine. All speak HTTP/1.1 on loopback
//! TCP, on connections that stay open.

pub(crate) mod books;
mod coroutine;
pub(crate) mod design;
pub(crate) mod house;
mod pool;
pub(crate) mod protocol;

use std::time::Duration;

use oscost_harness::{Axis, Failure, Measure, Need, Row, Setting, limits};
use oscost_record::{Bytes, TaskKind};

use crate::load::{Closed, Open, Site};
use crate::row;
use design::Design;
use house::House;

const ROW: Row = Row {
    per: "request",
    axes: &[Axis {
        name: "connections",
        unit: "",
        core: &[10],
        full: &[100, 1000, 10_000],
    }],
    claims: &[15],
    ..row::ROW
};

const FORK: Row = row::process_each(ROW);
const THREAD: Row = row::thread_each(ROW);

const POOL: Row = Row {
    task: TaskKind::Thread,
    needs: sockets,
    ..ROW
};

const COROUTINE: Row = Row {
    task: TaskKind::Coroutine,
    needs: sockets,
    ..ROW
};

pub(crate) const ROWS: &[Row] = &[
    Row {
        operation: "server/fork",
        title: "server, a task per connection",
        question: "How long does a request to a server with a process for each connection take, when every connection asks again at once?",
        build: |setting| closed(setting, Design::Fork),
        ..FORK
    },
    Row {
        operation: "server/thread",
        title: "server, a task per connection",
        question: "How long does a request to a server with a thread for each connection take, when every connection asks again at once?",
        build: |setting| closed(setting, Design::Thread),
        ..THREAD
    },
    Row {
        operation: "server/pool",
        title: "server, a pool of 8",
        question: "How long does a request to a server with a pool of eight threads take, when every connection asks again at once?",
        build: |setting| closed(setting, Design::Pool),
        ..POOL
    },
    Row {
        operation: "server/coroutine",
        title: "server, a task per connection",
        question: "How long does a request to a server with a coroutine for each connection, all on one thread, take, when every connection asks again at once?",
        build: |setting| closed(setting, Design::Coroutine),
        ..COROUTINE
    },
    Row {
        operation: "server/coroutines",
        title: "server, a task each, all CPUs",
        question: "How long does a request to a server with a coroutine for each connection, on a thread for each CPU, take, when every connection asks again at once?",
        build: |setting| closed(setting, Design::Coroutines),
        ..COROUTINE
    },
    Row {
        operation: "server-open/fork",
        title: "5,000/s, a task per connection",
        question: "How long after it was due has a request to a server with a process for each connection been answered, when 5,000 are due every second?",
        build: |setting| open(setting, Design::Fork),
        ..FORK
    },
    Row {
        operation: "server-open/thread",
        title: "5,000/s, a task per connection",
        question: "How long after it was due has a request to a server with a thread for each connection been answered, when 5,000 are due every second?",
        build: |setting| open(setting, Design::Thread),
        ..THREAD
    },
    Row {
        operation: "server-open/pool",
        title: "5,000/s, a pool of 8",
        question: "How long after it was due has a request to a server with a pool of eight threads been answered, when 5,000 are due every second?",
        build: |setting| open(setting, Design::Pool),
        ..POOL
    },
    Row {
        operation: "server-open/coroutine",
        title: "5,000/s, a task per connection",
        question: "How long after it was due has a request to a server with a coroutine for each connection, all on one thread, been answered, when 5,000 are due every second?",
        build: |setting| open(setting, Design::Coroutine),
        ..COROUTINE
    },
    Row {
        operation: "server-open/coroutines",
        title: "5,000/s, a task each, all CPUs",
        question: "How long after it was due has a request to a server with a coroutine for each connection, on a thread for each CPU, been answered, when 5,000 are due every second?",
        build: |setting| open(setting, Design::Coroutines),
        ..COROUTINE
    },
];

/// From one question to the next of the constant rate: 5,000 a second, which
/// every design can serve on two CPUs.
const INTERVAL: Duration = Duration::from_micros(200);

/// What connections take by themselves, where none has a task that takes more.
fn sockets(setting: &Setting) -> Vec<Need> {
    let memory = Need::Memory(Bytes(setting.value() * (16 << 10)));
    row::with_sockets(vec![memory], setting)
}

fn site(setting: &Setting, design: Design) -> Result<Site, Failure> {
    limits::raise()?;
    let connections = usize::try_from(setting.value()).unwrap_or(usize::MAX);
    Site::open(House::open(design)?, connections)
}

fn closed(setting: &Setting, design: Design) -> Result<Measure, Failure> {
    Ok(Measure::Parallel(Box::new(Closed::new(site(
        setting, design,
    )?))))
}

fn open(setting: &Setting, design: Design) -> Result<Measure, Failure> {
    let open = Open::new(site(setting, design)?, INTERVAL)?;
    Ok(Measure::Parallel(Box::new(open)))
}
