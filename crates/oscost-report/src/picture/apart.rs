//! Creation taken apart: for each way of making a task how long until the call
//! returns, until the new task's first instruction, and from its end to the
//! notice of it. The stretches overlap: none is the sum of others.

use oscost_analysis::Summary;
use oscost_record::{Aspect, CaseInfo, Unit};
use plotters::prelude::DrawingBackend;

use super::rungs::{Group, Panel, Row};
use super::scale::Measure;
use super::{Canvas, DrawError, Layout, Picture};
use crate::tongue::Lang;
use crate::words;

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Apart(Panel);

impl Apart {
    /// One group per way, one row per measured stretch, in the order of the
    /// catalogue; `None` where no stretch was measured.
    pub(crate) fn of(summaries: &[Summary]) -> Option<Self> {
        let mut groups: Vec<Group> = Vec::new();
        for summary in summaries {
            let info = &summary.info;
            let measured = summary.estimate.filter(|estimate| estimate.value > 0.0);
            let (Some(estimate), Some(name)) = (measured, stretch(info)) else {
                continue;
            };
            let row = Row {
                id: info.id.clone(),
                name: name.to_owned(),
                estimate,
                measure: Measure::Of(info.unit.clone()),
                bold: false,
            };
            let heading = way(info);
            let kind = info.task;
            let known = |group: &&mut Group| group.kind == kind && group.heading == heading;
            match groups.iter_mut().find(known) {
                Some(group) => group.rows.push(row),
                None => groups.push(Group {
                    heading,
                    kind,
                    rows: vec![row],
                }),
            }
        }
        let headings: Vec<String> = groups.iter().map(|group| group.heading.clone()).collect();
        for group in &mut groups {
            let alike = headings.iter().filter(|other| **other == group.heading);
            if alike.count() > 1 {
                group.heading = format!("{} ({})", group.heading, group.kind);
            }
        }
        (!groups.is_empty()).then(|| {
            Self(Panel {
                heading: "From the call, or from the end of the task".to_owned(),
                measure: Measure::Of(Unit::time("")),
                axis: "time of each stretch".to_owned(),
                groups,
            })
        })
    }

    /// Whether a case is one of the stretches that are drawn here.
    pub(crate) fn holds(info: &CaseInfo) -> bool {
        stretch(info).is_some()
    }
}

/// `apart/posix-spawn/return` is about the way `posix_spawn`.
fn way(info: &CaseInfo) -> String {
    let mut parts: Vec<&str> = info.operation.split('/').skip(1).collect();
    parts.pop();
    let way = parts.join(" ").replace("posix-spawn", "posix_spawn");
    words::circumstances(&way, info)
}

/// What lies between the two ends of a stretch, by the last part of its name;
/// `None` for what is no stretch of making a task.
fn stretch(info: &CaseInfo) -> Option<&'static str> {
    let (_, last) = info.operation.rsplit_once('/')?;
    match last {
        _ if info.aspect != Aspect::Part => None,
        "return" => Some("until the call returns"),
        "first-instruction" => Some("until the first instruction"),
        "exit-to-wait" => Some("from the end to the reaping"),
        "exit-to-join" => Some("from the end to the join"),
        _ => None,
    }
}

impl Picture for Apart {
    fn stem(&self) -> &str {
        "creation-taken-apart"
    }

    fn title(&self) -> String {
        "Creation taken apart".to_owned()
    }

    fn legend(&self) -> String {
        "Mark: median over rounds. Whiskers: 95 % interval. The stretches of one way overlap, and each was timed by itself: they don't add up. Squares: processes; discs: threads.".to_owned()
    }

    fn alt(&self) -> String {
        format!("{}. {}", self.title(), self.0.alt())
    }

    fn height(&self, layout: Layout, lang: Lang) -> f64 {
        self.0.height(layout, lang)
    }

    fn draw<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        layout: Layout,
    ) -> Result<(), DrawError> {
        self.0.draw(canvas, layout, 0.0)
    }
}
