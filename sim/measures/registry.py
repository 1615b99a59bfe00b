"""All measures by which runs are compared, and those that come first."""

from __future__ import annotations

from typing import Final

from sim.measures.measure import Measure
from sim.measures.people import PEOPLE_MEASURES
from sim.measures.projects import PROJECT_MEASURES
from sim.measures.shops import SHOP_MEASURES

__all__ = ["HEADLINES", "HORIZONS", "MEASURES", "MONTHLY", "horizons_within"]

MEASURES: Final[dict[str, Measure]] = {
    m.name: m for m in (*SHOP_MEASURES, *PROJECT_MEASURES, *PEOPLE_MEASURES)
}
"""Every measure by name, in the order of the columns."""

HEADLINES: Final = (
    "closure_rate_town_centre",
    "open_shops_town_centre",
    "births_per_1000",
    "running_projects",
    "participation",
)
"""What a comparison answers first: closures, always beside net open shops; births; participation.
"""

MONTHLY: Final = (
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
"""Measures whose course over time is kept, each over the twelve months that end with a month."""

HORIZONS: Final = (36, 60, 120)
"""Months after which effects are given, beside the end of the run."""


def horizons_within(months: int) -> tuple[int, ...]:
    """Horizons of a run, in months; its end is the last.

    Examples
    --------
    >>> horizons_within(240), horizons_within(24)
    ((36, 60, 120, 240), (24,))
    """
    return (*(h for h in HORIZONS if h < months), months)
