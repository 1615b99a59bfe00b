"""Shop accounts: turnover, margin and reserves of each shop, and the prospects of an entrant.

Whoever opens a shop, in vacant premises or as a successor, first expects the margin of an average
shop there, and then learns its own.
"""

from __future__ import annotations

import math

from numba import prange

from sim.kernels.event_codes import SUCCEEDED
from sim.kernels.machine.compile import kernel, rule
from sim.kernels.zone_codes import is_park
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter


class ShopAccountsParameters(ParameterGroup):
    """Revenue and costs of a shop."""

    gross_margin: float = parameter(
        0.35,
        unit="share",
        bounds=(0.05, 0.9),
        label="Gross margin",
        help="Share of turnover left after buying the goods.",
        source="small retail, 25-50%",
        plausible=(0.25, 0.5),
    )
    purchases_are_variable: bool = parameter(
        True,
        label="Margin over all costs",
        help="Measure the margin over fixed costs plus purchases, which damps its swings.",
        source="with it, sourced drivers give patterns 1, 2 and 5; without, twice too much "
        "vacancy (docs/validation.md)",
        role="constant",
    )
    margin_memory: float = parameter(
        12.0,
        unit="months",
        bounds=(1.0, 60.0),
        label="Memory of the margin",
        help="Over how many months shopkeepers judge their margin.",
        source="a business year",
        role="constant",
    )
    starting_reserves: float = parameter(
        6.0,
        unit="months of fixed costs",
        bounds=(0.0, 36.0),
        label="Reserves of a new shop",
        help="Months of fixed costs that a new shop can lose; also the most that a shop keeps.",
        plausible=(2.0, 12.0),
    )
    park_cost_exponent: float = parameter(
        0.6,
        bounds=(0.0, 1.5),
        label="Costs of larger parks",
        help="By how many per cent costs in retail parks grow with one per cent of floor space.",
        source="retail prototype, 0.3-1",
        plausible=(0.3, 1.0),
    )


@rule
def margin_of(revenue, costs, p):
    """Return the margin of a shop; at 0, turnover just covers the costs it is measured against."""
    if p.purchases_are_variable:
        return revenue / (costs + (1.0 - p.gross_margin) * revenue) - 1.0
    return p.gross_margin * revenue / costs - 1.0


@rule
def costs_at(margin, p):
    """Return the costs per euro of turnover at which a shop has this margin, inverting `margin_of`.

    If purchases count, a shop without other costs has a margin of gross margin / (1 - gross
    margin); costs therefore stay at a tenth of the gross margin or above.
    """
    if p.purchases_are_variable:
        return max(1.0 / (1.0 + margin) - (1.0 - p.gross_margin), 0.1 * p.gross_margin)
    return p.gross_margin / (1.0 + margin)


@rule
def costs_left(costs, subsidy):
    """Return the costs that a subsidy leaves to a shop or an entrant, at least a tenth."""
    return max(costs - subsidy, 0.1 * costs)


@rule
def dilution(access, outside, newcomer):
    """Return the share of today's pull that is left once a newcomer's attraction is added."""
    total = access + outside + newcomer
    return (access + outside) / total if total > 0.0 else 0.0


@kernel
def keep_accounts(premises, cell, sector, driver, p):
    """Open this month's books: all are a month older, revenue is booked, margins are updated."""
    event, shop_age, months_vacant = premises.event, premises.shop_age, premises.months_vacant
    revenue, margin, reserves = premises.revenue, premises.margin, premises.reserves
    cells = cell.access.shape[1] * cell.access.shape[2]
    access = cell.access.reshape(3, cells)
    revenue_per_attraction = cell.revenue_per_attraction.reshape(3, cells)
    growth = math.pow(driver.periphery[0], p.floor_area_elasticity)
    park_costs = math.pow(driver.periphery[0], p.park_cost_exponent)
    for i in prange(premises.is_open.size):
        s, c = premises.sector[i], premises.cell_row[i]
        costs = (premises.fixed_costs[i] + premises.rent[i]) * driver.costs[0]
        if is_park(premises.zone[i]):
            costs *= park_costs
        costs = costs_left(costs, premises.subsidy[i])
        on_site = sector.consumer_spending[s] * (1.0 - driver.online_share[s])
        sales = premises.attraction[i] * revenue_per_attraction[s, c] * on_site
        if premises.is_open[i]:
            if event[i] == SUCCEEDED:
                margin[i] = margin_of(sales, costs, p)
            sales *= premises.quality[i]
            shop_age[i] += 1
            revenue[i] = sales
            margin[i] += (margin_of(sales, costs, p) - margin[i]) / p.margin_memory
            profit = p.gross_margin * sales / costs - 1.0
            reserves[i] = min(max(reserves[i] + profit, 0.0), p.starting_reserves)
        else:
            outside = sector.outside_attraction[s] * growth
            sales *= dilution(access[s, c], outside, premises.attraction[i])
            months_vacant[i] += premises.third_place[i] < 0
            revenue[i] = 0.0
            margin[i] = margin_of(sales, costs, p)
        event[i] = 0


PROCESS = Process(
    name="shop_accounts",
    group=ShopAccountsParameters,
    kernel=keep_accounts,
    writes=arrays(premises="event shop_age months_vacant revenue margin reserves"),
)
