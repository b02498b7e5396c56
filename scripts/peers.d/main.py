"""Measures pairs and writes what came out. Called by scripts/peers.

A pair is a run of the peer and a run of oscost, fresh processes both, one right
after the other on the same CPUs and for about the same time; who is first is
drawn. Whatever is started has a process group of its own and is killed with it;
so is what has left that group by then.
"""

import argparse
import ctypes
import json
import os
import pathlib
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import floors
import parse
import report
from rows import OTHER, ROWS

# A peer that takes so many times its budget, and a little, hangs.
PATIENCE = 15
TRIES = 3
PR_SET_CHILD_SUBREAPER = 36


class Failed(Exception):
    """A run that gave no figure."""


def adopt():
    """Has orphans of whatever runs below come to this process, not to init."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def children():
    own = os.getpid()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            stat = pathlib.Path("/proc", pid, "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        # Behind the name, which may hold anything: state, parent.
        if int(stat.rpartition(")")[2].split()[1]) == own:
            yield int(pid)


def end_orphans():
    """Ends what a peer left behind in a group of its own, and what that did."""
    while left := list(children()):
        for pid in left:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def run(command, patience, folder, cpus):
    """Runs a command on these CPUs. Gives what it printed and the seconds that it
    took."""
    begin = time.monotonic()
    words = ["taskset", "-c", ",".join(map(str, cpus)), *command]
    child = subprocess.Popen(
        words, cwd=folder, start_new_session=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    try:
        output, complaints = child.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        raise Failed(f"{' '.join(command)} took longer than {patience:.0f} s") from None
    finally:
        # Also whatever a peer that has ended left behind.
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()
        child.stdout.close()
        child.stderr.close()
        end_orphans()
    if child.returncode != 0:
        raise Failed(f"{' '.join(command)} ended with {child.returncode}: {(output + complaints)[-300:]}")
    # stress-ng tells its figures as complaints.
    return output + complaints, time.monotonic() - begin


class Pair:
    """Both sides of a measurement, ready to be run as often as it takes."""

    def __init__(self, row, budget, folder, cpus):
        self.row, self.folder = row, folder
        self.cpus = cpus[: row.cpus]
        self.patience = PATIENCE * budget + 15
        self.seconds = max(1, round(budget))
        self.work = row.pilot or 1
        if row.pilot:
            # Twice: the first takes what starting costs for work.
            for _ in range(2):
                _, took = self.peer()
                self.work = max(1, round(self.work * budget / took))
        # Some peers take the time that they take.
        _, self.budget = self.peer()

    def peer(self, work=None):
        work = work or self.work
        words = self.row.command.format(n=work, seconds=self.seconds, cpu=self.cpus[0]).split()
        output, took = run(words, self.patience, self.folder, self.cpus)
        return self.row.parser(output, work * self.row.units if self.row.pilot else self.row.units), took

    def ours(self):
        record = self.folder / "record.jsonl"
        record.unlink(missing_ok=True)
        words = [os.environ["OSCOST"], "run", f"^{self.row.case}$", "--tier", "full"]
        words += ["--time", f"{self.budget:.2f}s", "--out", str(record)]
        _, took = run(words, self.patience, self.folder, self.cpus)
        figures = parse.record(record.read_text().splitlines(), self.row.case)
        return {name: value if name == "relative" else value / self.row.of_case for name, value in figures.items()}, took

    def alike(self):
        """Runs with as much work at once as a sample of ours, until the time is up:
        their means."""
        begin = time.monotonic()
        runs = []
        while (took := time.monotonic() - begin) < self.budget:
            runs.append(self.peer(self.row.sample)[0])
        return {name: statistics.fmean(figures[name] for figures in runs) for name in runs[0]}, took

    def once(self, ours_first, peer):
        sides = {"ours_first": ours_first}
        order = [("peer", peer), ("ours", self.ours)]
        for side, run_once in reversed(order) if ours_first else order:
            sides[side], took = run_once()
            sides[f"{side}_seconds"] = round(took, 3)
        return sides


def has(needs):
    """Whether a command that lists what there is lists this."""
    listed = subprocess.run(needs[0].split(), capture_output=True, text=True, check=False, timeout=20)
    words = (listed.stdout + listed.stderr).replace(":", " ").split()
    return needs[1] in words


def series(pair, peer, orders, told, name):
    """Notes a pair for each order, in which `peer` gives the peer's side."""
    pairs = told.setdefault(name, [])
    for ours_first in orders:
        for left in reversed(range(TRIES)):
            try:
                pairs.append(pair.once(ours_first, peer))
                break
            except (Failed, ValueError) as failure:
                told.setdefault("repeated", []).append(str(failure))
                if not left:
                    raise


def measure(row, options, budget, folder, cpus, draw):
    told = {"name": row.name, "case": row.case, "command": row.command, "pairs": []}
    if len(cpus) < row.cpus:
        return told | {"skipped": f"it takes {row.cpus} CPUs"}
    try:
        if row.needs and not has(row.needs):
            return told | {"skipped": f"the version here has no `{' '.join(row.needs)}`"}
        pair = Pair(row, budget, folder, cpus)
        told |= {"work": pair.work if row.pilot else None}
        # As many of either order.
        orders = [number % 2 == 0 for number in range(options.pairs)]
        draw.shuffle(orders)
        series(pair, pair.peer, orders, told, "pairs")
        if row.sample:
            # By themselves: behind seconds of the same program the machine is another.
            series(pair, pair.alike, orders, told, "alike")
        if row.floors and shutil.which(os.environ.get("CC", "cc")):
            told["floors"] = floors.measure(row.floors, folder, cpus[0], orders, budget)
    except (Failed, ValueError, OSError, subprocess.SubprocessError) as failure:
        told["skipped"] = str(failure)
    return told


def first_line(command):
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    return next(iter((told.stdout or told.stderr).splitlines()), "").strip()


def machine():
    told = json.loads(subprocess.run([os.environ["OSCOST"], "machine", "--json"], capture_output=True, text=True, check=True).stdout)
    return {
        "fingerprint": told,
        "kernel": os.uname().release,
        "versions": {
            "oscost": first_line([os.environ["OSCOST"], "--version"]),
            "perf": first_line(["perf", "--version"]),
            "hackbench": first_line(["hackbench", "--help"]),
            "cyclictest": first_line(["cyclictest", "--help"]),
            **{name: first_line([name, "--version"]) for name in ("sysbench", "stress-ng") if shutil.which(name)},
        },
    }


def main():
    parser = argparse.ArgumentParser(prog="scripts/peers", allow_abbrev=False)
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--budget", type=float, default=4.0)
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("reports"))
    parser.add_argument("--anew", action="store_true")
    parser.add_argument("--from", type=pathlib.Path, dest="results")
    options = parser.parse_args()
    if options.results:
        results = json.loads(options.results.read_text())
        write(options.out, "peers.md", report.markdown(results, ROWS, OTHER))
        return
    if options.pairs < 15:
        print(f"{options.pairs} pairs are for trying out: a report takes 15", file=sys.stderr)
    seed = random.randrange(1 << 32) if options.seed is None else options.seed
    wanted = {key: [row for row in rows if options.only in row.name] for key, rows in (("measurements", ROWS), ("other", OTHER))}
    if not any(wanted.values()):
        parser.error(f"no measurement has {options.only!r} in its name")
    cpus = sorted(os.sched_getaffinity(0))
    draw = random.Random(seed)
    results = {"schema": 1, "pairs": options.pairs, "budget": options.budget, "seed": seed, "only": options.only}
    results |= {"started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "machine": machine(), "measurements": [], "other": []}
    adopt()
    with tempfile.TemporaryDirectory(prefix="oscost-peers-") as folder:
        for key, row in ((key, row) for key, rows in wanted.items() for row in rows):
            begin = time.monotonic()
            budget = options.budget * (report.SCALE_SHARE if key == "other" else 1)
            told = measure(row, options, budget, pathlib.Path(folder), cpus, draw)
            results[key].append(told)
            took = time.monotonic() - begin
            print(f"{row.name} ({took:.0f} s): {told.get('skipped') or report.brief(told, row)}", file=sys.stderr)
    if options.anew:
        results = among_those_before(results, json.loads((options.out / "peers.json").read_text()))
    write(options.out, "peers.json", json.dumps(results, indent=1) + "\n")
    write(options.out, "peers.md", report.markdown(results, ROWS, OTHER))


def among_those_before(results, before):
    """The results that were there, with these in the place of the same rows."""
    if report.who(results["machine"])["key"] != report.who(before["machine"])["key"]:
        raise SystemExit("scripts/peers: those before are of another machine")
    when = {name: results[name] for name in ("started", "pairs", "budget", "seed")}
    for key in ("measurements", "other"):
        new = {told["name"]: told | {"anew": when} for told in results[key]}
        before[key] = [new.get(told["name"], told) for told in before[key]]
    return before


def write(folder, name, text):
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{name}.draft"
    draft.write_text(text)
    draft.rename(folder / name)
    print(folder / name, file=sys.stderr)


if __name__ == "__main__":
    # An interruption ends what runs, and the folder goes with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    main()
