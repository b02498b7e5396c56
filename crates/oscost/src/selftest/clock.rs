//! `oscost selftest clock`: which clock measures here, and whether it is one that
//! figures can rest on.

use anyhow::Context as _;
use clap::Args;
use oscost_harness::clock::{DRIFT, MachineClock};
use oscost_harness::clock_trial::{self, Readings};
use oscost_harness::{Clock as _, pin};
use oscost_record::{ClockInfo, Cpu};
use serde_json::{Value, json};

use crate::exit::End;
use crate::output::say;

/// Tells which clock measures here, what a reading costs, and whether it goes back on a
/// CPU or from one to another
///
/// Every CPU that this process may use reads it many times, and each two neighbours hand
/// their readings to each other; then it is held against CLOCK_MONOTONIC. Exit code 1
/// where it went back, or where the two clocks differ by more than 1000 parts per
/// million.
#[derive(Debug, Args)]
pub(crate) struct Clock {
    /// JSON on standard output: `source`, `fallback` (why it is not the CPU's counter, or
    /// null), `ticks_per_second`, `resolution_ns`, `cost_ns`, `cpus` and `hand_overs`
    /// (each with `cpus`, `readings`, `went_back`), `ahead_ppm` of CLOCK_MONOTONIC,
    /// `sound`
    #[arg(long)]
    pub(crate) json: bool,
}

/// Calibrates, tries, tells.
///
/// # Errors
/// Where a CPU that may be used cannot be used.
pub(crate) fn clock(options: &Clock) -> anyhow::Result<End> {
    let (clock, info) = MachineClock::calibrate();
    let trial = Trial::of(&clock).context("the clock")?;
    let text = match options.json {
        true => serde_json::to_string_pretty(&trial.as_json(&info))?,
        false => trial.as_text(&info),
    };
    say(&text)?;
    Ok(match trial.is_sound() {
        true => End::Done,
        false => End::Objection,
    })
}

/// What was found.
struct Trial {
    cpus: Vec<(Cpu, Readings)>,
    hand_overs: Vec<([Cpu; 2], Readings)>,
    /// Of `CLOCK_MONOTONIC`, as a share.
    ahead: f64,
}

impl Trial {
    fn of(clock: &MachineClock) -> anyhow::Result<Self> {
        let (all, now) = (pin::allowed()?, clock.reader());
        let on = |&cpu: &Cpu| Ok((cpu, clock_trial::on(cpu, now)?));
        let between = |[one, other]: [Cpu; 2]| {
            let readings = clock_trial::between(one, other, now)?;
            Ok(([one, other], readings))
        };
        Ok(Self {
            cpus: all.iter().map(on).collect::<anyhow::Result<_>>()?,
            hand_overs: neighbours(&all)
                .into_iter()
                .map(between)
                .collect::<anyhow::Result<_>>()?,
            ahead: clock_trial::ahead(clock),
        })
    }

    fn is_sound(&self) -> bool {
        let alone = self.cpus.iter().map(|(_, readings)| readings);
        let handed = self.hand_overs.iter().map(|(_, readings)| readings);
        alone.chain(handed).all(|readings| readings.went_back == 0) && self.ahead.abs() <= DRIFT
    }

    fn as_json(&self, info: &ClockInfo) -> Value {
        let readings = |cpus: &[Cpu], readings: &Readings| {
            json!({
                "cpus": cpus,
                "readings": readings.count,
                "went_back": readings.went_back,
            })
        };
        let alone = self
            .cpus
            .iter()
            .map(|(cpu, found)| readings(&[*cpu], found));
        let handed = self
            .hand_overs
            .iter()
            .map(|(cpus, found)| readings(cpus, found));
        json!({
            "source": info.source,
            "fallback": info.fallback,
            "ticks_per_second": info.ticks_per_second,
            "resolution_ns": info.resolution,
            "cost_ns": info.cost,
            "cpus": alone.collect::<Vec<_>>(),
            "hand_overs": handed.collect::<Vec<_>>(),
            "ahead_ppm": self.ahead * 1e6,
            "sound": self.is_sound(),
        })
    }

    fn as_text(&self, info: &ClockInfo) -> String {
        let alone = self.cpus.iter().map(|(_, readings)| *readings);
        let handed = self.hand_overs.iter().map(|(_, readings)| *readings);
        let mut lines = vec![
            format!("source        {}", info.source),
            format!(
                "rate          {:.0} ticks per second",
                info.ticks_per_second
            ),
            format!("resolution    {:.2} ns", info.resolution.0),
            format!("a reading     {:.2} ns", info.cost.0),
            format!("on each CPU   {}", told("CPU", alone)),
            format!("hand-overs    {}", told("pair", handed)),
            format!(
                "pace          {:+.1} parts per million of CLOCK_MONOTONIC over {:?}",
                self.ahead * 1e6,
                clock_trial::PACE
            ),
        ];
        if let Some(reason) = &info.fallback {
            lines.insert(1, format!("              not the CPU's counter: {reason}"));
        }
        let backward = self
            .cpus
            .iter()
            .filter(|(_, readings)| readings.went_back > 0);
        lines.extend(backward.map(|(cpu, readings)| {
            format!("CPU {cpu}: it went back {} times", readings.went_back)
        }));
        let apart = self
            .hand_overs
            .iter()
            .filter(|(_, readings)| readings.went_back > 0);
        lines.extend(apart.map(|([one, other], readings)| {
            format!(
                "CPUs {one} and {other}: the later reading was the smaller {} times",
                readings.went_back
            )
        }));
        lines.push(
            match self.is_sound() {
                true => "sound",
                false => {
                    "NOT SOUND: figures of this machine cannot be relied on; see `oscost doctor`"
                }
            }
            .to_owned(),
        );
        lines.join("\n")
    }
}

/// Each CPU with the next, and the last with the first.
fn neighbours(all: &[Cpu]) -> Vec<[Cpu; 2]> {
    let mut pairs: Vec<[Cpu; 2]> = all.windows(2).map(|two| [two[0], two[1]]).collect();
    if let [first, _, .., last] = all
        && all.len() > 2
    {
        pairs.push([*last, *first]);
    }
    pairs
}

fn told(place: &str, all: impl Iterator<Item = Readings>) -> String {
    let (mut places, mut count, mut went_back) = (0, 0, 0);
    for readings in all {
        places += 1;
        count += readings.count;
        went_back += readings.went_back;
    }
    match places {
        0 => "none: this process may use one CPU".to_owned(),
        1 => format!("{count} readings by 1 {place}, went back {went_back} times"),
        _ => format!("{count} readings by {places} {place}s, went back {went_back} times"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(alone: u64, handed: u64, ahead: f64) -> Trial {
        let readings = |went_back| Readings {
            count: 100,
            went_back,
        };
        Trial {
            cpus: vec![(Cpu(0), readings(0)), (Cpu(3), readings(alone))],
            hand_overs: vec![([Cpu(0), Cpu(3)], readings(handed))],
            ahead,
        }
    }

    fn info(fallback: Option<&str>) -> ClockInfo {
        let mut info = MachineClock::calibrate().1;
        info.fallback = fallback.map(str::to_owned);
        info
    }

    #[test]
    fn a_clock_that_goes_back_or_its_own_way_is_not_sound() {
        assert!(found(0, 0, 2e-6).is_sound());
        for (trial, words) in [
            (found(7, 0, 0.0), "CPU 3: it went back 7 times"),
            (
                found(0, 5, 0.0),
                "CPUs 0 and 3: the later reading was the smaller 5 times",
            ),
            (found(0, 0, -0.002), "-2000.0 parts per million"),
        ] {
            assert!(!trial.is_sound());
            let text = trial.as_text(&info(None));
            assert!(text.contains(words) && text.contains("NOT SOUND"), "{text}");
            assert_eq!(trial.as_json(&info(None))["sound"], false);
        }
    }

    #[test]
    fn why_it_is_not_the_counter_is_told() {
        let text = found(0, 0, 0.0).as_text(&info(Some("no counter")));
        assert!(text.contains("not the CPU's counter: no counter"), "{text}");
    }

    #[test]
    fn neighbours_make_a_ring() {
        let pairs = |count: u32| neighbours(&(0..count).map(Cpu).collect::<Vec<_>>());
        assert!(pairs(1).is_empty());
        assert_eq!(pairs(2), [[Cpu(0), Cpu(1)]]);
        let ring = [[Cpu(0), Cpu(1)], [Cpu(1), Cpu(2)], [Cpu(2), Cpu(0)]];
        assert_eq!(pairs(3), ring);
    }
}
