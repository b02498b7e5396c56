//! A minute and more of measuring, on a clock that only counts: cases as long and as
//! noisy as those of a real record, by the planner and in equal shares.

use std::cell::{Cell, RefCell};
use std::io;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use oscost_harness::budget::{Budget, Shares};
use oscost_harness::ledger::Ledger;
use oscost_harness::need::Supply;
use oscost_harness::plan::Effort;
use oscost_harness::probe::{Launcher, Probe};
use oscost_harness::runner::{Ending, Listener, Runner};
use oscost_harness::sampler::Plan;
use oscost_harness::{Case, Failure, drill};
use oscost_record::{Burst, Nanos, Ops, Record, Reference};
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

use super::*;

/// A case as the record has it.
struct Model {
    case: Case,
    /// Of a process, from its start to its end.
    process: Duration,
    /// Of a burst of a millisecond.
    millisecond: Duration,
    /// Medians of its rounds, and ratios to the workload beside it.
    rounds: Vec<(f64, Option<Reference>)>,
    /// Rounds that it takes until a change of 5 % is seen.
    wanted: u32,
}

fn models() -> Vec<Model> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../reports/example/record.jsonl"
    );
    let record = Record::read(Path::new(path)).unwrap();
    let mut acuity = Acuity::default();
    record.cases.iter().for_each(|line| acuity.add(line));
    let all = acuity.outlooks();
    let mut drills = drill::SUITE.cases().into_iter();
    let drill = drills
        .find(|case| case.info.operation == "nothing")
        .unwrap();
    let infos = record.run.cases.iter();
    let model = |info: &oscost_record::CaseInfo| {
        let lines = record.cases.iter().filter(|line| line.id == info.id);
        let lines: Vec<&CaseLine> = lines.collect();
        let mut case = drill.clone();
        case.info.id = info.id.clone();
        let bursts = lines.iter().flat_map(|line| &line.bursts);
        let elapsed: f64 = bursts.map(|burst| burst.elapsed.0).sum();
        let millisecond = elapsed / 18.0 / lines.len() as f64;
        // The record does not say what processes took. Such as have few rounds took
        // longer than 200 ms with the search for a way to time them.
        let process = if lines.len() < 15 { 120 } else { 18 };
        Some(Model {
            case,
            process: Duration::from_millis(process),
            millisecond: Duration::from_secs_f64(millisecond * 1e-9),
            rounds: lines.iter().filter_map(|line| round(line)).collect(),
            wanted: all.get(&info.id)?.wanted,
        })
    };
    infos.filter_map(model).collect()
}

fn round(line: &CaseLine) -> Option<(f64, Option<Reference>)> {
    let median = oscost_analysis::quantile(&line.samples.sorted(), 0.5)?;
    Some((median, line.reference.clone()))
}

/// Sees the ratio of a round as well, which no workload was measured for.
struct Seeing {
    eyes: Eyes,
    ratios: BTreeMap<(CaseId, u64), Option<Reference>>,
}

impl Seeing {
    fn of(models: &[Model]) -> Self {
        let of = |model: &Model| {
            let id = model.case.info.id.clone();
            let rounds = model.rounds.clone().into_iter();
            rounds.map(move |(median, reference)| ((id.clone(), median.to_bits()), reference))
        };
        Self {
            eyes: Eyes::default(),
            ratios: models.iter().flat_map(of).collect(),
        }
    }
}

impl Sight for Seeing {
    fn see(&mut self, line: &CaseLine) {
        let (median, _) = round(line).unwrap();
        let reference = self.ratios[&(line.id.clone(), median.to_bits())].clone();
        self.eyes.see(&CaseLine {
            reference,
            ..line.clone()
        });
    }

    fn outlooks(&self) -> BTreeMap<CaseId, Outlook> {
        self.eyes.outlooks()
    }
}

#[derive(Clone, Default)]
struct Time(Rc<Cell<Duration>>);

impl Time {
    fn pass(&self, time: Duration) {
        self.0.set(self.0.get() + time);
    }
}

struct World<'a> {
    models: &'a [Model],
    time: Time,
    draws: RefCell<Pcg64Mcg>,
}

impl Launcher for World<'_> {
    fn launch(&self, case: &Case) -> Result<Box<dyn Probe>, Failure> {
        let is_it = |model: &&Model| model.case.info.id == case.info.id;
        let model = self.models.iter().find(is_it).unwrap();
        self.time.pass(model.process);
        let index = self.draws.borrow_mut().random_range(0..model.rounds.len());
        Ok(Box::new(Round {
            time: self.time.clone(),
            millisecond: model.millisecond,
            value: model.rounds[index].0,
        }))
    }
}

struct Round {
    time: Time,
    millisecond: Duration,
    value: f64,
}

impl Probe for Round {
    fn pilot(&mut self) -> Result<Plan, Failure> {
        self.time.pass(15 * self.millisecond);
        Ok(Plan {
            batch: 1,
            per_op: Nanos(1e6),
            granule: 1,
        })
    }

    fn burst(&mut self, _: u64, ops: u64) -> Result<(Burst, Vec<f64>), Failure> {
        let ops = u32::try_from(ops).unwrap();
        self.time.pass(ops * self.millisecond);
        let burst = Burst {
            ops: Ops(ops.into()),
            ..Burst::default()
        };
        Ok((burst, vec![self.value; ops as usize]))
    }

    fn finish(self: Box<Self>) -> Result<(), Failure> {
        Ok(())
    }
}

struct Lines(Vec<CaseLine>);

impl Listener for Lines {
    fn round_begins(&mut self, _: u32) -> io::Result<()> {
        Ok(())
    }
    fn case_begins(&mut self, _: &Case, _: u64, _: u64) {}
    fn case_ends(&mut self, line: CaseLine) -> io::Result<()> {
        self.0.push(line);
        Ok(())
    }
}

/// What a run came to.
struct Filled {
    took: Duration,
    lines: Vec<CaseLine>,
    /// In the order of the models.
    rounds: Vec<u32>,
}

impl Filled {
    fn by(models: &[Model], budget: Duration, worst: bool, seed: u64) -> Self {
        let world = World {
            models,
            time: Time::default(),
            draws: RefCell::new(Pcg64Mcg::seed_from_u64(seed)),
        };
        let clock = world.time.clone();
        let ledger = Ledger::with_clock(Box::new(move || clock.0.get()));
        let eyes = RefCell::new(Seeing::of(models));
        let shares = match worst {
            true => Shares::Worst(&eyes),
            false => Shares::Equal,
        };
        let runner = Runner {
            launcher: &world,
            supply: &Supply::default(),
            effort: Effort::default(),
            seed,
            budget: Budget::Filled(budget, shares),
            done: Default::default(),
            reference: false,
            ledger: &ledger,
        };
        let cases: Vec<Case> = models.iter().map(|model| model.case.clone()).collect();
        let mut lines = Lines(Vec::new());
        assert_eq!(runner.run(&cases, &mut lines).unwrap(), Ending::Complete);
        let count = |model: &Model| {
            let own = lines.0.iter().filter(|line| line.id == model.case.info.id);
            let rounds: Vec<u32> = own.map(|line| line.round).collect();
            // Numbered one after the other.
            let last = u32::try_from(rounds.len()).unwrap();
            assert_eq!(rounds, (0..last).collect::<Vec<_>>());
            last
        };
        let rounds = models.iter().map(count).collect();
        Self {
            took: world.time.0.get(),
            lines: lines.0,
            rounds,
        }
    }

    /// Cases of which the record of this run would show a change of 5 %.
    fn sharp(&self, models: &[Model]) -> usize {
        let mut seeing = Seeing::of(models);
        self.lines.iter().for_each(|line| seeing.see(line));
        seeing.eyes.0.sharp().0
    }

    /// Cases that got as many rounds as the real record says that they take: luck
    /// counts for nothing.
    fn truly_sharp(&self, models: &[Model]) -> usize {
        let both = self.rounds.iter().zip(models);
        both.filter(|(rounds, model)| **rounds >= model.wanted)
            .count()
    }
}

#[test]
fn time_goes_where_it_shows_most_and_more_cases_are_sharp_than_by_equal_shares() {
    let models = models();
    assert!(models.len() > 150);
    for seconds in [40, 60, 100] {
        let budget = Duration::from_secs(seconds);
        let (mut planned, mut equal) = ([0, 0], [0, 0]);
        for seed in 0..2 {
            for (worst, sums) in [(true, &mut planned), (false, &mut equal)] {
                let run = Filled::by(&models, budget, worst, seed);
                let share = run.took.as_secs_f64() / budget.as_secs_f64();
                assert!((0.95..1.05).contains(&share), "{seconds} s: {share}");
                assert!(run.rounds.iter().all(|&rounds| rounds >= 3));
                sums[0] += run.sharp(&models);
                sums[1] += run.truly_sharp(&models);
            }
        }
        assert!(
            planned[0] > equal[0] && planned[1] > equal[1],
            "{seconds} s: {planned:?} and {equal:?}"
        );
    }
}

#[test]
fn noisy_cases_get_more_and_quiet_ones_no_more_than_they_need() {
    let models = models();
    let run = Filled::by(&models, Duration::from_secs(60), true, 1);
    let mean = |wanted: std::ops::Range<u32>| {
        let both = run.rounds.iter().zip(&models);
        let own = both.filter(|(_, model)| wanted.contains(&model.wanted));
        let rounds: Vec<f64> = own.map(|(&rounds, _)| f64::from(rounds)).collect();
        rounds.iter().sum::<f64>() / rounds.len() as f64
    };
    let (quiet, noisy) = (mean(0..5), mean(6..25));
    assert!(noisy > 1.3 * quiet, "{noisy} and {quiet}");
}

#[test]
fn no_case_follows_itself_and_few_cases_take_turns() {
    let models = models();
    for count in [2, 3, 12] {
        let few = &models[..count];
        let run = Filled::by(few, Duration::from_secs(20), true, 2);
        let follows = |pair: &[CaseLine]| pair[0].id == pair[1].id;
        let after_itself = run.lines.windows(2).filter(|pair| follows(pair)).count();
        assert_eq!(after_itself, 0, "of {count}");
        assert!(run.took > Duration::from_secs(19));
    }
}

#[test]
fn a_time_that_is_too_short_shortens_bursts_before_it_drops_a_case() {
    let models = models();
    let short = Filled::by(&models, Duration::from_secs(12), true, 3);
    assert!(short.rounds.iter().all(|&rounds| rounds >= 1));
    let samples = |run: &Filled| run.lines.iter().map(|line| line.samples.count()).max();
    let long = Filled::by(&models, Duration::from_secs(60), true, 3);
    assert!(samples(&short) < samples(&long));
    assert_eq!(samples(&long), Some(18));
}
