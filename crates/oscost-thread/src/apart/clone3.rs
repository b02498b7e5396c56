//! The stretches of a raw thread. It notes the CPU's counter by an instruction
//! of its own, since it runs no Rust: so the run must keep time by the counter.

use oscost_harness::{Audit, During as _, Evidence, Failure, Measure, TimedWork};
use oscost_sys::counter::{self, Ticks};
use oscost_sys::kernel_thread::Nursery;

use super::Stretch;
use crate::create::STACK;

struct Raw {
    nursery: Nursery,
    stretch: Stretch,
}

pub(super) fn measure(stretch: Stretch) -> Result<Measure, Failure> {
    let nursery = Nursery::new(STACK).during("mmap")?;
    Ok(Measure::SelfTimed(Box::new(Raw { nursery, stretch })))
}

impl TimedWork for Raw {
    fn run_once(&mut self, now: fn() -> Ticks) -> Result<Ticks, Failure> {
        must_be_the_counter(now)?;
        let begin = now();
        self.nursery
            .create_noting()
            .during("clone3")
            .map_err(Failure::too_many)?;
        let returned = (self.stretch == Stretch::Return).then(now);
        self.nursery.join();
        let joined = now();
        let noted = self.nursery.note().first();
        Ok(match (self.stretch, returned) {
            (Stretch::Return, Some(returned)) => returned.since(begin),
            (Stretch::Join, _) => joined.since(noted),
            _ => noted.since(begin),
        })
    }
}

fn must_be_the_counter(now: fn() -> Ticks) -> Result<(), Failure> {
    let before = counter::read();
    let reading = now();
    if (before..=counter::read()).contains(&reading) {
        Ok(())
    } else {
        Err(Failure::Skip(format!(
            "the new thread can note only {}, by which this run does not keep time. `oscost doctor` says why",
            counter::NAME
        )))
    }
}

impl Evidence for Raw {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(self.nursery.note().ran())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_counter_will_do() {
        assert_eq!(must_be_the_counter(counter::read), Ok(()));
        let refused = must_be_the_counter(counter::read_monotonic);
        assert!(matches!(refused, Err(Failure::Skip(why)) if why.contains(counter::NAME)));
    }
}
