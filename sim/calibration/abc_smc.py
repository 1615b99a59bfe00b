"""Approximate Bayesian computation by sequential Monte Carlo (ABC-SMC), on pyABC.

Successive populations of parameter values approach the observations. The distance is the root mean
square over targets of (simulated - observed) / tolerance, so 1 means that the model misses each
target by one tolerance.

Tolerances are standard deviations, so what is accepted is weighted by the normal density of its
misses: the posterior is that of a model with normal errors of just these standard deviations
(Wilkinson 2013, doi 10.1515/sagmb-2013-0010). Populations approach only until nearly all of this
density lies within the accepted distance. To accept all within it alike, as rejection does, would
put a box in place of the normal error, whose width is that of the distance and not the tolerance.

pyABC draws from numpy's global generator, which is seeded for the call and restored afterwards. All
draws happen in one process, so the same call gives the same draws.
"""

from __future__ import annotations

import logging
import math
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.special import chdtri

from sim.calibration.calibration import Calibration, Progress, Simulate, Simulations
from sim.calibration.priors import Prior
from sim.calibration.targets import Target, check_targets
from sim.errors import InputError
from sim.kernels.arrays import Floats

__all__ = ["abc_smc", "distance_of_errors"]

_WITHIN: Final = 0.995
"""Share of the normal errors within the last distance. More would cost simulations of no weight."""


def abc_smc(
    simulate: Simulate,
    prior: Prior,
    targets: Sequence[Target],
    *,
    particles: int = 200,
    populations: int = 8,
    smallest_distance: float = 0.0,
    smallest_acceptance: float = 0.0,
    draws: int = 1000,
    seed: int = 0,
    progress: Progress | None = None,
) -> Calibration:
    """Draw from the posterior by ABC-SMC.

    Parameters
    ----------
    simulate, prior, targets, progress
        As for `Calibration` and `Simulations`.
    particles : int
        Accepted values per population.
    populations : int
        Maximum number of populations. The first is the prior; each further one accepts within the
        median distance of the one before.
    smallest_distance : float
        Stop after a population that accepted within this distance, or that of `distance_of_errors`
        if it is larger: below it, the posterior would become too narrow. Above it, weights are
        right all the same, but few values have any.
    smallest_acceptance : float
        Stop if fewer than this share of simulations would be accepted.
    draws : int
        Rows of equal weight to draw from the last population, by the normal errors.
    seed : int
        Seed of proposals and simulations.

    Returns
    -------
    Calibration
        Its ``rounds`` have ``population``, accepted ``distance`` (nan for the prior),
        ``simulations``, ``acceptance`` and ``effective_size``, in the last one by the normal
        errors.

    Raises
    ------
    InputError
        If a figure is missing, an option is out of range, no simulation can start, or pyABC is not
        installed.
    """
    try:
        import pyabc
    except ImportError:
        raise InputError(
            "pyabc is not installed; install it with: pip install 'essaim[calibration]'."
        ) from None
    check_targets(targets)
    if particles < 2 * len(prior.names) or populations < 1 or draws < 1:
        raise InputError(
            f"particles = {particles}, populations = {populations}, draws = {draws}: expected at"
            f" least {2 * len(prior.names)} particles (two a parameter), 1 population and 1 draw."
        )
    within = max(smallest_distance, distance_of_errors(len(targets)))
    simulations = Simulations(simulate, targets, (seed,), progress)
    with _global_generator(seed), _quiet(), tempfile.TemporaryDirectory() as folder:
        run = pyabc.ABCSMC(
            _Particles(simulations, targets, particles),
            prior.to_pyabc(),
            distance_function=_distance,
            population_size=particles,
            eps=_until(within),
            sampler=pyabc.sampler.SingleCoreSampler(check_max_eval=True),
        )
        run.new(f"sqlite:///{Path(folder) / 'populations.db'}", {"distance": 0.0})
        history = run.run(
            minimum_epsilon=within,
            max_nr_populations=populations,
            min_acceptance_rate=smallest_acceptance,
        )
        last = history.get_population().particles
        rounds = _rounds(history)
    weights = _by_errors(
        np.array([p.weight for p in last]), np.array([p.distance for p in last]), len(targets)
    )
    rounds.loc[rounds.index[-1], "effective_size"] = _effective_size(weights)
    kept = _resample(weights, draws, seed)
    rows = [[last[k].parameter[name] for name in prior.names] for k in kept]
    frame = pd.DataFrame(rows, columns=list(prior.names))
    return Calibration("ABC-SMC", prior, tuple(targets), frame, rounds, seed)


def distance_of_errors(targets: int) -> float:
    """Return the distance within which normal errors of the tolerances lie with 99.5 %.

    Examples
    --------
    >>> [round(distance_of_errors(n), 2) for n in (1, 4, 10)]
    [2.81, 1.93, 1.59]
    """
    return math.sqrt(float(chdtri(targets, 1 - _WITHIN)) / targets)


def _by_errors(weights: Floats, distances: Floats, targets: int) -> Floats:
    """Weight values by the normal density of their misses, too."""
    logs = -targets * distances**2 / 2
    found = weights * np.exp(logs - logs.max())
    return np.asarray(found / found.sum())


def _effective_size(weights: Floats) -> float:
    return float(np.sum(weights) ** 2 / np.sum(np.square(weights)))


def _until(smallest: float) -> Any:
    """Return distances of pyABC's populations: medians, but none below the smallest."""
    import pyabc

    class Until(pyabc.MedianEpsilon):  # type: ignore[misc]
        def __call__(self, t: int) -> float:
            return max(smallest, float(super().__call__(t)))

    # All that succeeds is accepted at first, so that the search for a start wastes nothing.
    return Until(initial_epsilon=sys.float_info.max)


class _Particles:
    """The distance of a simulation in pyABC's form."""

    __name__ = "simulation"

    def __init__(self, simulations: Simulations, targets: Sequence[Target], patience: int) -> None:
        self._simulations, self._patience = simulations, patience
        self._observed = np.array([t.observed for t in targets])
        self._tolerance = np.array([t.tolerance for t in targets])
        self._succeeded = False

    def __call__(self, values: Mapping[str, float]) -> dict[str, float]:
        figures = self._simulations.figures(dict(values))
        if np.isfinite(figures).all():
            self._succeeded = True
            missed = (figures - self._observed) / self._tolerance
            return {"distance": float(np.sqrt(np.mean(missed**2)))}
        done = self._simulations.done
        if not self._succeeded and done >= self._patience:
            raise InputError(
                f"none of {done} draws of the prior gave all figures; of the last was said:"
                f" {self._simulations.told}"
            )
        return {"distance": math.inf}  # never accepted


def _distance(simulated: Mapping[str, float], observed: Mapping[str, float]) -> float:
    return simulated["distance"]


def _rounds(history: Any) -> pd.DataFrame:
    table = history.get_all_populations()
    table = table[table["t"] >= 0]
    rows = []
    columns = (table[name] for name in ("t", "epsilon", "samples"))
    for t, distance, simulations in zip(*columns, strict=True):
        weights = history.get_distribution(0, int(t))[1]
        rows.append(
            {
                "population": int(t) + 1,
                "distance": math.nan if t == 0 else float(distance),
                "simulations": int(simulations),
                "acceptance": len(weights) / int(simulations),
                "effective_size": _effective_size(weights),
            }
        )
    return pd.DataFrame(rows)


def _resample(weights: Floats, n: int, seed: int) -> Any:
    """Draw rows of equal weight by systematic resampling."""
    start = np.random.default_rng(seed).random()
    reached = np.cumsum(weights / weights.sum())
    rows = np.searchsorted(reached, (start + np.arange(n)) / n)
    return np.minimum(rows, weights.size - 1)


@contextmanager
def _global_generator(seed: int) -> Iterator[None]:
    """Seed numpy's global generator, which pyABC and scipy use, and restore it."""
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(np.random.SeedSequence(seed).generate_state(4))  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence pyABC's messages about populations on stderr."""
    logger = logging.getLogger("ABC")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)
