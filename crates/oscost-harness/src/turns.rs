//! Several live probes taking bursts in turn, each a few milliseconds long.
//!
//! A virtual machine's speed drifts in stretches of tens of milliseconds.
//! What is compared is therefore measured in the same stretch, forwards and
//! then backwards (A B B A), so that a steady drift falls on all alike.

use oscost_record::Burst;

use crate::Failure;
use crate::ledger::Ledger;
use crate::machine::{Sources, TotalsReader};
use crate::probe::Probe;
use crate::round::{Bursts, marked_burst};

/// What one probe is asked for in its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Operations of one sample.
    pub batch: u64,
    /// Operations of the burst.
    pub ops: u64,
}

/// Lets every probe take `rounds` bursts, in alternating order. Gives the
/// bursts of each probe, in the order in which it took them: the n-th bursts
/// of all probes belong together.
///
/// # Errors
/// The first failure of any probe.
pub fn take_turns(
    probes: &mut [(&mut dyn Probe, Turn)],
    rounds: usize,
) -> Result<Vec<Vec<Burst>>, Failure> {
    let forwards: Vec<usize> = (0..probes.len()).collect();
    let backwards: Vec<usize> = forwards.iter().rev().copied().collect();
    let orders = (0..rounds).map(|round| [&forwards, &backwards][round % 2].as_slice());
    let taken = take_turns_in(orders, probes)?;
    let bursts = |taken: Bursts| taken.into_iter().map(|(burst, _)| burst).collect();
    Ok(taken.into_iter().map(bursts).collect())
}

/// Lets the probes take bursts in the orders given, each of which names every
/// probe once. Gives the bursts of each probe with their values, as
/// [`take_turns`] does.
///
/// # Errors
/// The first failure of any probe.
pub fn take_turns_in<'a>(
    orders: impl IntoIterator<Item = &'a [usize]>,
    probes: &mut [(&mut dyn Probe, Turn)],
) -> Result<Vec<Bursts>, Failure> {
    let mut totals = TotalsReader::open(&Sources::machine());
    let unread = Ledger::default();
    let mut taken: Vec<Bursts> = probes.iter().map(|_| Bursts::new()).collect();
    for order in orders {
        for &index in order {
            let (probe, turn) = &mut probes[index];
            taken[index].push(marked_burst(*probe, &mut totals, *turn, &unread)?);
        }
    }
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;
    use crate::sampler::Plan;

    struct Named(char, Rc<RefCell<String>>);

    impl Probe for Named {
        fn pilot(&mut self) -> Result<Plan, Failure> {
            Err(Failure::Fail("not asked".into()))
        }
        fn burst(&mut self, _: u64, ops: u64) -> Result<(Burst, Vec<f64>), Failure> {
            self.1.borrow_mut().push(self.0);
            let burst = Burst {
                ops: oscost_record::Ops(ops),
                ..Burst::default()
            };
            Ok((burst, Vec::new()))
        }
        fn finish(self: Box<Self>) -> Result<(), Failure> {
            Ok(())
        }
    }

    #[test]
    fn turns_are_taken_forwards_and_backwards() {
        let log = Rc::new(RefCell::new(String::new()));
        let mut first = Named('a', Rc::clone(&log));
        let mut second = Named('b', Rc::clone(&log));
        let turn = |ops| Turn { batch: 1, ops };
        let taken = take_turns(&mut [(&mut first, turn(1)), (&mut second, turn(2))], 4).unwrap();
        assert_eq!(*log.borrow(), "abbaabba");
        assert_eq!(taken[1].len(), 4);
        assert!(taken[1].iter().all(|burst| burst.ops.0 == 2));
    }

    #[test]
    fn turns_are_taken_in_the_orders_given() {
        let log = Rc::new(RefCell::new(String::new()));
        let mut probes = ['a', 'b', 'c'].map(|name| Named(name, Rc::clone(&log)));
        let [a, b, c] = &mut probes;
        let turn = Turn { batch: 1, ops: 1 };
        let orders: [&[usize]; 2] = [&[2, 0, 1], &[1, 0, 2]];
        let taken = take_turns_in(orders, &mut [(a, turn), (b, turn), (c, turn)]).unwrap();
        assert_eq!(*log.borrow(), "cabbac");
        assert!(taken.iter().all(|bursts| bursts.len() == 2));
    }
}
