//! The ladder: what a process, a thread and a coroutine cost to make, to
//! switch and to keep, each panel on one logarithmic axis.

use oscost_analysis::Rung;
use oscost_record::{Aspect, TaskKind};
use plotters::prelude::DrawingBackend;

use super::rungs::{Group, Panel, Row};
use super::scale::Measure;
use super::{Canvas, DrawError, Layout, Picture};
use crate::tongue::Lang;
use crate::words;

const BETWEEN: f64 = 22.0;

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Ladder {
    panels: Vec<Panel>,
}

impl Ladder {
    /// The ladder of `rungs`; `None` where there is no rung to draw.
    pub(crate) fn of(rungs: &[Rung]) -> Option<Self> {
        let panels: Vec<Panel> = [Aspect::Create, Aspect::Switch, Aspect::Memory]
            .into_iter()
            .filter_map(|aspect| panel(aspect, rungs))
            .collect();
        (!panels.is_empty()).then_some(Self { panels })
    }
}

fn panel(aspect: Aspect, rungs: &[Rung]) -> Option<Panel> {
    let rungs: Vec<&Rung> = rungs
        .iter()
        .filter(|rung| rung.aspect == aspect && rung.estimate.value > 0.0)
        .collect();
    let unit = &rungs.first()?.unit;
    let mut groups = Vec::new();
    for kind in [TaskKind::Process, TaskKind::Thread, TaskKind::Coroutine] {
        let of_kind = rungs.iter().filter(|rung| rung.task == kind);
        let mut rows: Vec<Row> = of_kind.map(|&rung| row(rung)).collect();
        rows.sort_by(|a, b| b.estimate.value.total_cmp(&a.estimate.value));
        if !rows.is_empty() {
            groups.push(Group {
                heading: words::kinds(kind).to_owned(),
                kind,
                rows,
            });
        }
    }
    // Memory is per process, per thread, per coroutine: one axis for all.
    let same = rungs.iter().all(|rung| rung.unit == *unit);
    let axis = match (same, aspect) {
        (true, _) => words::axis(unit),
        (false, Aspect::Memory) => "memory per task".to_owned(),
        (false, _) => "time per operation".to_owned(),
    };
    Some(Panel {
        heading: words::aspect(aspect).to_owned(),
        measure: Measure::Of(unit.clone()),
        axis,
        groups,
    })
}

fn row(rung: &Rung) -> Row {
    Row {
        id: rung.id.clone(),
        name: rung.title.clone(),
        estimate: rung.estimate,
        measure: Measure::Of(rung.unit.clone()),
        bold: rung.headline,
    }
}

impl Picture for Ladder {
    fn stem(&self) -> &str {
        "ladder"
    }

    fn title(&self) -> String {
        "What a process, a thread and a coroutine cost here".to_owned()
    }

    fn legend(&self) -> String {
        "Mark: median over rounds. Whiskers: 95 % interval. Bold: the cases that the headlines compare. Idle tasks are one of 1,000 where no other number is given.".to_owned()
    }

    fn alt(&self) -> String {
        let mut parts = Vec::new();
        for panel in &self.panels {
            for group in &panel.groups {
                for row in group.rows.iter().filter(|row| row.bold) {
                    let value = row.measure.interval(&row.estimate);
                    let (what, kind) = (&panel.heading, group.kind);
                    parts.push(format!("{what}, {kind}, {}: {value}", row.name));
                }
            }
        }
        format!("Costs on logarithmic axes. {}", parts.join(". "))
    }

    fn height(&self, layout: Layout, lang: Lang) -> f64 {
        let panels = self.panels.iter().map(|panel| panel.height(layout, lang));
        panels.sum::<f64>() + BETWEEN * (self.panels.len() - 1) as f64
    }

    fn draw<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        layout: Layout,
    ) -> Result<(), DrawError> {
        let mut top = 0.0;
        for panel in &self.panels {
            panel.draw(canvas, layout, top)?;
            top += panel.height(layout, canvas.lang) + BETWEEN;
        }
        Ok(())
    }
}
