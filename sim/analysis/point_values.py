"""Quantities of an analysis: an indicator at a horizon, as the level or the effect of an arm.

The rows of a sweep become one array per quantity, with one row per point and one column per
replication, so that each analysis decides how to treat missing runs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from sim.errors import InputError, nearest
from sim.experiments.experiment import BASELINE
from sim.kernels.arrays import Floats
from sim.measures.registry import OUTCOMES

if TYPE_CHECKING:
    from sim.experiments.experiment import Experiment
    from sim.experiments.results import Results

__all__ = ["Quantity", "QuantityKind", "choose_quantities", "mean_of_replications", "point_values"]

QuantityKind = Literal["level", "effect"]
"""The indicator itself, or its paired difference from the baseline of the same point and seed."""


@dataclass(frozen=True)
class Quantity:
    """One number of each run: an indicator after some months, as the level or effect of an arm."""

    indicator: str
    horizon: int
    arm: str
    kind: QuantityKind

    @property
    def name(self) -> str:
        """Identifier such as ``participation_effect_of_transition_cluster``.

        Examples
        --------
        >>> Quantity("participation", 240, "rent_relief + facade", "effect").name
        'participation_effect_of_rent_relief_facade'
        """
        of_arm = ("effect_of_" if self.kind == "effect" else "") + re.sub(r"\W+", "_", self.arm)
        return f"{self.indicator}_{of_arm}"


def choose_quantities(
    experiment: Experiment,
    indicators: str | Sequence[str] | None = None,
    *,
    horizon: int | None = None,
    arm: str | None = None,
    kind: QuantityKind | None = None,
) -> tuple[Quantity, ...]:
    """Choose the quantities of an analysis.

    Parameters
    ----------
    experiment : Experiment
    indicators : str or sequence of str, optional
        Measures; those of the experiment by default.
    horizon : int, optional
        Months; the end of the run by default.
    arm : str, optional
        All arms by default: for effects, all but the baseline.
    kind : {"level", "effect"}, optional
        Effects by default, or levels if the experiment has only the baseline.

    Raises
    ------
    InputError
        If the experiment has no such indicator, horizon or arm, or for the effect of the baseline.
    """
    known = tuple(experiment.arms)
    kind = kind or ("effect" if len(known) > 1 else "level")
    horizon = experiment.horizons[-1] if horizon is None else horizon
    names = [indicators] if isinstance(indicators, str) else indicators or experiment.indicators
    for name in names:
        if name not in OUTCOMES:
            raise InputError(f"unknown indicator '{name}'.{nearest(name, OUTCOMES)}")
    if horizon not in experiment.horizons:
        months = ", ".join(map(str, experiment.horizons))
        raise InputError(f"nothing was measured after {horizon} months; horizons are {months}.")
    if arm is not None and arm not in known:
        raise InputError(f"unknown arm '{arm}'.{nearest(arm, known)} Arms are {', '.join(known)}.")
    arms = [a for a in known if arm in (None, a) and (kind == "level" or a != BASELINE)]
    if not arms:
        raise InputError("the baseline has no effect; ask for its level, or for another arm.")
    return tuple(Quantity(n, horizon, a, kind) for n in names for a in arms)


def point_values(sweep: Results, quantities: Sequence[Quantity]) -> dict[Quantity, Floats]:
    """Return the values of quantities in all runs of a sweep.

    Returns
    -------
    dict of (points, replications) float64 array
        Arrays by name; nan if a run is missing or failed, or there was nothing to measure.
    """
    names = tuple(dict.fromkeys(q.indicator for q in quantities))
    horizons = {q.horizon for q in quantities}
    frame = sweep.frame(*names, horizon=horizons.pop() if len(horizons) == 1 else None)
    shape = int(frame["point"].max()) + 1, int(frame["rep"].max()) + 1

    def levels(quantity: Quantity, arm: str) -> Floats:
        rows = frame[(frame["arm"] == arm) & (frame["horizon"] == quantity.horizon)]
        values = np.full(shape, np.nan)
        values[rows["point"].to_numpy(), rows["rep"].to_numpy()] = rows[quantity.indicator]
        return values

    return {
        q: levels(q, q.arm) - (levels(q, BASELINE) if q.kind == "effect" else 0.0)
        for q in quantities
    }


def mean_of_replications(values: Floats) -> Floats:
    """Average each point, (points, replications), over its replications; nan without any.

    Examples
    --------
    >>> mean_of_replications(np.array([[1.0, 3.0], [np.nan, 5.0], [np.nan, np.nan]]))
    array([ 2.,  5., nan])
    """
    is_there = np.isfinite(values)
    number = is_there.sum(axis=1)
    total = np.where(is_there, values, 0.0).sum(axis=1)
    nothing = np.full(len(values), np.nan)
    return np.asarray(np.divide(total, number, out=nothing, where=number > 0))
