//! The weight of an idle thread, held against what a shell script reads of the
//! same number of idle threads in another process, with none of our code.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of a test"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::time::Duration;

use oscost_harness::Measure;
use oscost_harness::memory::of_this_process;
use oscost_sys::futex::{Scope, wait};
use oscost_sys::pthread::{Entry, Thread};
use oscost_thread::SUITE;

/// Tells this program, executed again, what it is to do with how many threads.
const ROLE: &str = "OSCOST_TEST_ROLE";
const COUNT: &str = "OSCOST_TEST_COUNT";

/// A process's resident memory and page tables, in KiB. `Anonymous` counts
/// whole pages where the harness takes shares: nobody else maps these.
const SCRIPT: &str = r"
    awk '/^Anonymous:/ { print $2 }' /proc/$1/smaps_rollup
    awk '/^VmPTE:/ { print $2 }' /proc/$1/status
";

/// Two readings may differ by so much of the larger.
const TOLERANCE: f64 = 0.05;

#[test]
fn an_idle_thread_weighs_what_the_shell_says() {
    let count = || std::env::var(COUNT).unwrap().parse().unwrap();
    match std::env::var(ROLE).as_deref() {
        Ok("weigh") => return weigh(count()),
        Ok("hold") => return hold(count()),
        _ => {}
    }
    if std::env::var_os("OSCOST_PROBE_RUNNER").is_some() {
        println!("skipped: an emulator's own memory would be weighed along with the threads");
        return;
    }
    if let Err(why) = of_this_process() {
        println!("skipped: {why}");
        return;
    }
    for count in [100_u64, 1000] {
        let weighed = weighed(count);
        let read = read_by_shell(count);
        println!("{count} threads: {weighed:.0} B each weighed, {read:.0} B each by the shell");
        let apart = (weighed - read).abs() / weighed.max(read);
        assert!(
            apart <= TOLERANCE,
            "{count} threads: {weighed} and {read} bytes each"
        );
    }
}

/// This program in a role.
fn play(role: &str, count: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "an_idle_thread_weighs_what_the_shell_says",
            "--nocapture",
        ])
        .env(ROLE, role)
        .env(COUNT, count.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The rest of the next line that has `mark` in it: the test runner writes to
/// the same output.
fn after(mark: &str, output: &mut impl std::io::BufRead) -> String {
    let mut lines = output.lines();
    let found = lines.find_map(|line| {
        let line = line.unwrap();
        let (_, rest) = line.split_once(mark)?;
        Some(rest.trim().to_owned())
    });
    found.unwrap_or_else(|| panic!("no line with {mark}"))
}

/// Resident memory and page tables of each thread, by the case itself.
fn weighed(count: u64) -> f64 {
    let mut child = play("weigh", count);
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let bytes = after("each:", &mut output).parse().unwrap();
    assert!(child.wait().unwrap().success());
    bytes
}

fn weigh(count: u64) {
    let id = format!("thread/memory/pthread/tasks={count}");
    let case = SUITE.cases().into_iter().find(|case| case.info.id.0 == id);
    let case = case.unwrap();
    let Measure::Level(mut level) = (case.row.build)(&case.setting(Vec::new())).unwrap() else {
        panic!("{id} is not a level");
    };
    let parts = level.read().unwrap().parts;
    println!("\neach: {}", parts["resident"] + parts["page_tables"]);
}

/// The same by the shell, from outside.
fn read_by_shell(count: u64) -> f64 {
    let mut child = play("hold", count);
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut input = child.stdin.take().unwrap();
    after("none", &mut output);
    let before = occupied(child.id());
    input.write_all(b"\n").unwrap();
    after("all", &mut output);
    let grown = occupied(child.id()) - before;
    drop(input);
    assert!(child.wait().unwrap().success());
    grown / count as f64
}

fn occupied(pid: u32) -> f64 {
    let output = Command::new("/bin/sh")
        .args(["-c", SCRIPT, "sh", &pid.to_string()])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let kib: Vec<f64> = text.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(
        kib.len(),
        2,
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    kib.iter().sum::<f64>() * 1024.0
}

static RESTING: AtomicU64 = AtomicU64::new(0);
static NEVER: AtomicU32 = AtomicU32::new(0);

fn rest(resting: &'static AtomicU64) {
    resting.fetch_add(1, Release);
    loop {
        let _ = wait(&NEVER, 0, Scope::Private);
    }
}

/// Makes the threads when a line comes, and keeps them until the input ends.
/// They go down with the process.
fn hold(count: u64) {
    let entry = Entry::new(rest, &RESTING);
    let mut threads: Vec<Thread> = Vec::with_capacity(usize::try_from(count).unwrap());
    let mut input = std::io::stdin().lock();
    println!("\nnone");
    input.read_line(&mut String::with_capacity(16)).unwrap();
    for _ in 0..count {
        threads.push(entry.create(None).unwrap());
    }
    while RESTING.load(Acquire) < count {
        std::thread::sleep(Duration::from_millis(1));
    }
    println!("\nall");
    input.read_to_end(&mut Vec::new()).unwrap();
}
