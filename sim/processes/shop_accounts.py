"""Shop accounts: turnover, margin and reserves of each shop, and what an entrant could expect."""

from __future__ import annotations

import math

from numba import prange

from sim.kernels.machine.compile import kernel, rule
from sim.processes.process import Process
from sim.registry.parameters import ParameterGroup, parameter

__all__ = ["PROCESS", "ShopAccountsParameters", "costs_at", "dilution", "margin_of"]


class ShopAccountsParameters(ParameterGroup):
    """What a shop earns and owes."""

    gross_margin: float = parameter(
        0.35,
        unit="share",
        bounds=(0.05, 0.9),
        label="Gross margin",
        help="Share of turnover left after buying the goods.",
        source="small retail, 25-50 %",
        evidence="assumed",
        plausible=(0.25, 0.5),
    )
    purchases_are_variable: bool = parameter(
        True,
        unit="1",
        label="Margin over all costs",
        help="Measure the margin over fixed costs plus purchases, which damps its swings.",
        source="with it, sourced drivers give patterns 1, 2 and 5; without, twice too much "
        "vacancy (docs/validation.md)",
        evidence="assumed",
        role="constant",
    )
    margin_memory: float = parameter(
        12.0,
        unit="months",
        bounds=(1.0, 60.0),
        label="Memory of the margin",
        help="Over how many months shopkeepers judge their margin.",
        source="a business year",
        evidence="assumed",
        role="constant",
    )
    starting_reserves: float = parameter(
        6.0,
        unit="months of fixed costs",
        bounds=(0.0, 36.0),
        label="Reserves of a new shop",
        help="Months of fixed costs that a new shop can lose; also the most that a shop keeps.",
        source="judgement",
        evidence="assumed",
        plausible=(2.0, 12.0),
    )
    park_cost_exponent: float = parameter(
        0.6,
        unit="1",
        bounds=(0.0, 1.5),
        label="Costs of larger parks",
        help="By how many per cent costs in retail parks grow with one per cent of floor space.",
        source="retail prototype, 0.3-1",
        evidence="assumed",
        plausible=(0.3, 1.0),
    )


@rule
def margin_of(revenue, costs, gross_margin, purchases_are_variable):
    """Margin of a shop: 0 means that turnover just pays what it is measured against."""
    if purchases_are_variable:
        return revenue / (costs + (1.0 - gross_margin) * revenue) - 1.0
    return gross_margin * revenue / costs - 1.0


@rule
def costs_at(margin, gross_margin, purchases_are_variable):
    """Costs per euro of turnover at which a shop has this margin: the inverse of `margin_of`.

    Where purchases count, even a shop without other costs has a margin of gross margin / (1 - gross
    margin) at most; costs therefore stay at a tenth of the gross margin or above.
    """
    if purchases_are_variable:
        return max(1.0 / (1.0 + margin) - (1.0 - gross_margin), 0.1 * gross_margin)
    return gross_margin / (1.0 + margin)


@rule
def costs_left(costs, subsidy):
    """Costs of a shop, or of an entrant, that a subsidy leaves to it: a tenth at least."""
    return max(costs - subsidy, 0.1 * costs)


@rule
def dilution(access, outside, newcomer):
    """Share of today's customers' pull that is left once a newcomer's attraction is added to it."""
    total = access + outside + newcomer
    return (access + outside) / total if total > 0.0 else 0.0


@kernel
def keep_accounts(
    premises_cell_row,
    premises_sector,
    premises_zone,
    premises_is_open,
    premises_attraction,
    premises_quality,
    premises_fixed_costs,
    premises_rent,
    premises_subsidy,
    premises_event,
    premises_shop_age,
    premises_months_vacant,
    premises_revenue,
    premises_margin,
    premises_reserves,
    cell_access,
    cell_revenue_per_attraction,
    sector_consumer_spending,
    sector_outside_attraction,
    driver_online_share,
    driver_costs,
    driver_periphery,
    floor_area_elasticity,
    gross_margin,
    purchases_are_variable,
    margin_memory,
    starting_reserves,
    park_cost_exponent,
):
    """Open this month's books: all are a month older, revenue is booked, margins are updated."""
    cells = cell_access.shape[1] * cell_access.shape[2]
    access = cell_access.reshape(3, cells)
    consumers_won = cell_revenue_per_attraction.reshape(3, cells)
    outside_growth = math.pow(driver_periphery[0], floor_area_elasticity)
    park_costs = math.pow(driver_periphery[0], park_cost_exponent)
    for p in prange(premises_is_open.size):
        s, c = premises_sector[p], premises_cell_row[p]
        premises_event[p] = 0
        costs = (premises_fixed_costs[p] + premises_rent[p]) * driver_costs[0]
        if premises_zone[p] == 1:
            costs *= park_costs
        costs = costs_left(costs, premises_subsidy[p])
        on_site = sector_consumer_spending[s] * (1.0 - driver_online_share[s])
        revenue = premises_attraction[p] * consumers_won[s, c] * on_site
        if premises_is_open[p]:
            revenue *= premises_quality[p]
            premises_shop_age[p] += 1
            premises_revenue[p] = revenue
            margin = margin_of(revenue, costs, gross_margin, purchases_are_variable)
            premises_margin[p] += (margin - premises_margin[p]) / margin_memory
            profit = gross_margin * revenue / costs - 1.0
            premises_reserves[p] = min(max(premises_reserves[p] + profit, 0.0), starting_reserves)
        else:
            outside = sector_outside_attraction[s] * outside_growth
            revenue *= dilution(access[s, c], outside, premises_attraction[p])
            premises_months_vacant[p] += 1
            premises_revenue[p] = 0.0
            premises_margin[p] = margin_of(revenue, costs, gross_margin, purchases_are_variable)


PROCESS = Process(
    name="shop_accounts",
    group=ShopAccountsParameters,
    kernel=keep_accounts,
    writes=(
        "premises.event",
        "premises.shop_age",
        "premises.months_vacant",
        "premises.revenue",
        "premises.margin",
        "premises.reserves",
    ),
    english_title="Shop accounts",
)
