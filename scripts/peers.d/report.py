"""From the results of scripts/peers to its Markdown, and the statistics between.

The results are all that it reads: no figure is in the report that is not from
them.
"""

import math
import statistics

HEAD = """# Side by side with the peers

Made by `{command}` on {started}; nothing in it is written by hand. To have it again from the results alone: `scripts/peers --from reports/peers.json`.

{machine}

A pair is a run of the peer and a run of oscost, fresh processes both, one right after the other on the same CPUs, for about {budget:g} s each, the first of the two drawn by lot. **Ratio** is oscost's figure by the peer's: the geometric mean over the pairs, with its 95 % interval (Student's t over the logarithms). Below 1.00 oscost has the smaller figure. Where a peer prints a mean, the mean of all of oscost's samples stands against it, not the median that oscost prints; what reading the clock once a sample takes, as the record tells it, is taken off, since a peer reads its clock once a run. Where a unit costs more the less of them begin together, the ratio is of pairs of their own, in which the peer is run again and again with as much at once as a sample of the case, until the time is up; in those of the spread one run fills the time.
"""

SPREAD = """
## Spread between runs

The coefficient of variation over the {pairs} runs of each side. *Printed* is the figure that `oscost run` prints, the median over rounds of their medians; *relative* is what its histories and its gate hold against each other, the same over the frozen workload that was measured in the same milliseconds. The last two columns are these by the peer's.

| row | peer | oscost, mean | oscost, printed | oscost, relative | printed by the peer's | relative by the peer's |
|---|---|---|---|---|---|---|
"""

# Of the time of other rows, what is only there for scale gets so much.
SCALE_SHARE = 0.25
SCALE = "No case does what these peers do, and no verdict follows from their ratios: they tell how far what a peer times lies from the cost that its name promises. Measured in pairs like the rows above, for a quarter of the time."


def t_quantile(probability, freedom):
    """Of Student's t, by the Cornish-Fisher expansion (Abramowitz and Stegun
    26.7.5): exact to the third place from ten degrees of freedom on."""
    z, n = statistics.NormalDist().inv_cdf(probability), freedom
    terms = (
        z,
        (z**3 + z) / 4 / n,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96 / n**2,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384 / n**3,
    )
    return math.fsum(terms)


def for_ratio(told):
    """The pairs whose sides do as much work at once."""
    return told.get("alike", told["pairs"])


def ratio(pairs, figure):
    """Geometric mean of ours by the peer's, with its 95 % interval."""
    logs = [math.log(pair["ours"][figure] / pair["peer"][figure]) for pair in pairs]
    middle = statistics.fmean(logs)
    if len(logs) < 2:
        return math.exp(middle), 0.0, math.inf
    half = t_quantile(0.975, len(logs) - 1) * statistics.stdev(logs) / math.sqrt(len(logs))
    return tuple(math.exp(middle + side) for side in (0, -half, half))


def variation(values):
    """The coefficient of variation."""
    if len(values) < 2 or any(map(math.isnan, values)):
        return math.nan
    return statistics.stdev(values) / statistics.fmean(values)


def time(nanos):
    for unit, size in (("ms", 1e6), ("µs", 1e3)):
        if nanos >= size:
            return f"{nanos / size:.3g} {unit}"
    return f"{nanos:.3g} ns"


def percent(share):
    return "-" if math.isnan(share) else f"{100 * share:.1f} %"


def sides(pairs, figure):
    """All figures of the peer, and all of oscost."""
    return [[pair[side][figure] for pair in pairs] for side in ("peer", "ours")]


def brief(told, row):
    texts = []
    for figure in row.figures:
        middle, low, high = ratio(for_ratio(told), figure)
        peer, ours = map(statistics.median, sides(for_ratio(told), figure))
        texts.append(f"{figure} {time(ours)} by {time(peer)}: {middle:.3f} ({low:.3f} to {high:.3f})")
    return "; ".join(texts)


def who(machine):
    """The machine's own part of what `oscost machine` tells."""
    return machine["fingerprint"].get("machine", machine["fingerprint"])


def described(machine):
    told = who(machine)
    where = f"{told['name']} ({told['arch']}), {told['usable_cpus']} CPUs"
    if told.get("hypervisor"):
        where += f" under {told['hypervisor']}"
    versions = "; ".join(f"{name}: {text}" for name, text in machine["versions"].items())
    return f"Machine {told['key']}: {where}, Linux {machine['kernel']}. {versions}."


def command(results):
    words = ["scripts/peers", "--pairs", results["pairs"], "--budget", f"{results['budget']:g}", "--seed", results["seed"]]
    if results["only"]:
        words += ["--only", f"'{results['only']}'"]
    return " ".join(map(str, words))


def markdown(results, rows, other):
    parts = [
        HEAD.format(
            command=command(results),
            started=results["started"],
            machine=described(results["machine"]),
            budget=results["budget"],
        ).rstrip("\n")
    ]
    parts += anew(results["measurements"] + results.get("other", []))
    done, skipped = measured(results["measurements"], rows)
    beside, skipped_beside = measured(results.get("other", []), other)
    parts += same_work(done)
    parts += ["### What each times", "\n".join(what_each_times(done))]
    parts += spreads(done, results["pairs"])
    parts += other_work(beside)
    if skipped + skipped_beside:
        parts += ["## Not measured", "\n".join(skipped + skipped_beside)]
    return "\n\n".join(parts) + "\n"


def anew(measurements):
    """Which rows were measured by themselves later."""
    lines = [
        f"- {told['name']}: {told['anew']['started']}, {told['anew']['pairs']} pairs, `--budget {told['anew']['budget']:g} --seed {told['anew']['seed']}`"
        for told in measurements
        if "anew" in told
    ]
    return ["Measured anew:", "\n".join(lines)] if lines else []


def measured(measurements, rows):
    """What has figures, each with its row; and lines about what has none."""
    known = {row.name: row for row in rows}
    done, skipped = [], []
    for told in measurements:
        row = known.get(told["name"])
        if row is None or told.get("skipped"):
            skipped.append(f"- {told['name']} (`{told['command']}`): {told.get('skipped', 'no such row any more')}")
        else:
            done.append((told, row))
    return done, skipped


def figures(done):
    """Every figure by its name in the tables."""
    for told, row in done:
        for figure in row.figures:
            yield (row.name if len(row.figures) == 1 else f"{row.name}, {figure}"), told, row, figure


def table(titles, rows):
    lines = [f"| {' | '.join(titles)} |", "|" + "---|" * len(titles)]
    return "\n".join(lines + [f"| {' | '.join(cells)} |" for cells in rows])


def beside_each_other(told, figure):
    """Cells: both medians, pairs, the ratio and its interval."""
    pairs = for_ratio(told)
    middle, low, high = ratio(pairs, figure)
    medians = [time(statistics.median(values)) for values in sides(pairs, figure)]
    return [*medians, str(len(pairs)), f"{middle:.3f}", f"{low:.3f} to {high:.3f}"]


SIDES = ["peer, median", "oscost, median", "pairs", "ratio", "95 % interval"]


def same_work(done):
    rows, above = [], []
    for name, told, row, figure in figures(done):
        floor = floors(told)
        rows.append([name, row.unit, figure, *beside_each_other(told, figure), "%.3f (%.3f to %.3f)" % floor if floor else "-"])
        if ratio(for_ratio(told), figure)[1] > 1:
            above.append(f"- {name}: {row.why or 'not explained'}." + (explained(told, figure, floor) if row.floors else ""))
    titles = ["row", "one is a", "figure", *SIDES, "floor, timed each by timed at once"]
    return ["## The same work", table(titles, rows), "### Above 1.00, the whole interval", "\n".join(above) or "None."]


def floors(told):
    """How much more the second floor takes than the first, with the interval."""
    if not told.get("floors"):
        return None
    return ratio([{"peer": {"mean": first}, "ours": {"mean": second}} for first, second in told["floors"]["pairs"]], "mean")


def explained(told, figure, floor):
    if not floor:
        return " What these readings cost was not measured: no C compiler."
    bare, timed = told["floors"]["names"]
    left = ratio(for_ratio(told), figure)[0] / floor[0]
    return f" The floor `{timed}`, which has these two readings, takes {floor[0]:.3f} times as long as `{bare}`, which has none ({floor[1]:.3f} to {floor[2]:.3f}); the ratio less that is {left:.3f}."


def what_each_times(done):
    for told, row in done:
        peer = row.command.format(n=row.sample or told["work"], seconds="S", cpu="C")
        yield f"- {row.name}. `{peer}`: {row.peer_times}. `{row.case}`: {row.ours_times}."


def spreads(done, pairs):
    lines = [spread(name, told, figure) for name, told, _, figure in figures(done)]
    parts = [SPREAD.format(pairs=pairs).strip("\n") + "".join(f"\n{text}" for text, _ in lines)]
    if lines:
        printed, relative = (sum(by[which] <= 0.5 for _, by in lines) for which in (0, 1))
        parts.append(f"At most half of the peer's: {printed} of {len(lines)} rows as printed, {relative} relative to the frozen workload.")
    return parts


def other_work(done):
    rows = []
    for name, told, row, figure in figures(done):
        own = [percent(variation(values)) for values in sides(told["pairs"], figure)]
        rows.append([name, f"`{row.case}`", row.unit, *beside_each_other(told, figure), *own])
    titles = ["peer", "nearest case", "one is a", *SIDES, "spread, peer", "spread, oscost"]
    return ["## Other work, for scale", SCALE, table(titles, rows), "\n".join(what_each_times(done))] if done else []


def spread(name, told, figure):
    """A line of the table of spreads, and how two of oscost's compare."""
    peer, ours = sides(told["pairs"], figure)
    printed = [pair["ours"]["estimate" if figure == "mean" else figure] for pair in told["pairs"]]
    # The frozen workload stands beside the median.
    relative = [pair["ours"].get("relative", math.nan) if figure != "p99" else math.nan for pair in told["pairs"]]
    own = [variation(values) for values in (ours, printed, relative)]
    theirs = variation(peer)
    by = [value / theirs if theirs > 0 else math.nan for value in own[1:]]
    cells = [*map(percent, [theirs, *own]), *("-" if math.isnan(value) else f"{value:.2f}" for value in by)]
    return f"| {name} | " + " | ".join(cells) + " |", by
