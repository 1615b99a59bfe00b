"""The retail month in plain Python: slow, readable, written from the description of the model.

A town is a dict of plain lists by the names of `sim.registry.variables`. Each function is one
process of the month; sums run over all pairs of cells, loops over premises, numbers are Python's
floats. Only the definition of the draws is shared with the kernels.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from typing import Any

from sim.kernels.random import block, normal_pair, stream_key, uniform
from tests.reference.shop_lives import (
    Values,
    closure_rate_per_year,
    margin_of,
    reletting_rate_per_year,
)

Town = dict[str, Any]

CONVENIENCE, COMPARISON, HOSPITALITY = range(3)
SECTORS = ("convenience", "comparison", "hospitality")
RETAIL_PARK = 1
BUFFER = 3
"""Added to the zones of neighbours."""
NOTHING, CLOSED, RELET, _, SUCCEEDED = range(5)
DAYS_OF_A_MONTH = 365.25 / 12
CLOSURE, RELETTING, TOWN_SHOCKS = 1, 2, 15
"""Streams of draws."""


def town_of(state: Mapping[str, Any]) -> Town:
    """Copy all arrays of a state into plain lists."""
    return {name: state[name].tolist() for name in state if not name.startswith("work.")} | {
        "closest call": 1.0
    }


def exogenous_drivers(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    t = max(0, min(calendar, len(town["series.costs"]) - 1))
    town["driver.spending"] = [town["series.spending"][t]]
    town["driver.costs"] = [town["series.costs"][t]]
    town["driver.periphery"] = [town["series.periphery"][t]]
    spending = [values[f"spending_{s}"] for s in SECTORS]
    pull = [values[f"online_multiplier_{s}"] for s in SECTORS]
    mean_pull = 0.0
    if sum(spending) > 0:
        mean_pull = sum(p * m for p, m in zip(pull, spending, strict=True)) / sum(spending)
    online = town["series.online_share"][t]
    town["driver.online_share"] = [
        min(online * p / mean_pull, 0.95) if mean_pull > 0 else 0.0 for p in pull
    ]


def town_shocks(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    kept = exp(-1 / (12 * values["town_shock_memory"]))
    first, second, _, _ = block(*stream_key(seed, TOWN_SHOCKS, month), 0, 0)
    news = values["town_shock_spread"] * (1 - kept**2) ** 0.5 * normal_pair(first, second)[0]
    town["town.spending_shock"] = [kept * town["town.spending_shock"][0] + news]


def demography(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    growth = (1 + values["residents_growth"]) ** (1 / 12)
    for row, people in enumerate(town["cell.residents"]):
        for column in range(len(people)):
            closed = town["cell.usual_open"][row][column] - town["cell.open_nearby"][row][column]
            premises = town["cell.premises_nearby"][row][column] + values["open_share_shrinkage"]
            before = town["cell.residents_drawn"][row][column]
            goal = max(-values["residents_vacancy_response"] * closed / premises, -0.95)
            if values["residents_vacancy_response"] and month % 12 == 0:
                now = before + (goal - before) / values["residents_adjustment"]
                town["cell.residents_drawn"][row][column] = now
                people[column] *= (1 + now) / (1 + before)
            people[column] *= growth
            town["cell.visitors"][row][column] *= growth
            town["cell.consumers"][row][column] = max(
                0.0,
                people[column] * town["cell.purchasing_power"][row][column]
                + town["cell.visitors"][row][column]
                + town["cell.moved_consumers"][row][column],
            )


def _cells(town: Town) -> list[tuple[int, int]]:
    rows, columns = len(town["cell.zone"]), len(town["cell.zone"][0])
    return [(row, column) for row in range(rows) for column in range(columns)]


def _steps(a: tuple[int, int], b: tuple[int, int]) -> int:
    """Distance along streets, in cells."""
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _field(cells: list[tuple[int, int]], by_cell: dict[tuple[int, int], float]) -> list[Any]:
    columns = cells[-1][1] + 1
    flat = [by_cell[c] for c in cells]
    return [flat[i : i + columns] for i in range(0, len(flat), columns)]


def shop_attraction(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    cells = _cells(town)
    open_here = dict.fromkeys(cells, 0.0)
    premises_here = dict.fromkeys(cells, 0.0)
    for p, cell_row in enumerate(town["premises.cell_row"]):
        premises_here[cells[cell_row]] += 1
        if town["premises.is_open"][p] or town["premises.third_place"][p] >= 0:
            open_here[cells[cell_row]] += 1
    decay = values["neighbourhood_decay"] * values["cell_size"] / 1000
    weight = [exp(-decay * d) for d in range(cells[-1][0] + cells[-1][1] + 1)]
    open_nearby = {
        a: sum(weight[_steps(a, b)] * n for b, n in open_here.items() if n) for a in cells
    }
    nearby = {
        a: sum(weight[_steps(a, b)] * n for b, n in premises_here.items() if n) for a in cells
    }
    town["cell.open_premises"] = _field(cells, open_here)
    town["cell.open_nearby"] = _field(cells, open_nearby)
    usual = 1 - town["town.usual_vacancy"][0]
    kappa = values["open_share_shrinkage"]
    for p, cell_row in enumerate(town["premises.cell_row"]):
        cell = cells[cell_row]
        share = (open_nearby[cell] + kappa * usual) / (nearby[cell] + kappa)
        floor_area = town["premises.floor_area"][p]
        if town["premises.zone"][p] in (RETAIL_PARK, BUFFER + RETAIL_PARK):
            floor_area *= town["driver.periphery"][0]
        town["premises.open_share_nearby"][p] = share
        crowd = 0.0
        if town["town.reference_footfall"][0] > 0:
            row, column = cell
            crowd = town["cell.place_visitors"][row][column] / town["town.reference_footfall"][0]
        town["premises.attraction"][p] = (
            floor_area ** values["floor_area_elasticity"]
            * (share / usual) ** values["open_share_elasticity"]
            * (1 + values["visitor_pull"] * crowd)
            * town["premises.facade"][p]
        )


def gained(town: Town, dimension: str, row: int, column: int) -> float:
    """Weight of projects on a dimension gained around a cell, per 1,000 residents there."""
    return town[f"cell.{dimension}_gained"][row][column]


def shopping_trips(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    """Huff's model: every cell's money, every shop."""
    cells = _cells(town)
    everybody = {c: town["cell.consumers"][c[0]][c[1]] for c in cells}
    longest = cells[-1][0] + cells[-1][1]
    for s, sector in enumerate(SECTORS):
        components = list(zip(town["sector.decay"][s], town["sector.decay_weight"][s], strict=True))
        f = [sum(w * exp(-beta * d) for beta, w in components) for d in range(longest + 1)]
        outside = town["sector.outside_attraction"][s]
        outside *= town["driver.periphery"][0] ** values["floor_area_elasticity"]
        attraction, of_place = dict.fromkeys(cells, 0.0), dict.fromkeys(cells, 0.0)
        for p, cell_row in enumerate(town["premises.cell_row"]):
            if town["premises.is_open"][p] and town["premises.sector"][p] == s:
                pull = town["premises.attraction"][p] * town["premises.quality"][p]
                attraction[cells[cell_row]] += pull
                of_place[cells[cell_row]] += pull if town["premises.zone"][p] < BUFFER else 0
        access = {
            a: sum(f[_steps(a, b)] * pull for b, pull in attraction.items() if pull) for a in cells
        }
        # Near ecological projects, part of what goes online elsewhere is spent on site.
        online = town["driver.online_share"][s]
        kept = {
            c: min(max(values["ecological_retention"] * gained(town, "ecological", *c), -0.5), 0.5)
            for c in cells
        }
        consumers = {
            c: n * (1 - online * (1 - kept[c])) / (1 - online) for c, n in everybody.items()
        }
        # What one unit of attraction in cell b wins from all homes a.
        reached = {a: access[a] + outside for a in cells if access[a] + outside > 0}
        by_pull = {a: consumers[a] / pull for a, pull in reached.items()}
        won = {
            (row, column): sum(
                money * f[abs(row - r) + abs(column - c)] for (r, c), money in by_pull.items()
            )
            for row, column in cells
        }
        # What is said of spending concerns consumers of the place, and shops of the place.
        people = [(r, c) for r, c in cells if town["cell.zone"][r][c] < BUFFER]
        in_shops = sum(
            by_pull[a] * f[_steps(a, b)] * pull
            for a in people
            for b, pull in of_place.items()
            if a in by_pull and pull
        )
        others = {b: pull - of_place[b] for b, pull in attraction.items() if pull > of_place[b]}
        beyond = sum(
            consumers[a]
            if a not in reached
            else by_pull[a] * (outside + sum(f[_steps(a, b)] * pull for b, pull in others.items()))
            for a in people
        )
        spending = values[f"spending_{sector}"] / 12 * town["driver.spending"][0]
        spending *= exp(town["town.spending_shock"][0])
        town["sector.consumer_spending"][s] = spending
        town["sector.spent_in_shops"][s] = in_shops * spending * (1 - online)
        town["sector.spent_outside"][s] = beyond * spending * (1 - online)
        town["sector.spent_online"][s] = spending * sum(
            everybody[c] * online * (1 - kept[c]) for c in people
        )
        town["cell.demand"][s] = _field(cells, consumers)
        town["cell.attraction"][s] = _field(cells, attraction)
        town["cell.access"][s] = _field(cells, access)
        town["cell.revenue_per_attraction"][s] = _field(cells, won)


def shop_accounts(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    columns = len(town["cell.zone"][0])
    periphery = town["driver.periphery"][0]
    for p in range(len(town["premises.id"])):
        s = town["premises.sector"][p]
        row, column = divmod(town["premises.cell_row"][p], columns)
        costs = town["premises.fixed_costs"][p] + town["premises.rent"][p]
        costs *= town["driver.costs"][0]
        if town["premises.zone"][p] in (RETAIL_PARK, BUFFER + RETAIL_PARK):
            costs *= periphery ** values["park_cost_exponent"]
        costs = max(costs - town["premises.subsidy"][p], costs / 10)
        spent_in_shops = town["sector.consumer_spending"][s] * (1 - town["driver.online_share"][s])
        won = town["cell.revenue_per_attraction"][s][row][column] * spent_in_shops
        average_turnover = town["premises.attraction"][p] * won
        has_successor = town["premises.event"][p] == SUCCEEDED
        town["premises.event"][p] = NOTHING
        if town["premises.is_open"][p]:
            turnover = average_turnover * town["premises.quality"][p]
            town["premises.shop_age"][p] += 1
            town["premises.revenue"][p] = turnover
            before = town["premises.margin"][p]
            if has_successor:  # whose memory begins with what an average shop would earn
                before = margin_of(average_turnover, costs, values)
            now = margin_of(turnover, costs, values)
            town["premises.margin"][p] = before + (now - before) / values["margin_memory"]
            months_earned = values["gross_margin"] * turnover / costs - 1
            reserves = town["premises.reserves"][p] + months_earned
            town["premises.reserves"][p] = max(0.0, min(reserves, values["starting_reserves"]))
        else:
            # An entrant's customers come from a pool into which its own attraction is counted.
            outside = town["sector.outside_attraction"][s]
            outside *= periphery ** values["floor_area_elasticity"]
            pool = town["cell.access"][s][row][column] + outside
            pull = town["premises.attraction"][p]
            share = pool / (pool + pull) if pool + pull > 0 else 0.0
            if town["premises.third_place"][p] < 0:
                town["premises.months_vacant"][p] += 1
            town["premises.revenue"][p] = 0.0
            town["premises.margin"][p] = margin_of(average_turnover * share, costs, values)


def _happens(town: Town, luck: float, rate: float) -> bool:
    probability = 1 - exp(-rate / 12)
    town["closest call"] = min(town["closest call"], abs(luck - probability))
    return luck < probability


def _open_shop(town: Town, values: Values, p: int, first: int, second: int) -> None:
    """Give the premises another shop, of a quality from two random words."""
    spread = values["quality_spread"]
    town["premises.is_open"][p] = 1
    town["premises.tenancy"][p] += 1
    town["premises.months_vacant"][p] = 0
    town["premises.quality"][p] = exp(spread * normal_pair(first, second)[0] - spread**2 / 2)
    town["premises.reserves"][p] = values["starting_reserves"]


def shop_closure(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    key = stream_key(seed, CLOSURE, month)
    for p, name in enumerate(town["premises.id"]):
        if not town["premises.is_open"][p]:
            continue
        rate = closure_rate_per_year(
            town["premises.margin"][p],
            town["premises.shop_age"][p],
            town["premises.reserves"][p],
            town["town.closure_age_scale"][0],
            values,
        )
        rate *= town["premises.risk_ratio"][p]
        luck, luck_of_succession, first, second = block(*key, name, 0)
        if not _happens(town, uniform(luck), rate):
            continue
        town["premises.shop_age"][p] = 0
        if uniform(luck_of_succession) < values["succession_share"]:
            town["premises.event"][p] = SUCCEEDED
            _open_shop(town, values, p, first, second)
        else:
            town["premises.is_open"][p] = 0
            town["premises.event"][p] = CLOSED
            town["premises.quality"][p] = 1.0
            town["premises.reserves"][p] = 0.0


def reletting(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    key = stream_key(seed, RELETTING, month)
    for p, name in enumerate(town["premises.id"]):
        if town["premises.is_open"][p] or town["premises.event"][p] == CLOSED:
            continue
        if town["premises.third_place"][p] >= 0:
            continue
        rate = reletting_rate_per_year(
            town["premises.margin"][p],
            town["premises.months_vacant"][p],
            values,
            town["premises.lettability"][p],
        )
        luck, first, second, _ = block(*key, name, 0)
        if _happens(town, uniform(luck), rate):
            town["premises.event"][p] = RELET
            _open_shop(town, values, p, first, second)


def rent(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    usual = 1 - town["town.usual_vacancy"][0]
    for p, now in enumerate(town["premises.rent"]):
        surplus = town["premises.open_share_nearby"][p] - usual
        relative = max(0.4, min(1 + values["rent_response"] * surplus, 1.6))
        goal = relative * town["premises.rent_at_start"][p]
        months = values["rent_months_up"] if goal > now else values["rent_months_down"]
        town["premises.rent"][p] = now + (goal - now) / months


def footfall(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    cells = _cells(town)
    visits = dict.fromkeys(cells, 0.0)
    town["zone.footfall"] = [0.0, 0.0, 0.0]
    for p, turnover in enumerate(town["premises.revenue"]):
        basket = values[f"basket_{SECTORS[town['premises.sector'][p]]}"]
        a_day = turnover / basket / DAYS_OF_A_MONTH
        visits[cells[town["premises.cell_row"][p]]] += a_day
        if town["premises.zone"][p] < BUFFER:
            town["zone.footfall"][town["premises.zone"][p]] += a_day
    town["cell.footfall"] = _field(cells, visits)


MONTH = {
    f.__name__: f
    for f in (
        exogenous_drivers,
        town_shocks,
        demography,
        shop_attraction,
        shopping_trips,
        shop_accounts,
        shop_closure,
        reletting,
        rent,
        footfall,
    )
}
"""The twins in the order of the month, by process name."""
