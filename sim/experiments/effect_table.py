"""The table of effects: one row for each intervention, measure and horizon."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from sim.experiments.effects import Effect, effect_of
from sim.measures.registry import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

EFFECT_COLUMNS: Final = (
    "intervention",
    "indicator",
    "horizon",
    "window",
    "mean",
    "median",
    "lo50",
    "hi50",
    "lo90",
    "hi90",
    "p_positive",
    "replications",
    "still_needed",
    "variance_luck",
    "variance_parameters",
    "variance_paired",
    "variance_unpaired",
    "baseline_mean",
    "smallest_relevant",
    "verdict",
)
"""Columns of effects.csv. Intervals, ``p_positive`` and ``still_needed`` concern the mean effect;
``median`` is that of the paired differences; horizons are months from the start of the run, and
``window`` says whether all of them or the last twelve count."""


def effect_table(
    values: npt.NDArray[np.float64],
    names: tuple[str, ...],
    horizons: tuple[int, ...],
    reruns: int | None,
) -> pd.DataFrame:
    """Estimate all effects.

    Parameters
    ----------
    values : (lucks, arms, reps, horizons, measures) float64 array
        Values; nan if a measure is missing or a replication was not run.
    names : tuple of str
        Names of the arms, the baseline first.
    horizons : tuple of int
        Months.
    reruns : int or None
        Replications with a second seed; None with fixed parameters, when all variance comes from
        seeds.

    Returns
    -------
    pandas.DataFrame
        Columns `EFFECT_COLUMNS`.
    """
    import pandas as pd

    rows = []
    for arm, name in enumerate(names[1:], start=1):
        for k, measure in enumerate(OUTCOMES.values()):
            for h, horizon in enumerate(horizons):
                at = values[:, :, :, h, k]
                second = None if reruns is None else (at[1, 0, :reruns], at[1, arm, :reruns])
                effect = effect_of(measure, at[0, 0], at[0, arm], second)
                rows.append((name, measure.name, horizon, measure.window, *_numbers(effect)))
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


def _numbers(effect: Effect) -> tuple[float | int | str, ...]:
    m = effect.of_mean
    of_mean = (
        (m.mean, m.median, m.lo50, m.hi50, m.lo90, m.hi90, m.p_positive)
        if m is not None
        else (math.nan,) * 7
    )
    return (
        *of_mean,
        effect.replications,
        effect.still_needed,
        effect.variance_luck,
        effect.variance_parameters,
        effect.variance_paired,
        effect.variance_unpaired,
        effect.baseline_mean,
        effect.smallest_relevant,
        effect.verdict,
    )
