//! One trial, in a process of its own: it adopts whatever the driver leaves, and
//! nobody else's names are in sight. It looks at everything and believes nothing
//! that the driver says of itself.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use nix::mount::{MsFlags, mount};
use nix::sched::{CpuSet, sched_getaffinity};
use nix::sys::prctl;
use nix::unistd::{Pid, Uid};
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

use crate::common::program;
use crate::driver::{Driver, Place};
use crate::fault::{Before, During, Out};
use crate::group::Group;
use crate::judge::judge;
use crate::launch::slowly;
use crate::leavings::{Alone, await_the_last, is_the_last_gone, names};
use crate::strike::{Pauses, strike};
use crate::trial::{self, Trial};

/// How a trial went, where it went as it should.
pub(crate) enum Verdict {
    Good(Pauses),
    /// It cannot take place here, and why.
    Skipped(String),
}

/// Carries out a trial, in a folder of its own. In the long form somebody who stands
/// still does so for up to half a minute, and a driver may be struck at any time.
///
/// # Errors
/// What is not as it should be.
pub(crate) fn stage(name: &str, seed: u64, long: bool, folder: &Path) -> anyhow::Result<Verdict> {
    let trial = trial::find(name).context("no such trial")?;
    if let Some(lacking) = lacks(&trial) {
        return Ok(Verdict::Skipped(lacking));
    }
    let group = match Group::of(&trial.before) {
        Ok(group) => group,
        Err(why) => return Ok(Verdict::Skipped(why)),
    };
    let queues = folder.join("queues");
    let alone = Alone::here(&queues);
    if !alone.is_alone() && trial.before.iter().any(mounts) {
        return Ok(Verdict::Skipped(
            "no mount namespace can be made here".into(),
        ));
    }
    prctl::set_child_subreaper(true)?;
    let place = set(folder, &trial, alone.is_alone(), group.as_ref())?;
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let pause = match (trial.during, long) {
        (During::PartnerPausesBriefly, _) => Duration::from_millis(200),
        (During::PartnerPauses, false) => Duration::from_millis(1_200),
        (_, false) => Duration::from_millis(400),
        // Less than a watchdog waits.
        (During::PartnerPauses, true) => Duration::from_secs(random.random_range(2..=15)),
        (_, true) if random.random_bool(0.25) => Duration::from_secs(30),
        (_, true) => Duration::from_secs(random.random_range(2..=29)),
    };
    let count = if trial.during == During::Twice { 2 } else { 1 };
    let mut drivers = Vec::new();
    for number in 0..count {
        drivers.push(Driver::start(&trial, &place, seed, (number, long))?);
    }
    let mut blows = Vec::new();
    for driver in &mut drivers {
        blows.push(strike(trial.during, driver, (pause, long), &mut random)?);
    }
    let mut pauses = Pauses::default();
    for (driver, blow) in drivers.into_iter().zip(blows) {
        let record = driver.record.clone();
        let ended = driver.ended(&trial)?;
        let told = format!("{}{}", ended.text, ended.said);
        judge(&trial, &place, &record, &ended, &blow)
            .with_context(|| format!("it said: {told}"))?;
        pauses = blow.pauses;
    }
    nobody_stays(&trial)?;
    let left: Vec<String> = [alone.leftovers(), names(&place.temporary)].concat();
    ensure!(left.is_empty(), "left behind: {left:?}");
    if !matches!(trial.out, Out::DefaultPlace) {
        let others = names(&place.run);
        let others: Vec<_> = others
            .iter()
            .filter(|name| !name.ends_with(".jsonl"))
            .collect();
        ensure!(others.is_empty(), "left behind: {others:?}");
    }
    match alone.is_alone() {
        true => Ok(Verdict::Good(pauses)),
        false => Ok(Verdict::Skipped(
            "all that could be looked at is as it should be, but names and System V objects could not: no namespaces can be made here".into(),
        )),
    }
}

/// A driver that has ended by itself has reaped whom it had started; of one that was
/// killed somebody may need a moment to notice.
const LATEST: Duration = Duration::from_secs(2);

fn nobody_stays(trial: &Trial) -> anyhow::Result<()> {
    if matches!(trial.during, During::Driver(_)) {
        await_the_last();
        return Ok(());
    }
    let begin = Instant::now();
    while !is_the_last_gone() {
        ensure!(begin.elapsed() < LATEST, "a process is left");
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Why the trial cannot take place here.
fn lacks(trial: &Trial) -> Option<String> {
    let has = |wanted: fn(&Before) -> bool| trial.before.iter().any(wanted);
    let cpus = sched_getaffinity(Pid::from_raw(0)).map_or(1, |allowed| {
        let allowed = (0..CpuSet::count()).filter(|&cpu| allowed.is_set(cpu) == Ok(true));
        allowed.count()
    });
    let is_slow = |command: &mut Command| {
        let ended = command
            .arg("true")
            .stderr(std::process::Stdio::null())
            .status();
        ended.is_ok_and(|status| status.success())
    };
    let folders = trial.before.iter().filter_map(|one| match one {
        Before::Hidden(folder) | Before::ReadOnly(folder) => Some(*folder),
        _ => None,
    });
    if let Some(folder) = folders
        .into_iter()
        .find(|folder| !Path::new(folder).is_dir())
    {
        Some(format!("there is no {folder}"))
    } else if !Uid::effective().is_root() && has(takes_root) {
        Some("needs root".into())
    } else if cpus < 2 && trial.during == During::Moved {
        Some("needs two CPUs".into())
    } else if has(|one| *one == Before::NoCapabilities)
        && Command::new("setpriv").arg("--version").output().is_err()
    {
        Some("there is no setpriv (util-linux)".into())
    } else if let Some(delay) = trial.before.iter().find_map(Before::delay)
        && !is_slow(&mut slowly(delay))
    {
        Some("there is no strace, or nobody may trace".into())
    } else {
        None
    }
}

fn takes_root(before: &Before) -> bool {
    use Before::{Memory, NoCapabilities, Somebody, Tasks};
    matches!(before, Somebody | Tasks(_) | Memory(_) | NoCapabilities) || mounts(before)
}

/// Whether it takes mounts of its own.
fn mounts(before: &Before) -> bool {
    use Before::{Disk, Hidden, Missing, NoTemporary, ReadOnly, ReadOnlyDisk, Somebody};
    let is_disk = matches!(before, Disk(_) | ReadOnlyDisk | NoTemporary);
    is_disk || matches!(before, Hidden(_) | Missing(_) | ReadOnly(_) | Somebody)
}

/// Makes the folders of a trial.
fn set(folder: &Path, trial: &Trial, alone: bool, group: Option<&Group>) -> anyhow::Result<Place> {
    let open = |name: &str| -> anyhow::Result<PathBuf> {
        let path = folder.join(name);
        fs::create_dir(&path)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o777))?;
        Ok(path)
    };
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    let (run, temporary, said) = (open("run")?, open("temporary")?, open("said")?);
    let none = None::<&str>;
    let mut reachable = program().to_owned();
    if alone {
        // Its own place may be closed to others than root.
        reachable = folder.join("oscost");
        fs::write(&reachable, "")?;
        mount(Some(program()), &reachable, none, MsFlags::MS_BIND, none)?;
    }
    for before in &trial.before {
        let (flags, size) = match before {
            Before::Disk(bytes) => (MsFlags::empty(), *bytes),
            Before::ReadOnlyDisk => (MsFlags::MS_RDONLY, 4096),
            _ => continue,
        };
        let options = format!("size={size},mode=777");
        mount(
            Some("oscost"),
            &run,
            Some("tmpfs"),
            flags,
            Some(options.as_str()),
        )?;
    }
    Ok(Place {
        program: reachable,
        run,
        temporary,
        said,
        group: group.map(|group| group.path().to_owned()),
    })
}

/// What a stage ends with, for who has started it.
pub(crate) fn tell(verdict: anyhow::Result<Verdict>) -> u8 {
    match verdict {
        Ok(Verdict::Good(pauses)) => {
            println!("{} {}", pauses.noticed, pauses.all);
            0
        }
        Ok(Verdict::Skipped(why)) => {
            println!("{why}");
            crate::SKIPPED
        }
        Err(error) => {
            println!("{error:#}");
            1
        }
    }
}

/// The trial that the words of a command line name.
///
/// # Errors
/// See [`stage`].
pub(crate) fn asked(words: &[String]) -> anyhow::Result<Verdict> {
    let [name, seed, form, folder] = words else {
        bail!("which trial, which seed, which form, which folder?");
    };
    stage(name, seed.parse()?, form == "long", Path::new(folder))
}
