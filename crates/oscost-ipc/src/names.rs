//! Names of what has to be found by name for a moment: nobody can guess one
//! and be there first.

use std::hash::{BuildHasher as _, RandomState};

/// A name for a file, a queue or an object of shared memory, another each
/// time: the hash of nothing by keys that the system draws at random.
pub(crate) fn unpredictable() -> String {
    let random = || RandomState::new().hash_one(std::process::id());
    format!("oscost-{:016x}{:016x}", random(), random())
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_name_comes_twice() {
        let names: Vec<String> = (0..100).map(|_| super::unpredictable()).collect();
        for (place, name) in names.iter().enumerate() {
            assert!(!names[..place].contains(name));
            assert_eq!(name.len(), 39);
        }
    }
}
