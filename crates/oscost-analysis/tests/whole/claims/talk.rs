//! Sharing: claims 9, 10, 11 and 20.

use super::book::{cases, claim, claim_of, decides, failing, verdict};

#[test]
fn sharing_between_processes() {
    let channel = "ipc/handover/mpsc/placement=cross-cpu";
    let pipe = "ipc/message/pipe/processes/block/size=64B/placement=cross-cpu";
    let shared = "ipc/message/shared-anonymous/processes/futex/size=64B/placement=cross-cpu";
    decides(
        9,
        [(channel, 10e3), (pipe, 30e3), (shared, 12e3)],
        &[(pipe, 10e3), (shared, 9e3)],
        &[(pipe, 11e3), (shared, 9e3)],
    );
    let found = claim(9, &[(channel, 10e3), (pipe, 30e3), (shared, 10e3)]);
    assert_eq!(
        found.verdict.to_string(),
        "holds only when processes share through a pipe"
    );
    assert_eq!(
        found.finding,
        "64 bytes between processes cost what a channel between threads costs 3.0 times (2.9–3.1) by pipe, 1.00 times (0.98–1.02) through shared memory."
    );
}

#[test]
fn threads_pay_for_locks() {
    let contended = "sync/contended/pthread-mutex/contenders=2/section=100ns/outside=0ns";
    decides(
        10,
        [
            ("sync/uncontended/pthread-mutex", 20.0),
            ("sync/control/unlocked", 1.0),
            (contended, 300.0),
            ("sync/control/turn", 20.0),
        ],
        &[("sync/uncontended/pthread-mutex", 1.0)],
        &[(contended, 22.0)],
    );
}

#[test]
fn who_has_no_permit_queues() {
    let id = |kind: &str, permits: u32| {
        format!("sync/semaphore/{kind}/permits={permits}/contenders=4/section=100ns")
    };
    let ids = [id("posix", 1), id("posix", 4), id("sysv", 1), id("sysv", 4)];
    let waits =
        |of: [f64; 4]| -> Vec<(&str, f64)> { ids.iter().map(String::as_str).zip(of).collect() };
    for (of, words) in [
        ([300.0, 140.0, 17e3, 330.0], "holds"),
        (
            [140.0, 140.0, 17e3, 330.0],
            "holds only when it is a System V semaphore",
        ),
        ([140.0, 140.0, 110.0, 100.0], "undecided on this machine"),
        ([140.0, 140.0, 330.0, 330.0], "does not hold"),
    ] {
        assert_eq!(verdict(11, &waits(of)), words);
    }
}

const WAYS: [&str; 16] = [
    "ipc/message/pipe/processes/block/size=64B/placement=cross-cpu",
    "ipc/message/fifo/processes/size=64B/placement=cross-cpu",
    "ipc/message/signal/processes/wait/size=8B/placement=cross-cpu",
    "ipc/message/posix-queue/processes/size=64B/placement=cross-cpu",
    "ipc/message/shared-posix/processes/futex/size=64B/placement=cross-cpu",
    "sync/processes/posix-semaphore/contenders=2/section=100ns/outside=0ns",
    "ipc/message/unix-stream/processes/block/size=64B/placement=cross-cpu",
    "ipc/message/tcp/processes/block/size=64B/placement=cross-cpu",
    "sync/contended/pthread-mutex/contenders=2/section=100ns/outside=0ns",
    "sync/semaphore/posix/permits=1/contenders=4/section=100ns",
    "sync/condvar/signal/pthread/placement=cross-cpu",
    "ipc/message/signal/threads/wait/size=8B/placement=cross-cpu",
    "ipc/handover/mpsc/placement=cross-cpu",
    "coroutine/channel/oneshot",
    "coroutine/channel/mpsc",
    "coroutine/channel/broadcast/subscribers=8",
];

#[test]
fn every_way_to_communicate_has_a_case() {
    let all = WAYS.map(|id| (id, 1_000.0));
    let found = claim(20, &all);
    assert_eq!(found.verdict.to_string(), "holds");
    assert!(found.finding.starts_with("16 of 16 ways were measured"));
    let failed = claim_of(20, failing(cases(&all), WAYS[3]));
    assert_eq!(failed.verdict.to_string(), "does not hold");
    assert!(
        failed
            .finding
            .starts_with("15 of 16 ways were measured, 1 failed")
    );
    let some = verdict(20, &all[2..]);
    assert_eq!(
        some,
        "not measured: 2 of 16 ways were not part of this run: pipe, named pipe"
    );
}
