"""All measures by name, and the measures of each table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from sim.kernels.arrays import Floats
from sim.measures.counting import COUNTS
from sim.measures.equity import BENEFITS, EQUITY_MEASURES
from sim.measures.measure import Measure, Windows
from sim.measures.people import RESIDENT_MEASURES, SUPPORT_MEASURES
from sim.measures.projects import PROJECT_MEASURES
from sim.measures.shops import SHOP_MEASURES
from sim.registry.catalogues import DIMENSIONS
from sim.territory.territory import ZONES

__all__ = [
    "HEADLINES",
    "HORIZONS",
    "MEANS",
    "MEASURES",
    "MONTHLY",
    "OUTCOMES",
    "PRIMARY",
    "RENAMED",
    "ROLLING",
    "horizons_within",
    "measured",
    "monthly_table",
]

MEASURES: Final[dict[str, Measure]] = {
    m.name: m
    for m in (
        *SHOP_MEASURES,
        *RESIDENT_MEASURES,
        *PROJECT_MEASURES,
        *SUPPORT_MEASURES,
        *EQUITY_MEASURES,
    )
}
"""Every measure by name."""

MONTHLY: Final = tuple(name for name, m in MEASURES.items() if m.is_monthly)
"""Columns of the monthly table of a run: window ``month``."""

_FIRST_OUTCOMES: Final = (
    "closure_rate_town_centre",
    "open_shops_town_centre",
    "open_shops_elsewhere",
    "open_shops",
    "closure_rate_territory",
    "closures",
    "open_shop_years",
    "retail_vacancy_town_centre",
    "long_term_vacancy_town_centre",
    "retail_vacancy",
    "retail_spending_kept",
    "footfall_town_centre",
    "births_per_1000",
    "project_births",
    "project_births_town_centre",
    "project_births_elsewhere",
    "running_projects",
    "project_end_rate",
    "economic_births",
    "ecological_births",
    "social_births",
    "cultural_births",
    "ideas",
    "project_takeovers",
    "bottom_up_share",
    "partners_per_project",
    "public_partner_share",
    "months_to_birth",
    "review_delay",
    "waiting_files",
    "birth_gini",
    "birth_theil",
    "participation",
    "active_youth_years",
    "out_migration",
    "residents",
    "trust",
    "openness",
    "third_place_users",
    "third_place_seats",
    "evening_participants",
    "votes",
    "public_spending",
    "public_money_unspent",
)
"""Outcomes whose columns keep this order, since fingerprints of results depend on it."""

OUTCOMES: Final[dict[str, Measure]] = {
    name: MEASURES[name]
    for name in (
        *_FIRST_OUTCOMES,
        *(f"{benefit}_{zone}" for benefit in BENEFITS for zone in ZONES),
        *(n for n, m in MEASURES.items() if m.is_outcome),
    )
}
"""Measures of a run at each horizon, in the order of the columns, each over its own
`Measure.window`."""

HEADLINES: Final = (
    "closure_rate_town_centre",
    "open_shops_town_centre",
    "births_per_1000",
    "running_projects",
    "participation",
)
"""Headline outcomes: closures, always with net open shops; births; participation."""

PRIMARY: Final = ("closure_rate_town_centre", "births_per_1000", "participation")
"""The outcomes at the end of a run that answer the question, declared beforehand; all other effects
are explored."""

MEANS: Final = (
    "third_place_seats",
    "evening_participants",
    "votes",
    "public_spending",
    "public_money_unspent",
    "volunteer_hours",
    "third_place_premises",
    "seats_without_premises",
    "cost_per_seat",
    "cost_per_member",
    "cost_per_accompanied_project",
)
"""Outcomes that state what an intervention spends and sets up, rather than what comes of it."""

ROLLING: Final = (
    "closure_rate_town_centre",
    "open_shops_town_centre",
    "open_shops_elsewhere",
    "retail_vacancy_town_centre",
    "retail_spending_kept",
    "births_per_1000",
    "running_projects",
    "ideas",
    "participation",
    "out_migration",
    "trust",
    "review_delay",
    "public_partner_share",
    "third_place_users",
)
"""Measures kept as monthly series: window ``last_year`` at each month."""

HORIZONS: Final = (36, 60, 120)
"""Default horizons of effects in months, in addition to the end of the run."""

RENAMED: Final = {
    **{f"closure_rate{z}": f"closure_hazard{z}" for z in ("", *(f"_{zone}" for zone in ZONES))},
    "bottom_up_share": "running_bottom_up_share",
    "public_partner_share": "running_public_partner_share",
    "partners_per_project": "running_partners_per_project",
    "months_to_birth": "running_months_to_birth",
    **{f"births_weight_{d}": f"{d}_births" for d in DIMENSIONS},
}
"""Former columns of the monthly table that had names of other measures, with their new names."""


def horizons_within(months: int) -> tuple[int, ...]:
    """Return the horizons of a run in months; its end is the last.

    Examples
    --------
    >>> horizons_within(240), horizons_within(24)
    ((36, 60, 120, 240), (24,))
    """
    return (*(h for h in HORIZONS if h < months), months)


def measured(names: Iterable[str], windows: Windows) -> Floats:
    """Compute measures over windows of a run.

    Parameters
    ----------
    names : iterable of str
        Names in `MEASURES`.
    windows : Windows

    Returns
    -------
    (windows, measures) float64 array
        Values; nan without anything to measure.
    """
    return np.stack([MEASURES[name].over(windows) for name in names], axis=1)


def monthly_table(rows: Floats) -> dict[str, Floats]:
    """Compute the measures of each month.

    Parameters
    ----------
    rows : (months, counts) float64 array
        Counts in the order of `COUNTS`.

    Returns
    -------
    dict of (months,) float64 arrays
        Values by name, in the order of `MONTHLY`; 0 in months without anything to measure.
    """
    months = Windows.of_months(dict(zip(COUNTS, rows.T, strict=True)), len(rows))
    return {name: np.nan_to_num(MEASURES[name].over(months), nan=0.0) for name in MONTHLY}
