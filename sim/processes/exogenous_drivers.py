"""Exogenous drivers: online share, peripheral floor space, spending and costs over the years.

They act on the territory from outside and are the same in every arm of a comparison.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from sim.kernels.elementary import exp
from sim.kernels.machine.compile import kernel
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter
from sim.registry.solved_once import solved_once

FIRST_YEAR = 2000


def _online(year: int, value: float, source: str, evidence: str) -> float:
    return parameter(
        value,
        unit="share",
        bounds=(0.0, 0.6),
        label=f"Online share {year}",
        help=f"Share of retail spending made online in {year}; linear between the stated years.",
        source=source,
        evidence=evidence,  # type: ignore[arg-type]
        role="constant",
    )


def _growth(
    what: str,
    span: str,
    value: float,
    source: str,
    evidence: str,
    plausible: tuple[float, float] | None = None,
) -> float:
    """Declare growth over a span of years: the past is a constant, the future an uncertainty."""
    return parameter(
        value,
        unit="1/year",
        bounds=(-0.05, 0.06),
        label=f"{what}, {span}",
        help=f"{what}: growth a year, {span}.",
        source=source,
        evidence=evidence,  # type: ignore[arg-type]
        role="uncertainty" if plausible else "constant",
        plausible=plausible,
    )


_FEVAD = "FEVAD, online share of retail sales (docs/sources.md)"
_BACKCAST = "FEVAD's share without food and medicines, scaled to all retail (docs/sources.md)"
_SPENDING = "Real retail spending per head"
_COSTS = "Real fixed costs of a shop"
_PERIPHERY = "Floor space in the periphery"
_ACCOUNTS = (
    "INSEE, household consumption in volume per head; retail goods from 2015 (docs/sources.md)"
)
_WAGES_RENTS = "real minimum wage and commercial rents, by assumed weights (docs/sources.md)"
_STOCK = "INSEE and Procos, stock of sales area put on the periphery (docs/sources.md)"
_PERMITS = "authorised floor space, half of it net (docs/sources.md)"
_GUESS = "the last known years continued"


class ExogenousDriversParameters(ParameterGroup):
    """Changes in the world around the territory."""

    online_share_2001: float = _online(2001, 0.002, "start of online retail", "assumed")
    online_share_2005: float = _online(2005, 0.010, _BACKCAST, "derived")
    online_share_2009: float = _online(2009, 0.029, _BACKCAST, "derived")
    online_share_2012: float = _online(2012, 0.049, _BACKCAST, "derived")
    online_share_2015: float = _online(2015, 0.070, _FEVAD, "found")
    online_share_2016: float = _online(2016, 0.080, _FEVAD, "found")
    online_share_2018: float = _online(2018, 0.091, _FEVAD, "found")
    online_share_2019: float = _online(2019, 0.100, _FEVAD, "found")
    online_share_2020: float = _online(2020, 0.134, _FEVAD, "found")
    online_share_2021: float = _online(2021, 0.141, _FEVAD, "found")
    online_share_2022: float = _online(2022, 0.125, _FEVAD, "found")
    online_share_2023: float = _online(2023, 0.125, _FEVAD, "found")
    online_share_2030: float = parameter(
        0.20,
        unit="share",
        bounds=(0.0, 0.6),
        label="Online share in 2030",
        help="Share of retail spending made online in 2030; constant afterwards.",
        source="extrapolation of FEVAD's series; plausible range 0.10-0.25",
        plausible=(0.1, 0.25),
    )
    online_multiplier_convenience: float = parameter(
        0.24,
        bounds=(0.0, 5.0),
        label="Online pull, convenience",
        help="Online share of convenience goods relative to the mean of all sectors.",
        source="groceries 0.8% of 8%, other goods more; French figures 0.45 (docs/sources.md)",
        evidence="derived",
        plausible=(0.05, 0.45),
    )
    online_multiplier_comparison: float = parameter(
        2.0,
        bounds=(0.0, 5.0),
        label="Online pull, comparison",
        help="Online share of clothing, household and leisure goods relative to the mean.",
        source="clothing 16.6%, electronics 14.6% of spending, of 8% (docs/sources.md)",
        evidence="derived",
        plausible=(1.5, 2.5),
    )
    online_multiplier_hospitality: float = parameter(
        0.4,
        bounds=(0.0, 5.0),
        label="Online pull, hospitality and services",
        help="Share of meals and services ordered online relative to the mean of all sectors.",
        source="retail prototype",
        plausible=(0.1, 0.7),
    )
    spending_growth_2001_2007: float = _growth(_SPENDING, "2001-2007", 0.014, _ACCOUNTS, "derived")
    spending_growth_2008_2011: float = _growth(_SPENDING, "2008-2011", 0.0, _ACCOUNTS, "derived")
    spending_growth_2012_2014: float = _growth(_SPENDING, "2012-2014", -0.003, _ACCOUNTS, "derived")
    spending_growth_2015_2019: float = _growth(_SPENDING, "2015-2019", 0.007, _ACCOUNTS, "derived")
    spending_growth_2020_2024: float = _growth(_SPENDING, "2020-2024", 0.0, _ACCOUNTS, "derived")
    spending_growth_after_2024: float = _growth(
        _SPENDING, "after 2024", 0.004, _GUESS, "assumed", (-0.004, 0.010)
    )
    cost_growth_2001_2007: float = _growth(_COSTS, "2001-2007", 0.009, _WAGES_RENTS, "assumed")
    cost_growth_2008_2014: float = _growth(_COSTS, "2008-2014", 0.009, _WAGES_RENTS, "assumed")
    cost_growth_2015_2019: float = _growth(_COSTS, "2015-2019", 0.002, _WAGES_RENTS, "assumed")
    cost_growth_2020_2024: float = _growth(_COSTS, "2020-2024", 0.0, _WAGES_RENTS, "assumed")
    cost_growth_after_2024: float = _growth(
        _COSTS, "after 2024", 0.0, _GUESS, "assumed", (-0.005, 0.009)
    )
    periphery_growth_2001_2007: float = _growth(_PERIPHERY, "2001-2007", 0.030, _STOCK, "derived")
    periphery_growth_2008_2014: float = _growth(_PERIPHERY, "2008-2014", 0.026, _STOCK, "derived")
    periphery_growth_2015_2019: float = _growth(_PERIPHERY, "2015-2019", 0.012, _PERMITS, "assumed")
    periphery_growth_2020_2024: float = _growth(_PERIPHERY, "2020-2024", 0.006, _PERMITS, "assumed")
    periphery_growth_after_2024: float = _growth(
        _PERIPHERY, "after 2024", 0.004, _GUESS, "assumed", (0.0, 0.012)
    )


@solved_once
def driver_series(
    values: Mapping[str, float], start: float, months: int
) -> dict[str, npt.NDArray[np.float64]]:
    """Tabulate the drivers month by month from January 2000.

    Parameters
    ----------
    values : mapping
        Parameters by flat name.
    start : float
        Start date in years (2025.5 is the first of July 2025), where the indices are 1.
    months : int
        Length of the tables.

    Returns
    -------
    dict of (months,) float64 arrays
        ``online_share`` (share), ``spending``, ``costs`` and ``periphery`` (indices). Annual
        figures apply to mid-year and are interpolated linearly; growth is continuous.
    """
    time = FIRST_YEAR + (np.arange(months) + 0.5) / 12
    known = sorted(
        (int(n.rsplit("_", 1)[1]) + 0.5, v)
        for n, v in values.items()
        if n.startswith("online_share_")
    )
    years, shares = np.array(known).T
    table = {"online_share": np.interp(time, years, shares)}
    for index, stem in {"spending": "spending", "costs": "cost", "periphery": "periphery"}.items():
        rates = {n: v for n, v in values.items() if n.startswith(f"{stem}_growth_")}
        # spending_growth_2001_2007 applies to the end of 2007, spending_growth_after_2024 from
        # 2025.
        ends = [FIRST_YEAR + months / 12 if "after" in n else int(n[-4:]) + 1.0 for n in rates]
        edges = np.array([FIRST_YEAR, *ends])
        log_index = np.concatenate([[0.0], np.cumsum(np.diff(edges) * list(rates.values()))])
        table[index] = exp(np.interp(time, edges, log_index) - np.interp(start, edges, log_index))
    return table


@kernel
def move_drivers(calendar_month, series, driver, p):
    """Read this month's drivers; a sector's online share is at most 0.95."""
    t = min(max(calendar_month, 0), series.spending.size - 1)
    total = p.spending_convenience + p.spending_comparison + p.spending_hospitality
    online = (
        p.online_multiplier_convenience * p.spending_convenience
        + p.online_multiplier_comparison * p.spending_comparison
        + p.online_multiplier_hospitality * p.spending_hospitality
    )
    # The multipliers distribute the mean over sectors, so they must not change it.
    mean = series.online_share[t] * total / online if online > 1e-9 * total else 0.0
    driver.online_share[0] = min(mean * p.online_multiplier_convenience, 0.95)
    driver.online_share[1] = min(mean * p.online_multiplier_comparison, 0.95)
    driver.online_share[2] = min(mean * p.online_multiplier_hospitality, 0.95)
    driver.spending[0] = series.spending[t]
    driver.costs[0] = series.costs[t]
    driver.periphery[0] = series.periphery[t]


PROCESS = Process(
    name="exogenous_drivers",
    group=ExogenousDriversParameters,
    kernel=move_drivers,
    writes=arrays(driver="online_share spending costs periphery"),
)
