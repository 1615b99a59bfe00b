"""Emulated figures of simulated towns, and how far values lie from the bands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtr

from sim.calibration import Matching
from sim.calibration.emulator import Emulator, ExpectedFigures
from sim.calibration.history_matching import CUTOFF
from sim.experiments.executors import Workers

SEED = 1

FITTED = (
    "closure_rate",
    "closure_rate_0_5",
    "closure_rate_5_10",
    "closure_rate_10_25",
    "letting_after_0",
    "letting_after_1",
    "letting_after_2",
    "letting_after_3",
    "letting_after_4",
    "empty_over_3_years",
    "successors_90_days",
    "towns_mean_2001",
    "towns_mean_2012",
    "towns_mean_2015",
    "towns_yearly_rise_2001_2012",
    "towns_yearly_rise_2012_2015",
    "towns_fell_2014_2019",
    "towns_fell_2019_2024",
)
"""Figures that depend on how towns go: all that are fitted, but for trips and money."""

FELL = ("2014_2019", "2019_2024")
"""Periods of the shares of towns that fell, the noisiest figures by far. Emulators give mean and
spread of their changes instead, from which shares follow."""

EMULATED = (
    *(name for name in FITTED if not name.startswith("towns_fell")),
    *(f"towns_{what}_{period}" for period in FELL for what in ("yearly_rise", "log_spread")),
)
"""Figures of emulators."""

MISSED = 2
"""Figures that values may miss and still not be ruled out."""


def fit(workers: Workers, points: np.ndarray, known: pd.DataFrame) -> tuple[Emulator, ...]:
    """Fit an emulator to each figure, where there are figures."""
    is_known = known[list(EMULATED)].notna().all(axis=1).to_numpy()
    columns = known.loc[is_known, list(EMULATED)].to_numpy().T
    futures = [workers.submit(Emulator, points[is_known], column) for column in columns]
    return tuple(future.result() for future in futures)


class Surrogate:
    """Expected figures by emulators, and how far these err.

    ``left`` are points that history matching leaves, drawn evenly.

    Parameters
    ----------
    matching
        Its emulators rule out points where the later ones, which know only what was left, cannot
        be relied on.
    last
        Emulators of `EMULATED`, fitted to evaluations of what was left.
    """

    def __init__(self, matching: Matching, last: Sequence[Emulator]) -> None:
        first = matching.waves[0]
        self._first, self._last = ExpectedFigures(first), ExpectedFigures(last)
        self._middle = np.array([t.observed for t in matching.targets])
        tolerance = np.array([t.tolerance for t in matching.targets])
        self.left = matching.prior.scaled(matching.draws)
        some = self.left[:300]
        self._spread = np.sqrt(tolerance**2 + [e.predict(some)[1].mean() for e in first])
        variances = [(e.predict(some)[1].mean(), e.seed_variance) for e in last]
        self._error = np.array([np.sqrt(max(every - seed, 0)) for every, seed in variances])

    def figures(self, points: np.ndarray, rng: np.random.Generator | None = None) -> np.ndarray:
        """Return the figures at points, (n, figures) in the order of `FITTED`.

        They are the expected ones or, with a generator, off by the emulators' errors.
        """
        found = self._last(points)
        if rng:
            found += self._error * rng.standard_normal(found.shape)
        of = dict(zip(EMULATED, found.T, strict=True))
        for period in FELL:
            mean = 5 * of[f"towns_yearly_rise_{period}"]
            of[f"towns_fell_{period}"] = ndtr(-mean / np.exp(of[f"towns_log_spread_{period}"]))
        return np.stack([of[name] for name in FITTED], axis=1)

    def error(self, low: np.ndarray, high: np.ndarray, points: np.ndarray) -> float:
        """Return the root mean square of the emulators' errors at points, in half-widths."""
        rng = np.random.default_rng(SEED)
        off = self.figures(points, rng) - self.figures(points)
        return float(np.sqrt(np.mean((off / ((high - low) / 2)) ** 2)))

    def is_left(self, points: np.ndarray) -> np.ndarray:
        """Return whether the first wave leaves points, as history matching does."""
        implausibility = np.abs(self._first(points) - self._middle) / self._spread
        return np.sort(implausibility, axis=1)[:, -1 - MISSED] <= CUTOFF

    def distance(
        self, low: np.ndarray, high: np.ndarray, is_only_left: bool, points: np.ndarray
    ) -> np.ndarray:
        """Return the distance of points from bands: root mean square of half-widths outside.

        With ``is_only_left`` it is infinite where history matching rules points out.
        """
        missed = misses(self.figures(points), low, high)
        found = np.sqrt(np.mean(missed**2, axis=1))
        return np.where(self.is_left(points), found, np.inf) if is_only_left else found


def misses(found: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return by how many half-widths figures lie outside their bands; 0 inside."""
    return np.maximum(np.maximum(low - found, found - high), 0) / ((high - low) / 2)
