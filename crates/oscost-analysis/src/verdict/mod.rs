//! What may be said of a change: for each case a verdict, how sure, and how
//! small a change could have been seen. Nothing judged is left out, and what
//! cannot be told is said to be so: no verdict is ever softened into "same".
//!
//! Two ways lead here. [`screen`] and [`confirm_pairs`] judge two programs that
//! were measured side by side; [`gate()`] and [`confirm()`] judge one record
//! against the history of its machine. Both first suspect and then have what
//! they suspect measured anew; the first figures never count for the second
//! decision. [`standing()`] says beforehand whether two records may be judged.

mod census;
mod confirm;
mod control;
mod delta;
mod finding;
mod footing;
mod gate;
mod judged_pairs;
mod judgement;
mod outcome;
mod pairs;
mod series;
mod standing;

pub use census::{Census, Tally};
pub use confirm::confirm;
pub use control::{Alarm, control};
pub use delta::{Deciding, Delta, FLOOR, Rules};
pub(crate) use finding::POWER;
pub use footing::Footing;
pub use gate::{Baseline, gate};
pub use judged_pairs::{JudgedPairs, difference, pairs_of, side_of};
pub use judgement::{Direction, Judgement, Reason, Statistic, Verdict, suspects};
pub use outcome::Outcome;
pub use pairs::{Pairs, confirm_pairs, screen};
pub(crate) use series::FOR_TRIMMING;
pub use series::{FEWEST_RECORDS, MOST_RECORDS, Scale, WINDOW};
pub use standing::{Standing, standing};
