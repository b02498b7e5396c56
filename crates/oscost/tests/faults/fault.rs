//! What a fault is: how it is made, what of it the user sees, what is kept. The
//! tests, the torture and the page about faults are all made from such rows; a
//! row never says what no trial has looked at.

use std::fmt;

use nix::errno::Errno;
use nix::libc::c_long;
use nix::sys::resource::Resource;
use nix::sys::signal::Signal;

/// A fault that any suite can meet.
pub(crate) struct Fault {
    /// Short, for a command line.
    pub(crate) name: &'static str,
    /// What happens.
    pub(crate) what: &'static str,
    /// What the user is told.
    pub(crate) seen: &'static str,
    /// What is there afterwards.
    pub(crate) kept: &'static str,
    /// What is done to the driver before it is the driver.
    pub(crate) before: &'static [Before],
    /// What is done while it measures.
    pub(crate) during: During,
    /// How it is called, and where what it writes goes.
    pub(crate) out: Out,
    /// How it must end.
    pub(crate) exit: Exit,
    /// What must become of its cases.
    pub(crate) lines: Lines,
    /// What must be said: where a case fails or is skipped, in its reason; else
    /// by the driver. Of several between `|` one is enough.
    pub(crate) words: &'static [&'static str],
    /// The cases that are measured; in the short form one of them, another one from
    /// fault to fault.
    pub(crate) subjects: &'static [Subject],
}

/// Nothing happens.
pub(crate) const NOTHING: Fault = Fault {
    name: "nothing",
    what: "nothing at all",
    seen: "the table",
    kept: "everything",
    before: &[],
    during: During::Nothing,
    out: Out::Text,
    exit: Exit::Code(0),
    lines: Lines::Measured,
    words: &[],
    subjects: SUITES,
};

/// The case cannot run.
pub(crate) const SKIPPED: Fault = Fault {
    kept: crate::struck::OTHERS,
    lines: Lines::Skipped,
    ..NOTHING
};

/// No case can run.
pub(crate) const ALL_SKIPPED: Fault = Fault {
    kept: "every line; none is measured",
    lines: Lines::AllSkipped,
    ..NOTHING
};

/// The program cannot run.
pub(crate) const NOT_BEGUN: Fault = Fault {
    kept: "nothing was begun",
    exit: Exit::Code(2),
    lines: Lines::NoRecord,
    subjects: &[PROCESS],
    ..NOTHING
};

/// It does nothing to a run.
pub(crate) const HARMLESS: Fault = Fault {
    kept: crate::struck::MEASURED,
    ..NOTHING
};

/// A system call that is refused.
pub(crate) struct Refusal {
    /// Its name.
    pub(crate) call: &'static str,
    pub(crate) number: c_long,
    /// A case that makes it, as a regular expression.
    pub(crate) filter: &'static str,
    /// What comes of EPERM.
    pub(crate) forbidden: Answer,
    /// What comes of ENOSYS.
    pub(crate) unknown: Answer,
}

/// What comes of a refused call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The case is skipped, and its reason has the call, the errno and a way out.
    /// The one beside it is measured.
    Skipped,
    /// So are all cases: no probe is without that call.
    AllSkipped,
    /// There is another way, or it is not needed: the case is measured.
    Measured,
    /// The driver cannot work without, and says so, with the error.
    Stopped(&'static str),
    /// The same, before there is a record.
    NotBegun(&'static str),
}

/// A case that is measured while a fault happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    /// The suite, or whatever tells it from others.
    pub(crate) name: &'static str,
    /// The case, as a regular expression.
    pub(crate) filter: &'static str,
}

const fn subject(name: &'static str, filter: &'static str) -> Subject {
    Subject { name, filter }
}

pub(crate) const PROCESS: Subject = subject("process", "^process/switch/pipe/placement=same-cpu$");
pub(crate) const THREAD: Subject = subject("thread", "^thread/create/pthread$");
pub(crate) const COROUTINE: Subject = subject("coroutine", "^coroutine/create/bare$");
/// A guard stands by here.
pub(crate) const SYNC: Subject = subject("sync", "^sync/uncontended/sysv-semaphore$");
/// It has a partner and a name.
pub(crate) const IPC: Subject = subject(
    "ipc",
    "^ipc/message/shared-posix/processes/futex/size=64B/placement=free$",
);
pub(crate) const SCENARIO: Subject = subject("scenario", "^scenario/pipeline/process$");
/// It needs no task beside its own.
pub(crate) const SCENARIO_ALONE: Subject = subject("scenario", "^scenario/responsive/same-thread$");
/// Its parties are two processes, and a guard stands by.
pub(crate) const SYNC_PROCESSES: Subject = subject(
    "sync-processes",
    "^sync/processes/sysv-semaphore/contenders=2/section=100ns/outside=0ns$",
);
/// It makes a thousand processes.
pub(crate) const MANY: Subject = subject("many", "^process/memory/fork/tasks=1000$");
pub(crate) const MANY_THREADS: Subject =
    subject("many-threads", "^thread/memory/pthread/tasks=1000$");
/// A thread for each.
pub(crate) const CONNECTIONS: Subject =
    subject("connections", "^scenario/server/thread/connections=100$");
/// Coroutines that a runtime's threads run.
pub(crate) const WORKERS: Subject = subject("workers", "^coroutine/create/tokio-multi$");
/// A stack for each.
pub(crate) const STACKS: Subject = subject("stacks", "^coroutine/memory/bare/tasks=10000$");
/// Only the allocator knows how much it takes.
pub(crate) const HEAP: Subject = subject("heap", "^coroutine/memory/tokio/tasks=1000000$");
pub(crate) const LARGE: Subject = subject("large", "^process/create/fork/rss=256MiB$");
pub(crate) const LARGE_THREAD: Subject = subject(
    "large-thread",
    "^thread/create/pthread/resident/rss=1024MiB$",
);
pub(crate) const QUEUE: Subject = subject(
    "queue",
    "^ipc/message/posix-queue/processes/size=64B/placement=free$",
);
pub(crate) const FIFO: Subject = subject(
    "fifo",
    "^ipc/message/fifo/processes/size=64B/placement=free$",
);
// What takes two CPUs.
pub(crate) const TWO_CPUS: Subject =
    subject("two-cpus", "^process/switch/pipe/placement=cross-cpu$");
pub(crate) const TWO_CPUS_THREAD: Subject = subject(
    "two-cpus-thread",
    "^thread/apart/pthread/return/placement=cross-cpu$",
);
pub(crate) const TWO_CPUS_COROUTINE: Subject = subject(
    "two-cpus-coroutine",
    "^coroutine/blocking/hand-off/placement=cross-cpu$",
);
pub(crate) const TWO_CPUS_SYNC: Subject = subject(
    "two-cpus-sync",
    "^sync/condvar/signal/pthread/placement=cross-cpu$",
);
pub(crate) const TWO_CPUS_IPC: Subject =
    subject("two-cpus-ipc", "^ipc/connect/unix/placement=cross-cpu$");
// Two parties on one CPU.
pub(crate) const SAME_CPU_THREAD: Subject = subject(
    "same-cpu-thread",
    "^thread/switch/futex/placement=same-cpu$",
);
pub(crate) const SAME_CPU_SYNC: Subject = subject(
    "same-cpu-sync",
    "^sync/condvar/signal/pthread/placement=same-cpu$",
);
pub(crate) const SAME_CPU_IPC: Subject = subject(
    "same-cpu-ipc",
    "^ipc/message/pipe/processes/block/size=64B/placement=same-cpu$",
);

/// One of every suite.
pub(crate) const SUITES: &[Subject] = &[PROCESS, THREAD, COROUTINE, SYNC, IPC, SCENARIO];
/// The same, but for the messages.
pub(crate) const OTHER_SUITES: &[Subject] = &[PROCESS, THREAD, COROUTINE, SYNC, SCENARIO];
/// Those with a partner that is a process.
pub(crate) const PARTNERS: &[Subject] = &[IPC, PROCESS, SCENARIO, SYNC_PROCESSES];

/// Measured beside a case that is to fail or to be skipped: a fault costs the cases
/// that it meets, and no other.
pub(crate) const BESIDE: &str = "coroutine/switch/bare-call";

/// Done to the process that becomes the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// A limit, soft and hard.
    Limit(Resource, u64),
    /// Another user than root, with no other process.
    Somebody,
    /// A control group that holds so many tasks.
    Tasks(u64),
    /// A control group that holds so many bytes.
    Memory(u64),
    /// A call gives this errno, here and in whatever is started.
    Refused(c_long, Errno),
    /// An empty folder that cannot be written lies over this one.
    Hidden(&'static str),
    /// This folder cannot be written.
    ReadOnly(&'static str),
    /// This folder of `/dev` is not there.
    Missing(&'static str),
    /// So few bytes of disk below the record.
    Disk(u64),
    /// Each call that writes or waits for a disk takes so many microseconds longer.
    SlowDisk(u32),
    /// A disk below the record that cannot be written.
    ReadOnlyDisk,
    /// The folder for temporary files cannot be written.
    NoTemporary,
    /// A single CPU is allowed.
    OneCpu,
    /// Root, and may nothing.
    NoCapabilities,
    /// Root in a namespace of users, and nobody outside.
    UserNamespace,
    /// No environment.
    Bare,
    /// Standard input, output and error are closed.
    Closed,
}

impl Before {
    /// By how much calls are slowed.
    pub(crate) fn delay(&self) -> Option<u32> {
        match self {
            Self::SlowDisk(delay) => Some(*delay),
            _ => None,
        }
    }
}

/// Done while it measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum During {
    Nothing,
    /// The probe gets a signal, at random moments until a case has failed.
    Probe(Signal),
    /// What is to become a probe gets one before it has executed the program, until
    /// a case has failed.
    Starting(Signal),
    /// A partner of the probe gets one.
    Partner(Signal),
    /// The driver gets a signal, once it has two lines; in the long form also at any
    /// time before.
    Driver(Signal),
    /// All processes stand still for a while, three times.
    AllPause,
    /// Partners of the probe stand still for a while.
    PartnerPauses,
    /// For so short a while that only the kernel notices.
    PartnerPausesBriefly,
    /// Somebody moves the probe to another CPU, until a case has failed.
    Moved,
    /// Two drivers at once.
    Twice,
    /// Somebody counts what the driver has open, early and late.
    Counted,
}

impl During {
    /// Whether somebody stands still, and goes on.
    pub(crate) fn is_a_pause(self) -> bool {
        matches!(
            self,
            Self::AllPause | Self::PartnerPauses | Self::PartnerPausesBriefly
        )
    }
}

/// How the driver is called, and where what it writes goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Out {
    /// Standard output is read once the driver has nothing open but that.
    Text,
    /// Nobody says where the record goes.
    DefaultPlace,
    /// `--json`, and a reader who takes his time.
    Slow,
    /// `--json`, and a reader who has gone.
    Gone,
    /// The table goes to a reader who has gone.
    TableGone,
    /// The table goes to a full disk.
    Full,
    /// Standard error is a terminal with so many columns.
    Terminal(u16),
    /// The record is to go to this file, which is no place for one.
    Record(&'static str),
}

/// How the driver ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Code(i32),
    Killed(Signal),
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "{code}"),
            Self::Killed(signal) => write!(f, "{signal}"),
        }
    }
}

/// What becomes of the cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lines {
    /// All are measured, in every round.
    Measured,
    /// A case has failed, with the words in its reason. What is beside it is
    /// measured.
    SomeFailed,
    /// The case is skipped, with the words in its reason. What is beside it is
    /// measured.
    Skipped,
    /// All are skipped, with the words in their reasons.
    AllSkipped,
    /// The case is failed, with the words in its reason. What is beside it is
    /// measured.
    Failed,
    /// None has failed, and none is lost that was there when it happened.
    Kept,
    /// There is no record.
    NoRecord,
}

impl Lines {
    /// Whether another case is to be measured all the same.
    pub(crate) fn spare_others(self) -> bool {
        matches!(self, Self::SomeFailed | Self::Skipped | Self::Failed)
    }
}
