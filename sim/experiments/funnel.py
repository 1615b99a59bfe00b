"""The funnel: from the money of an intervention to what comes of it, step by step.

Each stage is a measure; its effect is that of the paired replications. Money is public, discounted;
files and projects are counted since the start, hours, members and shops over the last twelve
months.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

STAGES: Final = (
    "public_spending",
    "facilitation_hours_paid",
    "facilitation_hours_given",
    "third_place_users",
    "ideas",
    "applications",
    "project_births",
    "project_takeovers",
    "open_shops",
)
"""Measures of the stages, in order."""

FUNNEL_COLUMNS: Final = (
    *("intervention", "indicator", "window", "without", "with", "change", "lo90", "hi90"),
    *("smallest_relevant", "replications", "finding"),
)
"""Columns of the funnel: means without and with an intervention, and the mean paired difference
with its 90 % interval."""


def funnel_table(effects: pd.DataFrame) -> pd.DataFrame:
    """Return the funnel of each arm at the last horizon, a row a stage; columns `FUNNEL_COLUMNS`.

    Effects are those of `sim.experiments.results.Results`.
    """
    at_end = effects[effects["horizon"] == effects["horizon"].max()]
    stages = at_end[at_end["indicator"].isin(STAGES)]
    order = stages["indicator"].map(STAGES.index)
    stages = stages.assign(
        order=order,
        change=stages["mean"],
        without=stages["baseline_mean"],
        **{"with": stages["baseline_mean"] + stages["mean"]},
    )
    arms = {name: k for k, name in enumerate(effects["intervention"].unique())}
    stages = stages.assign(arm=stages["intervention"].map(arms)).sort_values(["arm", "order"])
    table: pd.DataFrame = stages[list(FUNNEL_COLUMNS)].reset_index(drop=True)
    return table
