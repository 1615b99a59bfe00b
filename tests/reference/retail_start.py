"""Costs of shops at the start in plain Python, written from the description of the model alone."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log
from typing import Any

from tests.reference.retail_month import BUFFER, RETAIL_PARK, SECTORS

Town = dict[str, Any]


def mean_field_takings(town: Town, values: Mapping[str, Any]) -> list[float]:
    """Takings of an average occupant if all other places are open equally often, up to a factor.

    The factor is that of its sector, such as spending a head.
    """
    columns = len(town["cell.zone"][0])
    cells = [divmod(i, columns) for i in range(len(town["cell.zone"]) * columns)]
    presence = 1 - values["starting_vacancy"]
    takings = [0.0] * len(town["premises.id"])
    for s, name in enumerate(SECTORS):
        here = [p for p, of in enumerate(town["premises.sector"]) if of == s]
        pull = {p: town["premises.floor_area"][p] ** values["floor_area_elasticity"] for p in here}

        def felt(a: tuple[int, int], b: tuple[int, int], s: int = s) -> float:
            steps = abs(a[0] - b[0]) + abs(a[1] - b[1])
            parts = zip(town["sector.decay"][s], town["sector.decay_weight"][s], strict=True)
            return sum(weight * exp(-rate * steps) for rate, weight in parts)

        at = {p: cells[town["premises.cell_row"][p]] for p in here}
        access = {a: sum(presence * pull[p] * felt(a, at[p]) for p in here) for a in cells}
        money = {a: town["cell.consumers"][a[0]][a[1]] for a in cells}
        share = values[f"outside_share_{name}"]
        # The outside attraction at which this share of all money leaves.
        low, high = 1e-9 * max(access.values()), 1e9 * max(access.values())
        for _ in range(100):
            outside = (low * high) ** 0.5
            leaving = sum(money[a] * outside / (access[a] + outside) for a in cells)
            low, high = (outside, high) if leaving < share * sum(money.values()) else (low, outside)
        for p in here:
            won = sum(money[a] * felt(a, at[p]) / (access[a] + outside) for a in cells)
            # It competes with itself for certain, not only as often as it is open on average.
            pool = access[at[p]] + outside
            takings[p] = pull[p] * won * pool / (pool + (1 - presence) * pull[p])
    return takings


def relative_costs(town: Town, values: Mapping[str, Any]) -> list[float]:
    """Costs of premises relative to costs in proportion to their takings."""
    takings = mean_field_takings(town, values)
    k = values["common_cost_share"]
    relative = [0.0] * len(takings)
    for s in range(len(SECTORS)):
        for in_parks in (True, False):
            group = [
                p
                for p in range(len(takings))
                if town["premises.sector"][p] == s
                and (town["premises.zone"][p] % BUFFER == RETAIL_PARK) == in_parks
            ]
            if not group:
                continue
            area = {p: town["premises.floor_area"][p] for p in group}
            total = sum(takings[p] for p in group)
            in_common = sum(takings[p] ** (1 - k) * area[p] ** k for p in group)
            rate = (total / in_common) ** (1 / k)  # per m2
            for p in group:
                costs = exp((1 - k) * log(takings[p]) + k * log(rate * area[p]))
                relative[p] = costs / takings[p]
    return relative
