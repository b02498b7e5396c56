//! Faults of processes: somebody dies, stands still, is moved, is asked to end.

use nix::sys::signal::Signal;

use crate::fault::{
    During, Exit, Fault, Lines, NOTHING, PARTNERS, PROCESS, SAME_CPU_IPC, SAME_CPU_SYNC,
    SAME_CPU_THREAD, SUITES,
};

pub(crate) const MEASURED: &str = "every line";
pub(crate) const OTHERS: &str = "every other line; this one says what happened";

pub(crate) const FAULTS: &[Fault] = &[
    Fault {
        kept: MEASURED,
        subjects: SUITES,
        ..NOTHING
    },
    Fault {
        name: "for-long",
        what: "nothing, for many rounds",
        seen: "the table",
        kept: MEASURED,
        during: During::Counted,
        ..NOTHING
    },
    // Somebody dies or stands still.
    Fault {
        name: "probe-killed",
        what: "a probe is killed (SIGKILL)",
        seen: "CASE failed in round N: …, the probe was killed by SIGKILL. The kernel does that where memory runs out: see `dmesg`",
        during: During::Probe(Signal::SIGKILL),
        words: &["the probe was killed by SIGKILL"],
        ..STRUCK
    },
    Fault {
        name: "probe-crashes",
        what: "a probe crashes (SIGSEGV)",
        seen: "CASE failed in round N: …, the probe was killed by SIGSEGV",
        during: During::Probe(Signal::SIGSEGV),
        // Rust's handler lets the first signal pass that is no fault; a call that
        // slept then says that it was interrupted.
        words: &["the probe was killed by SIGSEGV|: EINTR"],
        ..STRUCK
    },
    Fault {
        name: "probe-stopped",
        what: "a probe is stopped for good (SIGSTOP)",
        seen: "CASE failed in round N: the probe gave no answer for 30 s …, and was killed. `--timeout` gives it longer",
        during: During::Probe(Signal::SIGSTOP),
        words: &["gave no answer for ", ", and was killed", "--timeout"],
        ..STRUCK
    },
    Fault {
        name: "stopped-at-start",
        what: "a probe is stopped for good before it has executed the program (SIGSTOP)",
        seen: "CASE failed in round N: the probe gave no answer for 30 s while executing the program, and was killed. `--timeout` gives it longer",
        during: During::Starting(Signal::SIGSTOP),
        words: &[
            "gave no answer for ",
            "while executing the program, and was killed",
            "--timeout",
        ],
        ..STRUCK
    },
    Fault {
        name: "killed-at-start",
        what: "a probe is killed before it has executed the program (SIGKILL)",
        seen: "CASE failed in round N: …, the probe was killed by SIGKILL. The kernel does that where memory runs out: see `dmesg`",
        during: During::Starting(Signal::SIGKILL),
        words: &["the probe was killed by SIGKILL"],
        ..STRUCK
    },
    Fault {
        name: "partner-killed",
        what: "the partner of a probe is killed",
        seen: "CASE failed in round N: …; a process beside the probe was ended by SIGKILL",
        during: During::Partner(Signal::SIGKILL),
        words: &["SIGKILL"],
        subjects: PARTNERS,
        ..STRUCK
    },
    Fault {
        name: "partner-crashes",
        what: "the partner of a probe crashes",
        seen: "CASE failed in round N: …; a process beside the probe was ended by SIGSEGV",
        during: During::Partner(Signal::SIGSEGV),
        // See above.
        words: &["SIGSEGV|: EINTR"],
        subjects: PARTNERS,
        ..STRUCK
    },
    Fault {
        name: "partner-stopped",
        what: "the partner of a probe is stopped for good",
        seen: "CASE failed in round N: the probe gave no answer for 30 s …, and was killed. `--timeout` gives it longer",
        during: During::Partner(Signal::SIGSTOP),
        words: &["gave no answer for ", ", and was killed", "--timeout"],
        subjects: PARTNERS,
        ..STRUCK
    },
    Fault {
        name: "all-pause",
        what: "driver and probes stand still for a while (SIGSTOP, SIGCONT; a suspended machine)",
        seen: "nothing: the case is measured again; where that is of no help either, its bursts are marked as disturbed",
        kept: MEASURED,
        during: During::AllPause,
        subjects: SUITES,
        ..NOTHING
    },
    Fault {
        name: "partner-pauses",
        what: "a partner of a probe stands still for more than a second",
        seen: "nothing: the case is measured again; where that is of no help either, its bursts are marked as disturbed",
        kept: MEASURED,
        during: During::PartnerPauses,
        subjects: PARTNERS,
        ..NOTHING
    },
    Fault {
        name: "partner-pauses-briefly",
        what: "a partner of a probe stands still for a fifth of a second",
        seen: "nothing: the case is measured again; where that is of no help either, its bursts are marked as disturbed",
        kept: MEASURED,
        during: During::PartnerPausesBriefly,
        subjects: PARTNERS,
        ..NOTHING
    },
    Fault {
        name: "interrupted",
        what: "Ctrl-C (SIGINT)",
        during: During::Driver(Signal::SIGINT),
        exit: Exit::Code(130),
        ..ASKED_TO_END
    },
    Fault {
        name: "terminated",
        what: "SIGTERM",
        during: During::Driver(Signal::SIGTERM),
        exit: Exit::Code(143),
        ..ASKED_TO_END
    },
    Fault {
        name: "hung-up",
        what: "the terminal goes away (SIGHUP)",
        during: During::Driver(Signal::SIGHUP),
        exit: Exit::Code(129),
        ..ASKED_TO_END
    },
    Fault {
        name: "driver-killed",
        what: "the driver is killed (SIGKILL)",
        seen: "what the shell says; a report says that the run was killed",
        kept: "every line but the one that was being written; no process stays",
        during: During::Driver(Signal::SIGKILL),
        exit: Exit::Killed(Signal::SIGKILL),
        lines: Lines::Kept,
        ..NOTHING
    },
    Fault {
        name: "moved",
        what: "somebody moves a probe to another CPU in the middle of a run",
        seen: "CASE failed in round N: the parties were to run same-cpu, but ran on CPU 0 and 1",
        during: During::Moved,
        words: &["were to run same-cpu"],
        subjects: &[PROCESS, SAME_CPU_THREAD, SAME_CPU_SYNC, SAME_CPU_IPC],
        ..STRUCK
    },
];

/// Somebody is struck, and one line pays for it.
const STRUCK: Fault = Fault {
    kept: OTHERS,
    lines: Lines::SomeFailed,
    ..NOTHING
};

const ASKED_TO_END: Fault = Fault {
    seen: "interrupted; what was measured is kept. To go on: oscost run --resume FILE",
    kept: "every line; the record says that it was interrupted",
    lines: Lines::Kept,
    words: &["interrupted; what was measured is kept", "--resume"],
    ..NOTHING
};
