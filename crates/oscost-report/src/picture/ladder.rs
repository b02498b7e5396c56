//! The ladder: what a process, a thread and a coroutine cost to make, to
//! switch and to keep, each panel on one logarithmic axis.

use oscost_analysis::{Rung, format};
use oscost_record::{Aspect, Placement, TaskKind};
use plotters::prelude::DrawingBackend;

use super::axis::{ACROSS, across};
use super::canvas::{Align, Face};
use super::scale::{Measure, Scale};
use super::theme::Ink;
use super::{Canvas, DrawError, Layout, Picture};
use crate::words;

const HEADING: f64 = 40.0;
const KIND: f64 = 26.0;
const BETWEEN: f64 = 22.0;

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Ladder {
    panels: Vec<Panel>,
}

/// One aspect.
#[derive(Clone, Debug)]
struct Panel {
    aspect: Aspect,
    measure: Measure,
    axis: String,
    groups: Vec<(TaskKind, Vec<Rung>)>,
}

impl Ladder {
    /// The ladder of `rungs`; `None` where there is no rung to draw.
    pub(crate) fn of(rungs: &[Rung]) -> Option<Self> {
        let panels: Vec<Panel> = [Aspect::Create, Aspect::Switch, Aspect::Memory]
            .into_iter()
            .filter_map(|aspect| Panel::of(aspect, rungs))
            .collect();
        (!panels.is_empty()).then_some(Self { panels })
    }
}

impl Panel {
    fn of(aspect: Aspect, rungs: &[Rung]) -> Option<Self> {
        let rungs: Vec<&Rung> = rungs
            .iter()
            .filter(|rung| rung.aspect == aspect && rung.estimate.value > 0.0)
            .filter(|rung| stands_for_its_sizes(rung, rungs))
            .collect();
        let unit = &rungs.first()?.unit;
        let mut groups = Vec::new();
        for kind in [TaskKind::Process, TaskKind::Thread, TaskKind::Coroutine] {
            let of_kind = rungs.iter().filter(|rung| rung.task == kind);
            let mut rows: Vec<Rung> = of_kind.map(|&rung| with_label(rung)).collect();
            rows.sort_by(|a, b| b.estimate.value.total_cmp(&a.estimate.value));
            if !rows.is_empty() {
                groups.push((kind, rows));
            }
        }
        // Memory is per process, per thread, per coroutine: one axis for all.
        let same = rungs.iter().all(|rung| rung.unit == *unit);
        let axis = match (same, aspect) {
            (true, _) => words::axis(unit),
            (false, Aspect::Memory) => "memory per task".to_owned(),
            (false, _) => "time per operation".to_owned(),
        };
        Some(Self {
            aspect,
            measure: Measure::Of(unit.clone()),
            axis,
            groups,
        })
    }

    fn height(&self, layout: Layout) -> f64 {
        let rows = self
            .groups
            .iter()
            .map(|(_, rows)| KIND + rows.len() as f64 * row_height(layout));
        HEADING + rows.sum::<f64>() + ACROSS
    }

    fn draw<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        layout: Layout,
        top: f64,
    ) -> Result<(), DrawError> {
        canvas.text(
            (0.0, top + 16.0),
            words::aspect(self.aspect),
            Face::BODY.bold(),
        )?;
        let titles = self.groups.iter().flat_map(|(_, rows)| rows);
        let widest = titles
            .map(|row| canvas.text_width(&row.title, Face::BODY.bold_if(row.headline)))
            .fold(0.0, f64::max);
        let column = (18.0 + widest + 22.0).clamp(200.0, 380.0);
        let (left, right) = layout.pick((column, canvas.width - 96.0), (10.0, canvas.width - 10.0));
        let ends = self
            .groups
            .iter()
            .flat_map(|(_, rows)| rows)
            .flat_map(|row| {
                let estimate = row.estimate;
                [estimate.low, estimate.value, estimate.high]
            });
        let scale = Scale::over(ends, left, right);
        let bottom = top + self.height(layout) - ACROSS;
        let title = format!("{} (logarithmic)", self.axis);
        across(
            canvas,
            &scale,
            (left, right),
            (top + HEADING - 6.0, bottom),
            &self.measure,
            &title,
        )?;
        let mut y = top + HEADING;
        for (kind, rows) in &self.groups {
            canvas.mark((7.0, y + KIND / 2.0), *kind, 4.5)?;
            let face = Face::BODY.bold().ink(Ink::Kind(*kind));
            canvas.text((18.0, y + KIND / 2.0), words::kinds(*kind), face)?;
            y += KIND;
            for row in rows {
                draw_rung(canvas, layout, &scale, row, y)?;
                y += row_height(layout);
            }
        }
        Ok(())
    }
}

/// The rung with the label that a picture has room for: a placement that is
/// no part of the id tells nothing apart.
fn with_label(rung: &Rung) -> Rung {
    let mut rung = rung.clone();
    if !rung.id.0.contains("placement=") {
        for placement in [Placement::SameCpu, Placement::CrossCpu, Placement::Free] {
            if let Some(shorter) = rung.title.strip_suffix(&format!(", {placement}")) {
                rung.title = shorter.to_owned();
                break;
            }
        }
    }
    rung
}

/// Of a mechanism that was measured with several numbers of tasks only the
/// number that the headlines compare is on the ladder, or the largest where
/// that is missing: another picture shows how memory changes with the number.
fn stands_for_its_sizes(rung: &Rung, all: &[Rung]) -> bool {
    const PARAMETER: &str = "/tasks=";
    const COMPARED: u64 = 1000;
    let split = |rung: &Rung| {
        let (mechanism, number) = rung.id.0.split_once(PARAMETER)?;
        Some((mechanism.to_owned(), number.parse::<u64>().ok()?))
    };
    let Some((mechanism, number)) = split(rung) else {
        return true;
    };
    let of_it = all
        .iter()
        .filter_map(split)
        .filter(|(other, _)| *other == mechanism);
    let best = of_it
        .map(|(_, number)| number)
        .max_by_key(|&number| (number == COMPARED, number));
    best == Some(number)
}

fn row_height(layout: Layout) -> f64 {
    layout.pick(22.0, 42.0)
}

fn draw_rung<DB: DrawingBackend>(
    canvas: &mut Canvas<DB>,
    layout: Layout,
    scale: &Scale,
    rung: &Rung,
    top: f64,
) -> Result<(), DrawError> {
    let Rung {
        estimate,
        task,
        headline,
        unit,
        ..
    } = rung;
    let ink = Ink::Kind(*task);
    let face = Face::BODY.bold_if(*headline);
    let value = format::quantity(estimate.value, unit);
    let (low, middle, high) = (
        scale.at(estimate.low),
        scale.at(estimate.value),
        scale.at(estimate.high),
    );
    let y = top + layout.pick(11.0, 25.0);
    let thick = if *headline { 2.5 } else { 1.5 };
    canvas.line(&[(low, y), (high, y)], ink, thick)?;
    let cap = if *headline { 8.0 } else { 6.0 };
    for end in [low, high] {
        canvas.line(&[(end, y - cap), (end, y + cap)], ink, thick)?;
    }
    canvas.mark((middle, y), *task, if *headline { 5.0 } else { 3.0 })?;
    match layout {
        Layout::Wide => {
            let label = canvas.fitted(&rung.title, face, 344.0);
            canvas.text((18.0, y), &label, face)?;
            canvas.text((high.max(middle + 6.0) + 8.0, y), &value, face)?;
        }
        Layout::Narrow => {
            let value_width = canvas.text_width(&value, face);
            let label = canvas.fitted(&rung.title, face, canvas.width - 18.0 - value_width - 12.0);
            canvas.text((18.0, top + 9.0), &label, face)?;
            canvas.text(
                (canvas.width - 2.0, top + 9.0),
                &value,
                face.align(Align::Right),
            )?;
        }
    }
    let words = format!("{}: {}", rung.id, words::interval(estimate, unit));
    canvas.hit(
        &rung.id,
        words,
        [0.0, top, canvas.width, row_height(layout)],
    );
    Ok(())
}

impl Picture for Ladder {
    fn stem(&self) -> &str {
        "ladder"
    }

    fn title(&self) -> String {
        "What a process, a thread and a coroutine cost here".to_owned()
    }

    fn legend(&self) -> String {
        "Mark: median over rounds. Whiskers: 95 % interval. Bold: the cases that the headlines compare.".to_owned()
    }

    fn alt(&self) -> String {
        let mut parts = Vec::new();
        for panel in &self.panels {
            for (kind, rows) in &panel.groups {
                for row in rows.iter().filter(|row| row.headline) {
                    let value = words::interval(&row.estimate, &row.unit);
                    parts.push(format!("{}, {kind}, {}: {value}", panel.aspect, row.title));
                }
            }
        }
        format!("Costs on logarithmic axes. {}", parts.join(". "))
    }

    fn height(&self, layout: Layout) -> f64 {
        let panels = self
            .panels
            .iter()
            .map(|panel| panel.height(layout))
            .sum::<f64>();
        panels + BETWEEN * (self.panels.len() - 1) as f64
    }

    fn draw<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        layout: Layout,
    ) -> Result<(), DrawError> {
        let mut top = 0.0;
        for panel in &self.panels {
            panel.draw(canvas, layout, top)?;
            top += panel.height(layout) + BETWEEN;
        }
        Ok(())
    }
}
