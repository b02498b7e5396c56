//! `oscost guest`: the first process of a virtual machine that was booted for one
//! `oscost run`, from an initial file system that holds this program and nothing
//! else. There is no shell and no other program: it mounts what a run reads,
//! runs, sends the record to a device, and switches the machine off.
//!
//! It must never do that to a machine that somebody uses.

mod disturb;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context as _, bail};
use clap::Args;
use nix::mount::{MsFlags, mount};
use nix::sys::reboot::{RebootMode, reboot};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::termios::{SetArg, cfmakeraw, tcdrain, tcgetattr, tcsetattr};

use self::disturb::Disturbance;
use crate::exit::End;
use crate::output::complain;

#[derive(Debug, Args)]
pub(crate) struct Guest {
    /// The device that the record is written to
    #[arg(long, value_name = "DEVICE")]
    to: PathBuf,
    /// What happens to the machine in the middle of the run
    #[arg(long, value_name = "WHAT")]
    disturb: Option<Disturbance>,
    /// Arguments of `oscost run`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// What the machine is called for on its console, before the status of the run.
const ENDED: &str = "oscost guest: the run ended with status";

/// Where the record lies until it is sent.
const RECORD: &str = "/record.jsonl";

/// Kind of file system, and where it belongs.
const MOUNTS: &[(&str, &str)] = &[
    ("proc", "/proc"),
    ("sysfs", "/sys"),
    ("devtmpfs", "/dev"),
    ("devpts", "/dev/pts"),
    ("tmpfs", "/dev/shm"),
    ("mqueue", "/dev/mqueue"),
    ("tmpfs", "/tmp"),
];

/// Descriptors of one process. Nobody else has set a limit here, and the kernel's
/// own is too low for half a dozen cases of the full tier.
const DESCRIPTORS: u64 = 1 << 16;

/// Runs and switches off.
///
/// # Errors
/// Where this is no such machine: then nothing is done. Where it cannot be
/// switched off.
pub(crate) fn guest(options: &Guest) -> anyhow::Result<End> {
    // The first process of a container has a `/proc`; that of a machine that
    // booted from nothing but this program has to make one.
    if std::process::id() != 1 || Path::new("/proc/self").exists() {
        bail!(
            "`oscost guest` is for the first process of a virtual machine made for it, which it \
             switches off; `scripts/aarch64-system` makes one"
        );
    }
    match run(options) {
        Ok(status) => complain(&format!("{ENDED} {status}")),
        Err(error) => complain(&format!("oscost guest: {error:#}")),
    }
    match reboot(RebootMode::RB_POWER_OFF).context("reboot(RB_POWER_OFF)")? {}
}

/// The exit status of the run, as a shell has it. Its record is sent whatever
/// the status: it says why.
fn run(options: &Guest) -> anyhow::Result<i32> {
    for (kind, place) in MOUNTS {
        fs::create_dir_all(place).with_context(|| format!("mkdir({place})"))?;
        mount(
            Some(*kind),
            *place,
            Some(*kind),
            MsFlags::empty(),
            None::<&str>,
        )
        .with_context(|| format!("mount({kind}, {place})"))?;
    }
    setrlimit(Resource::RLIMIT_NOFILE, DESCRIPTORS, DESCRIPTORS)
        .context("setrlimit(RLIMIT_NOFILE)")?;
    turn_loopback_on().context("cannot turn the loopback device on")?;
    let status = measure(&options.arguments, options.disturb).context("cannot start the run")?;
    send(Path::new(RECORD), &options.to)
        .with_context(|| format!("cannot send the record to {}", options.to.display()))?;
    let killed = || status.signal().map_or(-1, |signal| 128 + signal);
    Ok(status.code().unwrap_or_else(killed))
}

/// Runs in a process of its own: the first one of a machine is treated in ways
/// of its own by the kernel. The console is a terminal that nobody watches, and
/// what is said goes there by way of a pipe, so that no bar is drawn.
fn measure(arguments: &[OsString], disturbance: Option<Disturbance>) -> io::Result<ExitStatus> {
    let mut run = Command::new("/proc/self/exe")
        .args(["run", "--out", RECORD])
        .args(arguments)
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(disturbance) = disturbance {
        // It ends with the machine at the latest.
        std::thread::spawn(move || {
            if let Err(error) = disturbance.take_place(Path::new(RECORD)) {
                complain(&format!("oscost guest: not disturbed: {error:#}"));
            }
        });
    }
    if let Some(mut said) = run.stderr.take() {
        // Not locked: whoever disturbs tells so meanwhile.
        io::copy(&mut said, &mut io::stderr())?;
    }
    run.wait()
}

/// Sets the flag of the device; the kernel gives it its address by itself.
fn turn_loopback_on() -> io::Result<()> {
    const FLAGS: &str = "/sys/class/net/lo/flags";
    let flags = fs::read_to_string(FLAGS)?;
    let flags =
        u32::from_str_radix(flags.trim().trim_start_matches("0x"), 16).map_err(io::Error::other)?;
    fs::write(
        FLAGS,
        format!("{:#x}", flags | nix::libc::IFF_UP.unsigned_abs()),
    )
}

/// Copies a file to a serial line, which is told to leave the bytes as they are.
fn send(record: &Path, device: &Path) -> io::Result<()> {
    let mut to = File::options().write(true).read(true).open(device)?;
    let mut line = tcgetattr(&to)?;
    cfmakeraw(&mut line);
    tcsetattr(&to, SetArg::TCSANOW, &line)?;
    io::copy(&mut File::open(record)?, &mut to)?;
    Ok(tcdrain(&to)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_that_is_in_use_is_left_alone() {
        let options = Guest {
            to: "/dev/null".into(),
            disturb: Some(Disturbance::Cpu),
            arguments: Vec::new(),
        };
        let refusal = guest(&options).unwrap_err().to_string();
        assert!(refusal.contains("first process"), "{refusal}");
    }
}
