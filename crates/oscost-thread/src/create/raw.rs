//! Making a thread without a library: `clone3` alone.

use oscost_harness::{Audit, During as _, Evidence, Failure, Measure, Work};
use oscost_sys::kernel_thread::Nursery;

use super::STACK;

struct Raw {
    nursery: Nursery,
    /// The nursery's count at the last audit, which wraps, and the sum.
    ran: u32,
    done: u64,
}

pub(super) fn measure() -> Result<Measure, Failure> {
    let nursery = Nursery::new(STACK).during("mmap")?;
    Ok(Measure::Timed(Box::new(Raw {
        nursery,
        done: 0,
        ran: 0,
    })))
}

impl Work for Raw {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        for _ in 0..ops {
            self.nursery
                .create()
                .during("clone3")
                .map_err(Failure::too_many)?;
            self.nursery.join();
        }
        Ok(())
    }
}

impl Evidence for Raw {
    fn audit(&mut self) -> Result<Audit, Failure> {
        let ran = self.nursery.ran();
        self.done += u64::from(ran.wrapping_sub(self.ran));
        self.ran = ran;
        Audit::alone(self.done)
    }
}
