//! The system calls that the suites and the harness make, each refused by
//! itself: as a sandbox does it (EPERM), and as an old kernel does (ENOSYS).
//!
//! Left out is what no program starts without (`execve`, `mmap`, `openat`, `read`,
//! `write`, `close`, `rt_sigaction`), what Rust's library does not let fail
//! (`clock_nanosleep`), and what would keep anybody from cleaning up (`wait4`,
//! `mq_unlink`, `unlinkat`).

use nix::libc;

use crate::fault::Answer::{self, Measured, Skipped, Stopped};
use crate::fault::Refusal;

const fn refusal(
    call: &'static str,
    number: libc::c_long,
    filter: &'static str,
    forbidden: Answer,
    unknown: Answer,
) -> Refusal {
    Refusal {
        call,
        number,
        filter,
        forbidden,
        unknown,
    }
}

/// Both errnos come to the same.
const fn alike(
    call: &'static str,
    number: libc::c_long,
    filter: &'static str,
    both: Answer,
) -> Refusal {
    refusal(call, number, filter, both, both)
}

const GETPPID: &str = "^thread/syscall/getppid$";
const PIPE: &str = "^process/switch/pipe/placement=same-cpu$";
const SEMAPHORE: &str = "^sync/uncontended/sysv-semaphore$";
const QUEUE: &str = "^ipc/message/posix-queue/processes/size=64B/placement=free$";
const SYSV_QUEUE: &str = "^ipc/message/sysv-queue/processes/size=64B/placement=free$";
const TCP: &str = "^ipc/message/tcp/processes/block/size=64B/placement=free$";
const CONNECT: &str = "^ipc/connect/unix/placement=free$";
const RIGHTS: &str = "^ipc/connect/scm-rights/placement=free$";
const URING: &str = "^ipc/message/uring-pipe/processes/size=64B/placement=free$";
const SEGMENT: &str = "^ipc/message/shared-sysv/processes/futex/size=64B/placement=free$";
const EPOLL: &str = "^ipc/wake/epoll/idle=1/placement=free$";
const FORK: &str = "^process/create/fork/rss=0MiB$";
const PTHREAD: &str = "^thread/create/pthread$";

/// It is no call of its own everywhere.
#[cfg(target_arch = "x86_64")]
const VFORK: libc::c_long = libc::SYS_vfork;
#[cfg(not(target_arch = "x86_64"))]
const VFORK: libc::c_long = libc::SYS_clone;

/// All of them.
#[rustfmt::skip]
pub(crate) const CALLS: &[Refusal] = &[
    alike("clone", libc::SYS_clone, FORK, Skipped),
    alike("clone3", libc::SYS_clone3, "^process/create/clone3/rss=0MiB$", Skipped),
    refusal("clone3", libc::SYS_clone3, PTHREAD, Skipped, Measured),
    alike("vfork", VFORK, "^process/create/vfork/rss=0MiB$", Skipped),
    alike("waitid", libc::SYS_waitid, "^process/reap/waitid-pidfd/placement=free$", Skipped),
    alike("pidfd_open", libc::SYS_pidfd_open, "^process/reap/poll-pidfd/placement=free$", Skipped),
    alike("rt_tgsigqueueinfo", libc::SYS_rt_tgsigqueueinfo, "^ipc/message/signal/threads/handler/size=8B/placement=free$", Skipped),
    alike("rt_sigqueueinfo", libc::SYS_rt_sigqueueinfo, "^ipc/message/signal/processes/wait/size=8B/placement=free$", Skipped),
    alike("rt_sigtimedwait", libc::SYS_rt_sigtimedwait, "^ipc/message/signal/processes/wait/size=8B/placement=free$", Skipped),
    alike("setpgid", libc::SYS_setpgid, GETPPID, Skipped),
    alike("setsid", libc::SYS_setsid, SEMAPHORE, Measured),
    alike("prctl", libc::SYS_prctl, GETPPID, Skipped),
    alike("memfd_create", libc::SYS_memfd_create, GETPPID, Skipped),
    alike("memfd_create", libc::SYS_memfd_create, "^process/exec/static$", Skipped),
    alike("sched_setaffinity", libc::SYS_sched_setaffinity, GETPPID, Skipped),
    alike("sched_getaffinity", libc::SYS_sched_getaffinity, GETPPID, Measured),
    alike("sched_yield", libc::SYS_sched_yield, "^thread/switch/sched-yield$", Skipped),
    alike("sched_setscheduler", libc::SYS_sched_setscheduler, "^sync/futex/wake-one-of/call/waiters=4$", Skipped),
    alike("getrusage", libc::SYS_getrusage, PTHREAD, Skipped),
    alike("prlimit64", libc::SYS_prlimit64, PTHREAD, Measured),
    alike("futex", libc::SYS_futex, "^thread/switch/futex/placement=same-cpu$", Skipped),
    alike("futex_waitv", libc::SYS_futex_waitv, "^sync/futex/waitv/futexes=8$", Skipped),
    alike("semget", libc::SYS_semget, SEMAPHORE, Skipped),
    alike("semop", libc::SYS_semop, SEMAPHORE, Measured),
    alike("semtimedop", libc::SYS_semtimedop, SEMAPHORE, Skipped),
    alike("epoll_create1", libc::SYS_epoll_create1, EPOLL, Skipped),
    alike("epoll_ctl", libc::SYS_epoll_ctl, EPOLL, Skipped),
    alike("timerfd_create", libc::SYS_timerfd_create, "^scenario/server-open/thread/connections=10$", Skipped),
    alike("eventfd2", libc::SYS_eventfd2, "^ipc/message/eventfd/processes/.*placement=free$", Skipped),
    alike("pipe2", libc::SYS_pipe2, PIPE, Skipped),
    alike("mknodat", libc::SYS_mknodat, "^ipc/message/fifo/processes/size=64B/placement=free$", Skipped),
    alike("socketpair", libc::SYS_socketpair, "^ipc/message/unix-stream/processes/block/size=64B/placement=free$", Skipped),
    alike("socket", libc::SYS_socket, TCP, Skipped),
    alike("bind", libc::SYS_bind, TCP, Skipped),
    alike("listen", libc::SYS_listen, CONNECT, Skipped),
    alike("accept4", libc::SYS_accept4, CONNECT, Skipped),
    alike("connect", libc::SYS_connect, CONNECT, Skipped),
    alike("setsockopt", libc::SYS_setsockopt, TCP, Skipped),
    alike("getsockname", libc::SYS_getsockname, "^ipc/connect/tcp/placement=free$", Skipped),
    alike("sendmsg", libc::SYS_sendmsg, RIGHTS, Skipped),
    alike("recvmsg", libc::SYS_recvmsg, RIGHTS, Skipped),
    alike("mq_open", libc::SYS_mq_open, QUEUE, Skipped),
    alike("mq_timedsend", libc::SYS_mq_timedsend, QUEUE, Skipped),
    alike("mq_timedreceive", libc::SYS_mq_timedreceive, QUEUE, Skipped),
    alike("msgget", libc::SYS_msgget, SYSV_QUEUE, Skipped),
    alike("msgsnd", libc::SYS_msgsnd, SYSV_QUEUE, Skipped),
    alike("msgrcv", libc::SYS_msgrcv, SYSV_QUEUE, Skipped),
    alike("shmget", libc::SYS_shmget, SEGMENT, Skipped),
    alike("shmat", libc::SYS_shmat, SEGMENT, Skipped),
    alike("ftruncate", libc::SYS_ftruncate, "^ipc/message/shared-posix/processes/futex/size=64B/placement=free$", Skipped),
    alike("splice", libc::SYS_splice, "^ipc/stream/splice/processes/chunk=65536B/placement=free$", Skipped),
    alike("vmsplice", libc::SYS_vmsplice, "^ipc/stream/vmsplice/processes/chunk=65536B/placement=free$", Skipped),
    alike("process_vm_readv", libc::SYS_process_vm_readv, "^ipc/message/process-vm-readv/processes/size=64B/placement=free$", Skipped),
    alike("io_uring_setup", libc::SYS_io_uring_setup, URING, Skipped),
    alike("io_uring_enter", libc::SYS_io_uring_enter, URING, Skipped),
    alike("io_uring_register", libc::SYS_io_uring_register, "^ipc/message/uring-msg-ring/processes/size=8B/placement=free$", Skipped),
    alike("unshare", libc::SYS_unshare, "^scenario/hosts/namespaces$", Skipped),
    alike("getdents64", libc::SYS_getdents64, PIPE, Measured),
    alike("uname", libc::SYS_uname, GETPPID, Measured),
    alike("sysinfo", libc::SYS_sysinfo, GETPPID, Measured),
    alike("getrandom", libc::SYS_getrandom, GETPPID, Measured),
    alike("fsync", libc::SYS_fsync, GETPPID, Stopped("cannot write to the record")),
    alike("perf_event_open", libc::SYS_perf_event_open, GETPPID, Measured),
    alike("userfaultfd", libc::SYS_userfaultfd, GETPPID, Measured),
    alike("personality", libc::SYS_personality, GETPPID, Measured),
    alike("ptrace", libc::SYS_ptrace, GETPPID, Measured),
];
