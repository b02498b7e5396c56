//! Costs or rates of several things of a kind, the best first, on one
//! logarithmic axis: locks that nobody else wants, and locks under one load
//! after another.

use oscost_analysis::{Contest, Summary, contests};
use oscost_record::{Aspect, TaskKind, Unit};
use plotters::prelude::DrawingBackend;

use super::rungs::{Group, Panel, Row};
use super::scale::Measure;
use super::{Canvas, DrawError, Layout, Picture};
use crate::tongue::Lang;
use crate::words;

/// Fewer rows rank nothing.
const ROWS: usize = 2;

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Ranks {
    stem: String,
    title: String,
    legend: &'static str,
    /// Whether something is done between two turns.
    outside: bool,
    panel: Panel,
}

/// What taking and giving back a lock costs that nobody else wants; `None` where
/// fewer than two were measured.
pub(crate) fn uncontended_locks(summaries: &[Summary]) -> Option<Ranks> {
    let mut rows: Vec<Row> = Vec::new();
    for summary in summaries {
        let info = &summary.info;
        let alone = info.aspect == Aspect::Lock && info.operation.starts_with("uncontended/");
        let measured = summary.estimate.filter(|estimate| estimate.value > 0.0);
        let (true, Some(estimate)) = (alone, measured) else {
            continue;
        };
        rows.push(Row {
            id: info.id.clone(),
            name: info.title.clone(),
            estimate,
            measure: Measure::Of(info.unit.clone()),
            bold: false,
        });
    }
    rows.sort_by(|a, b| a.estimate.value.total_cmp(&b.estimate.value));
    (rows.len() >= ROWS).then(|| Ranks {
        stem: "locks-uncontended".to_owned(),
        title: "What a lock costs that nobody else wants".to_owned(),
        legend: "The quickest first.",
        outside: false,
        panel: Panel {
            heading: "To take it and to give it back".to_owned(),
            measure: Measure::Of(Unit::time("")),
            axis: "time per operation".to_owned(),
            groups: vec![Group {
                heading: "nobody else wants it".to_owned(),
                kind: TaskKind::Thread,
                rows,
            }],
        },
    })
}

/// How often each lock is taken, a picture for each section and what is done
/// outside it, a group for each number of contenders; none of what ranks nothing.
pub(crate) fn locks_at_loads(summaries: &[Summary]) -> Vec<Ranks> {
    let mut all = contests(summaries);
    all.sort_by(|a, b| {
        // Threads first: they are many more.
        let load = |one: &Contest<'_>| {
            let load = one.load;
            let processes = load.kind != TaskKind::Thread;
            (load.section, load.outside, processes, load.contenders)
        };
        load(a)
            .cmp(&load(b))
            .then(b.rate.value.total_cmp(&a.rate.value))
    });
    let inside = |contest: &Contest<'_>| (contest.load.section, contest.load.outside);
    let pictures = all.chunk_by(|a, b| inside(a) == inside(b));
    pictures.filter_map(at_load).collect()
}

fn at_load(contests: &[Contest<'_>]) -> Option<Ranks> {
    let load = contests.first()?.load;
    let same = |a: &Contest<'_>, b: &Contest<'_>| a.load == b.load;
    let mut groups: Vec<Group> = contests.chunk_by(same).map(group).collect();
    groups.retain(|group| group.rows.len() >= ROWS);
    let held = words::load(load.section, load.outside);
    (!groups.is_empty()).then(|| Ranks {
        stem: format!("locks-{}", words::slug(&held).replace("--", "-")),
        title: format!("Which lock for which load: {held}"),
        legend: "How often the lock is taken, by all contenders together: the more the better, the best first in each group. Squares: processes; discs: threads.",
        outside: load.outside > 0,
        panel: Panel {
            heading: "Acquisitions per second".to_owned(),
            measure: Measure::PerSecond,
            axis: "acquisitions per second".to_owned(),
            groups,
        },
    })
}

fn group(contests: &[Contest<'_>]) -> Group {
    let rows = contests.iter().filter(|one| one.rate.value > 0.0);
    let row = |contest: &Contest<'_>| Row {
        id: contest.summary.info.id.clone(),
        name: contest.summary.info.title.clone(),
        estimate: contest.rate,
        measure: Measure::PerSecond,
        bold: false,
    };
    let load = contests.first().map(|one| one.load);
    let (kind, contenders) =
        load.map_or((TaskKind::Thread, 0), |load| (load.kind, load.contenders));
    Group {
        heading: format!("{contenders} {}", words::kinds(kind)),
        kind,
        rows: rows.map(row).collect(),
    }
}

impl Ranks {
    /// Whether something is done between two turns.
    pub(crate) fn has_outside(&self) -> bool {
        self.outside
    }

    /// How much it shows.
    pub(crate) fn len(&self) -> usize {
        let rows = self.panel.groups.iter().map(|group| group.rows.len());
        rows.sum()
    }
}

impl Picture for Ranks {
    fn stem(&self) -> &str {
        &self.stem
    }

    fn title(&self) -> String {
        self.title.clone()
    }

    fn legend(&self) -> String {
        let marks = "Mark: median over rounds. Whiskers: 95 % interval.";
        format!("{marks} {}", self.legend)
    }

    fn alt(&self) -> String {
        format!("{}. {}", self.title, self.panel.alt())
    }

    fn height(&self, layout: Layout, lang: Lang) -> f64 {
        self.panel.height(layout, lang)
    }

    fn draw<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        layout: Layout,
    ) -> Result<(), DrawError> {
        self.panel.draw(canvas, layout, 0.0)
    }
}
