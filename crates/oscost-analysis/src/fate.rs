//! What became of a case over all rounds. A failure is never swallowed by the
//! rounds that went well: its reason is kept.

use oscost_record::{CaseInfo, CaseLine, Outcome};

use crate::Fate;
use crate::rounds::Round;

/// The measured rounds with their lines, and the fate that they and the others
/// add up to.
pub(crate) fn sort_out<'a>(
    info: &CaseInfo,
    lines: impl Iterator<Item = &'a CaseLine>,
) -> (Vec<(&'a CaseLine, Round)>, Fate) {
    let mut measured = Vec::new();
    let mut failures: u32 = 0;
    let mut reasons = Vec::new();
    let mut skipped = None;
    for line in lines {
        let failed = match (&line.outcome, Round::of(line)) {
            (Outcome::Skipped(why), _) => {
                skipped.get_or_insert_with(|| why.clone());
                continue;
            }
            (Outcome::Failed(why), _) => why.clone(),
            (Outcome::Measured, _) if line.unit != info.unit => {
                format!("its line is in {}, the case in {}", line.unit, info.unit)
            }
            (Outcome::Measured, None) => "measured, but the line has no sample".to_owned(),
            (Outcome::Measured, Some(round)) => {
                measured.push((line, round));
                continue;
            }
        };
        failures += 1;
        if !reasons.contains(&failed) {
            reasons.push(failed);
        }
    }
    let fate = match (measured.is_empty(), failures, skipped) {
        (false, 0, _) => Fate::Measured,
        (false, failures, _) => Fate::Partly(failures, reasons),
        (true, 0, None) => Fate::Missing,
        (true, 0, Some(why)) => Fate::Skipped(why),
        (true, _, _) => Fate::Failed(reasons),
    };
    (measured, fate)
}
