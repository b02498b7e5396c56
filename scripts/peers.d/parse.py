"""What the peers print, and what a record of oscost holds, as figures in ns.

Each parser takes the whole text and gives figures by name, or raises ValueError:
a peer that printed something else has no figure.
"""

import json
import math
import re


def number(pattern, text):
    """The one number that a pattern with one group finds."""
    found = re.findall(pattern, text, re.MULTILINE)
    if len(found) != 1:
        raise ValueError(f"{len(found)} times {pattern!r} in: {text[-300:]!r}")
    value = float(found[0])
    if not value > 0:
        raise ValueError(f"{value} for {pattern!r}")
    return value


def perf_per_op(text, _):
    """`perf bench sched pipe`, `syscall`: microseconds for each operation."""
    return {"mean": 1e3 * number(r"^\s*([\d.]+) usecs/op$", text)}


def perf_total(text, count):
    """`perf bench sched messaging`: seconds for all messages."""
    return {"mean": 1e9 * number(r"Total time: ([\d.]+) \[sec\]", text) / count}


def perf_futex(text, count):
    """`perf bench futex wake`, `requeue`: milliseconds for all, the mean of its runs."""
    done = re.findall(r"^(?:Wokeup|Requeued) (\d+) of (\d+) threads in ([\d.]+) ms \(", text, re.MULTILINE)
    if len(done) != 1 or done[0][0] != done[0][1]:
        raise ValueError(f"not all were moved or woken: {text[-300:]!r}")
    return {"mean": 1e6 * float(done[0][2]) / count}


def perf_lock_pi(text, _):
    """`perf bench futex lock-pi`: locks in a second, of the threads' mean."""
    return {"mean": 1e9 / number(r"^Averaged (\d+) operations/sec", text)}


def stress_ng(text, _):
    """`stress-ng --metrics`: what one stressor did in a second of the wall clock."""
    refused = re.search(r"^stress-ng: \w+: +\[\d+\] (\S+ stressor must .*)$", text, re.MULTILINE)
    if refused:
        raise ValueError(f"stress-ng: {refused[1]}")
    # Bogo ops, three times in seconds, bogo ops a second.
    return {"mean": 1e9 / number(r"^stress-ng: metrc: \[\d+\] \S+ +\d+(?: +[\d.]+){3} +([\d.]+) +[\d.]+", text)}


def sysbench_total(text, count):
    """`sysbench`: seconds for all work of every thread."""
    return {"mean": 1e9 * number(r"^ +total time: +([\d.]+)s$", text) / count}


def sysbench_events(text, units):
    """`sysbench` for a time: seconds for all events, in each of which are units."""
    return sysbench_total(text, units * number(r"^ +total number of events: +(\d+)$", text))


def hackbench(text, count):
    """`hackbench`: seconds for all messages."""
    return {"mean": 1e9 * number(r"^Time: ([\d.]+)$", text) / count}


def cyclictest(text, _):
    """The histogram of `cyclictest -h`, in whole microseconds of one thread. A
    figure lies somewhere in its microsecond: taken to be spread evenly."""
    buckets = [(int(us), int(n)) for us, n in re.findall(r"^(\d{6}) (\d{6})$", text, re.MULTILINE)]
    total = sum(n for _, n in buckets)
    late = re.search(r"^# Histogram Overflows: (\d+)$", text, re.MULTILINE)
    if not late:
        raise ValueError(f"no count of overflows: {text[-300:]!r}")
    overflows = int(late[1])
    if total < 100:
        raise ValueError(f"only {total} wake-ups: {text[-300:]!r}")
    figures = {}
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        wanted = share * (total + overflows)
        seen = 0
        for us, n in buckets:
            if n and seen + n >= wanted:
                figures[name] = 1e3 * (us + (wanted - seen) / n)
                break
            seen += n
    if "p99" not in figures:
        raise ValueError(f"{overflows} wake-ups were later than the histogram goes")
    return figures


def record(lines, case):
    """A record of oscost, with one case in it: percentiles over the samples of all
    rounds, their mean and the same less a reading of the clock for each sample, the
    printed estimate (the median over rounds of their medians), and the same of the
    ratio to the frozen workload beside it."""
    weighed, medians, ratios, clock = [], [], [], 0.0
    for line in lines:
        entry = json.loads(line)
        if entry.get("kind") == "run":
            clock = entry["clock"]["cost"]
        if entry.get("kind") != "case" or entry["id"] != case:
            continue
        if entry["outcome"] != "measured":
            raise ValueError(f"{case}: {entry['outcome']}: {entry.get('reason')}")
        samples, ops = entry["samples"], entry["ops_per_sample"]
        own = [(value, 1) for value in samples["raw"]] if "raw" in samples else [tuple(pair) for pair in samples["histogram"]]
        weighed += own
        medians.append(percentile(own, 0.5))
        if "reference" in entry:
            ratios.append(entry["reference"]["ratio"])
    if not medians:
        raise ValueError(f"{case} is not in the record")
    total = sum(weight for _, weight in weighed)
    raw = math.fsum(value * weight for value, weight in weighed) / total
    figures = {
        "raw": raw,
        "mean": raw - clock / ops,
        "p50": percentile(weighed, 0.5),
        "p99": percentile(weighed, 0.99),
        "estimate": percentile([(value, 1) for value in medians], 0.5),
    }
    if len(ratios) == len(medians):
        figures["relative"] = percentile([(value, 1) for value in ratios], 0.5)
    return figures


def percentile(weighed, share):
    """Of values with their weights; between two where it falls on neither."""
    ordered = sorted(weighed)
    place = share * (sum(weight for _, weight in ordered) - 1)
    seen = 0
    for (value, weight), (following, _) in zip(ordered, [*ordered[1:], ordered[-1]]):
        seen += weight
        if place <= seen - 1:
            return value
        if place < seen:
            return value + (place - (seen - 1)) * (following - value)
    return ordered[-1][0]
