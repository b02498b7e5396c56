//! What the rows of all scenarios have in common. Kinds of task that do the same
//! work share its title: a report puts them side by side.

use oscost_harness::{Expect, Failure, Need, Place, Row, Setting};
use oscost_record::{Aspect, TaskKind, Tier};

use crate::needs;

/// A row to fill in: full tier, wherever the scheduler puts the tasks.
pub(crate) const ROW: Row = Row {
    operation: "",
    title: "",
    question: "",
    task: TaskKind::Process,
    aspect: Aspect::Work,
    per: "",
    tier: Tier::Full,
    axes: &[],
    place: Place::Anywhere,
    peers: None,
    control: None,
    claims: &[],
    needs: |_| Vec::new(),
    expect: |_| Expect::COUNT,
    build: |_| Err(Failure::Fail("a row without work".into())),
};

/// The row with a process for each connection.
pub(crate) const fn process_each(row: Row) -> Row {
    Row {
        task: TaskKind::Process,
        needs: |setting| with_sockets(needs::of_processes(setting.value()), setting),
        ..row
    }
}

/// The row with a thread for each connection.
pub(crate) const fn thread_each(row: Row) -> Row {
    Row {
        task: TaskKind::Thread,
        needs: |setting| with_sockets(needs::of_threads(setting.value()), setting),
        ..row
    }
}

/// A descriptor for each connection on either side, and the tasks that are
/// there once.
pub(crate) fn with_sockets(mut needs: Vec<Need>, setting: &Setting) -> Vec<Need> {
    needs.push(Need::Tasks(100));
    needs.push(Need::RaisedDescriptors(setting.value() + 200));
    needs
}
