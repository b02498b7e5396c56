//! Sound records with a few things changed at random: whatever can be read of
//! them gives a digest and estimates, and nothing panics. `scripts/fuzz` runs
//! this for longer.
use std::path::Path;
use std::time::{Duration, Instant};

use oscost_analysis::{Digest, summarise};
use oscost_record::Record;

#[path = "../../../oscost-record/tests/hostile/files/mod.rs"]
mod files;

/// Mutants of a plain `cargo test`.
const MUTANTS: u64 = 3_000;

/// Files beyond this size take long and show no more.
const LARGEST: usize = 20_000;

/// Pieces that a record is made of, and some that it is not.
const PIECES: [&[u8]; 24] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b",",
    b":",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xff",
    b"null",
    b"-1",
    b"0",
    b"1e18",
    b"1e999",
    b"1e-9",
    b"4294967295",
    b"18446744073709551615",
    b"9007199254740992",
    b"68719476736",
    b"{\"histogram\":[[1,34359738368],[2,3]]}",
    b"\"outcome\":\"failed\",\"reason\":\"\"",
    b"\"reference\":{\"workload\":\"p\",\"level\":1,\"ratio\":0}",
];

/// Draws that are the same for the same seed (SplitMix64: Steele, Lea and
/// Flood, 2014).
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).unwrap()
    }
}

/// Changes one thing: a bit, a stretch that goes, comes twice or elsewhere, a
/// piece put in, a number replaced.
fn mutate(bytes: &mut Vec<u8>, draws: &mut Draws) {
    let at = draws.below(bytes.len());
    let to = (at + draws.below(60)).min(bytes.len());
    let piece = PIECES[draws.below(PIECES.len())];
    match draws.below(7) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << draws.below(8);
            }
        }
        1 => drop(bytes.drain(at..to)),
        2 => bytes.truncate(at),
        3 => {
            let stretch = bytes[at..to].to_vec();
            let place = draws.below(bytes.len());
            bytes.splice(place..place, stretch);
        }
        4 => drop(bytes.splice(at..at, piece.iter().copied())),
        _ => {
            let is_digit = |byte: &u8| byte.is_ascii_digit();
            let Some(first) = bytes[at..].iter().position(is_digit) else {
                return;
            };
            let first = at + first;
            let digits = bytes[first..]
                .iter()
                .take_while(|byte| is_digit(byte))
                .count();
            bytes.splice(first..first + digits, piece.iter().copied());
        }
    }
}

fn look(bytes: &[u8]) {
    let Ok(record) = Record::read_from(Path::new("record.jsonl"), bytes) else {
        return;
    };
    let digest = Digest::of(&record);
    let text = serde_json::to_string(&digest).unwrap();
    assert_eq!(serde_json::from_str::<Digest>(&text).unwrap(), digest);
    for summary in summarise(&record) {
        if let Some(estimate) = summary.estimate {
            assert!(estimate.low <= estimate.value && estimate.value <= estimate.high);
        }
    }
}

#[test]
fn nothing_panics_on_what_is_almost_a_record() {
    let setting = |name: &str| std::env::var(name).ok().map(|text| text.parse().unwrap());
    let limit = setting("OSCOST_FUZZ_SECONDS").map(Duration::from_secs);
    let seed: u64 = setting("OSCOST_FUZZ_SEED").unwrap_or(1);
    let mut files = files::files();
    files.retain(|file| file.bytes.len() < LARGEST && file.owed != files::Owed::Refusal);
    let begin = Instant::now();
    let mut draws = Draws(seed);
    let mut mutants = 0;
    while limit.map_or(mutants < MUTANTS, |limit| begin.elapsed() < limit) {
        // The file that most others are made from, every other time.
        let sound = files.iter().position(|file| file.name == "sound").unwrap();
        let any = draws.below(2 * files.len());
        let file = files.get(any).unwrap_or(&files[sound]);
        let mut bytes = file.bytes.clone();
        for _ in 0..=draws.below(6) {
            mutate(&mut bytes, &mut draws);
        }
        if std::panic::catch_unwind(|| look(&bytes)).is_err() {
            panic!(
                "mutant {mutants} of seed {seed}, made from `{}`:\n{}",
                file.name,
                bytes.escape_ascii()
            );
        }
        mutants += 1;
    }
    println!("{mutants} mutants of seed {seed}, no panic");
}
