"""Cost-effectiveness: discounted EUR per additional surviving project, closure avoided and active
youth-year, if there is an effect.

The ratio is mean cost over mean effect, with the interval of `ratio_interval`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.experiments.inference import FEWEST, mean_effect, ratio_interval
from sim.experiments.verdicts import LESS, MORE, SMALL, verdict_of
from sim.kernels.arrays import Floats
from sim.measures.registry import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

Paired = Callable[["pd.DataFrame", "pd.DataFrame"], Floats]

COST_COLUMNS: Final = (
    *("intervention", "outcome", "horizon", "cost", "gained", "gained_lo90", "gained_hi90"),
    *("eur_per_unit", "lo90", "hi90", "verdict"),
)
"""Columns of cost_effectiveness.csv: mean additional discounted public EUR, mean gain with its
interval, and EUR per unit gained with its interval, empty unless ``verdict`` is "ratio". Other
verdicts are "no_relevant_effect", "not_determinable", "loss", "free" (no additional cost),
"too_few" and "missing"."""


def _gain(measure: str) -> Paired:
    def gain(before: pd.DataFrame, after: pd.DataFrame) -> Floats:
        return np.asarray(after[measure].to_numpy() - before[measure].to_numpy())

    return gain


def _closures_avoided(before: pd.DataFrame, after: pd.DataFrame) -> Floats:
    """Return closures avoided at the baseline's rate; a mere count would penalise open shops."""
    rate = before["closure_rate_territory"].to_numpy() - after["closure_rate_territory"].to_numpy()
    return np.asarray(rate * after["open_shop_years"].to_numpy() / 100)


GAINS: Final[dict[str, tuple[Paired, str]]] = {
    "surviving_projects": (_gain("running_projects"), "running_projects"),
    "closures_avoided": (_closures_avoided, "closures"),
    "active_youth_years": (_gain("active_youth_years"), "active_youth_years"),
}
"""Gain in each pair of runs, and the measure whose smallest relevant effect applies."""


def cost_effectiveness(runs: pd.DataFrame) -> pd.DataFrame:
    """Estimate the cost per unit gained for each intervention, outcome and horizon.

    Runs are those of `sim.experiments.results.Results`, whose first arm is the baseline; columns
    are `COST_COLUMNS`.
    """
    import pandas as pd

    first = runs[runs["luck"] == 0]
    by_arm = {(a, h): part for (a, h), part in first.groupby(["arm", "horizon"], sort=False)}
    baseline = first["arm"].iloc[0]
    rows = []
    for (arm, horizon), after in by_arm.items():
        if arm == baseline:
            continue
        before = by_arm[baseline, horizon]
        for outcome, (gain, measure) in GAINS.items():
            relevant = OUTCOMES[measure].smallest_relevant(float(before[measure].mean()))
            cost = _gain("public_spending")(before, after)
            rows.append(
                (arm, outcome, horizon, *cost_per_unit(cost, gain(before, after), relevant))
            )
    return pd.DataFrame(rows, columns=list(COST_COLUMNS))


def cost_per_unit(cost: Floats, gain: Floats, relevant: float) -> tuple[float | str, ...]:
    """Return the last seven of `COST_COLUMNS` for paired costs and gains."""
    defined = np.isfinite(cost) & np.isfinite(gain)
    cost, gain = cost[defined], gain[defined]
    none = math.nan
    if gain.size < FEWEST:
        return (none,) * 7 + ("too_few" if gain.size else "missing",)
    effect = mean_effect(gain, relevant)
    known = (float(cost.mean()), effect.mean, effect.lo90, effect.hi90)
    verdict: str = verdict_of(effect.lo90, effect.hi90, relevant)
    if verdict in SMALL:
        verdict = "no_relevant_effect"
    elif verdict in LESS:
        verdict = "loss"
    elif verdict in MORE:
        verdict = "ratio" if known[0] > 0 else "free"
    if verdict != "ratio":
        return (*known, none, none, none, verdict)
    least, most = ratio_interval(gain, cost, relevant)  # gain per EUR, above zero as the gain is
    if not least > 0:
        return (*known, none, none, none, "not_determinable")
    return (*known, known[0] / effect.mean, 1 / most, 1 / least, verdict)
