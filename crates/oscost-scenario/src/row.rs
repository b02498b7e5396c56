//! What the rows of all scenarios have in common. Kinds of task that do the same
//! work share its title: a report puts them side by side.

use oscost_harness::{Expect, Failure, Place, Row};
use oscost_record::{Aspect, TaskKind, Tier};

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
