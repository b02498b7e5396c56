//! Names of what has to be found by name for a moment: nobody can guess one
//! and be there first.

use std::hash::{BuildHasher as _, RandomState};

/// A name for a file, a queue or an object of shared memory, another each
/// time: the hash of nothing by keys that the system draws at random.
#[must_use]
pub fn unpredictable() -> String {
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

    /// What a child draws, with a number that its parent may know, is not what the
    /// parent draws: not even where both began from one state.
    #[test]
    fn a_child_draws_other_names() {
        let (reads, writes) = nix::unistd::pipe().unwrap();
        let _ = super::unpredictable();
        let child = oscost_sys::fork::fork(|| {
            let name = super::unpredictable();
            u8::from(nix::unistd::write(&writes, name.as_bytes()) != Ok(name.len()))
        });
        let mine = super::unpredictable();
        let mut theirs = [0; 39];
        assert_eq!(nix::unistd::read(&reads, &mut theirs), Ok(39));
        nix::sys::wait::waitpid(child.unwrap(), None).unwrap();
        assert_ne!(mine.as_bytes(), theirs);
    }
}
