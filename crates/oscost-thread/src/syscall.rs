//! The floor under everything: one trip into the kernel, and one question that
//! the kernel answers without a trip.

use nix::errno::Errno;
use nix::time::{ClockId, clock_gettime};
use nix::unistd::getppid;
use oscost_harness::alone::calls;
use oscost_harness::{During as _, Expect, Failure, Measure, Place, Row, Setting};
use oscost_record::{Aspect, TaskKind, Tier};

const fn row(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Thread,
        aspect: Aspect::Floor,
        per: "call",
        tier: Tier::Core,
        axes: &[],
        place: Place::OneCpu,
        peers: None,
        control: Some("control/empty"),
        claims: &[5],
        needs: |_| Vec::new(),
        expect: |_| Expect::NO_SWITCH,
        build,
    }
}

pub(crate) const ROWS: &[Row] = &[
    row(
        "syscall/getppid",
        "getppid",
        "What does the cheapest trip into the kernel and back cost?",
        |_| {
            let parent = getppid();
            // It never fails, so the library looks at nothing. Where a sandbox
            // refuses it, which costs something else, the errno comes through.
            if parent.as_raw() < 0 {
                let errno = Errno::from_raw(-parent.as_raw());
                return Err(Failure::call("getppid", errno));
            }
            // Nobody can tell the compiler what it gives: it is called each time.
            Ok(calls(move || {
                if getppid() == parent {
                    Ok(())
                } else {
                    Err(Failure::Fail("getppid gave another parent".into()))
                }
            }))
        },
    ),
    row(
        "syscall/clock-gettime",
        "clock_gettime",
        "What does it cost to ask for the time, which the kernel answers in user space (vDSO)?",
        |_| {
            let mut last = nix::sys::time::TimeSpec::new(0, 0);
            Ok(calls(move || {
                let now = clock_gettime(ClockId::CLOCK_MONOTONIC).during("clock_gettime")?;
                if now < last {
                    return Err(Failure::Fail("CLOCK_MONOTONIC went back".into()));
                }
                last = now;
                Ok(())
            }))
        },
    ),
];
