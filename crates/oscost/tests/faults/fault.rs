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
    /// by the driver.
    pub(crate) words: &'static [&'static str],
    /// The cases that are measured, the first in the short form.
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
    Skipped,
    /// There is another way, or it is not needed: the case is measured.
    Measured,
    /// The driver cannot work without, and says so, with the error.
    Stopped(&'static str),
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
/// It makes a thousand processes.
pub(crate) const MANY: Subject = subject("many", "^process/memory/fork/tasks=1000$");
pub(crate) const LARGE: Subject = subject("large", "^process/create/fork/rss=256MiB$");
pub(crate) const QUEUE: Subject = subject(
    "queue",
    "^ipc/message/posix-queue/processes/size=64B/placement=free$",
);
pub(crate) const FIFO: Subject = subject(
    "fifo",
    "^ipc/message/fifo/processes/size=64B/placement=free$",
);
pub(crate) const TWO_CPUS: Subject =
    subject("two-cpus", "^process/switch/pipe/placement=cross-cpu$");

/// One of every suite.
pub(crate) const SUITES: &[Subject] = &[PROCESS, THREAD, COROUTINE, SYNC, IPC, SCENARIO];
/// Those with a partner that is a process.
pub(crate) const PARTNERS: &[Subject] = &[IPC, PROCESS, SCENARIO];

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
    /// So few bytes of disk below the record.
    Disk(u64),
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
    /// The driver gets a signal, once it has two lines.
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
    /// All are measured.
    Measured,
    /// At least one is failed, with the words in its reason. The others are
    /// measured.
    SomeFailed,
    /// All are skipped, with the words in their reasons.
    Skipped,
    /// All are failed, with the words in their reasons.
    Failed,
    /// None has failed.
    Kept,
    /// There is no record.
    NoRecord,
}
