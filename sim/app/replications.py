"""Run replications in the background, for bands around a pair's curves, verdicts and the report."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.app.request import Arms
from sim.experiments.comparison import compare_arms
from sim.experiments.engine import Tally
from sim.experiments.experiment import BASELINE
from sim.measures.registry import ROLLING

if TYPE_CHECKING:
    from sim.experiments.results import Results

NUMBER: Final = 20
"""Number of replications, few enough for half a minute."""

_LEVELS: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles of the bands: 90 % and 50 % of replications, and the median."""

_LOOK_SECONDS: Final = 0.2
"""Interval at which waiting replications check for cancellation."""


class _Cancelled(Exception):
    """Raised when replications were cancelled."""


class Replications:
    """Runs of both arms with drawn parameters, in a separate thread.

    A semaphore gives turns: one session at a time, so that a processor is left for pages. `done` of
    `total` runs are finished; `error` is the message of a failure, if any.
    """

    def __init__(self, arms: Arms, turn: threading.Semaphore) -> None:
        self.arms = arms
        self._name = arms.with_it.interventions[-1].name
        self.done, self.total, self.error = 0, 0, ""
        self.comparison: Results | None = None  # once finished
        self._turn = turn
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Stop after the current run."""
        self._cancelled.set()

    def wait(self) -> None:
        """Wait until the replications are finished or stopped."""
        self._thread.join()

    @property
    def is_running(self) -> bool:
        """Tell whether the replications are still running."""
        return self._thread.is_alive()

    def _work(self) -> None:
        while not self._turn.acquire(timeout=_LOOK_SECONDS):
            if self._cancelled.is_set():
                return
        try:
            self.comparison = compare_arms(
                self.arms.without,
                {self._name: self.arms.with_it},
                reps=NUMBER,
                seed=self.arms.seed,
                executor="serial",
                reference=self.arms.reference,
                progress=self._tell,
            )
        except _Cancelled:
            pass
        except Exception as error:  # no caller: keep the error for requests
            self.error = str(error)
        finally:
            self._turn.release()

    def _tell(self, tally: Tally) -> None:
        self.done, self.total = tally.done, tally.total
        if self._cancelled.is_set():
            raise _Cancelled

    def bands(self) -> dict[str, Any]:
        """Return quantiles over replications, month by month.

        By measure of `ROLLING`: ``without``, ``with`` and ``difference``, each a list of five
        series (5, 25, 50, 75 and 95 %), None without anything to measure.
        """
        assert self.comparison is not None
        monthly = self.comparison.monthly
        reps = len(self.comparison.replications)
        found = {}
        for name in ROLLING:
            without, with_it = (
                monthly.loc[monthly["arm"] == arm, name].to_numpy(float).reshape(reps, -1)
                for arm in (BASELINE, self._name)
            )
            courses = {"without": without, "with": with_it, "difference": with_it - without}
            found[name] = {key: _courses(values) for key, values in courses.items()}
        return found


def _courses(values: np.ndarray[Any, Any]) -> list[list[float | None]]:
    is_there = np.isfinite(values).all(axis=0)
    found = np.quantile(np.where(is_there, values, 0.0), _LEVELS, axis=0)
    return [
        [float(v) if there else None for v, there in zip(row, is_there, strict=True)]
        for row in found
    ]
