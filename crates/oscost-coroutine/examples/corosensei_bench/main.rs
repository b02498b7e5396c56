//! Round trips by corosensei's own loop, as a floor of `scripts/floors`: `ready`,
//! then for each line with a number of round trips the nanoseconds that they
//! took. So it is measured in turn with the cases on stack switches.
//!
//! It never looks at its own figures, and makes no thread and no child.

use std::io::{BufRead as _, Error, Write as _};

use library_loop::{identity, nothing};
use oscost_harness::{Clock as _, MachineClock};

mod library_loop;

const USAGE: &str = "usage: corosensei_bench identity|nothing [--cpu A]";

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (kind, cpu) = match arguments[..] {
        [kind] => (kind, None),
        [kind, "--cpu", cpu] => (kind, Some(cpu)),
        _ => return Err(Error::other(USAGE)),
    };
    let mut round_trips: Box<dyn FnMut(u64) -> u64> = match kind {
        "identity" => Box::new(identity()),
        "nothing" => Box::new(nothing()),
        _ => return Err(Error::other(USAGE)),
    };
    if let Some(cpu) = cpu {
        let cpu = cpu.parse().map_err(Error::other)?;
        oscost_harness::pin::this_thread(oscost_record::Cpu(cpu)).map_err(Error::other)?;
    }
    let (clock, _) = MachineClock::calibrate();
    let mut output = std::io::stdout().lock();
    writeln!(output, "ready")?;
    output.flush()?;
    for line in std::io::stdin().lock().lines() {
        let ops: u64 = line?.trim().parse().map_err(Error::other)?;
        let begin = clock.now();
        let done = round_trips(ops);
        let spent = clock.nanos(clock.now().since(begin));
        if done != ops {
            return Err(Error::other(format!("{done} of {ops} came back")));
        }
        writeln!(output, "{}", spent.0)?;
        output.flush()?;
    }
    Ok(())
}
