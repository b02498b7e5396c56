//! Messages through anonymous pipes, one each way.

use nix::unistd::pipe;
use oscost_harness::{During as _, Failure, Row};
use oscost_record::Tier;

use super::bytes::{Asleep, Bytes, Ends, Kind, Polling, Spinning, Wavering};
use crate::talk::messages;

pub(crate) const ROWS: &[Row] = messages! {
    Bytes<Pipe, Asleep>: "pipe" / "block", "pipe",
        "through a pipe, asleep in read,"
        { control: Some("control/pipe") } { tier: Tier::Core };
    Bytes<Pipe, Polling>: "pipe" / "poll", "pipe, poll",
        "through a pipe, asleep in poll before each read,"
        { control: Some("control/pipe") };
    Bytes<Pipe, Spinning>: "pipe" / "spin", "pipe, spinning",
        "through a pipe, reading with O_NONBLOCK until it comes,"
        { control: Some("control/pipe") };
    Bytes<Pipe, Wavering>: "pipe" / "spin-poll", "pipe, spin, then poll",
        "through a pipe, reading with O_NONBLOCK a hundred times and then asleep in poll,"
        { control: Some("control/pipe") };
};

/// `pipe(2)`.
#[derive(Debug)]
pub(crate) struct Pipe;

impl Kind for Pipe {
    const NAME: &'static str = "pipe";

    fn open() -> Result<(Ends, Ends), Failure> {
        let (near_reads, far_writes) = pipe().during("pipe")?;
        let (far_reads, near_writes) = pipe().during("pipe")?;
        let near = Ends {
            from: near_reads,
            to: near_writes,
        };
        let far = Ends {
            from: far_reads,
            to: far_writes,
        };
        Ok((near, far))
    }
}
