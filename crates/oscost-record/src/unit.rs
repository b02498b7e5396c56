//! Newtypes for everything that could be mistaken for something else.
//!
//! A number that crosses a crate boundary carries one of these. A [`Unit`]
//! names both the quantity and what it is counted per, so that one way and
//! round trip can never stand in one column.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nanos(pub f64);

/// Bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bytes(pub u64);

/// A number of operations of a case.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Ops(pub u64);

/// A logical CPU, numbered as the kernel does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cpu(pub u32);

impl fmt::Display for Cpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Nanos {
    /// The length of a [`std::time::Duration`].
    #[must_use]
    pub fn of(duration: std::time::Duration) -> Self {
        Self(duration.as_secs_f64() * 1e9)
    }
}

/// What a number of a case is a number of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantity {
    /// Elapsed time, in nanoseconds.
    Time,
    /// Memory, in bytes.
    Memory,
}

/// A quantity per piece of work: `ns/round trip`, `B/thread`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Unit {
    /// What is counted.
    pub quantity: Quantity,
    /// The work that it is counted per, in words: `round trip`.
    pub per: String,
}

impl Unit {
    /// Nanoseconds per `per`.
    #[must_use]
    pub fn time(per: &str) -> Self {
        Self {
            quantity: Quantity::Time,
            per: per.to_owned(),
        }
    }

    /// Bytes per `per`.
    #[must_use]
    pub fn memory(per: &str) -> Self {
        Self {
            quantity: Quantity::Memory,
            per: per.to_owned(),
        }
    }
}

impl Quantity {
    /// The symbol in front of the slash of a [`Unit`].
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Time => "ns",
            Self::Memory => "B",
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.quantity.symbol(), self.per)
    }
}

impl From<Unit> for String {
    fn from(unit: Unit) -> Self {
        unit.to_string()
    }
}

impl TryFrom<String> for Unit {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.split_once('/') {
            Some(("ns", per)) => Ok(Self::time(per)),
            Some(("B", per)) => Ok(Self::memory(per)),
            _ => Err(format!("`{text}` is no unit: expected `ns/…` or `B/…`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_survives_its_text() {
        for unit in [Unit::time("round trip"), Unit::memory("thread")] {
            assert_eq!(Unit::try_from(unit.to_string()), Ok(unit));
        }
    }

    #[test]
    fn a_unit_without_a_quantity_is_refused() {
        assert!(Unit::try_from("parsec/round trip".to_owned()).is_err());
        assert!(Unit::try_from("ns".to_owned()).is_err());
    }
}
