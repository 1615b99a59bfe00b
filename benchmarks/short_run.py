"""A stand-in for a run that takes some milliseconds of one processor and measures them."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from sim.experiments.run import Outcome, Run

__all__ = ["ShortRun"]


@dataclass(frozen=True)
class ShortRun:
    """A walk of some thousand steps in plain Python; see `sim.experiments.run.Model`.

    Its outputs are the end of the walk and its processor seconds.
    """

    steps: int = 60_000
    outputs: tuple[str, ...] = ("end", "processor_seconds")
    horizons: tuple[int, ...] = (1,)
    kept: tuple[str | int, ...] = ()

    def __call__(self, run: Run) -> Outcome:
        """Walk."""
        start = time.thread_time()
        at = float(run.values["x"])
        for _ in range(self.steps):
            at = at * 3.9 * (1.0 - at)
        return Outcome(np.array([[at, time.thread_time() - start]]))
