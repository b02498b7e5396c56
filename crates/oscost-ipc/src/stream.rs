//! How fast bytes stream one way: by pipe, socket, spliced pages, shared
//! memory and a look into another process's memory, against a plain copy.
//!
//! A new means is a pair of ends (`flow::Sender`, `flow::Receiver`) and a row.

mod copy;
mod descriptor;
mod flow;
mod mark;
mod memory;
mod rate;
mod splice;
mod table;

use oscost_harness::{Axis, Expect, Failure, Measure, Need, Place, Row, Setting};
use oscost_record::{Aspect, Peers, TaskKind, Tier};

use flow::stream;

/// All chunks.
const CHUNKS: &[Axis] = &[Axis {
    name: "chunk",
    unit: "B",
    core: &[65_536],
    full: &[64, 512, 4096, 1_048_576],
}];

/// Chunks of whole pages: what is spliced is pages, whatever is on them.
const PAGES: &[Axis] = &[Axis {
    name: "chunk",
    unit: "B",
    core: &[65_536],
    full: &[4096, 1_048_576],
}];

/// One length: it is enough to hold threads against processes.
const ONE: &[Axis] = &[Axis {
    name: "chunk",
    unit: "B",
    core: &[65_536],
    full: &[],
}];

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
        aspect: Aspect::Talk,
        per: "chunk",
        tier: Tier::Full,
        axes: CHUNKS,
        place: Place::Each,
        peers: Some(Peers::Processes),
        control: None,
        claims: &[9, 20],
        needs: |_| vec![Need::Tasks(2)],
        expect: |_| Expect::COUNT,
        build,
    }
}

/// The same between threads.
const fn threads(row: Row) -> Row {
    Row {
        task: TaskKind::Thread,
        axes: ONE,
        peers: Some(Peers::Threads),
        ..row
    }
}

pub(crate) const ROWS: &[Row] = &[
    Row {
        tier: Tier::Core,
        ..row(
            "stream/pipe/processes",
            "pipe",
            "What does it cost to stream a chunk to another process through a pipe, until it has been read there?",
            |setting| stream(setting, Peers::Processes, descriptor::pipe_as_it_is()?),
        )
    },
    row(
        "stream/pipe-1mib/processes",
        "pipe of 1 MiB",
        "What does it cost to stream a chunk to another process through a pipe enlarged to 1 MiB, until it has been read there?",
        |setting| stream(setting, Peers::Processes, descriptor::enlarged_pipe()?),
    ),
    Row {
        axes: PAGES,
        ..row(
            "stream/vmsplice/processes",
            "vmsplice, read",
            "What does it cost to stream a chunk to another process that reads the sender's own pages out of a pipe (vmsplice)?",
            |setting| stream(setting, Peers::Processes, splice::vmspliced()?),
        )
    },
    Row {
        axes: PAGES,
        ..row(
            "stream/splice/processes",
            "vmsplice, splice, read",
            "What does it cost to stream a chunk to another process whose pages go through a second pipe on their way (vmsplice, splice)?",
            |setting| stream(setting, Peers::Processes, splice::spliced()?),
        )
    },
    Row {
        tier: Tier::Core,
        ..row(
            "stream/unix/processes",
            "UNIX stream",
            "What does it cost to stream a chunk to another process through a UNIX stream socket, until it has been read there?",
            |setting| stream(setting, Peers::Processes, descriptor::unix()?),
        )
    },
    row(
        "stream/tcp/processes",
        "TCP loopback",
        "What does it cost to stream a chunk to another process over TCP loopback with TCP_NODELAY, until it has been read there?",
        |setting| stream(setting, Peers::Processes, descriptor::tcp()?),
    ),
    Row {
        tier: Tier::Core,
        ..row(
            "stream/shared-ring/processes",
            "shared ring, futex",
            "What does it cost to stream a chunk to another process through a ring of 64 KiB in shared memory, copied in and out, with a futex to sleep on?",
            |setting| stream(setting, Peers::Processes, memory::ring(Peers::Processes)?),
        )
    },
    Row {
        needs: |_| vec![Need::Native("has no process_vm_readv"), Need::Tasks(2)],
        ..row(
            "stream/process-vm-readv/processes",
            "process_vm_readv",
            "What does it cost to stream a chunk to another process that copies it out of the sender's memory (process_vm_readv)?",
            |setting| stream(setting, Peers::Processes, memory::fetched(setting)?),
        )
    },
    threads(row(
        "stream/pipe/threads",
        "pipe, threads",
        "What does it cost to stream a chunk to another thread through a pipe, until it has been read there?",
        |setting| stream(setting, Peers::Threads, descriptor::pipe_as_it_is()?),
    )),
    threads(row(
        "stream/unix/threads",
        "UNIX stream, threads",
        "What does it cost to stream a chunk to another thread through a UNIX stream socket, until it has been read there?",
        |setting| stream(setting, Peers::Threads, descriptor::unix()?),
    )),
    threads(row(
        "stream/shared-ring/threads",
        "ring, futex, threads",
        "What does it cost to stream a chunk to another thread through a ring of 64 KiB, copied in and out, with a futex to sleep on?",
        |setting| stream(setting, Peers::Threads, memory::ring(Peers::Threads)?),
    )),
    Row {
        aspect: Aspect::Floor,
        tier: Tier::Core,
        place: Place::OneCpu,
        peers: None,
        needs: |_| Vec::new(),
        expect: |_| Expect::NO_SWITCH,
        ..row(
            "stream/memcpy",
            "memcpy, one task",
            "What does it cost to copy a chunk from one place in memory to another, marked and checked as the streams do: the floor under all of them?",
            copy::copies,
        )
    },
];
