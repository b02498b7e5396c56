"""What is held against what.

A measurement is one command of a peer and one case of oscost; a row is one figure
of both. `{n}` in a command is how much work it is to do, chosen so that it takes
the budget. Whatever does other work than any case stands in OTHER, beside the case
that comes nearest: how far the two lie apart is told there, and nothing follows.
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
    # The work in one sample of the case, where a unit costs more the less of them
    # begin together: for the ratio the peer does so much, too.
    sample: int = 0
    figures: tuple = ("mean",)
    # Why oscost's figure may be the larger one, where that was looked into.
    why: str = ""
    # A command and what it must print for the peer to have this.
    needs: tuple = ()
    # Two programs of scripts/floors: how much more the second takes than the first
    # is how much of the ratio is looked into.
    floors: tuple = ()


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
        sample=100,
        peer_times="all messages of 400 tasks in 10 groups, from the signal to start until the last task has ended and is reaped",
        ours_times="all messages of as many tasks in as many groups, from the signal to start until the last has been received; tasks stay for the next sample",
    )


PIPE = "round trips of 4 bytes, to make and to reap the partner included; an `op` is one round trip, two switches"
OWN_PIPE = "round trips of 1 byte between two tasks that are there already, each timed by itself: two reads of the clock are in each"
EACH = "each round trip is timed by itself, since who asks for a p99 needs that; the two readings of the clock also keep the CPU from working ahead, for which the cost of a reading by itself does not account"

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
        floors=("pipe_process", "pipe_process_each"),
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
        floors=("pipe_thread", "pipe_thread_each"),
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


def stressor(options):
    """Its files lie in the folder that it is called in."""
    return f"stress-ng {options} --timeout {{seconds}}s --metrics --temp-path ."


OTHER = [
    Measurement(
        name="futex lock-pi",
        command="perf bench futex lock-pi -t 2 -r {seconds}",
        parser=parse.perf_lock_pi,
        case="sync/futex/pi/hand-over/placement=cross-cpu",
        unit="lock and unlock",
        cpus=2,
        peer_times="threads that each sleep for 1 µs by usleep inside the critical section: it counts how long sleeping takes",
        ours_times="an unlock until the thread that waits has the lock; nobody sleeps by a clock",
    ),
    Measurement(
        name="fork (stress-ng)",
        command=stressor("--fork 1 --fork-max 1"),
        parser=parse.stress_ng,
        case="process/create/fork/rss=0MiB",
        unit="fork, exit and wait",
        peer_times="fork, exit and wait, but the child makes ten more calls in between, setsid, vhangup, setpgid and sched_yield among them",
        ours_times="fork of a probe of oscost, exit and wait",
    ),
    Measurement(
        name="execve (perf)",
        command="perf bench syscall execve -l {n}",
        parser=parse.perf_per_op,
        case="process/create/fork-exec/dynamic",
        unit="fork, execve, exit and wait",
        pilot=200,
        peer_times="fork, execve of a program of the system with its own libraries, exit and wait",
        ours_times="fork, execve of a program that is linked to the C library alone, exit and wait",
        needs=("perf bench syscall", "execve"),
    ),
    Measurement(
        name="execve (stress-ng)",
        command=stressor("--exec 1 --exec-max 1"),
        parser=parse.stress_ng,
        case="process/create/fork-exec/dynamic",
        unit="fork, execve, exit and wait",
        peer_times="it executes itself, by ways drawn at random, threads that execute among them",
        ours_times="fork, execve of a program that is linked to the C library alone, exit and wait",
    ),
    Measurement(
        name="thread creation (stress-ng)",
        command=stressor("--pthread 1 --pthread-max 1"),
        parser=parse.stress_ng,
        case="thread/create/pthread",
        unit="create, exit and join",
        peer_times="threads that wait until all run, and a creator that sleeps until they do: most of the time nobody runs",
        ours_times="pthread_create, a thread that ends at once, pthread_join",
    ),
    Measurement(
        name="threads (sysbench)",
        command="sysbench threads --threads=2 --thread-locks=1 --thread-yields=1000 --time={seconds} run",
        parser=parse.sysbench_events,
        case="thread/switch/sched-yield",
        unit="sched_yield",
        units=1000,
        of_case=2,
        peer_times="no creation, whatever it is called: each of two threads that are there locks, yields and unlocks, and the other waits for the lock where it is let run",
        ours_times="two threads that yield to each other: a round trip takes two of it",
    ),
    Measurement(
        name="mutex (sysbench)",
        command="sysbench mutex --threads=1 --mutex-num=1 --mutex-loops=0 --mutex-locks={n} run",
        parser=parse.sysbench_total,
        case="sync/uncontended/pthread-mutex",
        unit="lock and unlock",
        pilot=1_000_000,
        peer_times="a random number, a loop, a lock, an addition and an unlock: the lock is the least of it",
        ours_times="lock and unlock of a mutex that nobody else wants",
    ),
    Measurement(
        name="mutex (stress-ng)",
        command=stressor("--mutex 1 --mutex-procs 2"),
        parser=parse.stress_ng,
        case="sync/contended/pthread-mutex/contenders=2/section=0ns/outside=0ns",
        unit="lock",
        cpus=2,
        peer_times="two threads that change their priorities before each lock and after it, as root real-time ones; the time of all by their number",
        ours_times="how long one of two threads waits for the lock that the other wants too",
    ),
    Measurement(
        name="semaphore (stress-ng)",
        command=stressor("--sem 1 --sem-procs 4"),
        parser=parse.stress_ng,
        case="sync/contended/posix-semaphore/contenders=4/section=0ns/outside=0ns",
        unit="wait",
        cpus=2,
        peer_times="a mix of sem_trywait, sem_timedwait and sem_wait by four threads, drawn at random; the time of all by their number",
        ours_times="how long one of four threads waits for the semaphore that the others want too",
    ),
    Measurement(
        name="POSIX message queue (stress-ng)",
        command=stressor("--switch 1 --switch-method mq"),
        parser=parse.stress_ng,
        case="ipc/message/posix-queue/processes/size=1B/placement=same-cpu",
        unit="message",
        of_case=2,
        peer_times="messages one way through a queue with room for one; it calls each a context switch, and how many of those a message takes depends on who wakes whom",
        ours_times="round trips of 1 byte through two queues, halved",
    ),
    Measurement(
        name="context switch (stress-ng)",
        command=stressor("--switch 1 --switch-method pipe"),
        parser=parse.stress_ng,
        case="process/switch/pipe/placement=same-cpu",
        unit="message",
        of_case=2,
        peer_times="messages one way through a pipe with room for one; it calls each a context switch, where a message takes two of them, but one read and one write",
        ours_times="round trips of 1 byte through two pipes, halved: one switch, one read and one write",
    ),
]
