//! Faults of limits: what a user, a control group or the memory allows no more of.

use nix::sys::resource::Resource;

use crate::fault::{
    ALL_SKIPPED, Before, CONNECTIONS, COROUTINE, Fault, HARMLESS, HEAP, IPC, LARGE, LARGE_THREAD,
    Lines, MANY, MANY_THREADS, NOT_BEGUN, NOTHING, PROCESS, QUEUE, SCENARIO, SCENARIO_ALONE,
    SKIPPED, STACKS, SUITES, SYNC, SYNC_PROCESSES, THREAD, WORKERS,
};
use crate::struck::OTHERS;

pub(crate) const FAULTS: &[Fault] = &[
    Fault {
        name: "few-tasks",
        what: "no more tasks for this user (`ulimit -u`)",
        seen: "CASE is skipped: fork: EAGAIN …, with the limits to look at, as `ulimit -u`",
        before: &[Before::Somebody, Before::Limit(Resource::RLIMIT_NPROC, 2)],
        words: &["EAGAIN", "ulimit -"],
        subjects: &[PROCESS, THREAD, IPC, SYNC, WORKERS],
        ..SKIPPED
    },
    Fault {
        name: "no-probe",
        what: "not even a probe can be started (`ulimit -u`)",
        seen: "CASE is skipped: start a probe (…): EAGAIN …",
        before: &[Before::Somebody, Before::Limit(Resource::RLIMIT_NPROC, 1)],
        words: &["start a probe", "EAGAIN"],
        subjects: &[PROCESS, THREAD, COROUTINE, SYNC, IPC, SCENARIO_ALONE],
        ..ALL_SKIPPED
    },
    Fault {
        name: "no-room-for-tasks",
        what: "no more tasks for this user, and the case knows how many it needs",
        seen: "CASE is skipped: needs N tasks, and RLIMIT_NPROC leaves room for fewer. Raise it",
        before: &[Before::Somebody, Before::Limit(Resource::RLIMIT_NPROC, 2)],
        words: &["RLIMIT_NPROC", "Raise it"],
        subjects: &[SCENARIO, SYNC_PROCESSES, MANY_THREADS],
        ..SKIPPED
    },
    Fault {
        name: "many-tasks",
        what: "fewer tasks than a case needs (`ulimit -u`)",
        seen: "CASE is skipped: needs N tasks, and RLIMIT_NPROC leaves room for fewer. Raise it",
        before: &[Before::Somebody, Before::Limit(Resource::RLIMIT_NPROC, 400)],
        words: &["RLIMIT_NPROC", "Raise it"],
        subjects: &[MANY],
        ..SKIPPED
    },
    Fault {
        name: "cgroup-pids",
        what: "no more tasks in the cgroup (pids.max)",
        seen: "CASE is skipped: fork: EAGAIN …, with the limits to look at, as pids.max; or needs N tasks, and the cgroup's pids.max leaves room for fewer",
        before: &[Before::Tasks(2)],
        words: &["pids.max"],
        subjects: &[
            PROCESS,
            THREAD,
            IPC,
            MANY,
            SYNC,
            SYNC_PROCESSES,
            SCENARIO,
            WORKERS,
        ],
        ..SKIPPED
    },
    Fault {
        name: "few-descriptors",
        what: "no more descriptors (`ulimit -n`)",
        seen: "CASE is skipped: …: EMFILE …. Too many are open: see `ulimit -n`",
        before: &[Before::Limit(Resource::RLIMIT_NOFILE, 9)],
        words: &["EMFILE", "ulimit -n"],
        ..ALL_SKIPPED
    },
    Fault {
        name: "little-address-space",
        what: "no more address space (`ulimit -v`)",
        seen: "CASE is skipped: mmap: ENOMEM …. Too little memory: see `free`, `ulimit -v` and the cgroup's limit",
        before: &[Before::Limit(Resource::RLIMIT_AS, 128 << 20)],
        words: &["mmap", "ENOMEM", "`ulimit -v`"],
        subjects: &[LARGE, LARGE_THREAD, STACKS],
        ..SKIPPED
    },
    Fault {
        name: "no-room-for-threads",
        what: "no more address space for the stacks of threads",
        seen: "CASE is skipped: pthread_create: EAGAIN …, with the limits to look at, as `ulimit -v`",
        before: &[Before::Limit(Resource::RLIMIT_AS, 128 << 20)],
        words: &["EAGAIN", "`ulimit -v`"],
        subjects: &[MANY_THREADS, CONNECTIONS],
        ..SKIPPED
    },
    Fault {
        name: "no-room-for-a-heap",
        what: "no more address space for what a runtime allocates",
        seen: "CASE failed in round N: …, the probe was killed by SIGABRT: memory allocation of … bytes failed. Too little memory: see `free`, `ulimit -v` and the cgroup's limit",
        kept: OTHERS,
        before: &[Before::Limit(Resource::RLIMIT_AS, 128 << 20)],
        lines: Lines::Failed,
        words: &["memory allocation of ", "`ulimit -v`"],
        subjects: &[HEAP],
        ..NOTHING
    },
    Fault {
        name: "address-space-is-enough",
        what: "an address space of 64 MiB, and the case needs no more",
        before: &[Before::Limit(Resource::RLIMIT_AS, 64 << 20)],
        ..HARMLESS
    },
    Fault {
        name: "no-address-space",
        what: "less address space than the program itself needs",
        seen: "oscost: RLIMIT_AS is …, and the program needs …. `ulimit -v unlimited` raises it",
        before: &[Before::Limit(Resource::RLIMIT_AS, 40 << 20)],
        words: &["RLIMIT_AS", "ulimit -v"],
        ..NOT_BEGUN
    },
    Fault {
        name: "no-queues",
        what: "no room for POSIX queues (`ulimit -q`)",
        seen: "CASE is skipped: mq_open: EMFILE …, with the limit",
        before: &[Before::Limit(Resource::RLIMIT_MSGQUEUE, 0)],
        words: &["mq_open", "EMFILE"],
        subjects: &[QUEUE],
        ..SKIPPED
    },
    Fault {
        name: "no-queues-needed",
        what: "no room for POSIX queues, and the case needs none",
        before: &[Before::Limit(Resource::RLIMIT_MSGQUEUE, 0)],
        subjects: SUITES,
        ..HARMLESS
    },
    Fault {
        name: "small-stack",
        what: "stacks of 1 MiB (`ulimit -s`)",
        before: &[Before::Limit(Resource::RLIMIT_STACK, 1 << 20)],
        ..HARMLESS
    },
    Fault {
        name: "no-stack",
        what: "a smaller stack than the program itself needs (`ulimit -s`)",
        seen: "oscost: RLIMIT_STACK is …, and the program needs …. `ulimit -s 8192` raises it",
        // The kernel puts the environment there: with a large one, even the loader
        // has no room.
        before: &[
            Before::Bare,
            Before::Limit(Resource::RLIMIT_STACK, 16 << 10),
        ],
        words: &["RLIMIT_STACK", "ulimit -s"],
        ..NOT_BEGUN
    },
    Fault {
        name: "out-of-memory",
        what: "the cgroup's memory runs out, and the kernel kills the probe",
        seen: "CASE failed in round N: …, the probe was killed by SIGKILL. The kernel does that where memory runs out: see `dmesg`",
        kept: OTHERS,
        before: &[Before::Memory(96 << 20)],
        lines: Lines::Failed,
        words: &["SIGKILL", "memory runs out"],
        subjects: &[LARGE, LARGE_THREAD, HEAP],
        ..NOTHING
    },
    Fault {
        name: "memory-is-enough",
        what: "the cgroup may have 96 MiB, and the case needs no more",
        before: &[Before::Memory(96 << 20)],
        subjects: SUITES,
        ..HARMLESS
    },
];
