//! The box that goes to and fro, and a party that hands it over and takes it
//! back.
//!
//! Whoever takes it checks what the other has written on it and writes
//! something else: a box that did not come, or came twice, is found out.

use oscost_harness::Failure;
use oscost_harness::pingpong::Side;

/// What is handed over: one cache line on the heap.
#[derive(Debug, Default)]
pub(crate) struct Parcel {
    /// How often it was handed over.
    turn: u64,
    /// Hangs on the turn.
    marks: [u64; 7],
}

/// Spreads numbers over all bits: the golden ratio.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Parcel {
    #[inline]
    fn write(&mut self, turn: u64) {
        self.turn = turn;
        self.marks = [turn.wrapping_mul(SPREAD); 7];
    }

    #[inline]
    fn is(&self, turn: u64) -> bool {
        self.turn == turn && self.marks == [turn.wrapping_mul(SPREAD); 7]
    }
}

/// The end that a parcel goes in.
pub(crate) trait Giver: Send + 'static {
    /// Hands it over. Where nobody takes it any more, it is dropped.
    fn give(&mut self, parcel: Box<Parcel>);
}

/// The end that a parcel comes out.
pub(crate) trait Taker: Send + 'static {
    /// Waits for a parcel. `None`: the giver has gone.
    fn take(&mut self) -> Option<Box<Parcel>>;
}

/// A party: it takes parcels from the other and gives them back.
#[derive(Debug)]
pub(crate) struct Bearer<G, T> {
    to_other: G,
    from_other: T,
    held: Option<Box<Parcel>>,
    /// Of its last parcel.
    turn: u64,
}

/// Two parties, the one that begins first. Each way is made of its own.
pub(crate) fn bearers<G: Giver, T: Taker>(
    mut way: impl FnMut() -> (G, T),
) -> (Bearer<G, T>, Bearer<G, T>) {
    let (near_gives, far_takes) = way();
    let (far_gives, near_takes) = way();
    let bearer = |to_other, from_other, turn, held| Bearer {
        to_other,
        from_other,
        held,
        turn,
    };
    let near = bearer(near_gives, near_takes, 0, Some(Box::default()));
    // The first parcel that it takes is that of turn 1.
    let far = bearer(far_gives, far_takes, 0, None);
    (near, far)
}

impl<G: Giver, T: Taker> Side for Bearer<G, T> {
    #[inline]
    fn pass(&mut self) -> Result<(), Failure> {
        let Some(mut parcel) = self.held.take() else {
            return Err(Failure::Fail("there is nothing to hand over".into()));
        };
        self.turn += 1;
        parcel.write(self.turn);
        self.to_other.give(parcel);
        Ok(())
    }

    #[inline]
    fn await_turn(&mut self) -> Result<bool, Failure> {
        let Some(parcel) = self.from_other.take() else {
            return Ok(false);
        };
        self.turn += 1;
        if !parcel.is(self.turn) {
            return Err(Failure::Fail(format!(
                "the box of turn {} came where that of turn {} was due",
                parcel.turn, self.turn
            )));
        }
        self.held = Some(parcel);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_box_that_is_not_the_next_one_is_found_out() {
        let (mut near, mut far) = bearers(channel);
        near.pass().unwrap();
        assert!(far.await_turn().unwrap());
        // It should have written on it.
        let held = far.held.take().unwrap();
        far.to_other.give(held);
        assert!(near.await_turn().is_err());
    }

    #[test]
    fn a_box_whose_content_was_mixed_is_found_out() {
        let (mut near, mut far) = bearers(channel);
        let mut parcel = Box::<Parcel>::default();
        parcel.write(1);
        parcel.marks[6] ^= 1;
        near.to_other.give(parcel);
        assert!(far.await_turn().is_err());
    }
}
