//! What it costs to come into contact: a connection made, accepted and closed,
//! and a descriptor passed to another process and back.
//!
//! Nothing is left behind, however a probe ends: no name in the file system,
//! and no port that waits for its time to be over.

mod rights;
mod socket;

use oscost_harness::pingpong::board;
use oscost_harness::{Expect, Failure, Measure, Need, Place, Row, Setting};
use oscost_record::{Aspect, Peers, TaskKind, Tier};

use crate::partner::round_trips;

const fn row(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    per: &'static str,
    tier: Tier,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Process,
        aspect: Aspect::Talk,
        per,
        tier,
        axes: &[],
        place: Place::Each,
        peers: Some(Peers::Processes),
        control: None,
        claims: &[20],
        needs: |_| vec![Need::Tasks(2)],
        expect,
        build,
    }
}

pub(crate) const ROWS: &[Row] = &[
    row(
        "connect/unix",
        "UNIX connection",
        "What does a UNIX stream connection to another process cost: socket, connect, accept, close there, its end read here, close here?",
        "connection",
        Tier::Core,
        |setting| round_trips(setting, Peers::Processes, board()?, socket::unix()?),
    ),
    row(
        "connect/tcp",
        "TCP connection",
        "What does a TCP connection over loopback to another process cost: socket, connect, accept, close there, its end read here, closed here by a reset (SO_LINGER 0) so that no port stays in TIME_WAIT?",
        "connection",
        Tier::Full,
        |setting| round_trips(setting, Peers::Processes, board()?, socket::tcp()?),
    ),
    row(
        "connect/scm-rights",
        "descriptor, SCM_RIGHTS",
        "What does it cost to pass a descriptor to another process (SCM_RIGHTS) and get one back, each looked at with fstat to see that it is the same file, and closed?",
        "round trip",
        Tier::Full,
        |setting| round_trips(setting, Peers::Processes, board()?, rights::pair()?),
    ),
];

/// On one CPU neither party gets anywhere without the other: two switches. On
/// two, it may find what it waits for. A server that is woken by the knock may
/// find the door still closed, and go back to sleep.
fn expect(setting: &Setting) -> Expect {
    match setting.cpus.len() {
        1 => Expect::switches(2.0, 4.0),
        _ => Expect::switches(0.0, 4.0),
    }
}
