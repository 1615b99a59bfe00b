"""Shopping trips: consumers share their spending among shops, places beyond the grid and online.

Huff's model (multiplicative competitive interaction) with an outside option: of the offline
spending of the consumers of cell i in a sector, shop j gets the share

    A_j f(d_ij) / (sum over shops k of A_k f(d_ik) + outside attraction)

with f, in each sector, an exponential exp(-decay d) of the distance along streets, or a power law
(d + 0.3 km)^-exponent as a sum of exponentials (`sim.start.distance_decay`).

The online share is the same everywhere, except that the local loops of ecological projects keep a
part of it around them (`sim.processes.project_dimensions`). It is spent like the rest on site.

Where a place has a buffer, the people and shops of both share these flows. What was spent is then
said of the place's consumers alone: in its own shops, elsewhere (in the buffer or beyond the grid),
and online.

Source: Huff (1964), Journal of Marketing 28(3), doi 10.1177/002224296402800307.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numba import prange

from sim.kernels.dimensions import kept_share
from sim.kernels.machine.compile import kernel, rule
from sim.kernels.space import flows_within, huff_flows, potential_work
from sim.kernels.zone_codes import BUFFER, reaches_beyond
from sim.processes.process import Process, arrays
from sim.registry.parameters import Evidence, ParameterGroup, parameter

_BUDGET = "INSEE household budgets and retail turnover, euros of 2017, by sector (docs/sources.md)"


def _spending(value: float, label: str, plausible: tuple[float, float]) -> float:
    return parameter(
        value,
        unit="EUR/person/year",
        bounds=(0.0, 20000.0),
        label=f"Spending per head, {label}",
        help=f"Yearly spending of an average resident on {label}, wherever they buy.",
        source=_BUDGET,
        evidence="derived",
        plausible=plausible,
    )


def _decay(
    value: float,
    label: str,
    plausible: tuple[float, float],
    source: str = "retail prototype",
    evidence: Evidence = "assumed",
) -> float:
    return parameter(
        value,
        unit="1/km",
        bounds=(0.01, 20.0),
        label=f"Distance decay, {label}",
        help=f"How fast people stop going to a shop with distance, for {label}.",
        source=source,
        evidence=evidence,
        plausible=plausible,
    )


def _form(label: str) -> Literal["exponential", "power_law"]:
    return parameter(
        "exponential",
        label=f"Form of distance decay, {label}",
        help=f"How interest falls with distance, for {label}: exponentially or by a power law.",
        source="docs/odd.md, distance decay",
        role="constant",
    )


def _exponent(
    value: float,
    label: str,
    source: str = "docs/odd.md, distance decay",
    evidence: Evidence = "assumed",
) -> float:
    return parameter(
        value,
        bounds=(0.5, 4.0),
        label=f"Exponent of distance decay, {label}",
        help=f"How fast interest falls with distance under a power law, for {label}.",
        source=source,
        evidence=evidence,
        role="constant",
    )


def _outside(value: float, label: str, plausible: tuple[float, float]) -> float:
    return parameter(
        value,
        unit="share",
        bounds=(0.0, 0.95),
        label=f"Bought beyond the grid, {label}",
        help=f"Share of spending in shops that leaves the territory at the start, for {label}.",
        source="retail prototype",
        plausible=plausible,
    )


class ShoppingTripsParameters(ParameterGroup):
    """Spending by sector and place."""

    boundary: Literal["open", "closed"] = parameter(
        "open",
        label="Boundary",
        help="open: shoppers leave and enter the territory; closed: nobody does.",
        source="tells displacement from creation",
        role="lever",
    )
    spending_convenience: float = _spending(3700.0, "convenience goods", (3200.0, 4200.0))
    spending_comparison: float = _spending(2900.0, "comparison goods", (2500.0, 3300.0))
    spending_hospitality: float = _spending(1200.0, "hospitality and services", (1000.0, 1400.0))
    income_elasticity: float = parameter(
        0.75,
        bounds=(0.0, 1.5),
        label="Income elasticity of spending",
        help="By how many per cent spending grows with one per cent of income.",
        source="bottom and top fifths of income spend -40% and +54% (INSEE), about income^0.75",
        plausible=(0.6, 0.9),
    )
    visitors_share: float = parameter(
        0.5,
        unit="share of residents",
        bounds=(0.0, 5.0),
        label="Consumers from beyond the grid",
        help="People living beyond the grid who also shop here, relative to residents.",
        source="retail prototype",
        plausible=(0.25, 0.75),
    )
    decay_form_convenience: Literal["exponential", "power_law"] = _form("convenience goods")
    decay_form_comparison: Literal["exponential", "power_law"] = _form("comparison goods")
    decay_form_hospitality: Literal["exponential", "power_law"] = _form("hospitality and services")
    decay_convenience: float = _decay(
        0.66,
        "convenience goods",
        (0.4, 1.25),
        "groceries: 0.40 per km, 0.72 near the shops; trips of 2.2 km (docs/sources.md)",
        "derived",
    )
    decay_comparison: float = _decay(
        0.24,
        "comparison goods",
        (0.13, 0.4),
        "London 0.27-0.30; electronics 0.14, 0.36 below 8 km (docs/sources.md)",
        "derived",
    )
    decay_hospitality: float = _decay(0.5, "hospitality and services", (0.25, 1.0))
    decay_exponent_convenience: float = _exponent(
        1.92, "convenience goods", "groceries, 1.92 [1.64, 2.21] (docs/sources.md)", "found"
    )
    decay_exponent_comparison: float = _exponent(
        1.07, "comparison goods", "electronics, 1.07 [0.68, 1.45] (docs/sources.md)", "found"
    )
    decay_exponent_hospitality: float = _exponent(2.0, "hospitality and services")
    outside_share_convenience: float = _outside(0.05, "convenience goods", (0.02, 0.10))
    outside_share_comparison: float = _outside(0.25, "comparison goods", (0.15, 0.35))
    outside_share_hospitality: float = _outside(0.30, "hospitality and services", (0.20, 0.40))


@kernel
def kept_from_going_online(cell, p):
    """Return how many consumers' spending local loops keep; those in the buffer do not count."""
    consumers, gained, zone = cell.consumers, cell.ecological_gained, cell.zone
    rows, columns = zone.shape
    in_all, kept = 0.0, np.empty(columns)  # a row's, multiplied as vectors before it is added up
    for i in range(rows):
        for j in range(np.uintp(columns)):
            here = consumers[i, j] * kept_share(gained[i, j], p)
            kept[j] = here if zone[i, j] < BUFFER else 0.0
        for j in range(np.uintp(columns)):
            in_all += kept[j]
    return in_all


@rule
def won_by_loops(online, p):
    """Return by how much a share kept of online spending raises spending on site."""
    return online / (1.0 - online) if p.ecological_retention > 0.0 else 0.0


@kernel
def spend_on_site(cell, driver, p):
    """Write the demand of each sector, in consumers who spend the usual share on site."""
    consumers, gained, demand = cell.consumers, cell.ecological_gained, cell.demand
    first, second, third = (
        won_by_loops(driver.online_share[0], p),
        won_by_loops(driver.online_share[1], p),
        won_by_loops(driver.online_share[2], p),
    )
    rows, columns = consumers.shape
    for i in prange(rows):
        for j in range(np.uintp(columns)):
            here, kept = consumers[i, j], kept_share(gained[i, j], p)
            demand[0, i, j] = here * (1.0 + first * kept)
            demand[1, i, j] = here * (1.0 + second * kept)
            demand[2, i, j] = here * (1.0 + third * kept)


@kernel
def attract_within(premises, own):
    """Write the attraction of the shops of a place without its buffer, by sector and cell."""
    own[:] = 0.0
    for i in range(premises.is_open.size):
        if premises.is_open[i] and premises.zone[i] < BUFFER:
            own[premises.sector[i], premises.cell_row[i]] += (
                premises.attraction[i] * premises.quality[i]
            )


@kernel
def spend(premises, cell, work, sector, driver, town, p):
    """Solve the flows of each sector for unit spending per consumer and scale them to money."""
    cell.attraction[:] = 0.0
    rows, columns = cell.consumers.shape
    attraction = cell.attraction.reshape(3, rows * columns)
    for i in range(premises.is_open.size):
        if premises.is_open[i]:
            attraction[premises.sector[i], premises.cell_row[i]] += (
                premises.attraction[i] * premises.quality[i]
            )
    sector.consumer_spending[0] = p.spending_convenience
    sector.consumer_spending[1] = p.spending_comparison
    sector.consumer_spending[2] = p.spending_hospitality
    spending = driver.spending[0] * math.exp(town.spending_shock[0])
    growth = math.pow(driver.periphery[0], p.floor_area_elasticity)
    consumer_spending = sector.consumer_spending
    spent_in_shops, spent_outside = sector.spent_in_shops, sector.spent_outside
    spent_online = sector.spent_online
    demand = cell.demand
    loops = kept_from_going_online(cell, p) if p.ecological_retention > 0.0 else 0.0
    spend_on_site(cell, driver, p)
    has_buffer = reaches_beyond(cell.zone)
    own_attraction = np.empty((3, cell.zone.size if has_buffer else 0), cell.attraction.dtype)
    if has_buffer:
        attract_within(premises, own_attraction)
    for s in range(3):
        consumer_spending[s] *= spending / 12.0
        online = driver.online_share[s]
        kept, leaked = huff_flows(
            cell.attraction[s],
            demand[s],
            sector.decay[s],
            sector.decay_weight[s],
            sector.outside_attraction[s] * growth,
            cell.revenue_per_attraction[s],
            cell.access[s],
            work.space[s],
        )
        if has_buffer:
            kept, leaked = flows_within(
                own_attraction[s].reshape((rows, columns)),
                demand[s],
                cell.zone,
                sector.decay[s],
                sector.decay_weight[s],
                sector.outside_attraction[s] * growth,
                cell.access[s],
                potential_work(work.space[s], demand[s]),
            )
        on_site = consumer_spending[s] * (1.0 - online)
        spent_in_shops[s] = kept * on_site
        spent_outside[s] = leaked * on_site
        # On site they spend as (kept + leaked) usual consumers, of whom loops won those beyond all.
        buying = kept + leaked - loops / (1.0 - online) if loops != 0.0 else kept + leaked
        spent_online[s] = buying * consumer_spending[s] * online


PROCESS = Process(
    name="shopping_trips",
    group=ShoppingTripsParameters,
    kernel=spend,
    writes=arrays(
        cell="attraction demand access revenue_per_attraction",
        work="space",
        sector="consumer_spending spent_in_shops spent_outside spent_online",
    ),
)
