//! What it costs to come into contact: a connection made, accepted and closed,
//! and a descriptor passed to another process and back.
//!
//! Nothing is left behind, however a probe ends: no name in the file system,
//! and no port that waits for its time to be over.

mod rights;
mod socket;

use oscost_harness::{Expect, Failure, Measure, Need, Place, Row, Setting};
use oscost_record::{Aspect, Peers, TaskKind, Tier};

use crate::game::{one_task, round_trips};

const fn row(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    control: &'static str,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Process,
        aspect: Aspect::Talk,
        per: "connection",
        tier: Tier::Full,
        axes: &[],
        place: Place::Each,
        peers: Some(Peers::Processes),
        control: Some(control),
        claims: &[20],
        needs: |_| vec![Need::Tasks(2)],
        expect,
        build,
    }
}

/// The calls of both sides, made by one task.
const fn control(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        aspect: Aspect::Control,
        place: Place::OneCpu,
        peers: None,
        control: None,
        claims: &[],
        needs: |_| Vec::new(),
        expect: |_| Expect::NO_SWITCH,
        ..row(operation, title, question, "", build)
    }
}

pub(crate) const ROWS: &[Row] = &[
    Row {
        tier: Tier::Core,
        ..row(
            "connect/unix",
            "UNIX connection",
            "What does a UNIX stream connection to another process cost: socket, connect, accept, close there, its end read here, close here?",
            "control/connect-unix",
            |setting| round_trips(setting, Peers::Processes, socket::unix()?),
        )
    },
    row(
        "connect/tcp",
        "TCP connection",
        "What does a TCP connection over loopback to another process cost: socket, connect, accept, close there, its end read here, closed here by a reset (SO_LINGER 0) so that no port stays in TIME_WAIT?",
        "control/connect-tcp",
        |setting| round_trips(setting, Peers::Processes, socket::tcp()?),
    ),
    Row {
        per: "round trip",
        ..row(
            "connect/scm-rights",
            "descriptor, SCM_RIGHTS",
            "What does it cost to pass a descriptor to another process (SCM_RIGHTS) and get one back, each looked at with fstat to see that it is the same file, and closed?",
            "control/connect-scm-rights",
            |setting| round_trips(setting, Peers::Processes, rights::pair()?),
        )
    },
    Row {
        tier: Tier::Core,
        ..control(
            "control/connect-unix",
            "UNIX connection, one task",
            "What do the calls of a UNIX stream connection cost when one task connects, accepts and closes both ends?",
            |_| Ok(one_task(socket::unix()?)),
        )
    },
    control(
        "control/connect-tcp",
        "TCP connection, one task",
        "What do the calls of a TCP connection over loopback cost when one task connects, accepts and closes both ends?",
        |_| Ok(one_task(socket::tcp()?)),
    ),
    Row {
        per: "round trip",
        ..control(
            "control/connect-scm-rights",
            "SCM_RIGHTS, one task",
            "What do the calls cost that pass a descriptor through a UNIX socket and back when one task makes them all?",
            |_| Ok(one_task(rights::pair()?)),
        )
    },
];

/// On one CPU neither party gets anywhere without the other: two switches. On
/// two, it may find what it waits for. A party that is woken while the other
/// still holds a lock of the kernel's sleeps once more.
fn expect(setting: &Setting) -> Expect {
    match setting.cpus.len() {
        1 => Expect::switches(2.0, 4.0),
        _ => Expect::switches(0.0, 4.0),
    }
}
