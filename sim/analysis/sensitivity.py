"""Sensitivity to factors: Sobol' indices and Morris measures on the unit cube.

A Sobol' index is a share of the variance between points: the first-order index S1 is the share that
a factor explains alone, the total index ST the share that it explains with all its interactions
(Saltelli et al. 2010, doi 10.1016/j.cpc.2009.09.018). Morris' mu* is the mean absolute change of
the output as a factor moves over its whole range, sigma the spread of that change (Campolongo et
al. 2007, doi 10.1016/j.envsoft.2006.10.004).

The luck of runs would add to the variance between points and to all total indices. Sobol' indices
are made of products of two values at a time, so each product is taken between two different
replications, whose luck is independent: whatever luck they have has a mean of zero in it, and
indices are those of the mean output, without bias.

A base sample or trajectory with a missing point is left out whole, since SALib, which computes
Morris' measures, turns a missing value into zeros. A constant output has nan indices. Only
replications that the whole base sample or trajectory has are compared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sim.analysis.libraries import library
from sim.analysis.point_values import QuantityKind, choose_quantities, point_values
from sim.errors import InputError
from sim.kernels.arrays import Bools, Floats

if TYPE_CHECKING:
    from sim.experiments.results import Results

__all__ = [
    "FEWEST_BASE_SAMPLES",
    "FEWEST_TRAJECTORIES",
    "morris_measures",
    "sensitivity",
    "sobol_indices",
]

FEWEST_BASE_SAMPLES: Final = 16
FEWEST_TRAJECTORIES: Final = 4
"""Minimum sizes of a design. Judgements; studies take hundreds of samples, or ten trajectories."""

_LEVEL: Final = 0.9
_NORMAL: Final = 1.6448536269514722
"""Half-width of the 90 % interval of a normal distribution, in standard deviations."""

_ROUNDING: Final = 1e-12
"""Differences that are rounding, as a share of the largest value."""

_RESAMPLES: Final = 200
_SEED: Final = 20100923
"""Seed of SALib's bootstrap."""

_MORRIS_LEVELS: Final = 4


def sobol_indices(values: Floats, factors: Sequence[str]) -> pd.DataFrame:
    """Compute Sobol' first-order and total indices, with the luck of runs taken out.

    Parameters
    ----------
    values : (points, replications) float64 array
        Values of a Saltelli design without second order, blocks of D + 2 points; nan if missing.
    factors : sequence of str
        Names of the D factors, in order.

    Returns
    -------
    pandas.DataFrame
        One row per factor: ``factor, s1, s1_lo, s1_hi, st, st_lo, st_hi`` (90 % normal intervals of
        ratios of means over base samples), the ``samples`` used and those ``left_out`` for a
        missing point. Indices of an output that does not change beyond luck are nan.

    Raises
    ------
    InputError
        If fewer than `FEWEST_BASE_SAMPLES` base samples are complete.

    Notes
    -----
    Estimators of Saltelli et al. (2010) with products between replications. A base sample needs two
    of them; with one replication in all, luck stays in: it lowers S1, and raises ST of each factor
    whose change brings other random draws.
    """
    size = len(factors) + 2
    blocks, is_shared = _blocks(values, size)
    kept = is_shared.sum(axis=1) >= min(2, values.shape[1])
    _enough(kept, FEWEST_BASE_SAMPLES, "base samples")
    blocks, is_shared = blocks[kept], is_shared[kept]
    blocks -= _common(blocks[:, [0, -1]], is_shared)
    first, last = blocks[:, 0], blocks[:, -1]
    moved = blocks[:, 1:-1] - first[:, None]
    alone = _product(last[:, None], moved, is_shared[:, None])
    total = _product(moved, moved, is_shared[:, None]) / 2
    both = _product(first, first, is_shared) + _product(last, last, is_shared)
    least = (_ROUNDING * np.abs(np.where(np.isfinite(values), values, 0.0)).max()) ** 2
    found = np.array(
        [
            [*_ratio(s1, both / 2, least), *_ratio(st, both / 2, least)]
            for s1, st in zip(alone.T, total.T, strict=True)
        ]
    )
    names = ("s1", "s1_lo", "s1_hi", "st", "st_lo", "st_hi")
    return pd.DataFrame(
        {
            "factor": list(factors),
            **dict(zip(names, found.T, strict=True)),
            "samples": int(kept.sum()),
            "left_out": int((~kept).sum()),
        }
    )


def _common(values: Floats, is_shared: Bools) -> Floats:
    """Return the mean of each replication over base samples, which all its points share."""
    number = np.maximum(1, is_shared.sum(axis=0))
    return np.asarray(np.where(is_shared, values.mean(axis=1), 0.0).sum(axis=0) / number)


def _product(x: Floats, y: Floats, is_shared: Bools) -> Floats:
    """Return mean products along the last axis between two different replications.

    With a single replication they are its own.
    """
    n = is_shared.sum(axis=-1)
    x, y = np.where(is_shared, x, 0.0), np.where(is_shared, y, 0.0)
    own = (x * y).sum(axis=-1)
    if is_shared.shape[-1] == 1:
        return np.asarray(own)
    return np.asarray((x.sum(axis=-1) * y.sum(axis=-1) - own) / (n * (n - 1)))


def _ratio(above: Floats, below: Floats, least: float) -> tuple[float, float, float]:
    """Return a ratio of means over base samples and the ends of its interval (delta method).

    It is nan where the mean below may be zero, or is rounding.
    """
    mean, root = float(below.mean()), math.sqrt(below.size)
    if not mean > max(least, _NORMAL * float(below.std(ddof=1)) / root):
        return (math.nan,) * 3
    ratio = float(above.mean()) / mean
    half = _NORMAL * float((above - ratio * below).std(ddof=1)) / (root * mean)
    return ratio, ratio - half, ratio + half


def morris_measures(values: Floats, unit_points: Floats, factors: Sequence[str]) -> pd.DataFrame:
    """Compute Morris measures of elementary effects.

    Parameters
    ----------
    values : (points, replications) float64 array
        Values of trajectories of D + 1 points; nan if missing.
    unit_points : (points, D) float64 array
        Coordinates of the points in the unit cube.
    factors : sequence of str
        Names of the D factors, in order.

    Returns
    -------
    pandas.DataFrame
        One row per factor: ``factor, mu, mu_star, mu_star_lo, mu_star_hi`` (90 % normal interval by
        SALib's bootstrap) and ``sigma``, in the output's unit for a move over the factor's whole
        range; the ``samples`` (trajectories) used and those ``left_out`` for a missing point. All
        measures of a constant output are nan.

    Raises
    ------
    InputError
        If fewer than `FEWEST_TRAJECTORIES` trajectories are complete.
    """
    steps = len(factors) + 1
    means, kept = _means_by_block(values, steps)
    _enough(kept, FEWEST_TRAJECTORIES, "trajectories")
    if _is_constant(means):
        found = _nothing(factors, "mu", "mu_star", "mu_star_conf", "sigma")
    else:
        used = unit_points.reshape(-1, steps, len(factors))[kept].reshape(-1, len(factors))
        found = _analyse("morris", factors, used, means.ravel(), num_levels=_MORRIS_LEVELS)
    return pd.DataFrame(
        {
            "factor": list(factors),
            "mu": np.asarray(found["mu"]),
            **_with_interval("mu_star", found["mu_star"], found["mu_star_conf"]),
            "sigma": np.asarray(found["sigma"]),
            "samples": int(kept.sum()),
            "left_out": int((~kept).sum()),
        }
    )


def sensitivity(
    sweep: Results,
    indicators: str | Sequence[str] | None = None,
    *,
    horizon: int | None = None,
    arm: str | None = None,
    kind: QuantityKind | None = None,
) -> pd.DataFrame:
    """Compute Sobol' indices of a ``saltelli`` sweep, or Morris measures of a ``morris`` sweep.

    Quantities are those of `sim.analysis.point_values.choose_quantities`: by default the effects of
    all arms on the experiment's indicators at the end of the run. Each has a row per factor:
    ``indicator, horizon, arm, kind``, and the columns of `sobol_indices` or `morris_measures`.
    Raise `InputError` if the design is of another kind, there is no such quantity, or too few runs
    succeeded.
    """
    design = sweep.experiment.design
    names = [f.name for f in design.factors]
    if design.kind not in ("saltelli", "morris"):
        raise InputError(
            "sensitivity needs a design of kind 'saltelli' or 'morris'; "
            f"{sweep.experiment.name} has '{design.kind}'."
        )
    quantities = choose_quantities(
        sweep.experiment, indicators, horizon=horizon, arm=arm, kind=kind
    )
    tables = []
    for quantity, values in point_values(sweep, quantities).items():
        if design.unit_points is not None and design.kind == "morris":
            table = morris_measures(values, design.unit_points, names)
        else:
            table = sobol_indices(values, names)
        for place, key in enumerate(("indicator", "horizon", "arm", "kind")):
            table.insert(place, key, getattr(quantity, key))
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _blocks(values: Floats, size: int) -> tuple[Floats, Bools]:
    """Return values by block, (blocks, points, replications), and which replications are whole.

    Replications that lack a point of a block are 0 in all of them.
    """
    blocks = values.reshape(-1, size, values.shape[1])
    is_shared = np.isfinite(blocks).all(axis=1)
    return np.where(is_shared[:, None, :], blocks, 0.0), is_shared


def _means_by_block(values: Floats, size: int) -> tuple[Floats, Bools]:
    """Return means by block, (kept blocks, points of a block), and which blocks were kept."""
    blocks, is_shared = _blocks(values, size)
    number = is_shared.sum(axis=1)
    kept = number > 0
    return blocks.sum(axis=2)[kept] / number[kept, None], kept


def _enough(kept: Bools, fewest: int, what: str) -> None:
    if kept.sum() < fewest:
        raise InputError(
            f"{kept.sum()} of {kept.size} {what} have all their points; indices need {fewest}."
        )


def _is_constant(values: Floats) -> bool:
    """Return whether values differ by no more than rounding."""
    return bool(np.ptp(values) <= _ROUNDING * np.abs(values).max())


def _nothing(factors: Sequence[str], *names: str) -> dict[str, Floats]:
    return {name: np.full(len(factors), np.nan) for name in names}


def _analyse(method: str, factors: Sequence[str], *design: Floats, **options: Any) -> Any:
    """Run a method of SALib on the unit cube."""
    number = len(factors)
    problem = {"num_vars": number, "names": list(factors), "bounds": [[0.0, 1.0]] * number}
    options |= {"num_resamples": _RESAMPLES, "conf_level": _LEVEL, "seed": _SEED}
    return library(f"SALib.analyze.{method}").analyze(problem, *design, **options)


def _with_interval(name: str, found: Any, half_width: Any) -> dict[str, Floats]:
    middle, half = np.asarray(found, np.float64), np.asarray(half_width, np.float64)
    return {name: middle, f"{name}_lo": middle - half, f"{name}_hi": middle + half}
