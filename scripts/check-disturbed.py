"""Looks at the record of a run whose machine was disturbed in the middle of it.

Called by scripts/aarch64-system with the record, what happened, and how many
seconds the machine ran. Prints what became of the cases; fails where a time is
negative or longer than the machine ran, or an outcome is not what it must be.
"""

import collections
import datetime
import json
import sys

path, kind, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
with open(path) as file:
    lines = [json.loads(line) for line in file]
rounds = [line for line in lines if line["kind"] == "round"]
cases = [line for line in lines if line["kind"] == "case"]
assert lines[0]["kind"] == "run" and lines[-1]["kind"] == "end", "it is not whole"
assert not lines[-1].get("interrupted"), "it was cut short"

# Whatever is a time is one of this run.
for line in cases:
    limit = seconds * 1e9
    for value in line["samples"].get("raw", []) + [
        value for value, _ in line["samples"].get("histogram", [])
    ]:
        assert 0 <= value <= limit, (line["id"], line["round"], value)
    bursts = line.get("bursts", [])
    assert all(0 <= burst["elapsed"] <= limit for burst in bursts), line["id"]
    assert sum(burst["elapsed"] for burst in bursts) <= limit, line["id"]

outcomes = collections.Counter((line["id"], line["outcome"]) for line in cases)
for (name, outcome), count in sorted(outcomes.items()):
    print(f"{count:4} {outcome:9} {name}")
for line in cases:
    if line["outcome"] != "measured":
        print(f"round {line['round']}: {line['id']}: {line['reason']}")

bad = [line for line in cases if line["outcome"] != "measured"]
if kind == "clock":
    assert not bad, "a stepped clock is no reason"
    times = [datetime.datetime.fromisoformat(line["state"]["at"]) for line in rounds]
    steps = [(after - before).total_seconds() for before, after in zip(times, times[1:])]
    assert min(steps) < -80_000 and max(steps) > 800_000, f"it was not stepped: {steps}"
else:
    assert bad, "nobody noticed that a CPU was gone"
    for line in bad:
        assert "cross-cpu" in line["id"], f"{line['id']} needs no second CPU"
        assert "CPU 1 must be online" in line["reason"] or "cross-cpu" in line["reason"], line
print(f"{len(cases)} lines, {len(bad)} of them not measured: as it must be")
