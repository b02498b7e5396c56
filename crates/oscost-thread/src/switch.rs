//! Passing a turn to another thread and getting it back: the same game as
//! between two processes, and the two ways that only threads of one program or
//! one CPU have.

mod sides;

use std::sync::OnceLock;
use std::thread::Thread;

use oscost_harness::pingpong::{FutexSide, PipeSide, board};
use oscost_harness::thread_pair::ThreadPair;
use oscost_harness::yielding::YieldSide;
use oscost_harness::{Expect, Failure, Measure, Place, Row, Setting};
use oscost_record::{Aspect, Peers, TaskKind, Tier};
use oscost_sys::futex::Scope;

use sides::ParkSide;

const fn row(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    control: &'static str,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Thread,
        aspect: Aspect::Switch,
        per: "round trip",
        tier: Tier::Core,
        axes: &[],
        place: Place::EveryDistance,
        peers: Some(Peers::Threads),
        control: Some(control),
        claims: &[3, 5, 20],
        needs: |_| Vec::new(),
        expect: expect_two_switches,
        build,
    }
}

pub(crate) const ROWS: &[Row] = &[
    row(
        "switch/pipe",
        "pipe",
        "What does it cost to pass a turn to another thread through a pipe and get it back through another?",
        "control/pipe",
        |setting| ThreadPair::measure(setting, PipeSide::pair()?),
    ),
    row(
        "switch/futex",
        "futex",
        "What does it cost to pass a turn to another thread through memory and a futex, and get it back?",
        "control/futex",
        |setting| {
            let board = board()?;
            let sides = FutexSide::pair(board, Scope::Private)?;
            Ok(ThreadPair::new(setting, board, sides)?.ready())
        },
    ),
    Row {
        place: Place::OneCpu,
        ..row(
            "switch/sched-yield",
            "sched_yield",
            "What does it cost to let another thread have the CPU with sched_yield and to be let have it again?",
            "control/sched-yield",
            |setting| {
                let board = board()?;
                Ok(ThreadPair::new(setting, board, YieldSide::pair(board)?)?.ready())
            },
        )
    },
    Row {
        tier: Tier::Full,
        ..row(
            "switch/park",
            "park and unpark",
            "What does it cost to wake another thread with Rust's unpark and to be woken by it from park?",
            "control/futex",
            |setting| {
                let partner: &'static OnceLock<Thread> = Box::leak(Box::default());
                let pair = ThreadPair::new(setting, board()?, ParkSide::parking(partner)?)?;
                // Before the first turn is passed, so that the near side knows
                // whom to wake.
                pair.partner()
                    .into_iter()
                    .for_each(|thread| drop(partner.set(thread.clone())));
                Ok(pair.ready())
            },
        )
    },
];

/// On one CPU a round trip cannot be had without two switches. On two, a party
/// may find its turn before it has gone to sleep.
pub(crate) fn expect_two_switches(setting: &Setting) -> Expect {
    match setting.cpus.len() {
        1 => Expect::switches(2.0, 2.0),
        _ => Expect::switches(0.0, 2.0),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use nix::sched::{CpuSet, sched_getaffinity};
    use nix::unistd::Pid;
    use oscost_harness::pingpong::Side;
    use oscost_harness::{During as _, Evidence as _, Work as _, pin, proof};
    use oscost_record::{Cpu, Placement};
    use oscost_sys::futex;

    use super::sides::{Manner, MemorySide};
    use super::*;

    /// A member as it should be, and one that never lets go of its CPU.
    enum Member {
        Blocks,
        Spins,
    }

    impl Manner for Member {
        fn wait(&self, word: &AtomicU32, seen: u32) -> Result<(), Failure> {
            match self {
                Self::Blocks => drop(futex::wait(word, seen, Scope::Private)),
                Self::Spins => std::hint::spin_loop(),
            }
            Ok(())
        }

        fn notify(&self, word: &AtomicU32) -> Result<(), Failure> {
            futex::wake(word, 1, Scope::Private).during("futex(FUTEX_WAKE)")?;
            Ok(())
        }
    }

    /// The first CPUs that this process may use.
    fn usable(count: usize) -> Setting {
        let allowed = sched_getaffinity(Pid::from_raw(0)).unwrap();
        let usable = (0..CpuSet::count()).filter(|&cpu| allowed.is_set(cpu) == Ok(true));
        Setting {
            cpus: usable
                .map(|cpu| Cpu(u32::try_from(cpu).unwrap()))
                .take(count)
                .collect(),
            ..Setting::default()
        }
    }

    /// Plays, and holds the account against two switches in each round trip; in
    /// a thread that may be pinned.
    fn judge<S: Side + 'static>(setting: &Setting, sides: (S, S)) -> Result<(), Failure> {
        const TRIPS: u64 = 1000;
        let play = || {
            pin::this_thread(setting.cpu(0).unwrap())?;
            let mut pair = ThreadPair::new(setting, board()?, sides)?;
            let before = pair.audit()?;
            pair.run(TRIPS)?;
            let after = pair.audit()?;
            let expect = Expect::switches(2.0, 2.0);
            proof::prove(TRIPS, (&before, &after), expect, Placement::Free).map(drop)
        };
        std::thread::scope(|scope| scope.spawn(play).join().unwrap())
    }

    #[test]
    fn members_that_give_up_the_cpu_pass() {
        let one = usable(1);
        judge(
            &one,
            MemorySide::pair(Member::Blocks, Member::Blocks).unwrap(),
        )
        .unwrap();
        judge(&one, YieldSide::pair(board().unwrap()).unwrap()).unwrap();
    }

    #[test]
    fn a_member_that_spins_instead_of_blocking_is_caught() {
        let two = usable(2);
        if two.cpus.len() < 2 {
            println!("skipped: on one CPU whoever spins is switched away all the same");
            return;
        }
        for sides in [
            MemorySide::pair(Member::Blocks, Member::Spins),
            MemorySide::pair(Member::Spins, Member::Spins),
        ] {
            let refused = judge(&two, sides.unwrap()).unwrap_err().to_string();
            assert!(refused.contains("context switches"), "{refused}");
        }
    }
}
