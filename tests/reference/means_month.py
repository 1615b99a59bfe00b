"""Jobs in shops and the tax base of offices, in plain Python.

Also what people find around their homes compared with the start, to which several twins react.
"""

from __future__ import annotations

from math import exp, log

from tests.reference.retail_month import BUFFER, Town, Values


def clipped(log_factor: float) -> float:
    """Factor of a rate that surroundings at most double or halve."""
    return exp(max(-log(2), min(log_factor, log(2))))


def _at(town: Town, name: str, cell_row: int) -> float:
    row, column = divmod(cell_row, len(town["cell.residents"][0]))
    return town[f"cell.{name}"][row][column]


def vacancy_since_start(town: Town, values: Values, home: int) -> float:
    """Gain in the share of vacant premises around a home."""
    closed = _at(town, "usual_open", home) - _at(town, "open_nearby", home)
    return closed / (_at(town, "premises_nearby", home) + values["open_share_shrinkage"])


def activity_since_start(town: Town, home: int) -> float:
    """Relative gain in active young people around a home."""
    usual = town["town.active_youth_share"][0] * _at(town, "youth_places_nearby", home)
    return _at(town, "active_youth_nearby", home) / usual - 1 if usual > 0 else 0.0


def shop_jobs_since_start(town: Town, home: int) -> float:
    """Gain in jobs of shops around a home."""
    return _at(town, "shop_jobs_nearby", home) - _at(town, "usual_shop_jobs", home)


def around(town: Town, here: list[float]) -> list[list[float]]:
    """A sum over all cells around each cell, with weights that decay along streets."""
    columns = len(town["cell.office"][0])
    decay = town["town.neighbourhood_decay"][0]

    def nearby(c: int) -> float:
        return sum(
            n * exp(-decay * (abs(c // columns - d // columns) + abs(c % columns - d % columns)))
            for d, n in enumerate(here)
            if n
        )

    return by_rows(town, [nearby(c) for c in range(len(here))])


def by_rows(town: Town, here: list[float]) -> list[list[float]]:
    """A list over cells as a field."""
    columns = len(town["cell.office"][0])
    return [here[c : c + columns] for c in range(0, len(here), columns)]


def shop_jobs(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    if not values["shop_job_weight"]:
        return
    jobs = [0.0 for row in town["cell.office"] for _ in row]
    for i, cell_row in enumerate(town["premises.cell_row"]):
        if town["premises.is_open"][i]:
            floor_area = town["premises.floor_area"][i]
            jobs[cell_row] += values["shop_jobs_base"] + values["shop_jobs_per_m2"] * floor_area
    town["cell.shop_jobs"] = by_rows(town, jobs)
    town["cell.shop_jobs_nearby"] = around(town, jobs)


def tax_base(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    if month % 12:
        return
    area = [o for row in town["cell.office"] for o in row]
    zone = [z for row in town["cell.zone"] for z in row]
    people = [p for row in town["cell.residents"] for p in row]
    people = [p if z < BUFFER else 0 for p, z in zip(people, zone, strict=True)]
    power = [p for row in town["cell.purchasing_power"] for p in row]
    for o in range(len(town["office.tax_base"])):
        residents = sum(n * w for n, w, a in zip(people, power, area, strict=True) if a == o)
        shops = sum(
            rent
            for rent, zone_of_shop, is_open, cell_row in zip(
                town["premises.rent_at_start"],
                town["premises.zone"],
                town["premises.is_open"],
                town["premises.cell_row"],
                strict=True,
            )
            if is_open and zone_of_shop < BUFFER and area[cell_row] == o
        )
        index = 1.0
        for what, now in (("resident", residents), ("shop", shops)):
            before = town[f"office.{what}_base_at_start"][o]
            change = now / before - 1 if before > 0 else 0.0
            index += values[f"tax_{what}s_share"] * change
            town[f"office.{what}_base"][o] = now
        town["office.tax_base"][o] = index
        if values["tax_response"]:
            for means in ("engineering_hours", "review_capacity"):
                before = town[f"office.{means}_at_start"][o]
                town[f"office.{means}"][o] = before * index ** values["tax_response"]


MONTH = {"shop_jobs": shop_jobs, "tax_base": tax_base}
"""Twins by process name."""
