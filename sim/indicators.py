"""What is measured: each indicator with unit and definition, and the kernel that counts.

A month's counts are written into one preallocated row; the indicators that people read are made
from the rows afterwards. Docs, figures and the command line take names and words from `INDICATORS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.kernels.compile import kernel
from sim.state import State
from sim.territory.territory import ZONES

__all__ = ["COUNTS", "INDICATORS", "Indicator", "columns", "count_month", "make_indicators"]

Counts = Mapping[str, npt.NDArray[np.float64]]
Values = npt.NDArray[np.float64]

LONG_TERM_MONTHS = 36
"""Vacancy is long-term beyond three years: vacant at the end of 36 months after the closing one."""

_BY_ZONE = (
    "premises",
    "open_shops",
    "closures",
    "relettings",
    "long_term_vacant",
    "sales",
    "margin",
    "rent",
    "rent_at_start",
    "footfall",
)
_TERRITORY = ("residents", "spent_in_shops", "spent_outside", "spent_online")

COUNTS: Final = tuple(f"{c}_{z}" for c in _BY_ZONE for z in ZONES) + _TERRITORY
"""What is counted each month, in the order of a row."""

# Where a count begins in a row; counts by zone take three places.
(
    _PREMISES,
    _OPEN_SHOPS,
    _CLOSURES,
    _RELETTINGS,
    _LONG_TERM,
    _SALES,
    _MARGIN,
    _RENT,
    _RENT_AT_START,
    _FOOTFALL,
) = range(0, 3 * len(_BY_ZONE), 3)
_RESIDENTS, _SPENT_IN_SHOPS, _SPENT_OUTSIDE, _SPENT_ONLINE = range(3 * len(_BY_ZONE), len(COUNTS))


@kernel
def count_premises(
    zone,
    is_open,
    event,
    months_vacant,
    revenue,
    margin,
    rent,
    rent_at_start,
    footfall,
    spent_in_shops,
    spent_outside,
    spent_online,
    row,
):
    """Add up premises by zone and spending by sector into a row of `COUNTS`."""
    row[:] = 0.0
    for p in range(is_open.size):
        z = zone[p]
        row[_PREMISES + z] += 1.0
        row[_CLOSURES + z] += 1.0 if event[p] == 1 else 0.0
        row[_RELETTINGS + z] += 1.0 if event[p] == 2 else 0.0
        row[_SALES + z] += revenue[p]
        row[_RENT_AT_START + z] += rent_at_start[p]
        row[_RENT + z] += rent[p]
        if is_open[p]:
            row[_OPEN_SHOPS + z] += 1.0
            row[_MARGIN + z] += margin[p]
        elif months_vacant[p] >= LONG_TERM_MONTHS:
            row[_LONG_TERM + z] += 1.0
    for z in range(3):
        row[_FOOTFALL + z] = footfall[z]
        row[_SPENT_IN_SHOPS] += spent_in_shops[z]  # three sectors, as there are three zones
        row[_SPENT_OUTSIDE] += spent_outside[z]
        row[_SPENT_ONLINE] += spent_online[z]


def count_month(state: State, row: Values) -> None:
    """Write the counts of the month just run.

    Parameters
    ----------
    state : State
        After a month.
    row : (counts,) float64 array
        Written, in the order of `COUNTS`.
    """
    count_premises(
        state["premises.zone"],
        state["premises.is_open"],
        state["premises.event"],
        state["premises.months_vacant"],
        state["premises.revenue"],
        state["premises.margin"],
        state["premises.rent"],
        state["premises.rent_at_start"],
        state["zone.footfall"],
        state["sector.spent_in_shops"],
        state["sector.spent_outside"],
        state["sector.spent_online"],
        row,
    )
    row[_RESIDENTS] = state["cell.residents"].sum(dtype=np.float64)


def _ratio(part: Values, whole: Values) -> Values:
    """Part of a whole; 0 where there is no whole."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


@dataclass(frozen=True)
class Indicator:
    """One measure.

    Attributes
    ----------
    name : str
        Column name; by zone with ``_town_centre``, ``_periphery`` or ``_neighbourhoods`` appended.
    unit : str
        Unit.
    label, definition : mapping
        Words by language, "en" and "fr".
    formula : callable
        From counts (of the territory or a zone) to the measure.
    by_zone : bool
        Whether it is also given for each zone.
    is_flow : bool
        Whether it counts what happened in the month (sums over months), not what stands.
    """

    name: str
    unit: str
    label: Mapping[str, str]
    definition: Mapping[str, str]
    formula: Callable[[Counts], Values]
    by_zone: bool = True
    is_flow: bool = False


def _count(name: str) -> Callable[[Counts], Values]:
    def formula(c: Counts) -> Values:
        return c[name]

    return formula


def _open_before(c: Counts) -> Values:
    return c["open_shops"] + c["closures"] - c["relettings"]


_DECLARED = (
    Indicator(
        "residents",
        "people",
        {"en": "Residents", "fr": "Habitants"},
        {
            "en": "People of all ages who live on the grid.",
            "fr": "Personnes de tous âges vivant sur le territoire.",
        },
        _count("residents"),
        by_zone=False,
    ),
    Indicator(
        "premises",
        "premises",
        {"en": "Commercial premises", "fr": "Locaux commerciaux"},
        {"en": "Premises, open or vacant.", "fr": "Locaux, occupés ou vides."},
        _count("premises"),
    ),
    Indicator(
        "open_shops",
        "shops",
        {"en": "Open shops", "fr": "Commerces ouverts"},
        {
            "en": "Shops trading at the end of the month, services included.",
            "fr": "Commerces et services ouverts en fin de mois.",
        },
        _count("open_shops"),
    ),
    Indicator(
        "closures",
        "shops/month",
        {"en": "Closures", "fr": "Fermetures"},
        {
            "en": "Shops that closed in the month and left their premises vacant.",
            "fr": "Commerces ayant fermé dans le mois en laissant un local vide.",
        },
        _count("closures"),
        is_flow=True,
    ),
    Indicator(
        "relettings",
        "shops/month",
        {"en": "Relettings", "fr": "Reprises"},
        {
            "en": "Vacant premises in which a shop opened in the month.",
            "fr": "Locaux vides dans lesquels un commerce a ouvert dans le mois.",
        },
        _count("relettings"),
        is_flow=True,
    ),
    Indicator(
        "closure_rate",
        "closures per 100 open-shop-years",
        {"en": "Closure rate", "fr": "Taux de fermeture"},
        {
            "en": "Closures of the month, a year's worth, per 100 shops open at its beginning.",
            "fr": "Fermetures du mois, en rythme annuel, pour 100 commerces ouverts à son début.",
        },
        lambda c: 1200 * _ratio(c["closures"], _open_before(c)),
    ),
    Indicator(
        "retail_vacancy",
        "share",
        {"en": "Retail vacancy", "fr": "Vacance commerciale"},
        {
            "en": "Share of premises that are vacant at the end of the month.",
            "fr": "Part des locaux vides en fin de mois.",
        },
        lambda c: _ratio(c["premises"] - c["open_shops"], c["premises"]),
    ),
    Indicator(
        "long_term_vacancy",
        "share",
        {"en": "Long-term vacancy", "fr": "Vacance de longue durée"},
        {
            "en": "Share of premises that have been vacant for more than three years.",
            "fr": "Part des locaux vides depuis plus de trois ans.",
        },
        lambda c: _ratio(c["long_term_vacant"], c["premises"]),
    ),
    Indicator(
        "sales",
        "EUR/month",
        {"en": "Sales", "fr": "Chiffre d'affaires"},
        {
            "en": "Turnover of all shops in the month.",
            "fr": "Chiffre d'affaires de tous les commerces dans le mois.",
        },
        _count("sales"),
        is_flow=True,
    ),
    Indicator(
        "margin",
        "1",
        {"en": "Mean margin", "fr": "Marge moyenne"},
        {
            "en": "Mean margin of open shops: gross margin over fixed costs, minus 1.",
            "fr": "Marge moyenne des commerces ouverts : marge brute sur charges fixes, moins 1.",
        },
        lambda c: _ratio(c["margin"], c["open_shops"]),
    ),
    Indicator(
        "rent_index",
        "1",
        {"en": "Rents", "fr": "Loyers"},
        {
            "en": "Rents of all premises relative to those of the start.",
            "fr": "Loyers de tous les locaux, rapportés à ceux du départ.",
        },
        lambda c: _ratio(c["rent"], c["rent_at_start"]),
    ),
    Indicator(
        "footfall",
        "visits/day",
        {"en": "Footfall", "fr": "Flux piétons"},
        {"en": "Visits to shops a day.", "fr": "Visites de commerces par jour."},
        _count("footfall"),
    ),
    Indicator(
        "retail_spending_kept",
        "share",
        {"en": "Spending kept", "fr": "Dépenses retenues"},
        {
            "en": "Share of the consumers' spending that goes to shops on the territory.",
            "fr": "Part des dépenses des consommateurs qui va aux commerces du territoire.",
        },
        lambda c: _ratio(
            c["spent_in_shops"], c["spent_in_shops"] + c["spent_outside"] + c["spent_online"]
        ),
        by_zone=False,
    ),
    Indicator(
        "retail_leakage",
        "EUR/month",
        {"en": "Retail leakage", "fr": "Évasion commerciale"},
        {
            "en": "Spending in shops beyond the grid in the month.",
            "fr": "Dépenses du mois dans des commerces hors du territoire.",
        },
        _count("spent_outside"),
        by_zone=False,
        is_flow=True,
    ),
    Indicator(
        "online_spending",
        "EUR/month",
        {"en": "Online spending", "fr": "Dépenses en ligne"},
        {"en": "Spending online in the month.", "fr": "Dépenses en ligne dans le mois."},
        _count("spent_online"),
        by_zone=False,
        is_flow=True,
    ),
)

INDICATORS: Final[dict[str, Indicator]] = {i.name: i for i in _DECLARED}
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
    whole = {c: sum(counted[f"{c}_{z}"] for z in ZONES) for c in _BY_ZONE}
    whole |= {c: counted[c] for c in _TERRITORY}
    by_zone = {z: {c: counted[f"{c}_{z}"] for c in _BY_ZONE} for z in ZONES}
    made: dict[str, Any] = {}
    for indicator in INDICATORS.values():
        made[indicator.name] = np.asarray(indicator.formula(whole))
        if indicator.by_zone:
            for zone in ZONES:
                made[f"{indicator.name}_{zone}"] = np.asarray(indicator.formula(by_zone[zone]))
    return made
