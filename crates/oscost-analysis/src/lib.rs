//! Pure: records in, estimates out.
//!
//! Nothing here opens a file, asks the operating system or draws. The same
//! record always gives the same figures: every random draw is seeded from the
//! record's own seed and the id of the case.

mod advice;
mod binomial;
mod bootstrap;
mod certainty;
mod combine;
mod counted;
mod fate;
pub mod format;
mod headline;
mod ladder;
mod percentiles;
mod quantile;
mod random;
mod rounds;
mod spread;
mod summarise;
mod summary;

pub use advice::{Finding, Severity, findings};
pub use binomial::{Ranks, ranks};
pub use combine::{difference_of, ratio_of};
pub use headline::{Headline, Step, headlines};
pub use ladder::{HEADLINE_CASES, Rung, ladder};
pub use quantile::quantile;
pub use spread::coefficient_of_variation;
pub use summarise::summarise;
pub use summary::{Estimate, Fate, Net, PerOperation, Percentile, PlacementSeen, Summary};
