//! The figure that stands beside the time of a chunk: bytes per second.

use std::collections::BTreeMap;

use oscost_sys::counter::{Ticks, read_monotonic};

/// Bytes, and the time that they took, since the figure was last taken.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    bytes: u64,
    nanos: u64,
}

impl Rate {
    /// Adds what was moved since `begin`, a reading of [`read_monotonic`].
    pub(crate) fn add(&mut self, bytes: u64, begin: Ticks) {
        self.bytes += bytes;
        self.nanos += read_monotonic().since(begin).0;
    }

    /// The figure, absent where nothing was moved; counting begins anew.
    pub(crate) fn take(&mut self) -> BTreeMap<String, f64> {
        let Self { bytes, nanos } = std::mem::take(self);
        let rate = (nanos > 0).then(|| bytes as f64 * 1e9 / nanos as f64);
        rate.map(|rate| ("bytes_per_second".to_owned(), rate))
            .into_iter()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_moved_is_no_rate() {
        let mut rate = Rate::default();
        assert!(rate.take().is_empty());
        rate.add(1000, Ticks(0));
        assert!(rate.take()["bytes_per_second"] > 0.0);
        assert!(rate.take().is_empty());
    }
}
