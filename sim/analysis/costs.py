"""Marginal effects of public spending, step by step along a factor.

The steps of a factor, such as funding, are compared by the public money actually spent, which
differs from the money granted. A ratio is only given if a step has both an effect and a cost.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from sim.analysis.responses import COST, effects_along
from sim.errors import InputError, nearest
from sim.experiments.cost_effectiveness import COST_COLUMNS, cost_effectiveness
from sim.experiments.experiment import BASELINE
from sim.experiments.inference import FEWEST, mean_effect, ratio_interval
from sim.experiments.verdicts import LESS, MORE, verdict_of
from sim.kernels.arrays import Floats
from sim.measures.registry import OUTCOMES

__all__ = ["MARGINAL_COLUMNS", "PER", "cost_effectiveness_by_point", "marginal_effects"]

PER: Final = 50_000.0
"""EUR to which marginal effects refer."""

MARGINAL_COLUMNS: Final = (
    "from_level",
    "to_level",
    "replications",
    "left_out",
    *(f"{mean}{end}" for mean in ("cost", "effect", "marginal") for end in ("", "_lo90", "_hi90")),
    "verdict",
)
"""Columns of `marginal_effects`, after those held. ``cost`` and ``effect`` are the means added by
the step, ``marginal`` is their ratio per `PER` EUR, empty unless ``verdict`` is an increase or a
decrease that may matter. Verdicts are those of `sim.experiments.verdicts`, where
"not_determinable" also means that there may be no cost, and "free" (an effect without additional
cost)."""


def marginal_effects(
    differences: pd.DataFrame,
    factor: str,
    measure: str,
    held: Sequence[str] = (),
    *,
    cost: str = COST,
    smallest_relevant: float | None = None,
) -> pd.DataFrame:
    """Compute the effect per 50,000 EUR of public spending between neighbouring levels of a factor.

    Parameters
    ----------
    differences, factor, measure, held
        As for `sim.analysis.responses.responses`.
    cost : str
        Measure of the cost, EUR.
    smallest_relevant : float, optional
        Smallest relevant effect of a step; by default that of the measure.

    Returns
    -------
    pandas.DataFrame
        Columns of ``held`` and `MARGINAL_COLUMNS`, one row per step. Intervals are those of
        `sim.experiments.inference`, in which the ratio excludes zero where the effect does; both
        ends of a step share the random draws.

    Raises
    ------
    InputError
        As for `sim.analysis.responses.responses`, or if no smallest relevant effect is known.
    """
    if smallest_relevant is None:
        if measure not in OUTCOMES:
            raise InputError(f"unknown measure '{measure}'.{nearest(measure, OUTCOMES)}")
        smallest_relevant = OUTCOMES[measure].smallest_relevant(math.nan)
    rows = []
    for key, levels, (effects, costs) in effects_along(differences, factor, (measure, cost), held):
        steps = zip(np.diff(costs, axis=1).T, np.diff(effects, axis=1).T, strict=True)
        for i, (spent, gained) in enumerate(steps):
            step = _per_money(spent, gained, smallest_relevant)
            rows.append((*key, levels[i], levels[i + 1], *step))
    return pd.DataFrame(rows, columns=[*held, *MARGINAL_COLUMNS])


def _per_money(spent: Floats, gained: Floats, smallest_relevant: float) -> tuple[float | str, ...]:
    defined = np.isfinite(spent) & np.isfinite(gained)
    spent, gained = spent[defined], gained[defined]
    n, none = int(gained.size), math.nan
    counted = (n, int(defined.size) - n)
    if n < FEWEST:
        return (*counted, *(none,) * 9, "too_few" if n else "missing")
    cost = mean_effect(spent, OUTCOMES[COST].smallest_relevant(math.nan))
    effect = mean_effect(gained, smallest_relevant)
    known = (cost.mean, cost.lo90, cost.hi90, effect.mean, effect.lo90, effect.hi90)
    verdict: str = verdict_of(effect.lo90, effect.hi90, smallest_relevant)
    low, high = ratio_interval(gained, spent, smallest_relevant)
    if verdict in (*MORE, *LESS) and not (cost.lo90 > 0 and math.isfinite(high)):
        verdict = "free" if cost.hi90 <= 0 else "not_determinable"
    if verdict not in (*MORE, *LESS):
        return (*counted, *known, none, none, none, verdict)
    marginal = (PER * ratio for ratio in (effect.mean / cost.mean, low, high))
    return (*counted, *known, *marginal, verdict)


def cost_effectiveness_by_point(frame: pd.DataFrame) -> pd.DataFrame:
    """Return EUR per project, closure avoided and active youth-year at each point.

    The frame, from `sim.Results.frame`, includes the baseline. Returns ``point``, and the columns
    of `sim.experiments.cost_effectiveness.cost_effectiveness`.
    """
    runs = frame.assign(luck=0, is_arm=frame["arm"] != BASELINE)
    runs = runs.sort_values(["is_arm", "arm", "rep"], kind="stable")
    parts = [cost_effectiveness(part).assign(point=point) for point, part in runs.groupby("point")]
    columns = ["point", *COST_COLUMNS]
    return pd.concat(parts)[columns].reset_index(drop=True) if parts else pd.DataFrame([], columns)
