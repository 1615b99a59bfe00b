"""Compare a month with another checkout's: ``python -m benchmarks.against FOLDER [INTERVENTION]``.

One process for each checkout runs the same twenty years, in turns of three months: a turn of a few
milliseconds would be cut short by the scheduler if other programs run, and more often in the slower
checkout. Each turn is repeated with equal work in later passes, and its fastest time counts. Both
use the same processor where the system lets them choose, since one may be slower for minutes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[1]
TURN, TURNS, PASSES = 3, 72, 10


def serve(interventions: list[str]) -> Iterator[Any]:
    """Yield the seconds of a month by turn, then those of each process and counter by name."""
    from sim.measures.counting import COUNTERS
    from sim.scenario.scenario import load_scenario
    from sim.simulation.simulation import Simulation

    scenario = load_scenario("mid_sized_town").add(*interventions)

    def seconds(action: Any, *clock: int) -> float:
        start = time.perf_counter()
        action(*clock)
        return time.perf_counter() - start

    for _ in range(PASSES):
        run = Simulation(scenario, 1)
        run.run(240 - TURN * TURNS)
        for _ in range(TURNS):
            yield seconds(run.run, TURN) / TURN
    parts = {n: run._sequence.only([n]) for n in (*run._active, *COUNTERS)}
    for _ in range(PASSES):
        year = [[seconds(part, m, 300 + m) for part in parts.values()] for m in range(240, 252)]
        yield {n: sum(part) / 12 for n, part in zip(parts, zip(*year, strict=True), strict=True)}


def compare(other: Path, interventions: list[str]) -> Iterator[str]:
    """Yield the lines of the comparison."""
    servers = [
        subprocess.Popen(
            [sys.executable, __file__, "serve", *interventions],
            env=os.environ | {"PYTHONPATH": str(checkout), "PYTHONSAFEPATH": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for checkout in (other, HERE)
    ]

    def ask() -> list[Any]:
        answers = []
        for server in servers:
            assert server.stdin is not None and server.stdout is not None
            server.stdin.write("\n")
            server.stdin.flush()
            answers.append(json.loads(server.stdout.readline()))
        return answers

    passes = [[ask() for _ in range(TURNS)] for _ in range(PASSES)]
    months = [
        sum(min(once[turn][k] for once in passes) for turn in range(TURNS)) / TURNS for k in (0, 1)
    ]
    rounds = [ask() for _ in range(PASSES)]
    times = [{n: min(r[k][n] for r in rounds) for n in rounds[0][k]} for k in (0, 1)]
    before, now = (m * 1e6 for m in months)
    yield f"A month: {before:.0f} µs there, {now:.0f} µs here, {now / before:.2f} times."
    yield ""
    yield "| process | there, µs | here, µs | more |"
    yield "| --- | ---: | ---: | ---: |"
    more = {n: t - times[0].get(n, 0.0) for n, t in times[1].items()}
    for name in sorted(more, key=more.__getitem__, reverse=True):
        there, here = times[0].get(name, 0.0) * 1e6, times[1][name] * 1e6
        yield f"| {name} | {there:.1f} | {here:.1f} | {more[name] * 1e6:+.1f} |"


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        answers = serve(sys.argv[2:])
        for _asked in sys.stdin:  # one process works while the other waits
            print(json.dumps(next(answers)), flush=True)
    else:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        print("\n".join(compare(Path(sys.argv[1]).resolve(), sys.argv[2:])))
