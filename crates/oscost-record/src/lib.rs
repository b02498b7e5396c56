//! The data of oscost: what was run, where, and what came out.
//!
//! A record is a file of JSON Lines: one header, one line per round, one line
//! per case per round, one closing line. This crate knows nothing of Linux and
//! nothing of statistics; everything else in oscost either writes these types
//! or reads them.

mod case;
mod condensed;
mod draft;
mod line;
mod machine;
mod pair;
mod reader;
mod run;
mod samples;
mod unit;
mod writer;

pub use case::{Aspect, CaseId, CaseInfo, Parameter, Peers, Placement, TaskKind, Tier};
pub use line::{Burst, CaseLine, Counters, Line, Outcome, Reference, RoundLine};
pub use machine::{Configuration, Machine, State, USUAL_PAGE};
pub use pair::{
    PairLine, PairsHead, PairsLine, PairsRecord, PairsWriter, Side, Sides, Stage, Variant,
};
pub use reader::{Damage, Parts, ReadError, Record};
pub use run::{ClockInfo, Driver, End, Run, SCHEMA, Tool};
pub use samples::Samples;
pub use unit::{Bytes, Cpu, Nanos, Ops, Quantity, Unit};
pub use writer::RecordWriter;
