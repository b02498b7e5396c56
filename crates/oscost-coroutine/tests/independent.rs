//! The weights of idle coroutines, found out once more by other means: a
//! program that is not oscost's makes them, and a shell script reads `/proc`.
//! Both must agree within five per cent.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "parts of a test")]

use std::future::poll_fn;
use std::io::{BufRead as _, BufReader, Write as _};
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};

use oscost_coroutine::SUITE;
use oscost_coroutine::stack::{Coroutine, Stack, State};
use oscost_harness::Measure;

/// Tells this program, executed again, what to be: `make KIND COUNT`, or
/// `weigh CASE`.
const ROLE: &str = "OSCOST_TEST_ROLE";
/// Anonymous memory and page tables of a process, in KiB.
const SCRIPT: &str = "cat /proc/$1/smaps_rollup /proc/$1/status | \
    awk '/^Anonymous:|^VmPTE:/ { sum += $2 } END { print sum }'";
/// What begins a line that is meant for the test.
const MARK: &str = "independent: ";

#[test]
fn a_shell_script_finds_the_same_weights() {
    if let Ok(role) = std::env::var(ROLE) {
        return play(&role.split(' ').collect::<Vec<_>>());
    }
    if std::env::var_os("OSCOST_PROBE_RUNNER").is_some() {
        println!("skipped: the emulator's memory would be weighed with the coroutines");
        return;
    }
    for (kind, counts) in [("bare", [1_000, 10_000]), ("future", [10_000, 100_000])] {
        for count in counts {
            let by_script = by_script(kind, count);
            let by_case = by_case(kind, count);
            println!("{kind} {count}: {by_script:.1} by the script, {by_case:.1} by the case");
            assert!(
                (by_script / by_case - 1.0).abs() <= 0.05,
                "{kind} {count}: {by_script:.1} and {by_case:.1} bytes each"
            );
        }
    }
}

fn play(role: &[&str]) {
    match role {
        ["make", kind, count] => make(kind, count.parse().unwrap()),
        ["weigh", case] => weigh(case),
        _ => panic!("{role:?}"),
    }
}

/// This test, executed again.
fn again(role: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "--exact",
            "a_shell_script_finds_the_same_weights",
            "--nocapture",
        ])
        .env(ROLE, role)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

/// Bytes per coroutine, by a script that looks at the maker before and after.
fn by_script(kind: &str, count: u64) -> f64 {
    let mut maker = again(&format!("make {kind} {count}")).spawn().unwrap();
    let mut orders = maker.stdin.take().unwrap();
    let mut lines = BufReader::new(maker.stdout.take().unwrap()).lines();
    let mut kib = || {
        lines
            .by_ref()
            .map(Result::unwrap)
            .find(|line| line.contains(MARK))
            .unwrap();
        let output = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "sh", &maker.id().to_string()])
            .output()
            .unwrap();
        let sum = String::from_utf8(output.stdout).unwrap();
        orders.write_all(b"go on\n").unwrap();
        sum.trim().parse::<f64>().unwrap()
    };
    let before = kib();
    let after = kib();
    assert!(maker.wait().unwrap().success());
    (after - before) * 1024.0 / count as f64
}

/// Makes idle coroutines while nobody looks. All that it needs for that is
/// resident before.
fn make(kind: &str, count: usize) {
    match kind {
        "bare" => hold(count, || {
            let mut coroutine = Coroutine::idle(Stack::new(64 << 10).unwrap());
            assert_eq!(coroutine.resume(), State::Suspended);
            coroutine
        }),
        "future" => hold(count, || {
            let mut future = Box::pin(idle(&COUNT)) as Pin<Box<dyn Future<Output = ()>>>;
            let mut context = Context::from_waker(Waker::noop());
            assert!(future.as_mut().poll(&mut context).is_pending());
            future
        }),
        _ => panic!("{kind}"),
    }
}

static COUNT: AtomicU64 = AtomicU64::new(0);

/// Holds what the case's async block holds: a pointer, and where it stands.
async fn idle(count: &'static AtomicU64) {
    count.fetch_add(1, Relaxed);
    let mut paused = false;
    poll_fn(move |_| {
        if paused {
            return Poll::Ready(());
        }
        paused = true;
        Poll::Pending
    })
    .await;
    count.fetch_add(1, Relaxed);
}

fn hold<T>(count: usize, one: impl Fn() -> T) {
    let mut all: Vec<Option<T>> = (0..count).map(|_| None).collect();
    // The code, and a page of the heap, are there once it has run.
    drop(one());
    wait();
    for place in &mut all {
        *place = Some(one());
    }
    wait();
    // They are not taken down: the process ends with them.
    std::mem::forget(all);
}

/// Stands still until told to go on.
fn wait() {
    println!("{MARK}ready");
    std::io::stdout().flush().unwrap();
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).unwrap();
}

/// Bytes per coroutine, by the case.
fn by_case(kind: &str, count: u64) -> f64 {
    let output = again(&format!("weigh coroutine/memory/{kind}/tasks={count}"))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let line = said.lines().find_map(|line| line.split(MARK).nth(1));
    line.unwrap_or_else(|| panic!("{said}")).parse().unwrap()
}

fn weigh(id: &str) {
    let cases = SUITE.cases();
    let case = cases.iter().find(|case| case.info.id.0 == id).unwrap();
    let Measure::Level(mut level) = (case.row.build)(&case.setting(Vec::new())).unwrap() else {
        panic!("{id} is not a level");
    };
    let reading = level.read().unwrap();
    println!(
        "{MARK}{}",
        reading.parts["resident"] + reading.parts["page_tables"]
    );
}
