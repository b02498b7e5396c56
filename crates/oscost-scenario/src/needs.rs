//! What so many tasks need of the machine.

use oscost_harness::Need;
use oscost_record::Bytes;

/// What so many processes need of the machine.
pub(crate) fn of_processes(count: u64) -> Vec<Need> {
    let mut needs = vec![
        Need::Tasks(count + 100),
        // Twice what a small process weighs on most machines.
        Need::Memory(Bytes(count * (256 << 10))),
    ];
    needs.extend(many(count));
    needs
}

/// A foreign kernel knows nothing of the emulator that each of the tasks has.
fn many(count: u64) -> Option<Need> {
    (count > 1000).then_some(Need::Native("so many tasks take it minutes to make"))
}

/// What so many threads need of the machine.
pub(crate) fn of_threads(count: u64) -> Vec<Need> {
    let mut needs = vec![
        Need::Tasks(count + 100),
        // A stack and its guard page.
        Need::Mappings(2 * count + 200),
        Need::Memory(Bytes(count * (64 << 10))),
    ];
    needs.extend(many(count));
    needs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_many_are_too_many_for_an_emulator() {
        let native = |needs: Vec<Need>| needs.iter().any(|need| matches!(need, Need::Native(_)));
        assert!(native(of_processes(10_000)) && native(of_threads(10_000)));
        assert!(!native(of_processes(1000)) && !native(of_threads(1000)));
    }
}
