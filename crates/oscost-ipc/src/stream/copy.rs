//! The floor under all streams: a chunk copied from one place to another by
//! one task, with the same marks on it.

use std::hint::black_box;

use oscost_harness::{Audit, Evidence, Failure, Measure, Setting, Work};
use oscost_sys::counter::read_monotonic;

use super::flow::chunk_length;
use super::mark::{self, Chunk};
use super::rate::Rate;
use super::table::Fault;

struct Copy {
    from: Chunk,
    to: Chunk,
    done: u64,
    rate: Rate,
}

/// Copies within one process.
///
/// # Errors
/// Where the chunks have no possible length.
pub(crate) fn copies(setting: &Setting) -> Result<Measure, Failure> {
    let length = chunk_length(setting)?;
    Ok(Measure::Timed(Box::new(Copy {
        from: Chunk::new(length),
        to: Chunk::new(length),
        done: 0,
        rate: Rate::default(),
    })))
}

impl Work for Copy {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        let begin = read_monotonic();
        for _ in 0..ops {
            mark::stamp(&mut self.from, self.done);
            self.to.copy_from_slice(&self.from);
            let chunk = self.done;
            mark::check(black_box(&self.to), chunk)
                .map_err(|damage| Fault::Damaged { chunk, damage }.into_failure("memcpy"))?;
            self.done += 1;
        }
        self.rate.add(ops * self.to.len() as u64, begin);
        Ok(())
    }
}

impl Evidence for Copy {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Ok(Audit {
            figures: self.rate.take(),
            ..Audit::alone(self.done)?
        })
    }
}
