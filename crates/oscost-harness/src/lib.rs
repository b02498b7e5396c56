//! What an oscost case is, and how one is measured.
//!
//! A suite is a constant catalogue of [`case::Row`]s. The [`runner`] measures
//! cases round by round, each in a [`probe`] process of its own; inside it the
//! [`sampler`] times the work, and [`proof`] holds what is claimed against what
//! was counted. Nothing here knows of files, statistics or pictures.

pub mod alone;
pub mod budget;
pub mod busy;
pub mod case;
pub mod child;
pub mod clock;
pub mod clock_kind;
pub mod clock_trial;
pub mod drill;
mod failure;
pub mod guard;
pub mod histogram;
#[cfg(feature = "injection")]
pub mod injection;
pub mod interrupt;
pub mod last_words;
pub mod ledger;
pub mod limits;
pub mod machine;
pub mod memory;
pub mod names;
pub mod need;
pub mod panicking;
pub mod pin;
pub mod pingpong;
pub mod plan;
pub mod posted;
pub mod probe;
pub mod proof;
pub mod reference;
pub mod ring;
pub mod round;
pub mod runner;
pub mod sampler;
pub mod session;
pub mod side_by_side;
pub mod sleeper;
pub mod thread_pair;
pub mod turns;
pub mod usage;
pub mod work;
pub mod yielding;

pub use case::{Axis, Case, Place, Row, Setting, Suite};
pub use clock::{Clock, MachineClock};
pub use clock_kind::ClockKind;
pub use failure::{During, Failure};
pub use need::Need;
pub use proof::Expect;
pub use work::{Audit, Evidence, Level, Measure, ParallelWork, Party, Reading, TimedWork, Work};
