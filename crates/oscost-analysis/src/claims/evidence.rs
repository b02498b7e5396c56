//! What a record has to say of named cases. What it lacks is told by name with
//! the reason, so that a rule can say why it can't judge.

use std::fmt;

use oscost_record::{CaseId, Quantity};

use super::{Bound, Point, Reading, Scale};
use crate::headline::why_not;
use crate::sweep::id_without;
use crate::{Estimate, Net, Summary, ratio_of};

/// Why something can't be said: each case that it would take, with its reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Gap {
    /// What was not measured.
    missing: Vec<String>,
    /// Cases that were, and of which no ratio can be told.
    untold: Vec<Vec<CaseId>>,
}

impl Gap {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self {
            missing: vec![why.into()],
            untold: Vec::new(),
        }
    }

    fn untold(cases: Vec<CaseId>) -> Self {
        Self {
            missing: Vec::new(),
            untold: vec![cases],
        }
    }

    /// The cases that were all measured, and tell nothing; none where one was not.
    pub(super) fn untold_cases(&self) -> Vec<CaseId> {
        let all_measured = self.missing.is_empty();
        let cases = self.untold.iter().filter(|_| all_measured);
        cases.flatten().cloned().collect()
    }

    fn and(mut self, other: Self) -> Self {
        add(&mut self.missing, other.missing);
        add(&mut self.untold, other.untold);
        self
    }
}

/// What is not there yet.
fn add<T: PartialEq>(to: &mut Vec<T>, from: Vec<T>) {
    for one in from {
        if !to.contains(&one) {
            to.push(one);
        }
    }
}

/// As many reasons as a line has room for.
const REASONS: usize = 2;

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let untold = self.untold.iter().map(|cases| {
            let names: Vec<&str> = cases.iter().map(|id| id.0.as_str()).collect();
            format!("{} (can't be told from nothing)", names.join(", "))
        });
        let all: Vec<String> = self.missing.iter().cloned().chain(untold).collect();
        f.write_str(&all[..all.len().min(REASONS)].join(", "))?;
        match all.len().saturating_sub(REASONS) {
            0 => Ok(()),
            more => write!(f, ", and {more} more"),
        }
    }
}

/// What a rule may ask of a record.
pub(super) type Found<T = Reading> = Result<T, Gap>;

/// The summaries of a record.
pub(super) struct Evidence<'a> {
    summaries: &'a [Summary],
}

impl<'a> Evidence<'a> {
    pub(super) fn of(summaries: &'a [Summary]) -> Self {
        Self { summaries }
    }

    pub(super) fn summaries(&self) -> &'a [Summary] {
        self.summaries
    }

    /// A case that was measured.
    pub(super) fn case(&self, id: &str) -> Found<(&'a Summary, Estimate)> {
        let found = self.summaries.iter().find(|one| one.info.id.0 == id);
        found
            .and_then(|summary| Some((summary, summary.estimate?)))
            .ok_or_else(|| Gap::new(format!("{id} ({})", why_not(found))))
    }

    /// What a case costs.
    pub(super) fn cost(&self, id: &str) -> Found {
        let (summary, number) = self.case(id)?;
        Ok(Reading {
            number,
            scale: match summary.info.unit.quantity {
                Quantity::Time => Scale::Time,
                Quantity::Memory => Scale::Bytes,
            },
            cases: vec![summary.info.id.clone()],
        })
    }

    /// What a case costs beyond its control, whatever the sign.
    pub(super) fn net(&self, id: &str) -> Found {
        let raw = self.cost(id)?;
        let (summary, _) = self.case(id)?;
        let Some(Net::Above(number) | Net::BelowResolution(number)) = summary.net else {
            return Err(Gap::new(format!("{id} (its control was not measured)")));
        };
        let control = summary.info.control.iter().cloned();
        Ok(Reading {
            number,
            cases: raw.cases.into_iter().chain(control).collect(),
            ..raw
        })
    }

    /// A figure that a case took beside its samples.
    pub(super) fn figure(&self, id: &str, name: &str, scale: Scale) -> Found {
        let (summary, _) = self.case(id)?;
        let found = summary.figures.iter().find(|(known, _)| known == name);
        let number = found.map(|&(_, number)| number);
        Ok(Reading {
            number: number.ok_or_else(|| Gap::new(format!("{id} (it has no {name})")))?,
            scale,
            cases: vec![summary.info.id.clone()],
        })
    }

    /// A kernel counter of a case, per operation: counted, so without an
    /// interval.
    pub(super) fn counted(
        &self,
        id: &str,
        name: &str,
        count: impl Fn(&Summary) -> Option<f64>,
    ) -> Found {
        let (summary, _) = self.case(id)?;
        let value = count(summary)
            .ok_or_else(|| Gap::new(format!("{id} (this machine does not count {name})")))?;
        Ok(Reading {
            number: Estimate {
                value,
                low: value,
                high: value,
            },
            scale: Scale::Count,
            cases: vec![summary.info.id.clone()],
        })
    }

    /// Context switches of an operation, asked for or forced.
    pub(super) fn switches(&self, id: &str) -> Found {
        self.counted(id, "context switches", |summary| {
            let counts = &summary.per_operation;
            Some(counts.voluntary_switches? + counts.involuntary_switches?)
        })
    }

    /// What one case costs over what another costs.
    pub(super) fn ratio(&self, dear: &str, cheap: &str) -> Found {
        over(self.cost(dear), self.cost(cheap))
    }

    /// The measured values of a parameter, and the cases: of those that are
    /// `base` but for it.
    pub(super) fn sizes(&self, base: &str, parameter: &str) -> Vec<(u64, String)> {
        let of_it = self.summaries.iter().filter(|summary| {
            summary.estimate.is_some() && id_without(&summary.info.id, parameter).0 == base
        });
        let sized = of_it.filter_map(|summary| {
            let size = summary.info.parameters.get(parameter)?;
            Some((size.value, summary.info.id.0.clone()))
        });
        let mut sizes: Vec<(u64, String)> = sized.collect();
        sizes.sort();
        sizes
    }
}

/// One reading as a multiple of another.
pub(super) fn over(dear: Found, cheap: Found) -> Found {
    let (dear, cheap) = both(dear, cheap)?;
    let cases: Vec<CaseId> = dear.cases.into_iter().chain(cheap.cases).collect();
    match ratio_of(dear.number, cheap.number) {
        Some(number) => Ok(Reading {
            number,
            scale: Scale::Times,
            cases,
        }),
        None => Err(Gap::untold(cases)),
    }
}

/// Both, or all that is missing of them.
pub(super) fn both<A, B>(one: Found<A>, other: Found<B>) -> Found<(A, B)> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(gap), Ok(_)) | (Ok(_), Err(gap)) => Err(gap),
        (Err(one), Err(other)) => Err(one.and(other)),
    }
}

/// Every point, or all that is missing.
pub(super) fn every(points: Vec<(&str, Found, Bound)>) -> Found<Vec<Point>> {
    let mut all = Ok(Vec::new());
    for (what, reading, bound) in points {
        let both = both(all, reading);
        all = both.map(|(mut points, reading)| {
            points.push(Point::new(what, reading, bound));
            points
        });
    }
    all
}

/// The points that were measured; what is missing where none was.
pub(super) fn some(points: Vec<(String, Found, Bound)>) -> Found<Vec<Point>> {
    let mut gap = Gap::default();
    let mut found = Vec::new();
    for (what, reading, bound) in points {
        match reading {
            Ok(reading) => found.push(Point::new(what, reading, bound)),
            Err(missing) => gap = gap.and(missing),
        }
    }
    match found.is_empty() {
        true => Err(gap),
        false => Ok(found),
    }
}

/// The words of a reading that may be missing, put into a clause.
pub(super) fn clause(found: Found, words: impl Fn(String) -> String) -> String {
    found.map_or_else(|_| String::new(), |reading| words(reading.words()))
}
