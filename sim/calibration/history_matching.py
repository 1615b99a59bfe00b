"""History matching: rule out, wave by wave, values at which the model cannot meet its targets.

A value x of the parameters is implausible for a target z by::

    I(x) = |E[f(x)] - z| / sqrt(error^2 + discrepancy^2 + emulator's variance + seed variance)

(Vernon, Goldstein and Bower 2010, doi 10.1214/10-BA524; with the seed variance, Andrianakis et al.
2015, doi 10.1371/journal.pcbi.1003968). It is ruled out if the largest I over the targets exceeds
3: for any unimodal distribution, 95 % lie within three standard deviations (Pukelsheim 1994, doi
10.1080/00031305.1994.10476030). The next wave simulates values not yet ruled out and fits its
emulators to them. The remaining values may be right, but their probability is unknown: only the
ranges of a prior count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec

import numpy as np
import pandas as pd

from sim.calibration.calibration import Calibration, Progress, Simulate, Simulations
from sim.calibration.emulator import Emulator
from sim.calibration.priors import Prior
from sim.calibration.targets import Target, check_targets
from sim.errors import InputError
from sim.kernels.arrays import Bools, Floats

__all__ = ["CUTOFF", "Matching", "history_matching"]

CUTOFF = 3.0

_CANDIDATES = 16_384
"""Number of points of the unit cube to judge at once."""

_MOST_BATCHES = 16
"""Number of batches to search for remaining points."""


@dataclass(frozen=True)
class Matching(Calibration):
    """The values left by history matching.

    Attributes
    ----------
    waves : tuple of tuple of Emulator
        One emulator per target in each wave.
    missed_targets : int
        Number of targets that may be missed.
    """

    waves: tuple[tuple[Emulator, ...], ...] = field(default=(), repr=False)
    missed_targets: int = 0

    @property
    def share_left(self) -> float:
        """Share of the prior's volume not ruled out."""
        return float(self.rounds["share_left"].iloc[-1])

    def implausibility(self, values: pd.DataFrame) -> Floats:
        """Return the largest implausibility of each row over waves; above 3 it is ruled out.

        `values` has one column per parameter, within the prior's ranges; the result is (rows,).
        """
        unit = self.prior.scaled(values)
        each = (implausibility(w, self.targets, unit, self.missed_targets) for w in self.waves)
        return np.stack(list(each)).max(axis=0)


def implausibility(
    emulators: Sequence[Emulator], targets: Sequence[Target], unit: Floats, missed: int = 0
) -> Floats:
    """Return the implausibility by one wave's emulators: the largest over targets, or a later one.

    Each target has its emulator, each row of `unit`, (n, parameters), is a point of the unit cube,
    and `missed` of the largest are skipped.
    """
    each = []
    for emulator, target in zip(emulators, targets, strict=True):
        mean, variance = emulator.predict(unit)
        each.append(np.abs(mean - target.observed) / np.sqrt(target.tolerance**2 + variance))
    ordered: Floats = np.sort(np.array(each), axis=0)[-1 - missed]
    return ordered


def history_matching(
    simulate: Simulate,
    prior: Prior,
    targets: Sequence[Target],
    *,
    waves: int = 3,
    points: int | None = None,
    missed_targets: int = 0,
    draws: int = 1000,
    seed: int = 0,
    progress: Progress | None = None,
) -> Matching:
    """Rule out values that cannot meet the targets.

    Parameters
    ----------
    simulate, targets, progress
        As for `sim.calibration.calibration.Simulations`.
    prior : Prior
        Prior whose ranges are searched evenly.
    waves : int
        Maximum number of waves; the search ends early when hardly any point is left.
    points : int, optional
        Simulations per wave; ten per parameter by default.
    missed_targets : int
        Number of targets that may be missed: 1 takes the second largest implausibility.
    draws : int
        Rows to draw evenly from the remaining values; fewer if they cannot be found.
    seed : int
        Seed of points and simulations.

    Returns
    -------
    Matching
        Its ``rounds`` have ``wave``, ``simulations``, ``without_figures``, ``share_left`` of the
        prior volume, and ``widest``, the widening factor of the least reliable emulator.

    Raises
    ------
    InputError
        If a figure is missing, an option is out of range, too few simulations can start, or
        scikit-learn is not installed.
    """
    if find_spec("sklearn") is None:
        raise InputError(
            "scikit-learn is not installed; install it with: pip install 'essaim[calibration]'."
        )
    check_targets(targets)
    n = 10 * len(prior.names) if points is None else points
    least = 2 * len(prior.names) + 2
    if n < least or waves < 1 or draws < 1 or not 0 <= missed_targets < len(targets):
        raise InputError(
            f"points = {n}, waves = {waves}, draws = {draws}, missed_targets = {missed_targets}:"
            f" expected at least {least} points, 1 wave and 1 draw, and fewer missed targets than"
            f" the {len(targets)} there are."
        )
    prior = replace(prior, shape="uniform")
    space = _Space(len(prior.names), tuple(targets), missed_targets, seed)
    simulated = _Simulated(Simulations(simulate, targets, (seed, 1), progress), prior)
    rows = []
    for wave in range(waves):
        where = space.design(n) if wave == 0 else space.find(n)[0]
        before = simulated.failed
        simulated.add(where)
        emulators = simulated.emulators(space)
        space.waves.append(emulators)
        left, share = space.find(draws)
        rows.append(
            {
                "wave": wave + 1,
                "simulations": len(where),
                "without_figures": simulated.failed - before,
                "share_left": share,
                "widest": max(e.widening for e in emulators),
            }
        )
        if len(left) < min(n, draws):  # too little is left to search further
            break
    return Matching(
        "history matching",
        prior,
        tuple(targets),
        prior.values(left),
        pd.DataFrame(rows),
        seed,
        tuple(space.waves),
        missed_targets,
    )


class _Space:
    """The part of the unit cube that the waves so far have left."""

    def __init__(
        self, dimensions: int, targets: tuple[Target, ...], missed: int, seed: int
    ) -> None:
        self.waves: list[tuple[Emulator, ...]] = []
        self._dimensions, self._targets, self._missed = dimensions, targets, missed
        self._rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0,)))

    def design(self, n: int) -> Floats:
        """Return a Latin hypercube."""
        from scipy.stats import qmc

        points: Floats = qmc.LatinHypercube(self._dimensions, rng=self._rng).random(n)
        return points

    def holds(self, points: Floats) -> Bools:
        """Return whether each point has passed all waves."""
        kept = np.ones(len(points), bool)
        for emulators in self.waves:
            found = implausibility(emulators, self._targets, points[kept], self._missed)
            kept[kept] = found <= CUTOFF
            if not kept.any():
                break
        return kept

    def find(self, n: int) -> tuple[Floats, float]:
        """Return up to `n` points of the remaining part, and its share."""
        found: list[Floats] = []
        batches = 0
        while batches < _MOST_BATCHES and sum(map(len, found)) < n:
            points = self._rng.random((_CANDIDATES, self._dimensions))
            found.append(points[self.holds(points)])
            batches += 1
        left = np.concatenate(found)
        return left[:n], len(left) / (batches * _CANDIDATES)


class _Simulated:
    """The simulations so far."""

    def __init__(self, simulations: Simulations, prior: Prior) -> None:
        self._simulations, self._prior = simulations, prior
        self._points: list[Floats] = []
        self._figures: list[Floats] = []
        self.failed = 0

    def add(self, points: Floats) -> None:
        """Simulate some points; those without figures are skipped."""
        drawn = self._prior.values(points).to_numpy()
        for unit, row in zip(points, drawn, strict=True):
            values = dict(zip(self._prior.names, row.tolist(), strict=True))
            figures = self._simulations.figures(values)
            if np.isfinite(figures).all():
                self._points.append(unit)
                self._figures.append(figures)
            else:
                self.failed += 1
        if len(self._points) <= 2 * points.shape[1]:
            raise InputError(
                f"only {len(self._points)} of {self._simulations.done} simulations gave all"
                f" figures; of another was said: {self._simulations.told}"
            )

    def emulators(self, space: _Space) -> tuple[Emulator, ...]:
        """Fit emulators to all simulations in the remaining part."""
        points, figures = np.array(self._points), np.array(self._figures)
        inside = space.holds(points)
        return tuple(Emulator(points[inside], column) for column in figures[inside].T)
