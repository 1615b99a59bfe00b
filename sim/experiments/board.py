"""The board: interventions ranked by each headline measure, with what a unit of it costs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiments.cost_effectiveness import cost_per_unit
from sim.experiments.verdicts import SMALL, UNMOVED
from sim.measures.registry import HEADLINES, OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

BOARD_COLUMNS: Final = (
    *("measure", "rank", "intervention", "mean", "lo90", "hi90", "verdict"),
    *("cost", "eur_per_unit", "unit_lo90", "unit_hi90", "cost_verdict"),
)
"""Columns of board.csv: measure, rank by the mean effect in the wanted direction, the effect with
its interval and verdict, the mean additional public EUR, discounted, and EUR per unit gained. Ranks
only sort: arms whose intervals overlap may well change places. Verdicts on costs are those of
`sim.experiments.cost_effectiveness.COST_COLUMNS`."""


def board(
    effects: pd.DataFrame, runs: pd.DataFrame, measures: Sequence[str] = HEADLINES
) -> pd.DataFrame:
    """Rank arms by each measure at the end of the runs; columns are `BOARD_COLUMNS`.

    Effects and runs are those of `sim.experiments.results.Results`, or of any runs like these.
    A measure without a wanted direction ranks by increase.
    """
    import pandas as pd

    end = effects["horizon"].max()
    at_end = runs[(runs["luck"] == 0) & (runs["horizon"] == end)]
    by_arm = dict(list(at_end.groupby("arm", sort=False)))
    rows = []
    for measure in measures:
        good = OUTCOMES[measure].good or 1
        found = effects[(effects["indicator"] == measure) & (effects["horizon"] == end)]
        order = (-good * found["mean"]).argsort(kind="stable")
        for rank, row in enumerate(found.iloc[order].to_dict("records"), 1):
            arm = row["intervention"]
            effect = (row["mean"], row["lo90"], row["hi90"], row["finding"])
            ratio = _ratio(next(iter(by_arm.values())), by_arm.get(arm), row, good)
            rows.append((measure, rank, arm, *effect, *ratio))
    return pd.DataFrame(rows, columns=list(BOARD_COLUMNS))


def _ratio(
    before: pd.DataFrame, after: pd.DataFrame | None, row: dict[str, Any], good: int
) -> tuple[float | str, ...]:
    """Return the last five columns; an effect that is none among all others has no ratio."""
    if after is None:
        return (math.nan,) * 4 + ("missing",)
    cost, change = (
        after[name].to_numpy(np.float64) - before[name].to_numpy(np.float64)
        for name in ("public_spending", row["indicator"])
    )
    found = cost_per_unit(cost, good * change, float(row["smallest_relevant"]))
    mean_cost, verdict, finding = found[0], found[-1], row["finding"]
    if finding in UNMOVED and verdict not in ("too_few", "missing"):
        none = "no_relevant_effect" if finding in SMALL else "not_determinable"
        return mean_cost, *(math.nan,) * 3, none
    return mean_cost, *found[4:]
