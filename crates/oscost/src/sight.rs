//! What the planner of `run --time` goes by: the harness asks, the analysis knows.

use std::collections::BTreeMap;

use oscost_analysis::Acuity;
use oscost_harness::budget::{Outlook, Sight};
use oscost_record::{CaseId, CaseLine};

/// How small a change of each case could be seen so far.
#[derive(Debug, Default)]
pub(crate) struct Eyes(pub(crate) Acuity);

impl Sight for Eyes {
    fn see(&mut self, line: &CaseLine) {
        self.0.add(line);
    }

    fn outlooks(&self) -> BTreeMap<CaseId, Outlook> {
        let told = self.0.outlooks().into_iter();
        told.map(|(id, oscost_analysis::Outlook { effect, wanted })| {
            (id, Outlook { effect, wanted })
        })
        .collect()
    }
}

#[cfg(test)]
mod tests;
