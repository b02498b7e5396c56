//! What a new figure is held against: the present level of a history and how
//! far its records stray, or the one record that there is.

use serde::Serialize;

use super::Delta;
use super::finding::Finding;
use super::judgement::{Direction, Reason, Statistic};
use super::series::{self, FEWEST_RECORDS, Point, Scale};
use crate::CaseDigest;
use crate::statistics::{Alternative, Trimmed, by_student, student_quantile};

/// The level of the test that suspects, one-sided: of a hundred unchanged figures
/// five look slower, and five faster. A suspicion costs seconds, and what is not
/// suspected is never found.
pub(crate) const SUSPECTING: f64 = 0.05;

/// How far unchanged figures stray: of a hundred one lies further, on each side.
/// Nothing within that is ever called a change.
const STRAYING: f64 = 0.01;

/// The level of the test of what was measured anew, over all suspects. Stricter
/// than that of fresh pairs, because the fresh figures are held against the very
/// level that raised the suspicion: where that is off by chance, they lie off it
/// the same way. In simulation (`tests/whole/simulated_verdicts.rs`) one unchanged
/// suite in a hundred then alarms.
pub(crate) const CONFIRMING: f64 = 0.001;

/// The share of records that is cut off at each end: of ten records one, of
/// twenty two. Of fewer none: five records less two would tell too little.
const CUT: f64 = 0.1;

/// The level that a new figure is held against. Figures are on the logarithmic
/// scale.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Footing {
    /// What the level is in: raw time, or multiples of a frozen workload. Of a
    /// median whichever was steadier on this machine; of a tail the multiples,
    /// where [`FEWEST_RECORDS`] have both.
    pub scale: Scale,
    /// How many records it is of.
    pub records: usize,
    /// When the first of them began.
    pub since: String,
    /// The trimmed mean of their logarithms.
    pub centre: f64,
    /// The standard error of that.
    pub error: f64,
    /// How far a further record strays from the true centre: a standard
    /// deviation.
    pub noise: f64,
    /// Degrees of freedom of both.
    pub degrees: f64,
}

impl Footing {
    /// From the records of a history, oldest first, each with its place in it;
    /// `started` tells when the record at a place began.
    pub(crate) fn of_history<'a>(
        records: &[(usize, &CaseDigest)],
        now: &CaseDigest,
        statistic: Statistic,
        started: impl Fn(usize) -> &'a str,
    ) -> Result<Self, Reason> {
        let scale = series::steadier(records, now, statistic);
        let points = records
            .iter()
            .filter_map(|&(place, case)| Some((place, Point::of(case, statistic, &scale)?.level)));
        let (places, levels): (Vec<usize>, Vec<f64>) = points.unzip();
        let present = series::present(&levels);
        let first = *places.get(present.start).ok_or(Reason::New)?;
        let levels = &levels[present];
        let too_few = Reason::TooFewRecords(FEWEST_RECORDS, levels.len());
        let found = Trimmed::with(levels, CUT).filter(|found| found.n >= FEWEST_RECORDS);
        let found = found.ok_or(too_few)?;
        Ok(Self {
            scale,
            records: found.n,
            since: started(first).to_owned(),
            centre: found.mean,
            error: found.error,
            noise: found.spread(),
            degrees: found.degrees,
        })
    }

    /// From a single record. How far records stray from each other it cannot
    /// tell: the spread of its rounds stands in for that.
    pub(crate) fn of_record(
        before: &CaseDigest,
        now: &CaseDigest,
        statistic: Statistic,
        started: &str,
    ) -> Result<Self, Reason> {
        let relative = now.reference.clone().map(Scale::Relative);
        let points = [relative, Some(Scale::Raw)]
            .into_iter()
            .flatten()
            .filter_map(|scale| Some((Point::of(before, statistic, &scale)?, scale)));
        let steadiest = points.min_by(|(a, _), (b, _)| a.error.total_cmp(&b.error));
        let (point, scale) = steadiest.ok_or(Reason::NoRatio)?;
        if statistic == Statistic::P99 || before.rounds < 2 || now.rounds < 2 {
            return Err(Reason::NoSpread);
        }
        Ok(Self {
            scale,
            records: 1,
            since: started.to_owned(),
            centre: point.level,
            error: point.error,
            noise: point.error,
            degrees: point.degrees,
        })
    }

    /// Holds one or several new records against it: the mean of their levels
    /// less the centre, as a new draw from what the centre was estimated from
    /// (a prediction interval: Hahn and Meeker, *Statistical Intervals*,
    /// section 4.7, with the trimmed mean and its error for the plain ones). A
    /// new record whose own rounds scatter more than the earlier records do is
    /// taken to stray as far as that. Tails of several records of one hour are no
    /// surer than one: they see the machine in one mood. The test looks `way`, or
    /// where the figure points.
    pub(crate) fn finding(
        &self,
        new: &[Point],
        statistic: Statistic,
        way: Option<Direction>,
        level: f64,
        resolution: f64,
    ) -> Option<Finding> {
        let n = new.len() as f64;
        let looks = if statistic == Statistic::P99 { 1.0 } else { n };
        let worst = new.iter().max_by(|a, b| a.error.total_cmp(&b.error))?;
        let centre = new.iter().map(|point| point.level).sum::<f64>() / n;
        let (stray, degrees) = if worst.error > self.noise {
            (worst.error, self.degrees.min(worst.degrees))
        } else {
            (self.noise, self.degrees)
        };
        let change = centre - self.centre;
        let error = self.error.hypot(stray / looks.sqrt());
        let alternative = match way.unwrap_or(Direction::of(change)) {
            Direction::Slower => Alternative::Greater,
            Direction::Faster => Alternative::Less,
        };
        let t = student_quantile(1.0 - STRAYING, self.degrees);
        let own = t * self.error.hypot(self.noise / looks.sqrt());
        Some(Finding {
            change,
            error,
            degrees,
            p: by_student(change, error, degrees, alternative),
            level,
            delta: Delta::of(own, resolution),
        })
    }
}
