//! A record as a run on a small virtual machine would leave it: made up, but
//! with modes, tails, skips and failures where real ones have them. The same
//! at every call.

use std::collections::BTreeMap;

use oscost_record::*;

mod catalogue;
pub(crate) mod page;
pub(crate) mod past;
pub(crate) mod scenario;
pub(crate) use catalogue::catalogue;

/// Uniform numbers by a linear congruential generator (Knuth's MMIX).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn uniform(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }

    /// One sample around `centre` with a heavy right tail.
    fn sample(&mut self, centre: f64) -> f64 {
        let tail = if self.uniform() < 0.01 {
            1.0 + 20.0 * self.uniform().powi(3)
        } else {
            1.0
        };
        centre * (0.06 * self.normal()).exp() * tail
    }
}

pub(crate) fn machine() -> Machine {
    Machine {
        arch: "x86_64".into(),
        vendor: "GenuineIntel".into(),
        family: "6".into(),
        model: "106".into(),
        stepping: "6".into(),
        name: "Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz".into(),
        sockets: 1,
        cores: 2,
        threads_per_core: 1,
        usable_cpus: 2,
        numa_nodes: 1,
        l3_kib: Some(49_152),
        memory_gib: 24,
        hypervisor: Some("KVM".into()),
        ..Machine::default()
    }
    .keyed()
}

pub(crate) fn run() -> Run {
    let configuration = [
        ("kernel", "6.8.0-45-generic"),
        (
            "mitigations",
            "spectre_v2: Mitigation: Enhanced IBRS; spec_store_bypass: Mitigation",
        ),
        ("clocksource", "tsc"),
        ("transparent_hugepages", "madvise"),
        ("aslr", "2"),
        ("libc", "glibc 2.39"),
        ("ulimit_nproc", "95000"),
    ];
    Run {
        schema: SCHEMA,
        tool: Tool {
            name: "oscost".into(),
            version: "0.1.0".into(),
            binary: Some("0123456789abcdef".into()),
        },
        driver: Driver::Rounds,
        tier: Tier::Core,
        machine: machine(),
        configuration: Configuration(
            configuration
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .into(),
        ),
        clock: ClockInfo {
            source: "rdtsc".into(),
            fallback: None,
            ticks_per_second: 2_793_437_000.0,
            resolution: Nanos(0.7),
            cost: Nanos(18.4),
        },
        brief: false,
        command: ["oscost", "run", "--tier", "core", "--seed", "7"]
            .map(str::to_owned)
            .to_vec(),
        seed: 7,
        started: "2026-03-01T10:20:30Z".into(),
        cases: catalogue().into_iter().map(|(info, _)| info).collect(),
    }
}

/// `rounds` rounds of the whole catalogue.
pub(crate) fn record(rounds: u32) -> Record {
    record_of(rounds, |_| true)
}

/// The same of some cases.
pub(crate) fn record_of(rounds: u32, wanted: impl Fn(&CaseId) -> bool) -> Record {
    let mut catalogue = catalogue();
    catalogue.retain(|(info, _)| wanted(&info.id));
    let mut dice = Dice::new(7);
    let mut cases = Vec::new();
    for round in 0..rounds {
        for (info, centre) in &catalogue {
            cases.push(line(&mut dice, info, *centre, round));
        }
    }
    let state = |round: u32| State {
        at: format!(
            "2026-03-01T10:{:02}:{:02}Z",
            20 + round / 10,
            round % 10 * 6
        ),
        load1: Some(0.4 + f64::from(round) * 0.05),
        steal_percent: Some(1.3),
        ..State::default()
    };
    let run = Run {
        cases: catalogue.into_iter().map(|(info, _)| info).collect(),
        ..run()
    };
    Record {
        run,
        rounds: (0..rounds)
            .map(|round| RoundLine {
                round,
                state: state(round),
            })
            .collect(),
        cases,
        end: Some(End {
            ended: "2026-03-01T10:22:30Z".into(),
            interrupted: false,
        }),
        damage: Vec::new(),
    }
}

fn outcome(info: &CaseInfo, round: u32) -> Outcome {
    match info.id.0.as_str() {
        "thread/memory/pthread/tasks=10000" => {
            Outcome::Skipped("`ulimit -u` allows 4096 tasks, and this case needs 10,000: raise it with `ulimit -u 12000`".into())
        }
        "process/create/fork-exec/dynamic" => {
            Outcome::Failed("the target `true-dynamic` is missing: run `cargo build` first".into())
        }
        "thread/switch/futex/placement=cross-cpu" if round == 2 => {
            Outcome::Failed("asked for two CPUs, and both parties ran on CPU 0".into())
        }
        _ => Outcome::Measured,
    }
}

/// As a record keeps samples: many of them to three digits, with their counts.
fn kept(values: Vec<f64>) -> Samples {
    if values.len() <= 256 {
        return Samples::Raw(values);
    }
    let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
    for value in values {
        // Values above zero have the order of their bits.
        let digits: f64 = format!("{value:.2e}").parse().unwrap_or(value);
        *counts.entry(digits.to_bits()).or_default() += 1;
    }
    let buckets = counts.into_iter();
    Samples::Histogram(buckets.map(|(bits, n)| (f64::from_bits(bits), n)).collect())
}

/// What cases take beside their samples.
fn figures(info: &CaseInfo, centre: f64) -> BTreeMap<String, f64> {
    let of = |name: &str| {
        info.parameters
            .get(name)
            .map_or(0.0, |size| size.value as f64)
    };
    let figures = match info.operation.split('/').next().unwrap_or_default() {
        "many" => vec![("switches_per_second", 1e9 / centre), ("system_share", 0.8)],
        "contended" => vec![
            ("acquisitions_per_second", 1e9 / centre),
            ("fairness_share", 0.9),
            ("section_ns", of("section") * 0.97),
        ],
        "stream" => vec![("bytes_per_second", of("chunk") * 1e9 / centre)],
        _ => Vec::new(),
    };
    let named = |(name, value): (&str, f64)| (name.to_owned(), value);
    figures.into_iter().map(named).collect()
}

fn line(dice: &mut Dice, info: &CaseInfo, centre: f64, round: u32) -> CaseLine {
    let outcome = outcome(info, round);
    let drift = (0.05 * dice.normal()).exp();
    let memory = info.aspect.is_level();
    let (samples, ops) = match centre {
        _ if memory => (1, 1),
        slow if slow > 300_000.0 => (30, 1),
        middle if middle > 2_000.0 => (800, 1),
        _ => (200, 1000),
    };
    let free = info.placement == Placement::Free && info.peers.is_some();
    let draw = |dice: &mut Dice| {
        let mode = if free && dice.uniform() < 0.35 {
            3.1
        } else {
            1.0
        };
        let noise = if memory { 1.0 } else { drift * mode };
        if memory {
            centre * (1.0 + 0.002 * dice.normal())
        } else {
            dice.sample(centre * noise)
        }
    };
    let values: Vec<f64> = (0..samples).map(|_| draw(dice)).collect();
    let total = samples * ops;
    let parts = |names: &[(&str, f64)]| {
        names
            .iter()
            .map(|&(name, share)| (name.to_owned(), centre * share))
            .collect()
    };
    CaseLine {
        id: info.id.clone(),
        round,
        samples: if outcome == Outcome::Measured {
            kept(values)
        } else {
            Samples::default()
        },
        outcome,
        reference: None,
        unit: info.unit.clone(),
        ops_per_sample: Ops(ops),
        counters: Counters {
            voluntary_switches: Some(if info.aspect == Aspect::Switch {
                2 * total
            } else {
                0
            }),
            minor_faults: Some(if info.aspect == Aspect::Create {
                40 * total
            } else {
                0
            }),
            user_time: Some(Nanos(centre * 0.2 * total as f64)),
            system_time: Some(Nanos(centre * 0.8 * total as f64)),
            parts: if memory {
                parts(&[
                    ("resident", 0.7),
                    ("page_tables", 0.2),
                    ("kernel_stack", 0.1),
                    ("virtual", 9.0),
                ])
            } else {
                BTreeMap::new()
            },
            figures: figures(info, centre),
            ..Counters::default()
        },
        cpus: vec![Cpu(0)],
        bursts: vec![Burst {
            ops: Ops(total),
            elapsed: Nanos(centre * total as f64),
            cpus: if free && round.is_multiple_of(3) {
                vec![Cpu(0), Cpu(1)]
            } else {
                vec![Cpu(0), Cpu(0)]
            },
            counters: Counters::default(),
            disturbed: round == 1,
        }],
    }
}
