//! What the partner does: it reads each message, counts it where it is right,
//! and answers, until it is told to leave.
//!
//! It never answers for a message that it has not read in full.

use nix::unistd::gettid;
use oscost_harness::{Failure, pin};
use oscost_record::{Cpu, Peers};
use oscost_sys::notice;

use super::board::{Board, Order};
use super::content::{self, Verdict};
use super::{Received, Task, Way};

/// The partner's part in a conversation with the calling task.
pub(super) fn part<W: Way>(
    board: Board,
    cpu: Option<Cpu>,
    peers: Peers,
) -> impl FnOnce(W) -> Result<(), Failure> + Send + 'static {
    let near = Task::this();
    move |mut way| {
        let outcome = converse(&mut way, board, cpu, near);
        board.leave(outcome.as_ref().err());
        match peers {
            // Nobody but the kernel is to tidy up here: this process has
            // copies of what still belongs to its parent.
            Peers::Processes => std::mem::forget(way),
            // A thread's end interrupts nobody, as a process's does.
            _ if outcome.is_err() => {
                let _ = notice::give(near.thread);
            }
            _ => {}
        }
        outcome
    }
}

fn converse<W: Way>(
    way: &mut W,
    board: Board,
    cpu: Option<Cpu>,
    near: Task,
) -> Result<(), Failure> {
    if let Some(cpu) = cpu {
        pin::this_thread(cpu)?;
    }
    way.meet(near)?;
    board.arrive(gettid())?;
    let (mut done, mut damaged, mut repeated) = (0, 0, 0);
    let mut number = 1;
    loop {
        let verdict = match way.receive(|message| content::judge(message, number))? {
            Received::Message(verdict) => verdict,
            Received::Silence if board.ordered() != Order::Stop => continue,
            Received::Silence | Received::Gone => return Ok(()),
        };
        let order = board.ordered();
        if order == Order::Stop {
            return Ok(());
        }
        match verdict {
            Verdict::Right if order == Order::GoOn => done += 1,
            Verdict::Right => {}
            // Its answer may have been lost: it gets the same once more.
            Verdict::Again => {
                repeated += 1;
                number -= 2;
            }
            Verdict::Wrong => damaged += 1,
        }
        if order == Order::Post {
            board.post(done, damaged, repeated)?;
            board.order(Order::GoOn);
        }
        way.send(|message| content::write(message, number + 1))?;
        number += 2;
    }
}
