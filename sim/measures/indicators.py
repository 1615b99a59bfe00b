"""What is measured: each indicator with unit and definition.

A month's counts are written into one preallocated row (`sim.measures.counting`); the indicators
that people read are made from the rows afterwards. Docs, figures and the command line take names
and words from `INDICATORS`.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.measures.counting import (
    BY_ZONE,
    COUNTERS,
    COUNTS,
    TERRITORY,
    count_calls,
    count_month,
)
from sim.measures.indicator import Indicator
from sim.measures.people_indicators import PEOPLE_INDICATORS
from sim.measures.retail_indicators import RETAIL_INDICATORS
from sim.territory.territory import ZONES

__all__ = [
    "COUNTERS",
    "COUNTS",
    "INDICATORS",
    "ZONE_LABELS",
    "Indicator",
    "columns",
    "count_calls",
    "count_month",
    "make_indicators",
]

INDICATORS: Final[dict[str, Indicator]] = {
    i.name: i for i in (*RETAIL_INDICATORS, *PEOPLE_INDICATORS)
}
"""Every indicator by name."""

ZONE_LABELS: Final = {
    "town_centre": {"en": "town centre", "fr": "centre-ville"},
    "periphery": {"en": "periphery", "fr": "périphérie"},
    "neighbourhoods": {"en": "elsewhere", "fr": "ailleurs"},
}
"""What the zones are called."""


def columns() -> tuple[str, ...]:
    """Names of all columns of the indicators: each indicator, then the same by zone."""
    return tuple(
        name
        for i in INDICATORS.values()
        for name in (i.name, *(f"{i.name}_{z}" for z in ZONES if i.by_zone))
    )


def make_indicators(rows: npt.NDArray[np.float64]) -> dict[str, Any]:
    """Turn rows of counts into indicators.

    Parameters
    ----------
    rows : (months, counts) float64 array
        In the order of `COUNTS`.

    Returns
    -------
    dict of (months,) float64 arrays
        By column name, in the order of `columns`.
    """
    counted = dict(zip(COUNTS, rows.T, strict=True))
    whole = {c: sum(counted[f"{c}_{z}"] for z in ZONES) for c in BY_ZONE}
    whole |= {c: counted[c] for c in TERRITORY}
    by_zone = {z: {c: counted[f"{c}_{z}"] for c in BY_ZONE} for z in ZONES}
    made: dict[str, Any] = {}
    for indicator in INDICATORS.values():
        made[indicator.name] = np.asarray(indicator.formula(whole))
        if indicator.by_zone:
            for zone in ZONES:
                made[f"{indicator.name}_{zone}"] = np.asarray(indicator.formula(by_zone[zone]))
    return made
