//! Faults of what surrounds a run: places, readers, users.

use crate::fault::{
    Before, COROUTINE, During, Exit, FIFO, Fault, HARMLESS, IPC, Lines, NOTHING, OTHER_SUITES, Out,
    PROCESS, QUEUE, SCENARIO, SKIPPED, SUITES, SYNC, Subject, THREAD, TWO_CPUS, TWO_CPUS_COROUTINE,
    TWO_CPUS_IPC, TWO_CPUS_SYNC, TWO_CPUS_THREAD,
};
use crate::struck::MEASURED;

pub(crate) const FAULTS: &[Fault] = &[
    // Places.
    Fault {
        name: "no-proc",
        what: "no /proc",
        seen: "oscost: readlink(/proc/self/exe): ENOENT …. It needs /proc: `mount -t proc proc /proc`",
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
        name: "no-shared-memory-needed",
        what: "/dev/shm cannot be written, and the case does not",
        before: &[Before::Hidden("/dev/shm")],
        subjects: OTHER_SUITES,
        ..HARMLESS
    },
    Fault {
        name: "shared-memory-missing",
        what: "no /dev/shm",
        seen: "CASE is skipped: there is no /dev/shm",
        before: &[Before::Missing("/dev/shm")],
        words: &["there is no /dev/shm"],
        subjects: &[IPC],
        ..SKIPPED
    },
    Fault {
        name: "shared-memory-missing-elsewhere",
        what: "no /dev/shm, and the case needs none",
        before: &[Before::Missing("/dev/shm")],
        subjects: OTHER_SUITES,
        ..HARMLESS
    },
    Fault {
        name: "no-mqueue",
        what: "no /dev/mqueue",
        before: &[Before::Missing("/dev/mqueue")],
        subjects: QUEUES,
        ..HARMLESS
    },
    Fault {
        name: "read-only-mqueue",
        what: "/dev/mqueue cannot be written",
        before: &[Before::ReadOnly("/dev/mqueue")],
        subjects: QUEUES,
        ..HARMLESS
    },
    Fault {
        name: "no-temporary-folder",
        what: "the folder for temporary files cannot be written",
        seen: "CASE is skipped: mkdir: EROFS …. TMPDIR names another folder",
        before: &[Before::NoTemporary],
        words: &["EROFS", "TMPDIR"],
        subjects: &[FIFO],
        ..SKIPPED
    },
    Fault {
        name: "no-temporary-folder-needed",
        what: "the folder for temporary files cannot be written, and the case does not",
        before: &[Before::NoTemporary],
        subjects: SUITES,
        ..HARMLESS
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
        name: "slow-disk",
        what: "the disk below the record is slow: each write and each fsync takes 20 ms longer",
        before: &[Before::SlowDisk(20_000)],
        subjects: SUITES,
        ..HARMLESS
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
        subjects: &[
            TWO_CPUS,
            TWO_CPUS_THREAD,
            TWO_CPUS_COROUTINE,
            TWO_CPUS_SYNC,
            TWO_CPUS_IPC,
        ],
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

/// A queue, and one of every suite.
const QUEUES: &[Subject] = &[QUEUE, PROCESS, THREAD, COROUTINE, SYNC, IPC, SCENARIO];
