"""Public money of arms, in EUR a year: what they plan, and what they spend beyond the baseline.

A sum a year is the even one over an arm's lifetime with the same present value: its equivalent
annual cost, set-up included. A lifetime runs from the first start of the interventions that an arm
adds to the last stop, or the end of the run.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.experiments.experiment import BASELINE
from sim.interventions import Intervention
from sim.interventions.plan import present_values
from sim.kernels.arrays import Floats
from sim.measures.registry import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.experiment import Experiment

SPENDING_COLUMNS: Final = (
    *("intervention", "planned", "spent", "spent_lo90", "spent_hi90", "unspent"),
    *("budget", "left", "limit", "scale", "levers"),
)
"""Columns of spending.csv: EUR a year planned, spent (mean with its interval) and planned but not
spent. With a budget also the budget, what of it is left, why (``limit``, see
`sim.experiments.budget.Scale`), the factor by which the levers are scaled and their values."""


def worth_of_a_year(added: Sequence[Intervention], months: int) -> float:
    """Return the present value of 1 EUR a year over the lifetime of interventions; 0 if none."""
    if not added:
        return 0.0
    start = min(i.levers.start for i in added)
    stop = max(i.levers.stop or months for i in added)
    return float(present_values(months)[start:stop].sum()) / 12


def planned_a_year(added: Sequence[Intervention], months: int) -> float:
    """Return the public EUR a year that interventions receive by their plan."""
    money = sum(i.cost(months) for i in added)
    return money / worth_of_a_year(added, months) if money else 0.0


def spent_a_year(
    runs: pd.DataFrame, arm: str, added: Sequence[Intervention], months: int
) -> Floats:
    """Return the public EUR a year spent beyond the baseline, by replication.

    Runs are those of `sim.experiments.results.Results`.
    """
    at_end = runs[(runs["luck"] == 0) & (runs["horizon"] == months)]
    before, after = (
        at_end.loc[at_end["arm"] == name, "public_spending"].to_numpy(np.float64)
        for name in (BASELINE, arm)
    )
    worth = worth_of_a_year(added, months)
    return np.asarray((after - before) / worth if worth else np.zeros(after.size))


def spending_table(runs: pd.DataFrame, experiment: Experiment, scenario: str) -> pd.DataFrame:
    """Tabulate the money of each arm in a scenario; columns are `SPENDING_COLUMNS`."""
    import pandas as pd

    from sim.experiments.inference import mean_effect

    arms, months = experiment.scenarios[scenario], experiment.months
    kept, rows = len(arms[BASELINE].interventions), []
    for name, arm in arms.items():
        added = arm.interventions[kept:]
        if name == BASELINE or not added:
            continue
        planned, spent = planned_a_year(added, months), spent_a_year(runs, name, added, months)
        mean, low, high = (math.nan,) * 3
        if spent.size and not spent.any():
            mean = 0.0
        elif spent.size:
            relevant = OUTCOMES["public_spending"].relevant / worth_of_a_year(added, months)
            effect = mean_effect(spent, relevant)
            mean, low, high = float(spent.mean()), effect.lo90, effect.hi90
        row = [name, planned, mean, low, high, planned - mean]
        scale = experiment.scales.get(scenario, {}).get(name)
        if scale is None:
            rows.append([*row, math.nan, math.nan, "", 1.0, ""])
        else:
            budget = float(experiment.budget or math.nan)
            rows.append([*row, budget, budget - mean, scale.limit, scale.scale, levers_of(added)])
    return pd.DataFrame(rows, columns=list(SPENDING_COLUMNS))


def levers_of(added: Sequence[Intervention]) -> str:
    """Return the levers of money and size as they are set on the command line."""
    return " ".join(
        f"{i.name + '.' if len(added) > 1 else ''}{name}={i.values[name]}"
        for i in added
        for name in i.levers.scaled(1.0)
        if i.values[name]
    )
