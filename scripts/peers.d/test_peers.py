"""Parsers against what the peers really printed, statistics against tables, and a
report from made-up results. Takes no time and needs no peer."""

import json
import math
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import main
import parse
import report
from rows import OTHER, ROWS

HERE = pathlib.Path(__file__).parent / "fixtures"


def text(name):
    return (HERE / name).read_text()


class Parsers(unittest.TestCase):
    def test_perf_prints_microseconds_for_each(self):
        self.assertAlmostEqual(parse.perf_per_op(text("perf-sched-pipe.txt"), 1)["mean"], 22308.54)
        self.assertAlmostEqual(parse.perf_per_op(text("perf-syscall-basic.txt"), 1)["mean"], 5850.364)

    def test_messages_share_the_time_of_all(self):
        messages = 20 * 10 * 20 * 20
        self.assertAlmostEqual(parse.perf_total(text("perf-sched-messaging.txt"), messages)["mean"], 2.083e9 / 80_000)
        self.assertAlmostEqual(parse.hackbench(text("hackbench.txt"), 400_000)["mean"], 10.908e9 / 400_000)

    def test_futexes_have_the_mean_of_ten_runs(self):
        self.assertAlmostEqual(parse.perf_futex(text("perf-futex-wake.txt"), 64)["mean"], 89.2632e6 / 64)
        self.assertAlmostEqual(parse.perf_futex(text("perf-futex-requeue.txt"), 1)["mean"], 29.6792e6)
        some = text("perf-futex-wake.txt").replace("Wokeup 64 of 64 threads in 89", "Wokeup 60 of 64 threads in 89")
        with self.assertRaises(ValueError):
            parse.perf_futex(some, 64)

    def test_locks_of_one_thread_in_a_second(self):
        self.assertAlmostEqual(parse.perf_lock_pi(text("perf-futex-lock-pi.txt"), 1)["mean"], 1e9 / 1156)

    def test_stress_ng_tells_operations_by_the_wall_clock(self):
        for name, rate in (("fork", 422.89), ("mutex", 188544.67), ("switch", 85129.88)):
            told = text(f"stress-ng-{name}.txt")
            self.assertIn(f" {rate:.2f} ", told)
            self.assertAlmostEqual(parse.stress_ng(told, 1)["mean"], 1e9 / rate)
        with self.assertRaisesRegex(ValueError, "exec stressor must not run as root"):
            parse.stress_ng(text("stress-ng-exec.txt"), 1)

    def test_sysbench_tells_the_time_of_all(self):
        self.assertAlmostEqual(parse.sysbench_total(text("sysbench-mutex.txt"), 10_000_000)["mean"], 23.16)
        self.assertAlmostEqual(parse.sysbench_events(text("sysbench-threads.txt"), 1000)["mean"], 1.0165e9 / 66_000)

    def test_percentiles_lie_inside_their_microsecond(self):
        histogram = "".join(f"{us:06} {n:06}\n" for us, n in ((59, 50), (60, 49), (200, 1)))
        figures = parse.cyclictest(histogram + "# Histogram Overflows: 00000\n", 1)
        self.assertEqual(figures, {"p50": 60_000.0, "p99": 61_000.0})
        real = parse.cyclictest(text("cyclictest.txt"), 1)
        self.assertTrue(60e3 < real["p50"] < real["p99"])
        # More than one in a hundred was later than the histogram goes.
        with self.assertRaises(ValueError):
            parse.cyclictest(text("cyclictest-overflow.txt"), 1)

    def test_what_is_not_there_is_no_figure(self):
        parsers = [parse.perf_per_op, parse.perf_total, parse.perf_futex, parse.perf_lock_pi, parse.hackbench]
        parsers += [parse.cyclictest, parse.stress_ng, parse.sysbench_total, parse.sysbench_events]
        for parser in parsers:
            for nothing in ("", "usage: ...", text("record.jsonl")):
                with self.assertRaises(ValueError):
                    parser(nothing, 1)

    def test_a_record_gives_means_and_medians(self):
        lines = text("record.jsonl").splitlines()
        figures = parse.record(lines, "thread/syscall/getppid")
        entry = next(entry for entry in map(json.loads, lines) if entry.get("id") == "thread/syscall/getppid")
        samples = [value for value, count in entry["samples"]["histogram"] for _ in range(count)]
        self.assertAlmostEqual(figures["raw"], sum(samples) / len(samples))
        self.assertAlmostEqual(figures["mean"], figures["raw"] - 34.4 / 32)
        self.assertAlmostEqual(figures["p50"], parse.percentile([(value, 1) for value in samples], 0.5))
        self.assertEqual(figures["estimate"], figures["p50"])
        self.assertEqual(figures["relative"], entry["reference"]["ratio"])
        pipe = parse.record(lines, "process/switch/pipe/placement=same-cpu")
        self.assertTrue(pipe["p50"] < pipe["raw"] < pipe["p99"])
        with self.assertRaises(ValueError):
            parse.record(lines, "thread/syscall/none")

    def test_a_case_that_failed_is_no_figure(self):
        with self.assertRaises(ValueError):
            parse.record(['{"kind": "case", "id": "a/b", "outcome": "failed", "reason": "no"}'], "a/b")


class Statistics(unittest.TestCase):
    def test_percentiles_with_weights_are_those_without(self):
        self.assertEqual(parse.percentile([(3, 1), (1, 1), (2, 1)], 0.5), 2)
        self.assertEqual(parse.percentile([(1, 1), (2, 1)], 0.5), 1.5)
        self.assertEqual(parse.percentile([(1, 3), (9, 1)], 0.5), 1)
        self.assertEqual(parse.percentile([(1, 2), (9, 2)], 0.5), 5)

    def test_students_t_is_that_of_the_tables(self):
        for freedom, expected in ((14, 2.145), (19, 2.093), (29, 2.045)):
            self.assertAlmostEqual(report.t_quantile(0.975, freedom), expected, places=3)

    def test_a_ratio_is_a_geometric_mean_of_pairs(self):
        pairs = [{"ours": {"mean": ours}, "peer": {"mean": peer}} for ours, peer in ((2, 1), (8, 1))]
        self.assertAlmostEqual(report.ratio(pairs, "mean")[0], 4)
        # Where there are pairs of as much work at once, those count.
        told = {"pairs": [{"ours": {"mean": 5}, "peer": {"mean": 1}}]}
        self.assertEqual(report.for_ratio(told), told["pairs"])
        self.assertEqual(report.for_ratio(told | {"alike": pairs}), pairs)
        same = [{"ours": {"mean": 3 * n}, "peer": {"mean": 4 * n}} for n in range(1, 20)]
        for bound in report.ratio(same, "mean"):
            self.assertAlmostEqual(bound, 0.75)

    def test_variation(self):
        self.assertAlmostEqual(report.variation([1, 3]), math.sqrt(2) / 2)


class Anew(unittest.TestCase):
    def test_a_row_takes_its_own_place_alone(self):
        machine = {"fingerprint": {"machine": {"key": "k"}}}
        before = {"machine": machine, "measurements": [{"name": "a"}, {"name": "b"}], "other": [{"name": "c"}]}
        results = {"machine": machine, "started": "later", "pairs": 15, "budget": 2.0, "seed": 3}
        results |= {"measurements": [{"name": "b", "new": True}], "other": []}
        after = main.among_those_before(results, before)
        self.assertEqual([told["name"] for told in after["measurements"] + after["other"]], ["a", "b", "c"])
        self.assertEqual(report.anew(after["measurements"]), ["Measured anew:", "- b: later, 15 pairs, `--budget 2 --seed 3`"])
        with self.assertRaises(SystemExit):
            main.among_those_before(results | {"machine": {"fingerprint": {"machine": {"key": "other"}}}}, before)


class Orphans(unittest.TestCase):
    def test_what_leaves_its_group_is_ended_too(self):
        main.adopt()
        with tempfile.TemporaryDirectory() as folder:
            pid = pathlib.Path(folder) / "pid"
            leave = f"setsid sh -c 'echo $$ >{pid}.draft; mv {pid}.draft {pid}; exec sleep 600' >/dev/null 2>&1 & while [ ! -e {pid} ]; do sleep 0.01; done; echo done"
            output, _ = main.run(["sh", "-c", leave], 60, folder, sorted(os.sched_getaffinity(0)))
            self.assertEqual(output, "done\n")
            with self.assertRaises(ProcessLookupError):
                os.kill(int(pid.read_text()), 0)


def told(row, number):
    """A pair of which the ratio is 1.2."""
    figures = {"mean": 100 + number, "p50": 100 + number, "p99": 200, "estimate": 100, "relative": 1 + number / 100}
    return {"ours": {name: 1.2 * value for name, value in figures.items()}, "peer": figures}


def measurement(row):
    return {"name": row.name, "case": row.case, "command": row.command, "work": 5, "pairs": [told(row, n) for n in range(15)]}


class Rows(unittest.TestCase):
    def test_names_are_told_apart_and_commands_can_be_made(self):
        rows = ROWS + OTHER
        self.assertEqual(len({row.name for row in rows}), len(rows))
        for row in rows:
            made = row.command.format(n=7, seconds=1, cpu=0)
            self.assertEqual("{n}" in row.command, row.pilot > 0, made)

    @unittest.skipUnless("OSCOST" in os.environ, "no OSCOST to ask for its cases")
    def test_every_case_is_in_the_catalogue(self):
        listed = subprocess.run([os.environ["OSCOST"], "list", "--tier", "full", "--json"], stdout=subprocess.PIPE, check=True)
        ids = {case["id"] for case in json.loads(listed.stdout)}
        self.assertEqual([row.case for row in ROWS + OTHER if row.case not in ids], [])

    def test_a_report_names_every_row_and_explains_what_is_above(self):
        measurements = [measurement(row) for row in ROWS[1:]]
        measurements.append({"name": ROWS[0].name, "case": "", "command": ROWS[0].command, "pairs": [], "skipped": "not here"})
        explained = next(one for one, row in zip(measurements, ROWS[1:]) if row.floors)
        explained["floors"] = {"names": ["bare", "timed"], "pairs": [[100, 110]] * 15}
        others = [measurement(row) for row in OTHER[1:]]
        others.append({"name": OTHER[0].name, "case": "", "command": OTHER[0].command, "pairs": [], "skipped": "nor this"})
        fingerprint = {"key": "k", "name": "CPU", "arch": "a", "usable_cpus": 2, "hypervisor": None}
        results = {
            "pairs": 15, "budget": 1.0, "seed": 7, "only": "", "started": "then", "measurements": measurements, "other": others,
            "machine": {"fingerprint": {"machine": fingerprint}, "kernel": "6", "versions": {"perf": "6.1"}},
        }
        page = report.markdown(results, ROWS, OTHER)
        same, scale = page.split("## Other work, for scale")
        for row in ROWS[1:]:
            self.assertIn(f"| {row.name}", same)
        self.assertIn("| 1.200 | 1.200 to 1.200 | 1.100 (1.100 to 1.100) |", same)
        self.assertIn("The floor `timed`, which has these two readings, takes 1.100 times as long as `bare`, which has none (1.100 to 1.100); the ratio less that is 1.091.", same)
        above = same.split("### Above 1.00")[1].split("### What")[0]
        self.assertEqual(above.count("\n- "), sum(len(row.figures) for row in ROWS[1:]))
        for row in OTHER[1:]:
            self.assertRegex(scale, rf"\| {re.escape(row.name)} \| `{re.escape(row.case)}` \|.* 1.200 \| 1.200 to 1.200 \|")
            self.assertIn(row.peer_times, scale)
            self.assertNotIn(row.name, above)
        self.assertIn("not here", scale)
        self.assertIn("nor this", scale)


if __name__ == "__main__":
    unittest.main()
