//! A producer and a consumer: items that one makes and the other checks, with
//! room for a thousand of them in between.
//!
//! Processes have a pipe between them, threads a channel of the standard
//! library, coroutines of one thread one of tokio.

mod belt;
mod item;

use oscost_harness::{Audit, Evidence, Failure, Measure, Row, Work};
use oscost_record::{Aspect, Peers, TaskKind};

use crate::{account, needs, row};
use belt::{Belt, Coroutines, Processes, Threads};

const ROW: Row = Row {
    aspect: Aspect::Talk,
    per: "item",
    needs: |_| needs::of_processes(2),
    ..row::ROW
};

pub(crate) const ROWS: &[Row] = &[
    Row {
        operation: "pipeline/process",
        title: "pipeline of two tasks",
        question: "How long does each of many items take that one process makes and sends through a pipe, and another one checks?",
        task: TaskKind::Process,
        peers: Some(Peers::Processes),
        build: |_| pipeline(Processes::new()?),
        ..ROW
    },
    Row {
        operation: "pipeline/thread",
        title: "pipeline of two tasks",
        question: "How long does each of many items take that one thread makes and sends through a channel, and another one checks?",
        task: TaskKind::Thread,
        peers: Some(Peers::Threads),
        build: |_| pipeline(Threads::new()?),
        ..ROW
    },
    Row {
        operation: "pipeline/coroutine",
        title: "pipeline of two tasks",
        question: "How long does each of many items take that one coroutine makes and sends through a channel, and another one of the thread checks?",
        task: TaskKind::Coroutine,
        peers: Some(Peers::Coroutines),
        build: |_| pipeline(Coroutines::new()?),
        ..ROW
    },
];

/// Items that have room between the two.
const ROOM: usize = 1024;
/// A sample spans that room several times over, so that the wake-ups at its
/// beginning and its end hardly show.
const ITEMS: u64 = 8 * ROOM as u64;

struct Pipeline<B> {
    belt: B,
}

fn pipeline(belt: impl Belt + 'static) -> Result<Measure, Failure> {
    Ok(Measure::Timed(Box::new(Pipeline { belt })))
}

impl<B: Belt> Work for Pipeline<B> {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        self.belt.carry(ops)
    }

    fn granule(&self) -> u64 {
        ITEMS
    }
}

impl<B: Belt> Evidence for Pipeline<B> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        account::audit(self.belt.tally().checked(), [].into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carries(belt: impl Belt) {
        let mut pipeline = Pipeline { belt };
        for _ in 0..2 {
            // More than there is room for, and an odd number.
            pipeline.run(2 * ROOM as u64 + 1).unwrap();
        }
        let done = pipeline.audit().unwrap().done;
        assert_eq!(done, 4 * ROOM as u64 + 2);
    }

    #[test]
    fn every_item_is_checked_at_the_far_end() {
        carries(Processes::new().unwrap());
        carries(Threads::new().unwrap());
        carries(Coroutines::new().unwrap());
    }
}
