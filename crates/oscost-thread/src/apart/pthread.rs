//! The stretches of a thread by `pthread_create`. The new thread notes the time
//! in its first instruction, or in its last.
//!
//! A thread inherits the CPUs of its maker, so one on another CPU needs
//! attributes: the C library then makes it, sets its affinity and only then
//! lets it run. That lies inside the stretches that begin with the call, and
//! their questions say so. Where the CPU is the maker's, or free, the
//! attributes are the default ones.

use std::sync::OnceLock;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU32, AtomicU64};

use nix::sched::CpuSet;
use oscost_harness::sleeper::Sleeper;
use oscost_harness::usage::this_cpu;
use oscost_harness::{Audit, During as _, Evidence, Failure, Measure, Party, Setting, TimedWork};
use oscost_record::{Counters, Cpu};
use oscost_sys::counter::Ticks;
use oscost_sys::pthread::{Attributes, Entry};

use super::Stretch;

/// What a new thread finds, and what it leaves.
struct Note {
    now: OnceLock<fn() -> Ticks>,
    maker: Sleeper,
    at: AtomicU64,
    cpu: AtomicU32,
    ran: AtomicU64,
}

impl Note {
    fn take_the_time(&self) {
        if let Some(now) = self.now.get() {
            self.at.store(now().0, Relaxed);
        }
    }

    fn count_me(&self) {
        let cpu = this_cpu().map_or(u32::MAX, |Cpu(cpu)| cpu);
        self.cpu.store(cpu, Relaxed);
        self.ran.fetch_add(1, Relaxed);
    }
}

fn note_my_first(note: &'static Note) {
    note.take_the_time();
    note.count_me();
}

fn note_my_last(note: &'static Note) {
    // While a thread is alive, its maker sleeps nowhere but in pthread_join. A
    // thread that cannot see that does not count.
    if note.maker.await_sleep().is_ok() {
        note.count_me();
        note.take_the_time();
    }
}

struct Pthread {
    stretch: Stretch,
    entry: &'static Entry<Note>,
    attributes: Option<Attributes>,
    note: &'static Note,
}

pub(super) fn measure(setting: &Setting, stretch: Stretch) -> Result<Measure, Failure> {
    let note: &'static Note = Box::leak(Box::new(Note {
        now: OnceLock::new(),
        maker: Sleeper::this_thread()?,
        at: AtomicU64::new(0),
        cpu: AtomicU32::new(u32::MAX),
        ran: AtomicU64::new(0),
    }));
    let body = match stretch {
        Stretch::Return | Stretch::First => note_my_first,
        Stretch::Join => note_my_last,
    };
    let mut work = Pthread {
        stretch,
        entry: Entry::new(body, note),
        attributes: elsewhere(setting)?,
        note,
    };
    // So that the first account tells where threads run.
    work.make_and_join(None)?;
    Ok(Measure::SelfTimed(Box::new(work)))
}

/// Attributes that put a thread on the second CPU, where there is one.
fn elsewhere(setting: &Setting) -> Result<Option<Attributes>, Failure> {
    let [_, Cpu(cpu)] = setting.cpus[..] else {
        return Ok(None);
    };
    let mut set = CpuSet::new();
    set.set(cpu as usize)
        .during("pthread_attr_setaffinity_np")?;
    let attributes = Attributes::new().and_then(|attributes| attributes.on(&set));
    attributes.during("pthread_attr_setaffinity_np").map(Some)
}

impl Pthread {
    /// The time when the call had returned, where a clock is given.
    #[inline]
    fn make_and_join(&mut self, returned: Option<fn() -> Ticks>) -> Result<Ticks, Failure> {
        let thread = self
            .entry
            .create(self.attributes.as_ref())
            .during("pthread_create")
            .map_err(Failure::too_many)?;
        let returned = returned.map(|now| now()).unwrap_or_default();
        thread.join().during("pthread_join")?;
        Ok(returned)
    }
}

impl TimedWork for Pthread {
    fn run_once(&mut self, now: fn() -> Ticks) -> Result<Ticks, Failure> {
        self.note.now.get_or_init(|| now);
        let begin = now();
        let returned = self.make_and_join((self.stretch == Stretch::Return).then_some(now))?;
        let joined = now();
        let noted = Ticks(self.note.at.load(Relaxed));
        Ok(match self.stretch {
            Stretch::Return => returned.since(begin),
            Stretch::First => noted.since(begin),
            Stretch::Join => joined.since(noted),
        })
    }
}

impl Evidence for Pthread {
    fn audit(&mut self) -> Result<Audit, Failure> {
        let mut audit = Audit::alone(self.note.ran.load(Relaxed))?;
        let cpu = self.note.cpu.load(Relaxed);
        audit.parties.push(Party {
            cpu: (cpu != u32::MAX).then_some(Cpu(cpu)),
            usage: Counters::default(),
        });
        Ok(audit)
    }
}
