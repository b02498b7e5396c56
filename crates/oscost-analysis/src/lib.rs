//! Pure: records in, estimates out.
//!
//! Nothing here opens a file, asks the operating system or draws. The same
//! record always gives the same figures: every random draw is seeded from the
//! record's own seed and the id of the case.

mod advice;
mod binomial;
mod bootstrap;
mod certainty;
mod claims;
mod combine;
mod compare;
mod counted;
mod course;
mod crossing;
mod detectable;
mod differ;
mod digest;
mod fate;
pub mod fleet;
pub mod format;
mod headline;
mod ladder;
mod line_fit;
mod lines;
mod locks;
mod moved;
mod parallel;
mod per_task;
mod percentiles;
mod quantile;
mod random;
mod rounds;
mod spawning;
mod spread;
pub mod statistics;
mod steadiness;
mod summarise;
mod summary;
mod sweep;
mod talking;
mod title;
pub mod verdict;

pub use advice::{Finding, Moment, Severity, findings, moment_findings};
pub use binomial::{Ranks, ranks};
pub use claims::{
    Answer, Bound, Claim, Fact, Point, Reading, Scale, Trait, Verdict, claims, kinds,
};
pub use combine::{difference_of, ratio_of};
pub use compare::{Change, Compared, Comparison, MeanRatio, NoRatio, Scope, Uncompared, compare};
pub use course::{Stage, course};
pub use crossing::{Crossing, crossing};
pub use detectable::{Acuity, Outlook, TARGET};
pub use differ::{
    Area, Difference, configuration_differences, machine_differences, run_differences,
};
pub use digest::{CaseDigest, Counter, DIGEST, Digest, Level};
pub use headline::{Headline, Step, headlines};
pub use ladder::{HEADLINE_CASES, Rung, ladder};
pub use line_fit::{LineFit, line_fit};
pub use lines::Lines;
pub use locks::{Contest, Load, best_locks, contests, section_as_measured};
pub use moved::{Counts, Moved, counts_of_digests, counts_of_rounds, moved};
pub use parallel::side_by_side;
pub use per_task::{PerTask, per_task};
pub use quantile::quantile;
pub use spawning::spawning;
pub use spread::{coefficient_of_variation, robust_deviation};
pub use steadiness::{Steadiness, steadiness};
pub use summarise::{summarise, summarise_parts};
pub use summary::{Estimate, Fate, Net, PerOperation, Percentile, PlacementSeen, Summary};
pub use sweep::{Sweep, sweeps};
pub use talking::{Message, Waiting, common_size, in_place, messages, quickest};
pub use title::{full_title, title_without, value_of, without_zeros};
