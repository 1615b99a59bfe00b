"""Measure start, month and memory up to the size of a country: ``python -m benchmarks.country``.

Territories of a quarter, a half and the whole side of 5000 cells of 200 m have the residents,
premises and settlements of France per area. Each runs in a process of its own, with kernels
compiled before and a spin-up of two months; exponents are those in the number of cells.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import time

from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation

SIDE = 5000
WHOLE = {"population": 67_000_000, "settlements": 20_000}
"""Residents of mainland France and Corsica; as many settlements as it has larger communes."""
PREMISES = 600_000
MONTHS = 6


def measure(side: int, threads: bool) -> dict[str, float]:
    """Return seconds of the start and of a month, and the peak of memory in GB."""
    share = (side / SIDE) ** 2
    settings = {name: round(share * number) for name, number in WHOLE.items()}
    density = PREMISES / WHOLE["population"] * 1000
    scenario = load_scenario("mid_sized_town").add("transition_cluster")
    scenario = scenario.replace(
        rows=side, columns=side, premises_per_1000=density, spin_up=2, **settings
    )
    began = time.perf_counter()
    run = Simulation(scenario, 1, threads=threads)
    started = time.perf_counter()
    run.run(1)
    first = time.perf_counter()
    run.run(MONTHS)
    month = (time.perf_counter() - first) / MONTHS
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {"start": started - began, "month": month, "peak": peak}


def main() -> None:
    """Print a row for each size, or measure one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int)
    parser.add_argument("--threads", action="store_true")
    asked = parser.parse_args()
    if asked.side:
        Simulation(load_scenario("mid_sized_town").add("transition_cluster"), threads=asked.threads)
        print(json.dumps(measure(asked.side, asked.threads)))
        return
    print("| cells | start, s | month, s | peak, GB |\n| ---: | ---: | ---: | ---: |")
    rows = []
    for side in (SIDE // 4, SIDE // 2, SIDE):
        command = [sys.executable, "-m", "benchmarks.country", "--side", str(side)]
        command += ["--threads"] * asked.threads
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        rows.append((side * side, json.loads(said)))
        cells, found = rows[-1]
        print(f"| {cells:,} | {found['start']:.1f} | {found['month']:.2f} | {found['peak']:.1f} |")
    for what in ("start", "month"):
        (few, less), (many, more) = rows[-2:]
        exponent = math.log(more[what] / less[what]) / math.log(many / few)
        print(f"Exponent of the {what}: {exponent:.2f}")


if __name__ == "__main__":
    main()
