//! The system calls that the suites and the harness make, each refused by
//! itself: as a sandbox does it (EPERM), and as an old kernel does (ENOSYS).
//!
//! Left out is:
//! - what no program starts without: `execve`, `mmap`, `mprotect`, `openat`, `read`,
//!   `write`, `close`, `rt_sigaction`, and by the loader `pread64`, `newfstatat`,
//!   `arch_prctl`; by Rust's library `poll` (`ppoll`), before `main`;
//! - what the libraries do not let fail, and abort: `futex`, `clock_nanosleep`, which
//!   every sleep is, `munmap`, `clock_gettime` where there is no vDSO;
//! - what would keep anybody from cleaning up: `wait4`, `mq_unlink`, `unlinkat`,
//!   `semctl`, `msgctl`, `shmctl`;
//! - what nobody makes here: `perf_event_open`, `ptrace`, `userfaultfd`,
//!   `personality`, `shutdown`.

use nix::libc;

use crate::fault::Answer::{self, AllSkipped, Measured, NotBegun, Skipped, Stopped};
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

// What is a call of its own on x86_64 only, and there an older one.
#[cfg(target_arch = "x86_64")]
mod own {
    use nix::libc;

    pub(super) const VFORK: libc::c_long = libc::SYS_vfork;
    pub(super) const DUP2: libc::c_long = libc::SYS_dup2;
    pub(super) const MKDIR: libc::c_long = libc::SYS_mkdir;
    pub(super) const READLINK: libc::c_long = libc::SYS_readlink;
    pub(super) const EPOLL_WAIT: libc::c_long = libc::SYS_epoll_wait;
    /// No other process is made by it.
    pub(super) const NO_VFORK: super::Answer = super::Skipped;
}
#[cfg(not(target_arch = "x86_64"))]
mod own {
    use nix::libc;

    pub(super) const VFORK: libc::c_long = libc::SYS_clone;
    pub(super) const DUP2: libc::c_long = libc::SYS_dup3;
    pub(super) const MKDIR: libc::c_long = libc::SYS_mkdirat;
    pub(super) const READLINK: libc::c_long = libc::SYS_readlinkat;
    pub(super) const EPOLL_WAIT: libc::c_long = libc::SYS_epoll_pwait;
    pub(super) const NO_VFORK: super::Answer = super::AllSkipped;
}
use own::{DUP2, EPOLL_WAIT, MKDIR, NO_VFORK, READLINK, VFORK};

/// The names by which a refused call is told, where it is not its own: those of the
/// library's functions that make it.
const FUNCTIONS: &[(&str, &[&str])] = &[
    ("clone", &["fork"]),
    ("clone3", &["clone3", "pthread_create"]),
    ("dup2", &["dup2", "dup3"]),
    ("pselect6", &["select"]),
    ("rt_tgsigqueueinfo", &["sigqueue"]),
    ("rt_sigqueueinfo", &["sigqueue"]),
    ("rt_sigtimedwait", &["sigwaitinfo"]),
    ("rt_sigsuspend", &["sigsuspend"]),
    ("rt_sigprocmask", &["sigprocmask"]),
    ("semtimedop", &["semop"]),
    ("socket", &["socket", "bind"]),
    ("setsockopt", &["setsockopt", "bind"]),
    ("listen", &["listen", "bind"]),
    ("io_uring_enter", &["io_uring "]),
    ("eventfd2", &["eventfd"]),
    ("mknodat", &["mkfifo"]),
    ("accept4", &["accept"]),
    ("mq_timedsend", &["mq_send"]),
    ("mq_timedreceive", &["mq_receive"]),
];

/// The names by which a call is told: one of them is in the reason.
pub(crate) fn told_as(call: &'static str) -> &'static [&'static str] {
    let known = FUNCTIONS.iter().find(|(name, _)| *name == call);
    let itself = || {
        let row = CALLS.iter().find(|row| row.call == call);
        row.map_or(&[][..], |row| std::slice::from_ref(&row.call))
    };
    known.map_or_else(itself, |(_, names)| names)
}

/// All of them.
#[rustfmt::skip]
pub(crate) const CALLS: &[Refusal] = &[
    alike("clone", libc::SYS_clone, FORK, AllSkipped),
    alike("clone3", libc::SYS_clone3, "^process/create/clone3/rss=0MiB$", Skipped),
    refusal("clone3", libc::SYS_clone3, PTHREAD, Skipped, Measured),
    alike("vfork", VFORK, "^process/create/vfork/rss=0MiB$", NO_VFORK),
    alike("waitid", libc::SYS_waitid, "^process/reap/waitid-pidfd/placement=free$", Skipped),
    alike("pidfd_open", libc::SYS_pidfd_open, "^process/reap/poll-pidfd/placement=free$", Skipped),
    alike("rt_tgsigqueueinfo", libc::SYS_rt_tgsigqueueinfo, "^ipc/message/signal/threads/handler/size=8B/placement=free$", Skipped),
    alike("rt_sigqueueinfo", libc::SYS_rt_sigqueueinfo, "^ipc/message/signal/processes/wait/size=8B/placement=free$", Skipped),
    alike("rt_sigtimedwait", libc::SYS_rt_sigtimedwait, "^ipc/message/signal/processes/wait/size=8B/placement=free$", Skipped),
    alike("setpgid", libc::SYS_setpgid, GETPPID, AllSkipped),
    alike("setsid", libc::SYS_setsid, SEMAPHORE, Measured),
    alike("prctl", libc::SYS_prctl, GETPPID, AllSkipped),
    alike("memfd_create", libc::SYS_memfd_create, GETPPID, AllSkipped),
    alike("memfd_create", libc::SYS_memfd_create, "^process/exec/static$", AllSkipped),
    alike("sched_setaffinity", libc::SYS_sched_setaffinity, GETPPID, AllSkipped),
    alike("sched_getaffinity", libc::SYS_sched_getaffinity, GETPPID, Measured),
    alike("sched_yield", libc::SYS_sched_yield, "^thread/switch/sched-yield$", Skipped),
    alike("sched_setscheduler", libc::SYS_sched_setscheduler, "^sync/futex/wake-one-of/call/waiters=4$", Skipped),
    alike("getrusage", libc::SYS_getrusage, PTHREAD, AllSkipped),
    alike("prlimit64", libc::SYS_prlimit64, PTHREAD, Measured),
    alike("futex_waitv", libc::SYS_futex_waitv, "^sync/futex/waitv/futexes=8$", Skipped),
    alike("semget", libc::SYS_semget, SEMAPHORE, Skipped),
    alike("semop", libc::SYS_semop, SEMAPHORE, Measured),
    alike("semtimedop", libc::SYS_semtimedop, SEMAPHORE, Skipped),
    alike("epoll_create1", libc::SYS_epoll_create1, EPOLL, Skipped),
    alike("epoll_ctl", libc::SYS_epoll_ctl, EPOLL, Skipped),
    alike("timerfd_create", libc::SYS_timerfd_create, "^scenario/server-open/thread/connections=10$", Skipped),
    alike("eventfd2", libc::SYS_eventfd2, "^ipc/message/eventfd/processes/.*placement=free$", Skipped),
    alike("pipe2", libc::SYS_pipe2, PIPE, AllSkipped),
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
    alike("dup2", DUP2, GETPPID, AllSkipped),
    alike("fchmod", libc::SYS_fchmod, GETPPID, AllSkipped),
    alike("mkdir", MKDIR, GETPPID, NotBegun("cannot make the record")),
    alike("readlink", READLINK, GETPPID, NotBegun("readlink(/proc/self/exe)")),
    alike("getppid", libc::SYS_getppid, GETPPID, Skipped),
    alike("kill", libc::SYS_kill, PIPE, Measured),
    alike("fstat", libc::SYS_fstat, GETPPID, Measured),
    alike("statx", libc::SYS_statx, GETPPID, Measured),
    alike("fcntl", libc::SYS_fcntl, GETPPID, Measured),
    alike("fcntl", libc::SYS_fcntl, "^ipc/message/pipe/processes/spin/size=64B/placement=free$", Skipped),
    alike("ioctl", libc::SYS_ioctl, "^scenario/server/(pool|coroutine)/connections=10$", Skipped),
    alike("madvise", libc::SYS_madvise, PTHREAD, Measured),
    alike("madvise", libc::SYS_madvise, "^process/create/fork-huge/rss=16MiB$", Skipped),
    alike("rt_sigprocmask", libc::SYS_rt_sigprocmask, "^process/reap/sigchld/placement=free$", AllSkipped),
    alike("rt_sigsuspend", libc::SYS_rt_sigsuspend, "^ipc/message/signal/processes/handler/size=8B/placement=free$", Skipped),
    alike("tgkill", libc::SYS_tgkill, "^thread/switch/futex/placement=same-cpu$", Measured),
    alike("set_robust_list", libc::SYS_set_robust_list, "^sync/uncontended/pthread-robust$", Measured),
    alike("pselect6", libc::SYS_pselect6, "^ipc/wake/select/idle=1/placement=free$", Skipped),
    alike("epoll_wait", EPOLL_WAIT, EPOLL, Skipped),
    alike("timerfd_settime", libc::SYS_timerfd_settime, "^scenario/server-open/thread/connections=10$", Skipped),
    alike("sendto", libc::SYS_sendto, "^scenario/hosts/namespaces$", Skipped),
    alike("recvfrom", libc::SYS_recvfrom, "^scenario/hosts/namespaces$", Skipped),
    alike("sendto", libc::SYS_sendto, SEMAPHORE, Measured),
    alike("recvfrom", libc::SYS_recvfrom, SEMAPHORE, Measured),
    alike("getsockopt", libc::SYS_getsockopt, TCP, Skipped),
];
