//! Many hosts side by side: what each costs, who is the cheapest at what, who
//! is missing. A host is known by the name that it is given from outside; a
//! record names none. Hosts of one machine key are the same hardware, and are
//! joined into one machine ([`Fleet::by_machine`]).
//!
//! An emulated host is named and never ranked: its figures tell of an emulator.

mod joined;
mod machines;
mod outliers;
mod pair;
mod ranking;
mod roll;

use std::collections::HashMap;
use std::sync::LazyLock;

use oscost_record::{Aspect, CaseId, CaseInfo, CaseLine, Record, Run, Tier, Unit};

use crate::statistics::student_quantile;
use crate::{Estimate, Level, fate};

pub use joined::{Joined, join};
pub use outliers::{Outlier, outliers};
pub use pair::{Pair, PairCost, pair};
pub use ranking::{CostRanks, Mean, Rank, Ranking, Standing, ranking};
pub use roll::{Roll, Unread, roll};

/// Hosts, and what each of them costs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fleet {
    /// Every cost that some host names, in the order in which they came.
    pub costs: Vec<CaseInfo>,
    /// The hosts, by name.
    pub hosts: Vec<Host>,
    places: HashMap<(CaseId, Unit), usize>,
}

/// One host, by its latest record.
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    /// What it is called.
    pub name: String,
    /// The header of its record, without the cases.
    pub run: Run,
    /// Whether the run came to its end by itself.
    pub finished: bool,
    /// How many hosts it stands for: 1, unless it is a joined machine.
    pub stands_for: usize,
    /// Its figures by the numbers of [`Fleet::costs`]; what it has not measured
    /// is `None` or beyond the end.
    readings: Vec<Option<Reading>>,
}

/// What a cost is on a host.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// The level, in the unit of the case: see [`Level`].
    pub level: f64,
    /// The deviation of the logarithms of the round medians; of a joined
    /// machine, of the levels of its hosts.
    pub spread: f64,
    /// Rounds measured; of a joined machine, hosts.
    pub rounds: u32,
}

/// What a record says of its host, before it stands beside others.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    host: Host,
    figures: Vec<(CaseInfo, Option<Reading>)>,
}

/// Whether machines are held against each other by this case: the core tier,
/// without the loops that only others are held against.
#[must_use]
pub fn is_cost(info: &CaseInfo) -> bool {
    info.tier == Tier::Core && info.aspect != Aspect::Control
}

impl Sheet {
    /// Boils a record down. Of the record no more is needed than
    /// [`Record::read_brief`] reads with [`is_cost`].
    #[must_use]
    pub fn of(name: &str, record: &Record) -> Self {
        let mut run = record.run.clone();
        let cases = std::mem::take(&mut run.cases);
        Self::made(name, run, cases, record)
    }

    /// The same of a record that nobody needs any more: thousands of headers are
    /// not copied.
    #[must_use]
    pub fn taken(name: &str, mut record: Record) -> Self {
        let cases = std::mem::take(&mut record.run.cases);
        Self::made(name, record.run.clone(), cases, &record)
    }

    /// `run` is the header without its `cases`.
    fn made(name: &str, run: Run, cases: Vec<CaseInfo>, record: &Record) -> Self {
        let mut lines: HashMap<&CaseId, Vec<&CaseLine>> = HashMap::new();
        for line in &record.cases {
            lines.entry(&line.id).or_default().push(line);
        }
        let costs = cases.into_iter().filter(is_cost);
        let figures = costs.map(|info| {
            let lines = lines.get(&info.id).map(Vec::as_slice).unwrap_or_default();
            let reading = Reading::of(&info, lines);
            (info, reading)
        });
        let figures = figures.collect();
        let ended = record.end.as_ref();
        Self {
            host: Host {
                name: name.to_owned(),
                run,
                finished: ended.is_some_and(|end| !end.interrupted),
                stands_for: 1,
                readings: Vec::new(),
            },
            figures,
        }
    }
}

impl Reading {
    fn of(info: &CaseInfo, lines: &[&CaseLine]) -> Option<Self> {
        let mut lines = lines.to_vec();
        lines.sort_by_key(|line| line.round);
        let (measured, _) = fate::sort_out(info, lines.into_iter());
        let medians: Vec<f64> = measured.iter().map(|(_, round)| round.median).collect();
        let Level { level, spread } = Level::of(&medians)?;
        Some(Self {
            level,
            spread,
            rounds: u32::try_from(medians.len()).unwrap_or(u32::MAX),
        })
    }

    /// The level with the 95 % interval that its rounds leave (Student's t on
    /// the logarithms). `None` for one round, or where it is not above zero.
    #[must_use]
    pub fn estimate(&self) -> Option<Estimate> {
        let rounds = f64::from(self.rounds);
        if self.rounds < 2 || self.level <= 0.0 {
            return None;
        }
        let half = widening(self.rounds) * self.spread / rounds.sqrt();
        Some(Estimate {
            value: self.level,
            low: self.level * (-half).exp(),
            high: self.level * half.exp(),
        })
    }
}

/// The 97.5 % quantile of Student's t for so many rounds, at least two. Those
/// that records have are looked up: millions of readings ask.
fn widening(rounds: u32) -> f64 {
    const KEPT: u32 = 100;
    static QUANTILES: LazyLock<Vec<f64>> =
        LazyLock::new(|| (0..KEPT).map(|rounds| quantile(rounds + 2)).collect());
    fn quantile(rounds: u32) -> f64 {
        student_quantile(0.975, f64::from(rounds) - 1.0)
    }
    let place = rounds
        .checked_sub(2)
        .and_then(|place| usize::try_from(place).ok());
    let kept = place.and_then(|place| QUANTILES.get(place).copied());
    kept.unwrap_or_else(|| quantile(rounds))
}

impl Host {
    /// The figure of a cost, by its number.
    #[must_use]
    pub fn reading(&self, cost: usize) -> Option<&Reading> {
        self.readings.get(cost)?.as_ref()
    }

    /// The same where it is above zero: nothing else has a ratio.
    fn above_zero(&self, cost: usize) -> Option<&Reading> {
        let reading = self.reading(cost);
        reading.filter(|reading| reading.level > 0.0 && reading.level.is_finite())
    }

    /// What emulates its CPU, where something does.
    #[must_use]
    pub fn emulated(&self) -> Option<&str> {
        self.run.machine.emulated.as_deref()
    }

    /// How many costs it has measured.
    #[must_use]
    pub fn measured(&self) -> usize {
        self.readings.iter().flatten().count()
    }
}

impl Fleet {
    /// Takes a host in. Of two records of one host the later counts, whichever
    /// comes first.
    pub fn take(&mut self, sheet: Sheet) {
        let Sheet { mut host, figures } = sheet;
        let place = self
            .hosts
            .binary_search_by(|other| other.name.cmp(&host.name));
        if let Ok(place) = place
            && self.hosts[place].run.started > host.run.started
        {
            return;
        }
        for (info, reading) in figures {
            let cost = self.cost(info);
            host.readings
                .resize(host.readings.len().max(cost + 1), None);
            host.readings[cost] = reading;
        }
        match place {
            Ok(place) => self.hosts[place] = host,
            Err(place) => self.hosts.insert(place, host),
        }
    }

    /// The number of a cost. One that another host counts otherwise is another.
    fn cost(&mut self, info: CaseInfo) -> usize {
        let key = (info.id.clone(), info.unit.clone());
        if let Some(&cost) = self.places.get(&key) {
            return cost;
        }
        self.places.insert(key, self.costs.len());
        self.costs.push(info);
        self.costs.len() - 1
    }
}
