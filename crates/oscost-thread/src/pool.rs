//! Handing a job to a worker thread that is there already, and getting its
//! result: what a pool costs in place of a new thread. The worker computes a
//! checksum over the job, and no result that is not that of the job passes.

mod ways;

use std::hint::black_box;
use std::thread::JoinHandle;

use oscost_harness::alone::calls;
use oscost_harness::pingpong::board;
use oscost_harness::posted::Posted;
use oscost_harness::usage::this_thread;
use oscost_harness::{
    Audit, During as _, Evidence, Failure, Measure, Place, Row, Setting, Work, pin,
};
use oscost_record::{Aspect, Cpu, Peers, TaskKind, Tier};
use oscost_sys::map::SharedPage;

use crate::switch::expect_two_switches;

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
        aspect: Aspect::Talk,
        per: "job",
        tier: Tier::Full,
        axes: &[],
        place: Place::Each,
        peers: Some(Peers::Threads),
        control: Some("control/job"),
        claims: &[20],
        needs: |_| Vec::new(),
        expect: expect_two_switches,
        build,
    }
}

pub(crate) const ROWS: &[Row] = &[
    row(
        "pool/futex",
        "job by futex",
        "What does it cost to hand a job to a waiting worker thread through a slot and a futex, and get its result?",
        |setting| measure(setting, ways::slot()),
    ),
    Row {
        tier: Tier::Core,
        ..row(
            "pool/condvar",
            "job by mutex and condvar",
            "What does it cost to hand a job to a waiting worker thread through a std::sync mutex and condition variable, and get its result?",
            |setting| measure(setting, ways::desk()),
        )
    },
    row(
        "pool/mpsc",
        "job by std::sync::mpsc",
        "What does it cost to hand a job to a waiting worker thread through std::sync::mpsc channels, and get its result?",
        |setting| measure(setting, ways::channels()),
    ),
];

/// What a worker is asked to do: a few words to compute with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Job([u64; 8]);

impl Job {
    /// No two numbers give the same words.
    fn numbered(number: u64) -> Self {
        Self(std::array::from_fn(|word| {
            number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ word as u64
        }))
    }

    #[inline]
    fn checksum(&self) -> u64 {
        let mix = |sum: u64, &word: &u64| (sum.rotate_left(5) ^ word).wrapping_mul(0x100_0000_01b3);
        self.0.iter().fold(0, mix)
    }
}

/// The same computations without a worker.
pub(crate) fn alone() -> Measure {
    let mut number = 0;
    calls(move || {
        number += 1;
        let job = Job::numbered(number);
        check(job, black_box(job).checksum())
    })
}

#[inline]
fn check(job: Job, result: u64) -> Result<(), Failure> {
    if result == job.checksum() {
        Ok(())
    } else {
        Err(Failure::Fail(
            "the worker gave a result that is not that of the job".into(),
        ))
    }
}

/// What is handed to a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// Compute, and give the result.
    Work(Job),
    /// Post the account, and give anything.
    Post,
    /// Go home. There is no result.
    Stop,
}

/// The side of the one that has jobs.
trait Client {
    fn hand_in(&mut self, order: Order) -> Result<(), Failure>;
    fn result(&mut self) -> Result<u64, Failure>;
}

/// The worker's side.
trait Server: Send {
    fn next(&mut self) -> Result<Order, Failure>;
    fn give(&mut self, result: u64) -> Result<(), Failure>;
}

fn serve(server: &mut impl Server, board: &SharedPage, cpu: Option<Cpu>) -> Result<(), Failure> {
    if let Some(cpu) = cpu {
        pin::this_thread(cpu)?;
    }
    let mut done = 0;
    loop {
        match server.next()? {
            Order::Work(job) => {
                done += 1;
                server.give(job.checksum())?;
            }
            Order::Post => {
                Posted::at(board, 0).write(done)?;
                server.give(done)?;
            }
            Order::Stop => return Ok(()),
        }
    }
}

/// One who has jobs, and one worker.
struct Pool<C: Client> {
    client: C,
    board: &'static SharedPage,
    worker: Option<JoinHandle<Result<(), Failure>>>,
    number: u64,
}

fn measure<C: Client + 'static, S: Server + 'static>(
    setting: &Setting,
    (client, mut server): (C, S),
) -> Result<Measure, Failure> {
    let board = board()?;
    let cpu = setting.cpu(1);
    let worker = std::thread::Builder::new()
        .spawn(move || serve(&mut server, board, cpu))
        .during("std::thread::spawn")
        .map_err(Failure::too_many)?;
    Ok(Measure::Timed(Box::new(Pool {
        client,
        board,
        worker: Some(worker),
        number: 0,
    })))
}

impl<C: Client> Work for Pool<C> {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        for _ in 0..ops {
            self.number += 1;
            let job = Job::numbered(self.number);
            self.client.hand_in(Order::Work(job))?;
            check(job, self.client.result()?)?;
        }
        Ok(())
    }
}

impl<C: Client> Evidence for Pool<C> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        self.client.hand_in(Order::Post)?;
        self.client.result()?;
        let (done, worker) = Posted::at(self.board, 0).read();
        Ok(Audit {
            done,
            parties: vec![this_thread()?, worker],
            ..Audit::default()
        })
    }
}

impl<C: Client> Drop for Pool<C> {
    fn drop(&mut self) {
        let told = self.client.hand_in(Order::Stop);
        if let (Ok(()), Some(worker)) = (told, self.worker.take()) {
            let _ = worker.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A worker that answers without looking at the job.
    struct Lazy(Order);

    impl Client for Lazy {
        fn hand_in(&mut self, order: Order) -> Result<(), Failure> {
            self.0 = order;
            Ok(())
        }

        fn result(&mut self) -> Result<u64, Failure> {
            Ok(0)
        }
    }

    #[test]
    fn a_result_that_is_not_the_jobs_is_refused() {
        let mut pool = Pool {
            client: Lazy(Order::Stop),
            board: board().unwrap(),
            worker: None,
            number: 0,
        };
        assert!(pool.run(1).is_err());
        assert_eq!(pool.client.0, Order::Work(Job::numbered(1)));
    }

    #[test]
    fn jobs_differ_and_so_do_their_checksums() {
        let sums: std::collections::BTreeSet<u64> = (0..1000)
            .map(|number| Job::numbered(number).checksum())
            .collect();
        assert_eq!(sums.len(), 1000);
    }
}
