//! A driver under trial: how it is called, what it says, what it has open.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::pty::{Winsize, openpty};
use nix::unistd::{Pid, pipe2};

use crate::fault::{Before, During, Out};
use crate::launch::{GROUP, SOMEBODY};
use crate::leavings::children;
use crate::trial::Trial;

/// Nothing that is waited for takes longer, pauses apart.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where a trial takes place.
pub(crate) struct Place {
    /// The program under test, where everybody may execute it.
    pub(crate) program: PathBuf,
    /// The current folder.
    pub(crate) run: PathBuf,
    /// For temporary files.
    pub(crate) temporary: PathBuf,
    /// For what is said.
    pub(crate) said: PathBuf,
    pub(crate) group: Option<PathBuf>,
}

/// A driver that measures.
pub(crate) struct Driver {
    pub(crate) child: Child,
    pub(crate) record: PathBuf,
    said: PathBuf,
    output: Option<File>,
    terminal: Option<JoinHandle<Vec<u8>>>,
}

/// How a driver ended, and what it said.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// On standard output.
    pub(crate) text: String,
    /// On standard error.
    pub(crate) said: String,
    /// On a terminal.
    pub(crate) shown: Option<String>,
}

impl Driver {
    /// Starts the `number`-th driver of a trial. In the long form the seed decides
    /// whether frozen workloads take turns with the cases.
    pub(crate) fn start(
        trial: &Trial,
        place: &Place,
        seed: u64,
        (number, long): (usize, bool),
    ) -> anyhow::Result<Self> {
        let record = match trial.out {
            Out::Record(path) => path.into(),
            _ => place.run.join(format!("record-{number}.jsonl")),
        };
        let said = place.said.join(format!("said-{number}"));
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--launch", &trial.name]).arg(&place.program);
        command.args(["run", &trial.filter, "--tier", "full"]);
        // Where something is scarce, a frozen workload would take it from the case.
        let beside = long && trial.before.is_empty() && !seed.is_multiple_of(2);
        if !beside {
            command.arg("--no-reference");
        }
        command.args(["--rounds", &rounds(trial).to_string()]);
        command.args(["--seed", &(seed >> 1).to_string()]);
        command.args(["--timeout", timeout(trial.during)]);
        if trial.out != Out::DefaultPlace {
            command.arg("--out").arg(&record);
        }
        if matches!(trial.out, Out::Slow | Out::Gone) {
            command.arg("--json");
        }
        command
            .env("TMPDIR", &place.temporary)
            .env(SOMEBODY, (100_000 + std::process::id()).to_string())
            .current_dir(&place.run)
            .stdin(Stdio::null());
        if let Some(group) = &place.group {
            command.env(GROUP, group);
        }
        let mut output = None;
        match trial.out {
            Out::Full => {
                command.stdout(File::options().write(true).open("/dev/full")?);
            }
            Out::Gone | Out::TableGone => {
                command.stdout(pipe2(OFlag::O_CLOEXEC)?.1);
            }
            _ => {
                let (reader, writer) = full_pipe()?;
                command.stdout(writer);
                output = Some(File::from(reader));
            }
        }
        let mut terminal = None;
        if let Out::Terminal(columns) = trial.out {
            let size = Winsize {
                ws_row: 24,
                ws_col: columns,
                ws_xpixel: 0,
                ws_ypixel: 0,
            };
            let pair = openpty(&size, None)?;
            command.stderr(pair.slave);
            command.env("TERM", "xterm");
            let mut master = File::from(pair.master);
            terminal = Some(std::thread::spawn(move || {
                let mut shown = Vec::new();
                // Where the last one has closed it, reading fails (EIO).
                let _ = master.read_to_end(&mut shown);
                shown
            }));
        } else {
            command.stderr(File::create(&said)?);
        }
        let child = command.spawn()?;
        Ok(Self {
            child,
            record,
            said,
            output,
            terminal,
        })
    }

    /// Lines of cases in the record, and how many of them are failures. A look at
    /// the text: whoever is to strike in time cannot read all of it again and
    /// again.
    pub(crate) fn lines(&self) -> (usize, usize) {
        let text = fs::read_to_string(&self.record).unwrap_or_default();
        let cases = text
            .lines()
            .filter(|line| line.starts_with(r#"{"kind":"case""#));
        let failed = |line: &&str| line.contains(r#""outcome":"failed""#);
        (cases.clone().count(), cases.filter(failed).count())
    }

    /// Whether the record has its last line.
    pub(crate) fn is_over(&self) -> bool {
        let text = fs::read_to_string(&self.record).unwrap_or_default();
        let last = text.lines().next_back();
        last.is_some_and(|line| line.starts_with(r#"{"kind":"end""#))
    }

    pub(crate) fn id(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }

    /// Waits until something holds, as long as the driver lives.
    pub(crate) fn wait_until(
        &mut self,
        what: &str,
        mut holds: impl FnMut(&Self) -> bool,
    ) -> anyhow::Result<()> {
        let begin = Instant::now();
        while !holds(self) {
            ensure!(!self.is_over(), "the run was over before {what}");
            if let Some(status) = self.child.try_wait()? {
                let said = fs::read_to_string(&self.said).unwrap_or_default();
                bail!("the driver ended ({status}) before {what}: {said}");
            }
            ensure!(begin.elapsed() < PATIENCE, "waited in vain until {what}");
            sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// Reads what it writes, and waits for its end. A driver that has nothing left
    /// to do but to write its table must have nothing open but what it was given.
    pub(crate) fn ended(mut self, trial: &Trial) -> anyhow::Result<Ended> {
        let tells = trial.out == Out::Text && !trial.before.contains(&Before::Closed);
        let begin = Instant::now();
        let mut open = Vec::new();
        while self.child.try_wait()?.is_none() && tells {
            if begin.elapsed() > PATIENCE {
                self.child.kill()?;
                bail!("the driver does not come to an end, and has open: {open:?}");
            }
            sleep(Duration::from_millis(2));
            if self.is_over() && children(self.id()).is_empty() {
                open = descriptors(self.id());
                if open.len() == 3 {
                    break;
                }
            }
        }
        let mut text = Vec::new();
        if let Some(mut output) = self.output.take() {
            if trial.out == Out::Slow {
                slowly(&mut output, &mut text)?;
            }
            output.read_to_end(&mut text)?;
        }
        let status = self.child.wait()?;
        let shown = self.terminal.take().map(|terminal| terminal.join());
        let shown = shown.and_then(Result::ok);
        Ok(Ended {
            status,
            text: String::from_utf8_lossy(&text).trim_start().to_owned(),
            said: fs::read_to_string(&self.said).unwrap_or_default(),
            shown: shown.map(|shown| String::from_utf8_lossy(&shown).into_owned()),
        })
    }
}

/// So many rounds that there is time for what is to happen.
pub(crate) fn rounds(trial: &Trial) -> u32 {
    match trial.during {
        During::Driver(_) => 1_000,
        During::Nothing | During::Twice => match trial.before.iter().any(is_disk) {
            true => 1_000,
            false => 3,
        },
        _ => 100,
    }
}

fn is_disk(before: &Before) -> bool {
    matches!(before, Before::Disk(_))
}

/// Who is stopped for good shall not be waited for long; but longer than it takes the
/// others to find out how to time a case, unoptimised and on a busy machine.
fn timeout(during: During) -> &'static str {
    use nix::sys::signal::Signal::SIGSTOP;
    match during {
        During::Probe(SIGSTOP) | During::Starting(SIGSTOP) | During::Partner(SIGSTOP) => "3",
        _ => "20",
    }
}

/// A pipe into which nothing more can be written before somebody reads: whoever
/// writes to it waits, and can be looked at.
fn full_pipe() -> anyhow::Result<(OwnedFd, OwnedFd)> {
    let (reader, writer) = pipe2(OFlag::O_CLOEXEC)?;
    let size = fcntl(&writer, FcntlArg::F_SETPIPE_SZ(4096))?;
    let mut writer = File::from(writer);
    writer.write_all(&vec![b'\n'; usize::try_from(size)?])?;
    Ok((reader, writer.into()))
}

/// Reads a few bytes at a time, for a second.
fn slowly(output: &mut File, text: &mut Vec<u8>) -> anyhow::Result<()> {
    let mut few = [0; 256];
    for _ in 0..50 {
        let count = output.read(&mut few)?;
        text.extend_from_slice(&few[..count]);
        sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// What a process has open.
pub(crate) fn descriptors(process: Pid) -> Vec<String> {
    let entries = fs::read_dir(format!("/proc/{process}/fd"))
        .into_iter()
        .flatten();
    let open = entries.flatten().map(|entry| {
        let what = fs::read_link(entry.path()).unwrap_or_default();
        what.display().to_string()
    });
    // Rust's library keeps it open where the kernel draws no numbers.
    open.filter(|what| what != "/dev/urandom").collect()
}

/// The record that a driver has made where nobody told it where.
pub(crate) fn default_record(folder: &Path) -> anyhow::Result<PathBuf> {
    let machines = fs::read_dir(folder.join("oscost-data/records"))?;
    let machine = machines.flatten().next().context("no machine's folder")?;
    let records = fs::read_dir(machine.path())?;
    Ok(records.flatten().next().context("no record")?.path())
}
