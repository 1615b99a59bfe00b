"""Measure the month and write the table of results: ``python -m benchmarks.run``.

The town is the default one with a transition cluster in addition to its two third places, so
people, projects, money and shops are all active.

Machines are noisy, so alternatives run in turn (A, B, A, B ...) and the table gives the median of
their ratios. On a rented machine, another program may run on the second thread of the same core for
a while; throughput-bound code then takes half as long again. To detect this, a fixed loop within
the first-level cache is timed between short rounds, and rounds on a whole core and on a shared one
are reported separately. Kernels are compiled before the clock starts.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numba
import numpy as np

import sim
from benchmarks.peers.plain_mesa import PlainTown
from sim.measures.counting import COUNTERS
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation

RESULTS = Path(__file__).parent / "results" / "month.md"
PREMISES_PER_1000 = 14.0
LONG = 40.0
"""Seconds after which a core was probably whole for a while."""
EVENINGS = 3
"""Months between evenings of ideas; rounds of this length have equal work."""


def town(cells: int = 64, premises: int = 700, threads: bool = False, **more: Any) -> Simulation:
    """Make a mid-sized town on a square grid with some premises and people in proportion.

    Its cluster opens in the first month and is fully known.
    """
    settings = {
        "rows": cells,
        "columns": cells,
        "population": round(premises / PREMISES_PER_1000 * 1000),
        "premises_per_1000": PREMISES_PER_1000,
        "spin_up": 2,
        "ramp_months": 1.0,
        "transition_cluster.start": 0,
    }
    scenario = load_scenario("mid_sized_town").add("transition_cluster")
    run = Simulation(scenario.replace(**{**settings, **more}), 1, threads=threads)
    run.run(3)
    return run


def seconds(action: Callable[[], None], times: int = 1) -> float:
    """Return the mean seconds of some consecutive calls."""
    start = time.perf_counter()
    for _ in range(times):
        action()
    return (time.perf_counter() - start) / times


@numba.njit(nogil=True)
def _mix(words: Any, times: int) -> None:
    for _ in range(times):
        mixed = np.uint64(0)
        for i in range(words.size):  # vectorised, unlike a loop over the words
            mixed ^= words[i]
        words[0] = mixed


class Pace:
    """The pace of the core: seconds of a fixed loop over 16 KB, some 0.1 ms.

    Attributes
    ----------
    best : float
        The fastest so far, assumed to be that of a whole core.
    """

    def __init__(self) -> None:
        words = np.ones(2048 + 8, np.uint64)
        first = -words.ctypes.data % 64 // 8  # no vector crosses a cache line
        self._words = words[first : first + 2048]
        _mix(self._words, 1)
        self.best = float("inf")

    def look(self) -> float:
        """Measure the present pace."""
        now = seconds(lambda: _mix(self._words, 1000))
        self.best = min(self.best, now)
        return now


PACE = Pace()


class Rounds:
    """Rounds of a benchmark, each between two measurements of the pace of the core.

    Attributes
    ----------
    paces : list of float
        The slower of both paces, seconds.
    results : list
        Results of the rounds.
    """

    def __init__(self) -> None:
        self.paces: list[float] = []
        self.results: list[Any] = []
        self._before = PACE.look()

    def add(self, result: Any) -> None:
        """Record the result of the round that has just ended."""
        after = PACE.look()
        self.paces.append(max(self._before, after))
        self.results.append(result)
        self._before = after

    def on(self, *, whole: bool) -> list[Any]:
        """Return results on a whole core, or on a shared one."""
        limit = 1.15 * PACE.best
        return [r for p, r in zip(self.paces, self.results, strict=True) if (p <= limit) == whole]


def least_month(run: Simulation, rounds: int, months: int) -> float:
    """Return the seconds of a month in the fastest of some rounds."""
    run.step()
    return min(seconds(run.step, months) for _ in range(rounds))


def split(run: Simulation, months: int) -> dict[str, float]:
    """Measure the seconds of each process in a month, on a whole core."""
    parts = {name: run._sequence.only([name]) for name in run._active}
    parts["counting"] = run._sequence.only(COUNTERS)
    rounds = Rounds()
    start = 12 * (run.values["start_year"] - 2000)
    for month in range(months):
        spent = []
        for process in parts.values():
            before = time.perf_counter()
            process(month, start + month)
            spent.append(time.perf_counter() - before)
        rounds.add(spent)
    each = zip(*(rounds.on(whole=True) or rounds.results), strict=True)
    return dict(zip(parts, map(statistics.median, each), strict=True))


def exponent(sizes: list[int], times: list[float]) -> float:
    """Return the slope of log time over log size."""
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def interleaved(one: Callable[[], float], other: Callable[[], float], rounds: int) -> float:
    """Return the median of the ratios other / one, timed in turn."""
    return statistics.median(other() / one() for _ in range(rounds))


def machine() -> str:
    """Describe the machine."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [l for l in cpuinfo.read_text().splitlines() if l.startswith("model name")]  # noqa: E741
        processor = names[0].partition(": ")[2] if names else processor
    packages = ", ".join(f"{p} {version(p)}" for p in ("numpy", "numba", "mesa"))
    return (
        f"{processor}, {os.cpu_count()} cores, {numba.get_num_threads()} numba threads; "
        f"Python {platform.python_version()}, {packages}"
    )


def two_workers() -> Iterator[str]:
    """Compare one worker with two, once the workers have started."""

    def compared(workers: int, seed: int, reps: int = 60) -> float:
        start = time.perf_counter()
        sim.compare("mid_sized_town", ["transition_cluster"], reps=reps, seed=seed, workers=workers)
        return time.perf_counter() - start

    for workers in (1, 2):  # load the modules of each
        compared(workers, seed=0, reps=4)
    trials = []
    for seed in range(1, 10):  # a new seed each time, since this process caches solutions
        took, used = {}, {}
        for workers in (1, 2) if seed % 2 else (2, 1):
            before = processor_seconds()
            took[workers] = compared(workers, seed)
            used[workers] = processor_seconds() - before
        trials.append((took[1], took[2], took[1] / took[2], used[2] / took[2]))
    one, two, ratios, busy_each = zip(*trials, strict=True)
    yield (
        "| `sim.compare`, 60 replications of 2 arms | one worker | two workers | ratio "
        "| processors that two workers keep busy |"
    )
    yield "| --- | --- | --- | --- | --- |"
    middle = [statistics.median(each) for each in (one, two, ratios, busy_each)]
    yield "| medians of nine in turn | {:.1f} s | {:.1f} s | {:.2f} | {:.2f} |".format(*middle)
    yield f"| the shortest | {min(one):.1f} s | {min(two):.1f} s | {min(one) / min(two):.2f} | |"
    yield ""
    yield f"Single pairs gave {min(ratios):.2f} to {max(ratios):.2f}."


def processor_seconds() -> float:
    """Return the processor time of all programs together, on Linux; else nan."""
    counted = Path("/proc/stat")
    if not counted.exists():
        return float("nan")
    user, nice, system = map(int, counted.read_text().split()[1:4])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


def report() -> Iterator[str]:
    """Yield the lines of the table as they are measured."""
    yield "# A month"
    yield ""
    yield f"{machine()}. Written by `python -m benchmarks.run`."
    yield ""
    small, large = town(), town(1000, 50_000)
    people = {
        n: len(small.state[f"{n}.cell_row"])
        for n in ("youth", "entrepreneur", "official", "third_place")
    }
    yield (
        "700 premises come with {youth:,} places of youth, {entrepreneur:,} entrepreneurs, "
        "{official:,} officials and {third_place} third places; people grow with premises."
    ).format(**people)
    yield ""
    yield "| work, one thread | on a whole core | on a shared core | rounds on a whole one |"
    yield "| --- | --- | --- | --- |"
    for label, cells, premises, months in (
        ("1000 x 1000 cells, 50,000 premises", 1000, 50_000, 1),
        ("64 x 64 cells, 700 premises", 64, 700, 5 * EVENINGS),
    ):
        run = town(cells, premises)
        run.step()
        rounds = Rounds()
        end = time.perf_counter() + LONG
        while time.perf_counter() < end:
            rounds.add(seconds(run.step, months))
        apart = [rounds.on(whole=True), rounds.on(whole=False)]
        medians = (f"{statistics.median(times) * 1e3:.3g} ms" if times else "-" for times in apart)
        yield f"| {label} | {' | '.join(medians)} | {len(apart[0])} of {len(rounds.paces)} |"
    yield ""
    serial, spread = town(1000, 50_000), town(1000, 50_000, threads=True)
    ratio = interleaved(lambda: seconds(spread.step), lambda: seconds(serial.step), 21)
    yield f"Two threads in place of one, 1000 x 1000 cells: {ratio:.2f} times as fast."
    yield ""
    yield f"The loop that detects a whole core took {PACE.best * 1e6:.0f} µs at best."
    yield ""
    yield "| process | 64 x 64, 700 | share | 1000 x 1000, 50,000 | share |"
    yield "| --- | --- | --- | --- | --- |"
    short, long = split(small, 1000), split(large, 10)
    for name in short:
        yield (
            f"| {name} | {short[name] * 1e6:.1f} µs | {short[name] / sum(short.values()):.0%} "
            f"| {long[name] * 1e3:.2f} ms | {long[name] / sum(long.values()):.0%} |"
        )
    yield f"| all | {sum(short.values()) * 1e6:.0f} µs | | {sum(long.values()) * 1e3:.1f} ms | |"
    yield ""
    sides = [64, 128, 256, 512, 1024]
    by_cells = [least_month(town(side, 700), 4000 // side, EVENINGS) for side in sides]
    counts = [1000, 4000, 16_000, 64_000]
    by_premises = [least_month(town(64, n), max(4, 50_000 // n), EVENINGS) for n in counts]
    yield "| cells (700 premises) | ms | ns a cell | premises (64 x 64 cells) | ms | ns each |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for row in range(max(len(sides), len(counts))):
        n, t = sides[row] ** 2, by_cells[row]
        left = f"| {n:,} | {t * 1e3:.3g} | {t / n * 1e9:.1f} "
        if row < len(counts):
            p, s = counts[row], by_premises[row]
            yield left + f"| {p:,} | {s * 1e3:.3g} | {s / p * 1e9:.0f} |"
        else:
            yield left + "| | | |"
    yield ""
    yield (
        f"Fitted exponents: {exponent([s * s for s in sides[1:]], by_cells[1:]):.2f} in cells from "
        f"16,384 on, {exponent(counts[1:], by_premises[1:]):.2f} in premises from 4,000 on."
    )
    yield ""
    ours, plain, tuned = town(), town(), town()
    models = {
        "plain Mesa, objects only": PlainTown(plain),
        "the same, homes weigh shops with NumPy": PlainTown(tuned, vectorised=True),
    }
    yield "| the same rules and draws, 64 x 64 cells, 700 premises | a month | times ours |"
    yield "| --- | --- | --- |"
    for label, model in models.items():
        model.step()
        times: list[float] = []

        def theirs(model: PlainTown = model, times: list[float] = times) -> float:
            times.append(seconds(model.step))
            return times[-1]

        ratio = interleaved(lambda: seconds(ours.step, 100), theirs, 5)
        yield f"| {label} | {statistics.median(times) * 1e3:.0f} ms | {ratio:,.0f} |"
    yield ""
    yield from two_workers()
    yield ""
    program = "import sys; sys.argv = ['sim', '--help']; from sim.cli import main; main()"
    command = [sys.executable, "-c", program]
    if subprocess.run(command, capture_output=True).returncode == 0:
        helped = [
            seconds(lambda: subprocess.run(command, capture_output=True, check=True) and None)
            for _ in range(7)
        ]
        yield f"`sim --help`: {statistics.median(helped):.2f} s."


def main() -> None:
    """Measure, print and write."""
    lines = []
    for line in report():
        print(line, flush=True)
        lines.append(line)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
