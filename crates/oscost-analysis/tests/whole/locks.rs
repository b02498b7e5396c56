//! Which lock serves which load, from whole records.

use crate::common::{measured, record};
use oscost_analysis::{Summary, best_locks, contests, section_as_measured, summarise};
use oscost_record::{CaseInfo, CaseLine, Nanos};

type Case = (CaseInfo, Vec<CaseLine>);

fn summaries(cases: Vec<Case>) -> Vec<Summary> {
    let (infos, lines): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    summarise(&record(1, infos, lines.concat()))
}

/// A lock that is taken `rate` times a second, give or take two percent.
fn lock(title: &str, load: &str, rate: f64) -> Case {
    let id = format!("thread/contended/{}/{load}", title.replace(' ', "-"));
    let (mut info, mut lines) = measured(&id, 100.0);
    info.title = title.to_owned();
    for (line, step) in lines
        .iter_mut()
        .zip([-4.0, -3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0])
    {
        let figures = &mut line.counters.figures;
        let rate = rate * (1.0 + step * 0.005);
        figures.insert("acquisitions_per_second".into(), rate);
        figures.insert("section_ns".into(), 97.0);
    }
    (info, lines)
}

const TWO: &str = "contenders=2/section=100ns/outside=0ns";
const EIGHT: &str = "contenders=8/section=100ns/outside=0ns";

#[test]
fn the_best_of_each_load_is_told_and_who_cannot_be_told_from_it() {
    let found = summaries(vec![
        lock("slow", TWO, 1e6),
        lock("quick", TWO, 5_843_211.0),
        lock("slow", EIGHT, 1e6),
        lock("quick", EIGHT, 1.01e6),
        lock("slow", "contenders=2/section=0ns/outside=1000ns", 3e5),
        lock("quick", "contenders=2/section=0ns/outside=1000ns", 2e5),
    ]);
    assert_eq!(
        best_locks(&found),
        [
            "Nothing inside, 1,000 ns outside. 2 threads: slow (300,000 a second).",
            "100 ns inside (measured: 97.0 ns), nothing outside. 2 threads: quick (5,840,000 a second). 8 threads: quick (1,010,000 a second), which can't be told from slow."
        ]
    );
    let measured = section_as_measured(&contests(&found)).unwrap();
    assert_eq!(measured, (97.0, 97.0));
}

#[test]
fn one_lock_is_not_the_best_of_anything() {
    let found = summaries(vec![lock("quick", TWO, 1e6)]);
    assert_eq!(best_locks(&found), Vec::<String>::new());
    assert_eq!(contests(&found).len(), 1);
    assert_eq!(best_locks(&[]), Vec::<String>::new());
}

#[test]
fn an_instruction_is_in_the_list_but_is_no_lock() {
    let found = summaries(vec![
        lock("slow", "contenders=2/section=0ns/outside=0ns", 1e6),
        lock("quick", "contenders=2/section=0ns/outside=0ns", 2e6),
        lock("fetch-add", "contenders=2/outside=0ns", 9e6),
    ]);
    assert_eq!(
        best_locks(&found),
        ["Nothing inside, nothing outside. 2 threads: quick (2,000,000 a second)."]
    );
    let all = contests(&found);
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|one| one.load == all[0].load));
}

#[test]
fn what_has_other_parameters_is_another_question() {
    let load = "contenders=2/permits=2/section=100ns";
    assert!(contests(&summaries(vec![lock("semaphore", load, 1e6)])).is_empty());
}

#[test]
fn cpu_time_below_the_section_was_not_counted() {
    let cpu = |each: f64| {
        let (info, mut lines) = lock("quick", TWO, 1e6);
        for line in &mut lines {
            line.counters.user_time = Some(Nanos(each));
            line.counters.system_time = Some(Nanos(0.0));
        }
        let found = summaries(vec![(info, lines)]);
        contests(&found)[0].cpu_time()
    };
    assert_eq!(cpu(250.0), Some(250.0));
    assert_eq!(cpu(28.0), None);
}
