//! One contender: the same whether it is a thread or a process.
//!
//! It measures only when all others are awake and as many as there are CPUs for
//! are at it, and it goes on until the last one has measured its share.

use std::sync::atomic::Ordering::Relaxed;

use nix::errno::Errno;
use oscost_harness::busy::Busy;
use oscost_harness::posted::Posted;
use oscost_sys::counter::read_monotonic;

use super::arena::{Arena, Turn};
use super::board::{Board, Race};
use super::places::Places;

/// One of those who want the lock.
#[derive(Clone)]
pub(super) struct Contender<A> {
    pub(super) board: &'static Board,
    pub(super) arena: A,
    pub(super) who: usize,
    pub(super) section: Busy,
    pub(super) outside: Busy,
}

impl<A: Arena> Contender<A> {
    /// Takes part in one race after the other until it is sent home.
    pub(super) fn take_part(&self) {
        self.board.touch_the_tape();
        let places = Places::of(self.who);
        let mut number = 0_u32;
        let mut turns = 0;
        while let Some(race) = self.board.park(self.who, number) {
            number = number.wrapping_add(1);
            // Before anybody can look at it.
            self.board.notes(self.who).tally().store(0, Relaxed);
            self.board.await_all();
            if let Some(places) = places {
                places.take();
            }
            if let Err(errno) = self.race(race, &mut turns) {
                self.board.abandon(errno);
            }
        }
    }

    fn race(&self, race: Race, turns: &mut u64) -> nix::Result<()> {
        let notes = self.board.notes(self.who);
        let share = race.share;
        let mut turn = || {
            *turns += 1;
            let turn = self.arena.turn(self.who, *turns, race.now, &self.section);
            self.outside.run();
            turn
        };
        self.board.begin();
        let mut extras = 0;
        while !self.board.are_abreast() {
            turn()?;
            extras += 1;
        }
        notes.begin().store(read_monotonic().0, Relaxed);
        post(notes.before(), 0)?;
        let mut tally = 0;
        let mut overlaps = 0;
        for cell in share {
            let Turn { waited, met } = turn()?;
            cell.store(waited.0, Relaxed);
            overlaps += u64::from(met);
            tally += 1;
            notes.tally().store(tally, Relaxed);
            if race.is_over() {
                break;
            }
        }
        post(notes.after(), tally)?;
        notes.overlaps().store(overlaps, Relaxed);
        self.board.finish();
        while !self.board.all_finished() {
            turn()?;
            extras += 1;
            tally += 1;
            notes.tally().store(tally, Relaxed);
        }
        notes.end().store(read_monotonic().0, Relaxed);
        notes.extras().fetch_add(extras, Relaxed);
        Ok(())
    }
}

/// What the kernel has counted for the caller so far.
fn post(account: Posted<'_>, done: u64) -> nix::Result<()> {
    // Nothing but getrusage is called, which refuses nobody.
    account.write(done).map_err(|_| Errno::EINVAL)
}
