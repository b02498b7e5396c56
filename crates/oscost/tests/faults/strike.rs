//! What happens to processes while they measure: signals, pauses, moves. Only
//! the processes of the trial's own drivers are ever touched.

use std::collections::BTreeSet;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{bail, ensure};
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use oscost_harness::probe::PROBE_FLAG;
use rand::RngExt as _;
use rand_pcg::Pcg64Mcg;

use crate::common::descendants;
use crate::driver::{Driver, descriptors};
use crate::fault::During;
use crate::leavings::children;

/// Longer than a probe lives.
const LIFE: u64 = 60_000;

/// What was done, and when.
#[derive(Clone, Debug, Default)]
pub(crate) struct Blow {
    /// Lines that the record had.
    pub(crate) lines: usize,
    /// There may have been no record yet.
    pub(crate) early: bool,
    /// How long somebody stood still.
    pub(crate) pause: Duration,
    pub(crate) pauses: Pauses,
}

/// How often somebody stood still, and how often that was noticed: what was taken
/// meanwhile was measured again.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pauses {
    pub(crate) all: u32,
    pub(crate) noticed: u32,
}

/// Does to a driver and its probes what a trial says. `pause` is how long
/// somebody stands still.
///
/// # Errors
/// Where the driver ended before anything could be done.
pub(crate) fn strike(
    during: During,
    driver: &mut Driver,
    (pause, long): (Duration, bool),
    random: &mut Pcg64Mcg,
) -> anyhow::Result<Blow> {
    let mut blow = Blow {
        pause,
        ..Blow::default()
    };
    match during {
        During::Nothing | During::Twice => {}
        During::Counted => keeps_nothing_open(driver)?,
        During::Probe(signal) => {
            until_it_fails(driver, random, probes, |probe| end(probe, signal))?;
        }
        During::Starting(signal) => until_a_start_fails(driver, signal)?,
        During::Partner(signal) => {
            until_it_fails(driver, random, partners, |partner| end(partner, signal))?;
        }
        During::Moved => until_it_fails(driver, random, probes, moved)?,
        During::Driver(signal) => {
            blow.early = long && random.random_bool(0.5);
            if blow.early {
                sleep(Duration::from_micros(random.random_range(0..EARLY)));
            } else {
                driver.wait_until("two cases are measured", |driver| driver.lines().0 >= 2)?;
                sleep(moment(random));
            }
            blow.lines = driver.lines().0;
            kill(driver.id(), signal)?;
        }
        During::AllPause => {
            // A short one may miss the bursts.
            let times = if pause < Duration::from_secs(1) { 3 } else { 1 };
            for _ in 0..times {
                driver.wait_until("somebody measures", |driver| {
                    driver.lines().0 >= 1 && !probes(driver.id()).is_empty()
                })?;
                sleep(moment(random) / 3);
                let measured = (driver.lines().0, probes(driver.id()));
                all_pause(driver, pause)?;
                blow.pauses.count(is_noticed(driver, measured)?);
            }
        }
        During::PartnerPauses | During::PartnerPausesBriefly => {
            let mut measured = (0, Vec::new());
            let id = driver.id();
            let partner = hit(driver, random, partners, &mut Vec::new(), |partner| {
                measured.1 = probes(id);
                kill(partner, Signal::SIGSTOP).is_ok()
            })?;
            measured.0 = driver.lines().0;
            sleep(pause);
            let _ = kill(partner, Signal::SIGCONT);
            blow.pauses.count(is_noticed(driver, measured)?);
        }
    }
    Ok(blow)
}

impl Pauses {
    fn count(&mut self, noticed: bool) {
        self.all += 1;
        self.noticed += u32::from(noticed);
    }
}

/// Whether what was measured, so many lines ago, by these probes, is measured again:
/// there is another probe, and still no line.
fn is_noticed(
    driver: &mut Driver,
    (lines, probes_then): (usize, Vec<Pid>),
) -> anyhow::Result<bool> {
    let mut noticed = false;
    driver.wait_until("something comes of what was measured", |driver| {
        // In this order: a line that is there now was written before.
        let others = probes(driver.id());
        let is_another = others.iter().any(|one| !probes_then.contains(one));
        let is_written = driver.lines().0 > lines;
        noticed = is_another && !is_written;
        noticed || is_written
    })?;
    Ok(noticed)
}

/// Sends a signal. One that somebody else has sent has no effect on who crashes by
/// himself where it comes but once: Rust's handler lets the first SIGSEGV pass.
fn end(process: Pid, signal: Signal) -> bool {
    let mut is_sent = kill(process, signal).is_ok();
    while is_sent && signal == Signal::SIGSEGV && is_running(process) {
        sleep(Duration::from_millis(1));
        is_sent |= kill(process, signal).is_ok();
    }
    is_sent
}

/// A driver is struck so early, in microseconds.
const EARLY: u64 = 2_000_000;

/// Looks at what the driver has open, to the end of its run: in the last third of its
/// lines at the fewest no more than at the most in the first.
fn keeps_nothing_open(driver: &mut Driver) -> anyhow::Result<()> {
    let mut seen = Vec::new();
    driver.wait_until("a line is written", |driver| driver.lines().0 > 0)?;
    while !driver.is_over() {
        ensure!(
            driver.child.try_wait()?.is_none(),
            "the driver ended too early"
        );
        seen.push((driver.lines().0, descriptors(driver.id()).len()));
        sleep(Duration::from_millis(2));
    }
    let (lines, _) = driver.lines();
    let of = |third: usize| {
        let its = seen
            .iter()
            .filter(move |(line, _)| line * 3 / lines.max(1) == third);
        its.map(|&(_, open)| open)
    };
    match (of(0).max(), of(2).min()) {
        (Some(early), Some(late)) => ensure!(
            late <= early,
            "at most {early} descriptors are open early, at least {late} late"
        ),
        _ => bail!("too few looks: {seen:?}"),
    }
    Ok(())
}

/// Some time of a probe's life. Some live a tenth as long as others: short times are
/// as likely as long ones.
fn moment(random: &mut Pcg64Mcg) -> Duration {
    let life = LIFE >> random.random_range(0..6);
    Duration::from_micros(random.random_range(0..life))
}

/// Those that have executed the program.
fn probes(driver: Pid) -> Vec<Pid> {
    let is_one = |pid: &Pid| command_line(*pid).contains(PROBE_FLAG);
    children(driver).into_iter().filter(is_one).collect()
}

/// Those that are copies of the driver still.
fn starting(driver: Pid) -> Vec<Pid> {
    let is_one = |pid: &Pid| {
        let words = command_line(*pid);
        // A dead one has none.
        !words.is_empty() && !words.contains(PROBE_FLAG)
    };
    children(driver).into_iter().filter(is_one).collect()
}

/// Whether it is neither stopped nor dead.
fn is_running(process: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
    let state = stat.ok().and_then(|stat| {
        let (_, state) = stat.rsplit_once(") ")?;
        state.chars().next()
    });
    state.is_some_and(|state| !['T', 't', 'Z', 'X'].contains(&state))
}

fn command_line(process: Pid) -> String {
    let words = std::fs::read_to_string(format!("/proc/{process}/cmdline"));
    words.unwrap_or_default()
}

fn partners(driver: Pid) -> Vec<Pid> {
    probes(driver).into_iter().flat_map(children).collect()
}

/// Looks so often in a row for somebody whose life is some tenths of a millisecond.
const LOOKS: usize = 1_000;

/// Sends a signal to whoever is about to execute the program, until it shows in the
/// record. It takes many: one who is hit just afterwards is let go on, if he can.
fn until_a_start_fails(driver: &mut Driver, signal: Signal) -> anyhow::Result<()> {
    driver.wait_until("a start has failed", |driver| {
        for _ in 0..LOOKS {
            for one in starting(driver.id()) {
                let _ = kill(one, Signal::SIGSTOP);
                // It may finish the call that it is in, which may be that one.
                while is_running(one) {
                    sleep(Duration::from_millis(1));
                }
                let early = starting(driver.id()).contains(&one);
                let _ = kill(one, if early { signal } else { Signal::SIGCONT });
            }
        }
        driver.lines().1 > 0
    })
}

/// Does something to one after the other, until it shows in the record.
fn until_it_fails(
    driver: &mut Driver,
    random: &mut Pcg64Mcg,
    victims: fn(Pid) -> Vec<Pid>,
    mut act: impl FnMut(Pid) -> bool,
) -> anyhow::Result<()> {
    let mut struck = Vec::new();
    loop {
        hit(driver, random, victims, &mut struck, &mut act)?;
        // Who was hit at its end has given its answer already.
        let before = driver.lines();
        driver.wait_until("the next line is written", |driver| {
            driver.lines().0 > before.0
        })?;
        if driver.lines().1 > 0 {
            return Ok(());
        }
    }
}

/// Does something to somebody, at some moment of his life.
fn hit(
    driver: &mut Driver,
    random: &mut Pcg64Mcg,
    victims: fn(Pid) -> Vec<Pid>,
    struck: &mut Vec<Pid>,
    mut act: impl FnMut(Pid) -> bool,
) -> anyhow::Result<Pid> {
    let mut victim = None;
    driver.wait_until("there is somebody to strike", |driver| {
        let living = |struck: &[Pid]| {
            let all = victims(driver.id()).into_iter();
            all.filter(|one| !struck.contains(one)).collect::<Vec<_>>()
        };
        // Who is seen late has done all that there was to do.
        let mut looks = (0..100).map(|_| {
            sleep(Duration::from_micros(100));
            living(struck)
        });
        let Some(all) = looks.find(|all| !all.is_empty()) else {
            return false;
        };
        let one = all[random.random_range(0..all.len())];
        // A guard needs its time to say that it is one.
        sleep(Duration::from_millis(1) + moment(random) / 3);
        // It may have ended by itself meanwhile: then it is another's turn.
        if living(struck).contains(&one) && act(one) {
            struck.push(one);
            victim = Some(one);
        }
        victim.is_some()
    })?;
    match victim {
        Some(victim) => Ok(victim),
        None => bail!("nobody to strike"),
    }
}

/// Moves a process to a CPU that it was not to run on.
fn moved(probe: Pid) -> bool {
    let (Ok(its), Ok(ours)) = (
        sched_getaffinity(probe),
        sched_getaffinity(Pid::from_raw(0)),
    ) else {
        return false;
    };
    let has = |set: &CpuSet, cpu: usize| set.is_set(cpu) == Ok(true);
    let pinned = (0..CpuSet::count()).filter(|&cpu| has(&its, cpu)).count() == 1;
    let other = (0..CpuSet::count()).find(|&cpu| has(&ours, cpu) && !has(&its, cpu));
    let mut there = CpuSet::new();
    // One that is not pinned yet would pin itself afterwards.
    pinned
        && other.is_some_and(|cpu| there.set(cpu).is_ok())
        && sched_setaffinity(probe, &there).is_ok()
}

/// Stops the driver and all that it has started, and lets them go on. Probes come
/// first, or they are through with their burst before.
fn all_pause(driver: &Driver, pause: Duration) -> anyhow::Result<()> {
    for probe in probes(driver.id()) {
        let _ = kill(probe, Signal::SIGSTOP);
    }
    kill(driver.id(), Signal::SIGSTOP)?;
    let mut stopped = BTreeSet::new();
    // Who is not stopped yet may have made another one.
    loop {
        let living = descendants(driver.child.id()).into_iter();
        let fresh: Vec<_> = living.filter(|one| !stopped.contains(one)).collect();
        if fresh.is_empty() {
            break;
        }
        for one in fresh {
            let _ = kill(Pid::from_raw(one.0), Signal::SIGSTOP);
            stopped.insert(one);
        }
    }
    sleep(pause);
    for one in &stopped {
        let _ = kill(Pid::from_raw(one.0), Signal::SIGCONT);
    }
    Ok(kill(driver.id(), Signal::SIGCONT)?)
}
