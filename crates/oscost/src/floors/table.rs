//! Which case is held against which program, and how far apart they may be.

/// A case, the C program beside it, and how far apart they may be.
pub(super) struct Floor {
    pub(super) program: &'static str,
    /// What the program is told besides where to run.
    pub(super) argument: Option<&'static str>,
    pub(super) case: &'static str,
    pub(super) bounds: (f64, f64),
}

/// Within these a case counts as the same as its floor.
pub(super) const SAME: (f64, f64) = (0.97, 1.05);

/// The same for a process that maps as much, but not the same.
const ALIKE: (f64, f64) = (0.95, 1.05);

/// The same for what takes a few nanoseconds, where the place that the linker
/// gives a loop is worth several percent.
const ABOUT: (f64, f64) = (0.9, 1.1);

/// The same for a fork of a probe against that of an empty C program: what is
/// mapped is what is copied, and a probe maps more. Beside it stands a floor that
/// maps as much.
const LARGER: (f64, f64) = (0.97, 1.3);

pub(super) const FLOORS: &[Floor] = &[
    Floor {
        program: "fork",
        argument: None,
        case: "process/create/fork/rss=0MiB",
        bounds: LARGER,
    },
    Floor {
        program: "fork_alike",
        argument: None,
        case: "process/create/fork/rss=0MiB",
        bounds: ALIKE,
    },
    Floor {
        program: "pthread",
        argument: None,
        case: "thread/create/pthread",
        bounds: SAME,
    },
    Floor {
        program: "pipe_process",
        argument: None,
        case: "process/switch/pipe/placement=same-cpu",
        bounds: SAME,
    },
    Floor {
        program: "pipe_process_each",
        argument: None,
        case: "process/switch/pipe/placement=same-cpu",
        bounds: SAME,
    },
    Floor {
        program: "pipe_thread",
        argument: None,
        case: "thread/switch/pipe/placement=same-cpu",
        bounds: SAME,
    },
    Floor {
        program: "pipe_thread_each",
        argument: None,
        case: "thread/switch/pipe/placement=same-cpu",
        bounds: SAME,
    },
    Floor {
        program: "futex_process",
        argument: None,
        case: "process/switch/futex/placement=same-cpu",
        bounds: SAME,
    },
    Floor {
        program: "futex_thread",
        argument: None,
        case: "thread/switch/futex/placement=same-cpu",
        bounds: SAME,
    },
    Floor {
        program: "pipe_message",
        argument: None,
        case: "ipc/message/pipe/processes/block/size=64B/placement=same-cpu",
        bounds: SAME,
    },
    Floor {
        program: "unix_stream",
        argument: None,
        case: "ipc/message/unix-stream/processes/block/size=64B/placement=same-cpu",
        bounds: SAME,
    },
    Floor {
        program: "tcp",
        argument: None,
        case: "ipc/message/tcp/processes/block/size=64B/placement=same-cpu",
        bounds: SAME,
    },
    Floor {
        program: "eventfd",
        argument: None,
        case: "ipc/message/eventfd/processes/size=8B/placement=same-cpu",
        bounds: SAME,
    },
    Floor {
        program: "posix_mq",
        argument: None,
        case: "ipc/message/posix-queue/processes/size=64B/placement=same-cpu",
        bounds: SAME,
    },
    Floor {
        program: "pthread_mutex",
        argument: None,
        case: "sync/uncontended/pthread-mutex",
        bounds: SAME,
    },
    Floor {
        program: "switch_asm",
        argument: None,
        case: "coroutine/switch/bare-call",
        bounds: ABOUT,
    },
    Floor {
        program: "corosensei_bench",
        argument: Some("identity"),
        case: "coroutine/switch/corosensei-value",
        bounds: ABOUT,
    },
    Floor {
        program: "corosensei_bench",
        argument: Some("nothing"),
        case: "coroutine/switch/corosensei",
        bounds: ABOUT,
    },
    Floor {
        program: "corosensei_bench",
        argument: Some("nothing"),
        case: "coroutine/switch/bare",
        bounds: ABOUT,
    },
];
