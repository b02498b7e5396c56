"""From the results of scripts/peers to its Markdown, and the statistics between.

The results are all that it reads: no figure is in the report that is not from
them.
"""

import math
import statistics

HEAD = """# Side by side with the peers

Made by `{command}` on {started}; nothing in it is written by hand. To have it again from the results alone: `scripts/peers --from reports/peers.json`.

{machine}

A pair is a run of the peer and a run of oscost, fresh processes both, one right after the other on the same CPUs, for about {budget:g} s each, the first of the two drawn by lot. **Ratio** is oscost's figure by the peer's: the geometric mean over the pairs, with its 95 % interval (Student's t over the logarithms). Below 1.00 oscost has the smaller figure. Where a peer prints a mean, the mean of all of oscost's samples stands against it, not the median that oscost prints; what reading the clock once a sample takes, as the record tells it, is taken off, since a peer reads its clock once a run.
"""

SPREAD = """
## Spread between runs

The coefficient of variation over the {pairs} runs of each side. *Printed* is the figure that `oscost run` prints, the median over rounds of their medians; *relative* is what its histories and its gate hold against each other, the same over the frozen workload that was measured in the same milliseconds. The last two columns are these by the peer's.

| row | peer | oscost, mean | oscost, printed | oscost, relative | printed by the peer's | relative by the peer's |
|---|---|---|---|---|---|---|
"""


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


def sides(told, figure):
    return tuple([pair[side][figure] for pair in told["pairs"]] for side in ("peer", "ours"))


def brief(told, row):
    texts = []
    for figure in row.figures:
        middle, low, high = ratio(told["pairs"], figure)
        peer, ours = map(statistics.median, sides(told, figure))
        texts.append(f"{figure} {time(ours)} by {time(peer)}: {middle:.3f} ({low:.3f} to {high:.3f})")
    return "; ".join(texts)


def described(machine):
    told = machine["fingerprint"].get("machine", machine["fingerprint"])
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
    known = {row.name: row for row in rows}
    lines = [
        HEAD.format(
            command=command(results),
            started=results["started"],
            machine=described(results["machine"]),
            budget=results["budget"],
        )
    ]
    lines.append("## The same work\n")
    lines.append("| row | one is a | figure | peer, median | oscost, median | pairs | ratio | 95 % interval |")
    lines.append("|---|---|---|---|---|---|---|---|")
    done, above, skipped, spreads = [], [], [], []
    for told in results["measurements"]:
        row = known.get(told["name"])
        if row is None or told.get("skipped"):
            skipped.append(f"- {told['name']} (`{told['command']}`): {told.get('skipped', 'no such row any more')}")
            continue
        done.append((told, row))
        for figure in row.figures:
            name = row.name if len(row.figures) == 1 else f"{row.name}, {figure}"
            middle, low, high = ratio(told["pairs"], figure)
            peer, ours = sides(told, figure)
            lines.append(
                f"| {name} | {row.unit} | {figure} | {time(statistics.median(peer))} | {time(statistics.median(ours))} "
                f"| {len(peer)} | {middle:.3f} | {low:.3f} to {high:.3f} |"
            )
            if low > 1:
                above.append(f"- {name}: {row.why or 'not explained.'}")
            spreads.append(spread(name, told, figure, peer, ours))
    lines.append("\n### Above 1.00, the whole interval\n")
    lines += above or ["None."]
    lines.append("\n### What each times\n")
    for told, row in done:
        lines.append(f"- {row.name}. `{row.command.format(n=told['work'], seconds='S', cpu='C')}`: {row.peer_times}. `{row.case}`: {row.ours_times}.")
    lines.append(SPREAD.format(pairs=results["pairs"]).rstrip("\n"))
    lines += [text for text, _ in spreads]
    if spreads:
        printed, relative = (sum(by[which] <= 0.5 for _, by in spreads) for which in (0, 1))
        lines.append(f"\nAt most half of the peer's: {printed} of {len(spreads)} rows as printed, {relative} relative to the frozen workload.")
    if skipped:
        lines.append("\n## Not measured\n")
        lines += skipped
    lines.append("\n## Not the same work\n\nThese have no ratio: no case does what they do.\n")
    lines.append("| what | peer | what it times | nearest of oscost's |\n|---|---|---|---|")
    lines += [f"| {what} | `{peer}` | {times} | `{nearest}` |" for what, peer, times, nearest in other]
    return "\n".join(lines) + "\n"


def spread(name, told, figure, peer, ours):
    """A line of the table of spreads, and how two of oscost's compare."""
    printed = [pair["ours"]["estimate" if figure == "mean" else figure] for pair in told["pairs"]]
    # The frozen workload stands beside the median.
    relative = [pair["ours"].get("relative", math.nan) if figure != "p99" else math.nan for pair in told["pairs"]]
    own = [variation(values) for values in (ours, printed, relative)]
    theirs = variation(peer)
    by = [value / theirs if theirs > 0 else math.nan for value in own[1:]]
    cells = [*map(percent, [theirs, *own]), *("-" if math.isnan(value) else f"{value:.2f}" for value in by)]
    return f"| {name} | " + " | ".join(cells) + " |", by
