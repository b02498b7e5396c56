"""What is held against what.

A measurement is one command of a peer and one case of oscost; a row is one figure
of both. `{n}` in a command is how much work it is to do, chosen so that it takes
the budget. Whatever does other work than any case stands in OTHER, with what it
times, and has no ratio.
"""

from dataclasses import dataclass
from typing import Callable

import parse


@dataclass(frozen=True)
class Measurement:
    name: str
    command: str
    parser: Callable
    case: str
    # Of which all is one: a round trip, a message.
    unit: str
    peer_times: str
    ours_times: str
    # How many CPUs both have.
    cpus: int = 1
    # The work that a pilot run begins with; 0 where the peer takes its own time.
    pilot: int = 0
    # Units in each piece of that work.
    units: int = 1
    # Units in each operation of the case.
    of_case: int = 1
    figures: tuple = ("mean",)
    # Why oscost's figure may be the larger one, where that was looked into.
    why: str = ""
    # A command and what it must print for the peer to have this.
    needs: tuple = ()


def messaging(command, parser, way, task, extra=""):
    plural = {"process": "processes", "thread": "threads"}
    return Measurement(
        name=f"group messaging, {way}s, {plural[task]}{extra}",
        command=command,
        parser=parser,
        case=f"scenario/messaging/{way}/{task}/groups=10",
        unit="message of 100 bytes",
        cpus=2,
        pilot=20,
        units=10 * 20 * 20,
        of_case=20 * 20,
        peer_times="all messages of 400 tasks in 10 groups, from the signal to start until the last task has ended and is reaped",
        ours_times="all messages of as many tasks in as many groups, from the signal to start until the last has been received; tasks stay for the next sample",
    )


PIPE = "round trips of 4 bytes, to make and to reap the partner included; an `op` is one round trip, two switches"
OWN_PIPE = "round trips of 1 byte between two tasks that are there already, each timed by itself: two reads of the clock are in each"
EACH = "each round trip is timed by itself, since who asks for a p99 needs that; the two readings of the clock also keep the CPU from working ahead, for which the cost of a reading by itself does not account. `scripts/floors/run` tells what they cost: `pipe_thread_each` is the floor `pipe_thread` with these two readings in its loop"

ROWS = [
    Measurement(
        name="pipe round trip, processes",
        command="perf bench sched pipe -l {n}",
        parser=parse.perf_per_op,
        case="process/switch/pipe/placement=same-cpu",
        unit="round trip",
        pilot=20_000,
        peer_times=PIPE,
        ours_times=OWN_PIPE,
        why=EACH,
    ),
    Measurement(
        name="pipe round trip, threads",
        command="perf bench sched pipe -T -l {n}",
        parser=parse.perf_per_op,
        case="thread/switch/pipe/placement=same-cpu",
        unit="round trip",
        pilot=20_000,
        peer_times=PIPE,
        ours_times=OWN_PIPE,
        why=EACH,
    ),
    Measurement(
        name="system call",
        command="perf bench syscall basic -l {n}",
        parser=parse.perf_per_op,
        case="thread/syscall/getppid",
        unit="call",
        pilot=500_000,
        peer_times="getppid in a loop, the time of all divided by their number",
        ours_times="getppid in a loop that looks at each answer, in batches of which the clock is at most a hundredth",
    ),
    Measurement(
        name="fork",
        command="perf bench syscall fork -l {n}",
        parser=parse.perf_per_op,
        case="process/create/fork/rss=0MiB",
        unit="fork, exit and wait",
        pilot=1_000,
        peer_times="fork of perf itself, exit and wait",
        ours_times="fork of a probe of oscost, exit and wait",
        needs=("perf bench syscall", "fork"),
    ),
    Measurement(
        name="futex wake",
        command="perf bench futex wake -t 64 -w 1",
        parser=parse.perf_futex,
        case="sync/futex/wake-one-of/call/waiters=64",
        unit="call",
        units=64,
        peer_times="64 calls in a row by which 64 sleepers are woken one by one, the waker alone; ten times, by a clock of 1 µs, each after a sleep of 0.1 s: caches are cold, and a woken thread may take the CPU",
        ours_times="one call that wakes one of 64 sleepers, the waker alone, again and again: caches are warm, and nobody takes the CPU",
    ),
    Measurement(
        name="futex requeue",
        command="perf bench futex requeue -t 64 -q 64",
        parser=parse.perf_futex,
        case="sync/futex/requeue/waiters=64",
        unit="call that moves 64",
        peer_times="one call that moves 64 sleepers; ten times, by a clock of 1 µs, each after a sleep of 0.1 s: caches are cold",
        ours_times="one call that moves 64 sleepers, to and fro: caches are warm",
    ),
    messaging("hackbench -g 10 -l {n} -s 100 -P", parse.hackbench, "socket", "process"),
    messaging("hackbench -g 10 -l {n} -s 100 -T", parse.hackbench, "socket", "thread"),
    messaging("hackbench -g 10 -l {n} -s 100 -p -P", parse.hackbench, "pipe", "process"),
    messaging("hackbench -g 10 -l {n} -s 100 -p -T", parse.hackbench, "pipe", "thread"),
    messaging("perf bench sched messaging -g 10 -l {n}", parse.perf_total, "socket", "process", " (perf)"),
    Measurement(
        name="timer wake-up",
        command="cyclictest -q --default-system -t 1 -a {cpu} -i 1000 -h 2000 -D {seconds}",
        parser=parse.cyclictest,
        case="scenario/timer/thread",
        unit="wake-up",
        figures=("p50", "p99"),
        peer_times="how late clock_nanosleep wakes that sleeps until a moment every 1 ms, at no real-time priority; counted by whole µs",
        ours_times="how late clock_nanosleep wakes that sleeps until a moment 1 ms ahead, at no real-time priority",
    ),
]

# (what, the peer's command, what it times, what of oscost's stands nearest)
OTHER = [
    ("futex lock-pi", "perf bench futex lock-pi", "threads that each sleep for 1 µs by usleep inside the critical section: it counts how long sleeping takes", "sync/futex/pi/hand-over"),
    ("fork", "stress-ng --fork 1 --fork-max 1", "fork, exit and wait, but the child makes ten more calls in between, setsid, vhangup, setpgid and sched_yield among them", "process/create/fork"),
    ("execve", "perf bench syscall execve; stress-ng --exec", "the first is in newer versions of perf alone and executes a program of the system, which has its own libraries; the second refuses to run as root and executes itself", "process/create/fork-exec"),
    ("thread creation", "stress-ng --pthread 1 --pthread-max 1", "threads that wait until all run, and a creator that sleeps until they do: most of the time nobody runs", "thread/create/pthread"),
    ("thread creation", "sysbench threads", "no creation: locks and yields of threads that are there", "thread/create/pthread"),
    ("mutex", "sysbench mutex", "a random number, a loop, a lock, an addition and an unlock: the lock is the least of it", "sync/uncontended/pthread-mutex"),
    ("mutex", "stress-ng --mutex", "locks of several threads that change their priorities meanwhile", "sync/contended/pthread-mutex"),
    ("semaphore", "stress-ng --sem", "a mix of sem_trywait, sem_timedwait and sem_wait by several tasks, drawn at random", "sync/semaphore/posix"),
    ("POSIX message queue", "stress-ng --switch 1 --switch-method mq", "messages one way through a queue; what it prints for each `context switch` is the time of a message, and how many switches that takes depends on the queue's room and on who wakes whom", "ipc/posix-queue"),
    ("context switch", "stress-ng --switch 1 --switch-method pipe", "messages one way through a pipe with room for one; what it prints for each `context switch` is the time of a message, which takes two switches, but one read and one write where a round trip has two of both", "process/switch/pipe"),
]
