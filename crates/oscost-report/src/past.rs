//! What the page's view through time is made from: the records of a machine,
//! boiled down.

use oscost_analysis::Digest;
use oscost_record::CaseInfo;

/// The records of one machine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Past {
    /// Oldest first.
    pub digests: Vec<Digest>,
    /// What their cases are, in the order in which they are shown. A case that
    /// is not here is not shown: nothing else says what it counts.
    pub cases: Vec<CaseInfo>,
}
