"""Two floors side by side: how much more the second takes than the first.

The dialogue is that of scripts/floors/README.md.
"""

import pathlib
import subprocess

BUILD = pathlib.Path(__file__).parent.parent / "floors" / "build"


class Floor:
    """A floor that is alive, with itself and its partner on one CPU."""

    def __init__(self, program, cpu):
        self.child = subprocess.Popen(
            [program, "--cpu", str(cpu), "--peer-cpu", str(cpu)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        self.line("ready")

    def line(self, wanted=None):
        text = self.child.stdout.readline().strip()
        if wanted and text != wanted:
            raise ValueError(f"a floor said {text!r} in place of {wanted!r}")
        return text

    def burst(self, count):
        """Nanoseconds of one operation of so many."""
        self.child.stdin.write(f"{count}\n")
        self.child.stdin.flush()
        return int(self.line()) / count

    def end(self):
        self.child.kill()
        self.child.wait()
        self.child.stdin.close()
        self.child.stdout.close()


def measure(names, folder, cpu, orders, budget):
    """Pairs of bursts, nanoseconds of one operation of the one and of the other.
    `orders` says of each pair whether the second floor is first."""
    subprocess.run([str(BUILD), str(folder / "floors")], check=True, capture_output=True, timeout=120)
    alive = []
    try:
        for name in names:
            alive.append(Floor(folder / "floors" / name, cpu))
        # A quarter of the budget each.
        count = max(1, round(budget * 2.5e8 / alive[0].burst(2000)))
        pairs = []
        for swapped in orders:
            told = {which: alive[which].burst(count) for which in ((1, 0) if swapped else (0, 1))}
            pairs.append([told[0], told[1]])
        return {"names": list(names), "pairs": pairs}
    finally:
        for floor in alive:
            floor.end()
