//! Making a thread that ends at once, and seeing its end: by the C library, by
//! the kernel's own call, by Rust's standard library. The parent carries
//! nothing else; [`crate::laden`] has those that do.

mod detached;
mod library;
mod raw;

use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};

use nix::errno::Errno;
use oscost_harness::{
    Audit, Axis, During as _, Evidence, Expect, Failure, Measure, Need, Place, Row, Setting, Work,
};
use oscost_record::{Aspect, TaskKind, Tier};
use oscost_sys::pthread::{Attributes, Entry};

pub(crate) const fn row(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    per: &'static str,
    needs: fn(&Setting) -> Vec<Need>,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Thread,
        aspect: Aspect::Create,
        per,
        tier: Tier::Core,
        axes: &[],
        place: Place::OneCpu,
        peers: None,
        control: Some("control/empty"),
        claims: &[1, 2],
        needs,
        expect: |_| Expect::tasks(1),
        build,
    }
}

/// What one operation is, where the thread is joined.
pub(crate) const JOINED: &str = "create+exit+join";

pub(crate) const ROWS: &[Row] = &[
    row(
        "create/pthread",
        "pthread_create",
        "What does it cost to make a thread with pthread_create and default attributes, let it end at once and join it?",
        JOINED,
        |_| Vec::new(),
        |_| Ok(Pthread::measure(None, ())),
    ),
    row(
        "create/clone3",
        "clone3 thread",
        "What does the kernel alone take to make a thread with clone3 on a stack of ours, let it end at once and tell us?",
        JOINED,
        |_| vec![Need::Native("user-mode emulation has no clone3")],
        |_| raw::measure(),
    ),
    row(
        "create/std",
        "std::thread",
        "What does Rust's std::thread::spawn take to make a thread, let it end at once and join it?",
        JOINED,
        |_| Vec::new(),
        |_| Ok(library::measure(library::spawn)),
    ),
    Row {
        tier: Tier::Full,
        ..row(
            "create/scope",
            "std::thread::scope",
            "What does Rust's std::thread::scope take to make a thread that may borrow, let it end at once and join it?",
            JOINED,
            |_| Vec::new(),
            |_| Ok(library::measure(library::scope)),
        )
    },
    Row {
        tier: Tier::Full,
        axes: &[Axis {
            name: "stack",
            unit: "KiB",
            core: &[],
            full: &[16, 64, 2048, 8192],
        }],
        ..row(
            "create/pthread/stack",
            "pthread, own stack size",
            "What does it cost to make a thread with pthread_create on a stack of a given size, let it end at once and join it?",
            JOINED,
            |_| Vec::new(),
            build_with_stack,
        )
    },
    Row {
        tier: Tier::Full,
        ..row(
            "create/pthread/detached",
            "pthread, detached",
            "What does it cost to make a detached thread, which nobody joins, until it has told with its last instruction that it is done?",
            "create+last instruction",
            |_| Vec::new(),
            |_| detached::measure(),
        )
    },
];

/// The raw thread's stack. It is never used: the thread counts itself and
/// exits.
pub(crate) const STACK: usize = 64 << 10;

/// Counted by each new thread itself.
static RAN: AtomicU64 = AtomicU64::new(0);

fn count_myself(ran: &'static AtomicU64) {
    ran.fetch_add(1, Ordering::Relaxed);
}

/// Makes one thread after the other.
pub(crate) struct Pthread {
    entry: &'static Entry<AtomicU64>,
    attributes: Option<Attributes>,
    _beside: Box<dyn Any>,
}

impl Pthread {
    /// With these attributes, in a process that has `beside` it all the while.
    pub(crate) fn measure(attributes: Option<Attributes>, beside: impl Any) -> Measure {
        Measure::Timed(Box::new(Self {
            entry: Entry::new(count_myself, &RAN),
            attributes,
            _beside: Box::new(beside),
        }))
    }
}

impl Work for Pthread {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        for _ in 0..ops {
            let thread = self
                .entry
                .create(self.attributes.as_ref())
                .during("pthread_create")
                .map_err(Failure::too_many)?;
            thread.join().during("pthread_join")?;
        }
        Ok(())
    }
}

impl Evidence for Pthread {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(RAN.load(Ordering::Acquire))
    }
}

/// A stack that is too small is refused where it is asked for, or by the first
/// thread that is to be made: the case is skipped with what the call said.
fn build_with_stack(setting: &Setting) -> Result<Measure, Failure> {
    let kib = setting.of("stack");
    let refused = |call: &str, errno: Errno| match errno {
        Errno::EINVAL => Failure::Skip(format!(
            "{call}: EINVAL: a stack of {kib} KiB is below this system's minimum (`getconf PTHREAD_STACK_MIN`)"
        )),
        errno => Failure::call(call, errno).too_many(),
    };
    let bytes = usize::try_from(kib << 10)
        .map_err(|_| Failure::Skip("more memory than this machine can address".into()))?;
    let attributes = Attributes::new()
        .and_then(|attributes| attributes.stack(bytes))
        .map_err(|errno| refused("pthread_attr_setstacksize", errno))?;
    Entry::new(count_myself, &RAN)
        .create(Some(&attributes))
        .map_err(|errno| refused("pthread_create", errno))?
        .join()
        .during("pthread_join")?;
    Ok(Pthread::measure(Some(attributes), ()))
}
