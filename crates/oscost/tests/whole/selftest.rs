//! `oscost selftest clock` and `selftest placement`: what they try is counted, and what
//! they found is one.

use std::process::Output;

use oscost_harness::pin;
use oscost_record::{Cpu, Placement};
use serde_json::Value;

use crate::common::oscost;

fn selftest(what: &str, json: bool) -> Output {
    let mut call = oscost();
    call.args(["selftest", what]);
    if json {
        call.arg("--json");
    }
    let output = call.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    output
}

fn found(what: &str) -> Value {
    serde_json::from_slice(&selftest(what, true).stdout).unwrap()
}

fn said(what: &str) -> String {
    String::from_utf8(selftest(what, false).stdout).unwrap()
}

/// The CPUs in an array.
fn cpus(array: &Value) -> Vec<Cpu> {
    serde_json::from_value(array.clone()).unwrap()
}

#[test]
fn the_clock_is_tried_on_every_cpu_and_between_them() {
    let clock = found("clock");
    let ours = pin::allowed().unwrap();
    let tried: Vec<Cpu> = (clock["cpus"].as_array().unwrap().iter())
        .flat_map(|one| cpus(&one["cpus"]))
        .collect();
    assert_eq!(tried, ours);
    let hand_overs = clock["hand_overs"].as_array().unwrap();
    let pairs = match ours.len() {
        few @ 1..3 => few - 1,
        many => many,
    };
    assert_eq!(hand_overs.len(), pairs);
    for pair in hand_overs {
        let two = cpus(&pair["cpus"]);
        assert!(two.len() == 2 && two[0] != two[1], "{pair}");
    }
    for readings in clock["cpus"].as_array().unwrap().iter().chain(hand_overs) {
        assert!(readings["readings"].as_u64().unwrap() > 0, "{readings}");
        assert_eq!(readings["went_back"], 0, "{readings}");
    }
    assert_eq!(
        clock["source"] == "clock_gettime",
        clock["fallback"].is_string()
    );
    for figure in ["ticks_per_second", "resolution_ns", "cost_ns"] {
        assert!(clock[figure].as_f64().unwrap() > 0.0, "{figure}: {clock}");
    }
    assert!(clock["ahead_ppm"].is_f64());
    assert_eq!(clock["sound"], true);
    let text = said("clock");
    for words in ["source", "ticks per second", "went back 0 times", "sound"] {
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn parties_run_where_they_are_told_at_every_placement() {
    let trials = found("placement");
    let trials = trials.as_array().unwrap();
    assert_eq!(trials.len(), 2 * Placement::ALL.len());
    let chosen = &crate::common::launcher().0.supply.chosen;
    let mut ran = 0;
    for trial in trials {
        let placement: Placement = serde_json::from_value(trial["placement"].clone()).unwrap();
        let (asked, where_it_ran) = (cpus(&trial["asked"]), cpus(&trial["ran"]));
        if trial["outcome"] == "skipped" {
            assert_eq!(chosen.at(placement), None, "{trial}");
            assert!(
                trial["reason"].is_string() && where_it_ran.is_empty(),
                "{trial}"
            );
            continue;
        }
        ran += 1;
        assert_eq!(trial["outcome"], "as-asked", "{trial}");
        assert_eq!(Some(asked.as_slice()), chosen.at(placement), "{trial}");
        assert_eq!(where_it_ran.len(), 2, "{trial}");
        for (party, cpu) in where_it_ran.iter().enumerate() {
            let told = asked.get(party).or(asked.first()).unwrap_or(cpu);
            assert_eq!(cpu, told, "{trial}");
        }
    }
    // One CPU and the scheduler's choice there are everywhere.
    assert!(ran >= 4, "{trials:?}");
    assert_eq!(said("placement").lines().count(), trials.len());
}
