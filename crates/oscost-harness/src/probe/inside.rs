//! What a probe does: builds its case, answers requests until its input ends,
//! takes everything down.
//!
//! It is a small process on purpose: no thread, no calibration, hardly any
//! heap, so that what it forks is not a copy of a benchmark harness.

use std::ffi::OsStr;
use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use oscost_record::Placement;
use oscost_sys::fork::{PANICKED, leave};

use super::process::was_halted;
use super::protocol::{Answer, PROBE_FLAG, RUNNER, Request, Sampled, Spec};
use crate::case::{Case, Suite};
use crate::clock::MachineClock;
use crate::failure::During as _;
use crate::machine::{KernelTotals, Sources, TotalsReader};
use crate::proof::{Expect, check_tasks, prove};
use crate::sampler;
use crate::work::{Evidence as _, Measure};
use crate::{Failure, pin, reference};

/// In place of a spec: end at once. What a probe's start and end are held
/// against.
const BARE: &str = "bare";

/// Becomes a probe where the command line says so: then the exit code of the
/// probe comes back, and the caller has nothing left to do. Call it first
/// thing in `main`.
#[must_use]
pub fn become_probe_if_asked(suites: &[Suite]) -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().as_deref() != Some(OsStr::new(PROBE_FLAG)) {
        return None;
    }
    let spec = arguments.next().unwrap_or_default();
    if spec == BARE {
        return Some(ExitCode::SUCCESS);
    }
    leave_where_a_thread_panics();
    let answer = match parse(&spec, suites) {
        Ok((spec, case)) => match serve(&spec, &case) {
            Ok(()) => Answer::Farewell,
            Err(failure) => failure.into(),
        },
        Err(failure) => failure.into(),
    };
    // A driver that is gone reads no farewell.
    let _ = say(&answer);
    Some(ExitCode::SUCCESS)
}

/// A thread that panics takes the probe with it, whose driver reads why. Nobody
/// else would notice before the watchdog: the others may be waiting for it.
fn leave_where_a_thread_panics() {
    let main = std::thread::current().id();
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tell(panic);
        if std::thread::current().id() != main {
            leave(PANICKED);
        }
    }));
}

fn parse(spec: &OsStr, suites: &[Suite]) -> Result<(Spec, Case), Failure> {
    let spec: Spec = serde_json::from_slice(spec.as_encoded_bytes())
        .map_err(|error| Failure::Fail(format!("{PROBE_FLAG} is for oscost's own use: {error}")))?;
    let case = suites
        .iter()
        .chain([&reference::SUITE])
        .find_map(|suite| suite.find(&spec.id))
        .ok_or_else(|| Failure::Fail(format!("this program has no case {}", spec.id)))?;
    Ok((spec, case))
}

fn serve(spec: &Spec, case: &Case) -> Result<(), Failure> {
    die_with_the_driver()?;
    let setting = case.setting(spec.cpus.clone());
    if let Some(cpu) = setting.cpu(0) {
        pin::this_thread(cpu)?;
    }
    let mut measure = (case.row.build)(&setting)?;
    // What cases are held against stays what it is.
    #[cfg(feature = "injection")]
    if case.info.suite != crate::reference::SUITE.name {
        measure = crate::injection::wrap(measure, &spec.clock)?;
    }
    let mut witness = Witness::new((case.row.expect)(&setting), case.info.placement);
    say(&Answer::Ready)?;
    let mut input = std::io::stdin().lock();
    let mut line = String::new();
    loop {
        line.clear();
        if input.read_line(&mut line).during("read a request")? == 0 {
            return Ok(());
        }
        let request = serde_json::from_str(&line)
            .map_err(|error| Failure::Fail(format!("no request: {error}")))?;
        let answer = match request {
            Request::Pilot => sampler::pilot(&mut measure, &spec.clock).map(Answer::Plan),
            Request::Burst {
                warm_up: Some(ops), ..
            } => sampler::warm_up(&mut measure, &spec.clock, ops).map(|()| Answer::Warm),
            Request::Burst { batch, ops, .. } => witness
                .burst(&mut measure, &spec.clock, batch, ops)
                .map(Answer::Taken),
        };
        say(&answer.map_err(with_the_dead)?)?;
    }
}

/// How long it may take a process that has closed its files to have ended.
const DYING: Duration = Duration::from_millis(30);

/// A call that fails because the other party has died names only itself. The
/// children are still there to be asked: nothing is taken down yet.
fn with_the_dead(failure: Failure) -> Failure {
    let Failure::Fail(text) = failure else {
        return failure;
    };
    let quietly = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    let begin = Instant::now();
    loop {
        match waitid(Id::All, quietly) {
            Ok(WaitStatus::Signaled(_, signal, _)) if !text.contains(signal.as_str()) => {
                return Failure::Fail(format!(
                    "{text}; a process beside the probe was ended by {signal}"
                ));
            }
            Ok(WaitStatus::StillAlive) if begin.elapsed() < DYING => {
                std::thread::sleep(Duration::from_millis(1));
            }
            _ => return Failure::Fail(text),
        }
    }
}

/// Takes stock before and after each burst.
struct Witness {
    expect: Expect,
    placement: Placement,
    /// Only for cases that make tasks: the others keep no file open for it.
    kernel: Option<TotalsReader>,
}

impl Witness {
    fn new(mut expect: Expect, placement: Placement) -> Self {
        // An emulator's own locks count as switches of whoever waits for them:
        // too few of them is still a proof, too many is none.
        if std::env::var_os(RUNNER).is_some() {
            expect.switches = expect.switches.map(|(fewest, _)| (fewest, f64::INFINITY));
        }
        let kernel = (expect.tasks > 0).then(|| TotalsReader::open(&Sources::machine()));
        Self {
            expect,
            placement,
            kernel,
        }
    }

    fn burst(
        &mut self,
        measure: &mut Measure,
        clock: &MachineClock,
        batch: u64,
        ops: u64,
    ) -> Result<Box<Sampled>, Failure> {
        let before = measure.audit()?;
        let kernel_before = self.kernel_totals();
        let taken = sampler::burst(measure, clock, batch, ops)?;
        let created = self.kernel_totals().since(&kernel_before).tasks_created;
        let after = measure.audit()?;
        // A partner that stood still has had the probe wait for it.
        let halted = was_halted(None);
        let mut proof = prove(taken.ops, (&before, &after), self.expect, self.placement)?;
        check_tasks(taken.ops, self.expect, created)?;
        proof.counters.tasks_created = created;
        Ok(Box::new(Sampled {
            ticks: taken.ticks,
            levels: taken.readings.iter().map(|reading| reading.value).collect(),
            parts: taken
                .readings
                .into_iter()
                .next_back()
                .unwrap_or_default()
                .parts,
            proof,
            halted,
        }))
    }

    fn kernel_totals(&mut self) -> KernelTotals {
        self.kernel
            .as_mut()
            .map(TotalsReader::read)
            .unwrap_or_default()
    }
}

/// The kernel kills this process when the driver dies, however it dies.
fn die_with_the_driver() -> Result<(), Failure> {
    prctl::set_pdeathsig(Signal::SIGKILL).during("prctl(PR_SET_PDEATHSIG)")?;
    Ok(())
}

fn say(answer: &Answer) -> Result<(), Failure> {
    let mut text = serde_json::to_vec(answer).map_err(|error| Failure::Fail(error.to_string()))?;
    text.push(b'\n');
    std::io::stdout()
        .lock()
        .write_all(&text)
        .during("write an answer")
}
