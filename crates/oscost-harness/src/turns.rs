//! Several live probes taking bursts in turn, each a few milliseconds long.
//!
//! A virtual machine's speed drifts in stretches of tens of milliseconds.
//! What is compared is therefore measured in the same stretch, forwards and
//! then backwards (A B B A), so that a steady drift falls on all alike.

use oscost_record::Burst;

use crate::Failure;
use crate::probe::Probe;

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
    let mut taken: Vec<Vec<Burst>> = probes.iter().map(|_| Vec::with_capacity(rounds)).collect();
    for round in 0..rounds {
        let mut order: Vec<usize> = (0..probes.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for index in order {
            let (probe, turn) = &mut probes[index];
            let (burst, _) = probe.burst(turn.batch, turn.ops)?;
            taken[index].push(burst);
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
}
