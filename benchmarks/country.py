"""Measure start, month and memory up to the size of a country: ``python -m benchmarks.country``.

Territories of a quarter, a half and the whole side of 5000 cells of 200 m have the residents,
premises and settlements of France per area; one of half the side has four times the premises. Each
runs in a process of its own, with kernels compiled before and a spin-up of two months. Times are
processor times of the main thread, which takes part in all loops and sleeps while it waits for
others; months on one thread and on all alternate. Other programs thus matter less.
Exponents are those in the number of cells, and in that of premises.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import time

from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation

SIDE = 5000
WHOLE = {"population": 67_000_000, "settlements": 20_000}
"""Residents of mainland France and Corsica; as many settlements as it has larger communes."""
PREMISES = 600_000
PAIRS = 4
"""Pairs of months on one thread and on all."""


def measure(side: int, times: float, threads: bool) -> dict[str, float]:
    """Return seconds of the start and of months, the gain of threads, and the peak of memory, GB.

    There are `times` as many premises per area as in France; `threads` are for the start.
    """
    share = (side / SIDE) ** 2
    settings = {name: round(share * number) for name, number in WHOLE.items()}
    density = times * PREMISES / WHOLE["population"] * 1000
    scenario = load_scenario("mid_sized_town").add("transition_cluster")
    scenario = scenario.replace(
        rows=side, columns=side, premises_per_1000=density, spin_up=2, **settings
    )
    began = time.thread_time()
    run = Simulation(scenario, 1, threads=threads)
    start = time.thread_time() - began
    months: dict[bool, list[float]] = {False: [], True: []}
    for pair in range(PAIRS + 1):
        for run.threads in (False, True):
            run._bind()
            began = time.thread_time()
            run.step()
            if pair:  # the first compiles and warms up
                months[run.threads].append(time.thread_time() - began)
    gain = statistics.median(a / b for a, b in zip(months[False], months[True], strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {
        "start": start,
        "month": statistics.median(months[False]),
        "month on threads": statistics.median(months[True]),
        "gain": gain,
        "peak": peak,
    }


def main() -> None:
    """Print a row for each size, or measure one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int)
    parser.add_argument("--times", type=float, default=1.0)
    parser.add_argument("--threads", action="store_true")
    asked = parser.parse_args()
    if asked.side:
        for threads in (False, True):
            small = load_scenario("mid_sized_town").add("transition_cluster")
            Simulation(small, threads=threads).run(1)
        print(json.dumps(measure(asked.side, asked.times, asked.threads)))
        return
    print("| cells | premises | start, s | month, s | on threads, s | gain | peak, GB |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    found: dict[tuple[int, int], dict[str, float]] = {}
    for side, times in ((SIDE // 4, 1), (SIDE // 2, 1), (SIDE // 2, 4), (SIDE, 1)):
        command = [sys.executable, "-m", "benchmarks.country", "--side", str(side)]
        command += ["--times", str(times)] + ["--threads"] * asked.threads
        asleep = os.environ | {"OMP_WAIT_POLICY": "PASSIVE"}
        said = subprocess.run(
            command, capture_output=True, text=True, check=True, env=asleep
        ).stdout
        at = side * side, round(times * PREMISES * (side / SIDE) ** 2)
        row = found[at] = json.loads(said)
        print(
            f"| {at[0]:,} | {at[1]:,} | {row['start']:.1f} | {row['month']:.2f} "
            f"| {row['month on threads']:.2f} | {row['gain']:.2f} | {row['peak']:.1f} |"
        )
    smallest, half, denser, whole = found.values()
    for what in ("start", "month"):
        in_cells = [_exponent(a[what], b[what]) for a, b in ((smallest, half), (half, whole))]
        print(f"Exponent of the {what} in cells: {in_cells[0]:.2f}, then {in_cells[1]:.2f}")
        print(f"Exponent of the {what} in premises: {_exponent(half[what], denser[what]):.2f}")


def _exponent(less: float, more: float) -> float:
    """Return the exponent between two territories of which one has four times as much."""
    return math.log(more / less) / math.log(4)


if __name__ == "__main__":
    main()
