"""A run that takes some milliseconds of one processor and tells how many: a town in name only."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from sim.experiments.run import Outcome, Run

__all__ = ["ShortRun"]


@dataclass(frozen=True)
class ShortRun:
    """A walk of some thousand steps in plain Python; see `sim.experiments.run.Model`.

    Its outputs are where the walk ends and the processor's seconds that it took.
    """

    steps: int = 60_000
    outputs: tuple[str, ...] = ("end", "processor_seconds")
    horizons: tuple[int, ...] = (1,)
    series: tuple[str, ...] = ()

    def __call__(self, run: Run) -> Outcome:
        """Walk."""
        start = time.thread_time()
        at = float(run.values["x"])
        for _ in range(self.steps):
            at = at * 3.9 * (1.0 - at)
        return Outcome(np.array([[at, time.thread_time() - start]]))
