"""Measures oscost itself, and holds each figure against its bound. Called by
scripts/own-speed, in the project's folder."""

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.append("scripts/peers.d")
from report import described, table  # noqa: E402

# No more than this; what is not here is told without a bound.
BOUNDS = {
    "clean build of cargo bench": 360,
    "crates in Cargo.lock": 220,
    "core tier": 120,
    "core tier, overhead": 15,
    "core tier, the driver's memory": 60,
    "full tier, five rounds": 1200,
    "full tier, five rounds, overhead": 15,
    "full tier, five rounds, the driver's memory": 60,
    "report of the core tier, median of 5": 1,
    "planner, most beside its time": 5,
    "planner, cases in equal shares by cases by the planner": 0.99,
}
LONG = ("build", "full")


def run(*command, **options):
    """What a command printed, and the seconds that it took."""
    begin = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    took = time.monotonic() - begin
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}")
    return done.stdout + done.stderr, took


def number(pattern, text):
    found = re.search(pattern, text, re.MULTILINE)
    if not found:
        sys.exit(f"no {pattern!r} in: {text[-2000:]}")
    return float(found[1])


def crates(_):
    yield "crates in Cargo.lock", pathlib.Path("Cargo.lock").read_text().count("[[package]]"), ""


def measured_run(name, record, *options):
    told, took = run(os.environ["OSCOST"], "run", "--verbose", "--out", record, *options)
    yield name, took, "s"
    yield f"{name}, overhead", number(r"^overhead .*: ([\d.]+) %$", told), "%"
    yield f"{name}, the driver's memory", number(r"^the driver's memory at its most: ([\d.]+) MB$", told), "MB"


def core(folder):
    return measured_run("core tier", folder / "core.jsonl", "--tier", "core")


def full(folder):
    return measured_run("full tier, five rounds", folder / "full.jsonl", "--tier", "full", "--rounds", "5")


def report(folder):
    """Of the record that `core` made, or of the example's."""
    record = folder / "core.jsonl"
    if not record.exists():
        record = pathlib.Path("reports/example/record.jsonl")
    took = [run(os.environ["OSCOST"], "report", record, "--out", folder / "report")[1] for _ in range(5)]
    yield "report of the core tier, median of 5", statistics.median(took), "s"


def instrument(_):
    told, _ = run("cargo", "bench", "-p", "oscost-benches", "--bench", "instrument")
    yield from ratios(told)


def ratios(told):
    """The table that the bench target ends with: a part, what it takes, its floor, what
    that takes, the ratio, the least and the most."""
    takes, number_ = r" +[\d.]+ (?:s|ms|µs|ns)", r" +([\d.]+)"
    rows = re.findall(rf"^(\S.*?){takes}  (\S.*?){takes}{number_ * 3}$", told, re.MULTILINE)
    if not rows:
        sys.exit(f"no table of ratios in: {told[-2000:]}")
    for name, floor, ratio, _, _ in rows:
        yield f"instrument: {name}, by {floor}", float(ratio), "times"


def planner(_):
    told, _ = run("scripts/planner")
    shares = [float(share) for share in re.findall(r"^(?:worst|equal) +[\d.]+ +([\d.]+) %", told, re.MULTILINE)]
    yield "planner, most beside its time", max(abs(share - 100) for share in shares), "%"
    by = number(r"^all together: (\d+) by the planner", told)
    yield "planner, cases in equal shares by cases by the planner", number(r", (\d+) in equal shares$", told) / by, ""


def build(folder):
    environment = os.environ | {"CARGO_TARGET_DIR": str(folder / "target"), "CARGO_INCREMENTAL": "0"}
    yield "clean build of cargo bench", run("cargo", "bench", "--no-run", env=environment)[1], "s"


# In this order: the report is of the core tier's record.
PARTS = {part.__name__: part for part in (crates, core, report, full, instrument, planner, build)}


def machine():
    fingerprint = json.loads(run(os.environ["OSCOST"], "machine", "--json")[0])
    versions = {"oscost": run(os.environ["OSCOST"], "--version")[0].strip(), "compiler": run("rustc", "--version")[0].strip()}
    return {"fingerprint": fingerprint, "kernel": os.uname().release, "versions": versions}


def kept(figure):
    bound = BOUNDS.get(figure["what"])
    return bound is None or figure["value"] <= bound


def page(results):
    rows = []
    for figure in results["figures"]:
        bound = BOUNDS.get(figure["what"])
        value = f"{figure['value']:.4g} {figure['unit']}".strip()
        told = ["-", "-"] if bound is None else [f"{bound:g} {figure['unit']}".strip(), "yes" if kept(figure) else "**no**"]
        rows.append([figure["what"], value, *told])
    return f"""# How quick oscost itself is

Made by `{results['command']}` on {results['started']}; nothing in it is written by hand. To have it again from the results alone: `scripts/own-speed --from reports/speed.json`.

{described(results['machine'])}

{table(["what", "measured", "at most", "kept"], rows)}
"""


def main():
    parser = argparse.ArgumentParser(prog="scripts/own-speed", allow_abbrev=False)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only", action="append", choices=PARTS)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("reports"))
    parser.add_argument("--from", type=pathlib.Path, dest="results")
    options = parser.parse_args()
    if options.results:
        results = json.loads(options.results.read_text())
    else:
        results = {"schema": 1, "command": " ".join(["scripts/own-speed", *sys.argv[1:]]), "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        results |= {"machine": machine(), "figures": []}
        wanted = options.only or [part for part in PARTS if options.long or part not in LONG]
        with tempfile.TemporaryDirectory(prefix="oscost-own-speed-") as folder:
            for part in filter(wanted.__contains__, PARTS):
                for what, value, unit in PARTS[part](pathlib.Path(folder)):
                    print(f"{what}: {value:.4g} {unit}", file=sys.stderr)
                    results["figures"].append({"part": part, "what": what, "value": value, "unit": unit})
    options.out.mkdir(parents=True, exist_ok=True)
    if not options.results:
        (options.out / "speed.json").write_text(json.dumps(results, indent=1) + "\n")
    (options.out / "speed.md").write_text(page(results))
    broken = [figure["what"] for figure in results["figures"] if not kept(figure)]
    for what in broken:
        print(f"scripts/own-speed: more than its bound: {what}", file=sys.stderr)
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
