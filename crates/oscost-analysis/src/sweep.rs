//! Cases that differ in one parameter alone: the lines of the pictures, and
//! what straight lines and crossings are computed from.

use oscost_record::{CaseId, CaseInfo, TaskKind};

use crate::title::title_without;
use crate::{Estimate, Summary};

/// One operation over the values of one of its parameters.
#[derive(Clone, Debug)]
pub struct Sweep<'a> {
    /// The id that all cases would share without the parameter.
    pub id: CaseId,
    /// The title without the parameter.
    pub title: String,
    /// The kind of task.
    pub task: TaskKind,
    /// The value of the parameter and the case, by rising value; measured or
    /// not.
    pub points: Vec<(u64, &'a Summary)>,
}

impl Sweep<'_> {
    /// The measured points: value and estimate.
    pub fn measured(&self) -> impl Iterator<Item = (f64, Estimate)> + Clone {
        let measured =
            |(value, summary): &(u64, &Summary)| Some((*value as f64, summary.estimate?));
        self.points.iter().filter_map(measured)
    }
}

/// One sweep for each operation among the `wanted` cases that has the
/// parameter, in the order of the catalogue. Other parameters, and the
/// placement, tell sweeps apart.
#[must_use]
pub fn sweeps<'a>(
    summaries: &'a [Summary],
    parameter: &str,
    wanted: impl Fn(&CaseInfo) -> bool,
) -> Vec<Sweep<'a>> {
    let mut all: Vec<Sweep<'a>> = Vec::new();
    for summary in summaries.iter().filter(|summary| wanted(&summary.info)) {
        let info = &summary.info;
        let Some(value) = info.parameters.get(parameter) else {
            continue;
        };
        let point = (value.value, summary);
        let id = id_without(&info.id, parameter);
        match all.iter_mut().find(|sweep| sweep.id == id) {
            Some(sweep) => sweep.points.push(point),
            None => all.push(Sweep {
                id,
                title: title_without(info, parameter),
                task: info.task,
                points: vec![point],
            }),
        }
    }
    for sweep in &mut all {
        sweep.points.sort_by_key(|&(value, _)| value);
    }
    all
}

/// `thread/switch/ring/tasks=2/set=0KiB` without `set` is
/// `thread/switch/ring/tasks=2`.
pub(crate) fn id_without(id: &CaseId, parameter: &str) -> CaseId {
    let is_it = |part: &&str| {
        let name = part.split_once('=').map(|(name, _)| name);
        name != Some(parameter)
    };
    CaseId(id.0.split('/').filter(is_it).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_loses_one_parameter() {
        let id = "thread/switch/ring/tasks=2/set=0KiB".into();
        assert_eq!(id_without(&id, "set").0, "thread/switch/ring/tasks=2");
        assert_eq!(id_without(&id, "tasks").0, "thread/switch/ring/set=0KiB");
        assert_eq!(id_without(&id, "rss"), id);
    }
}
