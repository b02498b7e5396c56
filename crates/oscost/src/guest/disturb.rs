//! What happens to a machine of its own while it measures: its clock is stepped, a
//! CPU is taken from it. Nobody else's is ever touched, since only the first process
//! of a machine that was booted for it gets here.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use anyhow::Context as _;
use clap::ValueEnum;
use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_gettime, clock_settime};

use crate::output::complain;

/// What happens, as soon as there are some lines, and again after some more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Disturbance {
    /// CLOCK_REALTIME is set back by a day, and then forward by ten
    Clock,
    /// CPU 1 goes offline, and comes back
    Cpu,
}

const DAY: i64 = 24 * 60 * 60;

/// Lines before it, and lines before the second time.
const LINES: [usize; 2] = [2, 7];

/// So long after a line the next probe measures, as a rule.
const MOMENT: Duration = Duration::from_millis(300);

impl Disturbance {
    /// Waits for the lines of the record, disturbs, and says so.
    ///
    /// # Errors
    /// What the kernel says.
    pub(super) fn take_place(self, record: &Path) -> anyhow::Result<()> {
        for (lines, second) in LINES.into_iter().zip([false, true]) {
            while cases(record) < lines {
                sleep(MOMENT / 10);
            }
            sleep(MOMENT);
            self.disturb(second)?;
            complain(&format!("oscost guest: {}", self.told(second)));
        }
        Ok(())
    }

    fn disturb(self, second: bool) -> anyhow::Result<()> {
        match self {
            Self::Clock => {
                let step = if second { 10 * DAY } else { -DAY };
                let now = clock_gettime(ClockId::CLOCK_REALTIME)?;
                let then = TimeSpec::new(now.tv_sec() + step, now.tv_nsec());
                clock_settime(ClockId::CLOCK_REALTIME, then).context("clock_settime")
            }
            Self::Cpu => {
                let online = "/sys/devices/system/cpu/cpu1/online";
                fs::write(online, if second { "1" } else { "0" }).context(online)
            }
        }
    }

    fn told(self, second: bool) -> &'static str {
        match (self, second) {
            (Self::Clock, false) => "the clock was set back by a day",
            (Self::Clock, true) => "the clock was set forward by ten days",
            (Self::Cpu, false) => "CPU 1 went offline",
            (Self::Cpu, true) => "CPU 1 came back",
        }
    }
}

/// Lines of cases in a record that is being written.
fn cases(record: &Path) -> usize {
    let text = fs::read_to_string(record).unwrap_or_default();
    let is_case = |line: &&str| line.starts_with(r#"{"kind":"case""#);
    text.lines().filter(is_case).count()
}
