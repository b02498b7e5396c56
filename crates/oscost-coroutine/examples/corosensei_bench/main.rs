//! Round trips by corosensei's own loop, in bursts on demand: a line with a
//! number of round trips comes in, a line with nanoseconds per round trip goes
//! out. So it can be measured in turn with `coroutine/switch/corosensei`. With
//! the argument `nothing` the coroutine carries no number to and fro.
//!
//! It never looks at its own figures, and makes no thread and no child.

use std::io::{BufRead as _, Error, Write as _};

use library_loop::{identity, nothing};
use oscost_harness::{Clock as _, MachineClock};

mod library_loop;

fn main() -> std::io::Result<()> {
    let mut round_trips: Box<dyn FnMut(u64) -> u64> = match std::env::args().nth(1).as_deref() {
        None | Some("identity") => Box::new(identity()),
        Some("nothing") => Box::new(nothing()),
        Some(other) => return Err(Error::other(format!("{other}: not a kind of loop"))),
    };
    let (clock, _) = MachineClock::calibrate();
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let ops: u64 = line?.trim().parse().map_err(Error::other)?;
        let begin = clock.now();
        let done = round_trips(ops);
        let spent = clock.nanos(clock.now().since(begin));
        if done != ops {
            return Err(Error::other(format!("{done} of {ops} came back")));
        }
        writeln!(output, "{}", spent.0 / ops as f64)?;
        output.flush()?;
    }
    Ok(())
}
