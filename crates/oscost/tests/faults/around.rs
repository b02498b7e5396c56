//! Faults of what surrounds a run: limits, places, readers, users.

use nix::sys::resource::Resource;

use crate::fault::{
    Before, COROUTINE, During, Exit, FIFO, Fault, IPC, LARGE, Lines, MANY, NOTHING, Out, PROCESS,
    QUEUE, SYNC, THREAD, TWO_CPUS,
};
use crate::struck::{MEASURED, OTHERS};

pub(crate) const FAULTS: &[Fault] = &[
    // Limits.
    Fault {
        name: "few-tasks",
        what: "no more tasks for this user (`ulimit -u`)",
        seen: "CASE is skipped: fork: EAGAIN …, with the limits to look at",
        before: &[Before::Somebody, Before::Limit(Resource::RLIMIT_NPROC, 2)],
        words: &["EAGAIN", "ulimit -"],
        subjects: &[PROCESS, THREAD, IPC],
        ..SKIPPED
    },
    Fault {
        name: "no-probe",
        what: "not even a probe can be started (`ulimit -u`)",
        seen: "CASE is skipped: start a probe (…): EAGAIN …",
        before: &[Before::Somebody, Before::Limit(Resource::RLIMIT_NPROC, 1)],
        words: &["start a probe", "EAGAIN"],
        subjects: &[PROCESS, THREAD, COROUTINE, SYNC, IPC],
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
        seen: "CASE is skipped: fork: EAGAIN …, with the limits to look at; or needs N tasks, and the cgroup's pids.max leaves room for fewer",
        before: &[Before::Tasks(2)],
        words: &["pids.max"],
        subjects: &[PROCESS, THREAD, IPC, MANY],
        ..SKIPPED
    },
    Fault {
        name: "few-descriptors",
        what: "no more descriptors (`ulimit -n`)",
        seen: "CASE is skipped: …: EMFILE …",
        before: &[Before::Limit(Resource::RLIMIT_NOFILE, 9)],
        words: &["EMFILE", "ulimit -n"],
        ..SKIPPED
    },
    Fault {
        name: "little-address-space",
        what: "no more address space (`ulimit -v`)",
        seen: "CASE is skipped: mmap: ENOMEM …",
        before: &[Before::Limit(Resource::RLIMIT_AS, 128 << 20)],
        words: &["ENOMEM"],
        subjects: &[LARGE],
        ..SKIPPED
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
        name: "small-stack",
        what: "stacks of 1 MiB (`ulimit -s`)",
        before: &[Before::Limit(Resource::RLIMIT_STACK, 1 << 20)],
        ..HARMLESS
    },
    Fault {
        name: "out-of-memory",
        what: "the cgroup's memory runs out, and the kernel kills the probe",
        seen: "CASE failed in round N: …, the probe was killed by SIGKILL. The kernel does that where memory runs out: see `dmesg`",
        kept: OTHERS,
        before: &[Before::Memory(96 << 20)],
        lines: Lines::Failed,
        words: &["SIGKILL", "memory runs out"],
        subjects: &[LARGE],
        ..NOTHING
    },
    // Places.
    Fault {
        name: "no-proc",
        what: "no /proc",
        seen: "oscost: readlink(/proc/self/exe): ENOENT …",
        kept: "nothing was begun",
        before: &[Before::Hidden("/proc")],
        exit: Exit::Code(2),
        lines: Lines::NoRecord,
        words: &["/proc/self/exe", "mount"],
        ..NOTHING
    },
    Fault {
        name: "read-only-proc",
        what: "/proc cannot be written",
        before: &[Before::ReadOnly("/proc")],
        ..HARMLESS
    },
    Fault {
        name: "no-sys",
        what: "no /sys",
        before: &[Before::Hidden("/sys")],
        ..HARMLESS
    },
    Fault {
        name: "read-only-sys",
        what: "/sys cannot be written",
        before: &[Before::ReadOnly("/sys")],
        ..HARMLESS
    },
    Fault {
        name: "no-shared-memory",
        what: "/dev/shm cannot be written",
        seen: "CASE is skipped: shm_open: …. It needs a /dev/shm that can be written",
        before: &[Before::Hidden("/dev/shm")],
        words: &["shm_open", "/dev/shm"],
        subjects: &[IPC],
        ..SKIPPED
    },
    Fault {
        name: "no-mqueue",
        what: "no /dev/mqueue",
        before: &[Before::Hidden("/dev/mqueue")],
        subjects: &[QUEUE],
        ..HARMLESS
    },
    Fault {
        name: "no-temporary-folder",
        what: "the folder for temporary files cannot be written",
        seen: "CASE is skipped: mkdir: EROFS …",
        before: &[Before::NoTemporary],
        words: &["EROFS", "TMPDIR"],
        subjects: &[FIFO],
        ..SKIPPED
    },
    Fault {
        name: "disk-full",
        what: "the disk below the record is full",
        seen: "oscost: cannot write to the record FILE: No space left on device …. What it holds so far is good; `--resume` goes on with it",
        kept: "every line but the one that was being written",
        before: &[Before::Disk(16 << 10)],
        exit: Exit::Code(2),
        lines: Lines::Kept,
        words: &["No space left on device", "--resume"],
        ..NOTHING
    },
    Fault {
        name: "disk-read-only",
        what: "the record's folder cannot be written",
        seen: "oscost: cannot make the record FILE; `--out FILE` puts it elsewhere: Read-only file system",
        kept: "nothing was begun",
        before: &[Before::ReadOnlyDisk],
        exit: Exit::Code(2),
        lines: Lines::NoRecord,
        words: &["Read-only file system", "--out"],
        ..NOTHING
    },
    Fault {
        name: "record-is-a-device",
        what: "the record is to go to something that is there, as /dev/full",
        seen: "oscost: cannot make the record /dev/full; `--out FILE` puts it elsewhere: File exists",
        kept: "nothing was begun",
        out: Out::Record("/dev/full"),
        exit: Exit::Code(2),
        lines: Lines::NoRecord,
        words: &["/dev/full", "--out"],
        ..NOTHING
    },
    // Who reads.
    Fault {
        name: "output-full",
        what: "the disk below standard output is full",
        seen: "oscost: cannot write to standard output; the record is whole: FILE: No space left on device",
        kept: MEASURED,
        out: Out::Full,
        exit: Exit::Code(2),
        words: &["standard output", "No space left on device", "record"],
        ..NOTHING
    },
    Fault {
        name: "reader-gone",
        what: "nobody reads the table any more (SIGPIPE, EPIPE)",
        seen: "nothing",
        kept: MEASURED,
        out: Out::TableGone,
        ..NOTHING
    },
    Fault {
        name: "json-reader-gone",
        what: "nobody reads `--json` any more",
        seen: "nothing: who has seen enough has the run end",
        kept: "the lines that were read",
        out: Out::Gone,
        lines: Lines::Kept,
        ..NOTHING
    },
    Fault {
        name: "slow-reader",
        what: "who reads `--json` takes his time",
        seen: "nothing",
        kept: MEASURED,
        out: Out::Slow,
        ..NOTHING
    },
    Fault {
        name: "narrow-terminal",
        what: "a terminal of 20 columns",
        seen: "progress in one line that fits",
        kept: MEASURED,
        out: Out::Terminal(20),
        ..NOTHING
    },
    Fault {
        name: "no-terminal",
        what: "standard input, output and error are closed",
        seen: "nothing",
        kept: MEASURED,
        before: &[Before::Closed],
        ..NOTHING
    },
    // Who runs it.
    Fault {
        name: "one-cpu",
        what: "a single CPU is allowed",
        seen: "CASE is skipped where it takes two: needs 2 CPUs, and this process may use 1. See `taskset -p $$` and the cgroup's cpuset",
        before: &[Before::OneCpu],
        words: &["needs 2 CPUs", "taskset"],
        subjects: &[TWO_CPUS],
        ..SKIPPED
    },
    Fault {
        name: "one-cpu-is-enough",
        what: "a single CPU is allowed, and the case needs no other",
        before: &[Before::OneCpu],
        ..HARMLESS
    },
    Fault {
        name: "somebody",
        what: "another user than root",
        before: &[Before::Somebody],
        ..HARMLESS
    },
    Fault {
        name: "no-capabilities",
        what: "root without a capability",
        before: &[Before::NoCapabilities],
        ..HARMLESS
    },
    Fault {
        name: "user-namespace",
        what: "root in a namespace of users",
        before: &[Before::UserNamespace],
        ..HARMLESS
    },
    Fault {
        name: "bare-environment",
        what: "no environment: neither HOME nor LC_ALL, TZ, PATH, TMPDIR",
        seen: "the table; without HOME and `--out` the record goes to oscost-data in the current folder",
        kept: MEASURED,
        before: &[Before::Bare],
        out: Out::DefaultPlace,
        ..NOTHING
    },
    Fault {
        name: "two-runs",
        what: "two runs at once",
        during: During::Twice,
        ..HARMLESS
    },
];

const SKIPPED: Fault = Fault {
    kept: OTHERS,
    lines: Lines::Skipped,
    ..NOTHING
};

const HARMLESS: Fault = Fault {
    kept: MEASURED,
    ..NOTHING
};
