//! Round trips by corosensei's own loop, in bursts on demand: a line with a
//! number of round trips comes in, a line with nanoseconds per round trip goes
//! out. So it can be measured in turn with `coroutine/switch/corosensei`.
//!
//! It never looks at its own figures, and makes no thread and no child.

use std::io::{BufRead as _, Write as _};

use library_loop::Identity;
use oscost_harness::{Clock as _, MachineClock};

mod library_loop;

fn main() -> std::io::Result<()> {
    let (clock, _) = MachineClock::calibrate();
    let mut identity = Identity::new();
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let ops: u64 = line?.trim().parse().map_err(std::io::Error::other)?;
        let begin = clock.now();
        let done = identity.round_trips(ops);
        let spent = clock.nanos(clock.now().since(begin));
        if done != ops {
            return Err(std::io::Error::other(format!("{done} of {ops} came back")));
        }
        writeln!(output, "{}", spent.0 / ops as f64)?;
        output.flush()?;
    }
    Ok(())
}
