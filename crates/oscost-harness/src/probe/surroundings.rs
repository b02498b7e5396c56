//! What stands around a program when it is started: words before its own, as in
//! `taskset -c 1 PROGRAM`, and variables of its environment.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use super::protocol::RUNNER;

/// What a program is started with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The words before the program's. Whoever is named first executes the
    /// program in its own place, as `setarch`, `taskset`, `prlimit` and `env`
    /// do, or waits for it.
    pub wrapper: Vec<OsString>,
    /// Variables that are added to the environment.
    pub variables: Vec<(OsString, OsString)>,
}

impl Surroundings {
    /// A call of `program`, without arguments yet.
    ///
    /// Under user-mode emulation a program cannot execute a program of its own
    /// architecture: the emulator has to be named in front of it.
    #[must_use]
    pub fn command(&self, program: &Path) -> Command {
        let runner = std::env::var_os(RUNNER);
        let words = self.wrapper.iter().cloned().chain(runner);
        let mut words = words.chain([program.into()]);
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapper_comes_first_and_variables_are_added() {
        let surroundings = Surroundings {
            wrapper: ["taskset", "-c", "1"].map(OsString::from).to_vec(),
            variables: vec![("A".into(), "B".into())],
        };
        let command = surroundings.command(Path::new("/bin/program"));
        assert_eq!(command.get_program(), "taskset");
        let words: Vec<_> = command.get_args().collect();
        assert_eq!(words[..2], ["-c", "1"]);
        assert_eq!(words.last().unwrap(), &"/bin/program");
        assert_eq!(command.get_envs().count(), 1);
    }

    #[test]
    fn without_surroundings_a_program_is_itself() {
        let command = Surroundings::default().command(Path::new("/bin/program"));
        let mut words = command.get_args().chain([command.get_program()]);
        assert!(words.any(|word| word == "/bin/program"));
    }
}
