"""The young's month in plain Python: slow, readable, written from the description of the model.

`tests.reference.retail_month` describes towns and the arguments of processes. Draws come from
`tests.reference.random`, written from the definition of the generator.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log
from typing import Any

from tests.reference.means_month import (
    activity_since_start,
    around,
    by_rows,
    clipped,
    shop_jobs_since_start,
    vacancy_since_start,
)
from tests.reference.random import block, normal_pair, stream_key, uniform, word
from tests.reference.retail_month import gained

Town = dict[str, Any]
Values = Mapping[str, Any]

MIGRATION, PARTICIPATION = 3, 6
"""Streams of draws."""
NOTHING, LEFT, ARRIVED, TURNED_30 = range(4)
INCUBATING, RUNNING = 3, 4


def _below(town: Town, luck: float, probability: float) -> bool:
    town["closest call"] = min(town["closest call"], abs(luck - probability))
    return luck < probability


def _move_residents(town: Town, cell_row: int, people: int) -> None:
    row, column = divmod(cell_row, len(town["cell.residents"][0]))
    town["cell.residents"][row][column] += people


def _jobs_gained(town: Town, values: Values, cell_row: int) -> float:
    """Jobs gained around a cell since the start, per resident around it."""
    row, column = divmod(cell_row, len(town["cell.residents"][0]))
    jobs = town["cell.project_jobs_nearby"][row][column]
    jobs -= town["cell.project_jobs_at_start"][row][column]
    jobs += values["shop_job_weight"] * shop_jobs_since_start(town, cell_row)
    return jobs / max(town["cell.residents_nearby"][row][column], 1)


def leaving_rate_per_year(town: Town, values: Values, y: int) -> float:
    """Hazard of leaving of the holder of place y, 1/year."""
    years = town["youth.age"][y] // 12
    rate = -log(1 - values["leaving_at_18"]) if years == 18 else values["leaving_rate"]
    if town["youth.is_active"][y]:
        rate *= values["active_stay_ratio"]
    home = town["youth.cell_row"][y]
    response = values["leaving_vacancy_response"] * vacancy_since_start(town, values, home)
    response -= values["leaving_activity_response"] * activity_since_start(town, home)
    response -= values["staying_response"] * _jobs_gained(town, values, home)
    cell = divmod(home, len(town["cell.residents"][0]))
    response -= values["social_staying"] * gained(town, "social", *cell)
    return rate * clipped(response)


def arrivals_per_year(town: Town, values: Values, home: int) -> float:
    """Rate at which a vacant place at a home is taken, 1/year."""
    vacancy = vacancy_since_start(town, values, home)
    return town["town.arrival_rate"][0] * clipped(-values["arrival_vacancy_response"] * vacancy)


def _give_up_role(town: Town, y: int) -> None:
    project = town["youth.role"][y]
    if project >= 0:
        town["entrepreneur.team"][project] -= 1
        town["youth.role"][y] = -1


def youth_migration(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    key = stream_key(seed, MIGRATION, month)
    decline = min(values["residents_growth"], 0)
    columns = len(town["cell.residents"][0])
    for y, name in enumerate(town["youth.id"]):
        town["youth.event"][y] = NOTHING
        town["youth.age"][y] += 1
        luck = uniform(word(key, name, 0))
        traits = block(key, name, 0)
        home = town["youth.cell_row"][y]
        somebody_comes = False
        if town["youth.age"][y] == 30 * 12:
            town["youth.age"][y] = 15 * 12
            if town["youth.is_present"][y]:
                town["youth.event"][y] = TURNED_30
                somebody_comes = _below(town, uniform(traits[2]), exp(15 * decline))
        elif town["youth.is_present"][y]:
            probability = 1 - exp(-leaving_rate_per_year(town, values, y) / 12)
            row, column = divmod(home, columns)
            can_leave = town["cell.residents"][row][column] >= 1
            if can_leave and _below(town, luck, probability):
                town["youth.event"][y] = LEFT
                _move_residents(town, home, -1)
        elif _below(town, luck, 1 - exp(-arrivals_per_year(town, values, home) / 12)):
            town["youth.event"][y] = ARRIVED
            _move_residents(town, home, +1)
            somebody_comes = True
        if town["youth.event"][y] != NOTHING:
            _give_up_role(town, y)
            town["youth.is_active"][y] = 0
            town["youth.is_present"][y] = int(somebody_comes)
        if somebody_comes:
            z0, z1 = normal_pair(traits[0], traits[1])
            interest = town["town.base_interest"][0] + values["interest_spread"] * z1
            town["youth.tenancy"][y] += 1
            town["youth.threshold"][y] = values["threshold_mean"] + values["threshold_spread"] * z0
            town["youth.base_interest"][y] = town["youth.interest"][y] = interest


def _look_at_roles(town: Town, values: Values) -> None:
    """Everyone sees which acquaintances have a role."""
    for y, friends in enumerate(town["youth.neighbour"]):
        roles = sum(town["youth.role"][friend] >= 0 for friend in friends if friend != y)
        town["youth.exposure"][y] += roles * values["role_model_exposure"]


def _count_active(town: Town, values: Values) -> None:
    """Those who took part last month and are still here, by cell and around it."""
    here = [0.0 for row in town["cell.residents"] for _ in row]
    for y, cell_row in enumerate(town["youth.cell_row"]):
        here[cell_row] += town["youth.is_present"][y] * town["youth.is_active"][y]
    town["cell.active_youth"] = by_rows(town, here)
    if values["youth_idea_response"] or values["leaving_activity_response"]:
        town["cell.active_youth_nearby"] = around(town, here)


def youth_participation(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    key = stream_key(seed, PARTICIPATION, month)
    everybody = range(len(town["youth.id"]))
    for y in everybody:
        project = town["youth.role"][y]
        if project < 0:
            continue
        goes_on = town["entrepreneur.stage"][project] in (INCUBATING, RUNNING)
        luck = uniform(block(key, town["youth.id"][y], 0)[0])
        if not goes_on or _below(town, luck, 1 / values["role_months"]):
            _give_up_role(town, y)

    was_active = list(town["youth.is_active"])
    _look_at_roles(town, values)
    _count_active(town, values)
    for y in everybody:
        present = active = 0
        for friend in town["youth.neighbour"][y]:
            if friend != y:
                present += town["youth.is_present"][friend]
                active += was_active[friend]
        base, interest = town["youth.base_interest"][y], town["youth.interest"][y]
        interest = base + (interest - base) * 2 ** (-1 / values["interest_half_life"])
        gain = min(values["interest_gain"] * town["youth.exposure"][y], 1)
        interest += gain * (1 - interest)
        motivation = interest
        if present:
            motivation += values["neighbour_influence"] * active / present
        if town["youth.at_place"][y]:
            motivation += values["venue_pull"]
        if town["youth.role"][y] >= 0:
            motivation += values["role_pull"]
        town["youth.interest"][y] = interest
        town["youth.exposure"][y] = 0
        town["youth.seen_around"][y] = present + 16 * active
        seen = town["youth.is_present"][y] * (1 + 16 * was_active[y])
        town["youth.seen_change"][y] = (seen - town["youth.seen"][y]) % 256
        town["youth.seen"][y] = seen
        town["youth.is_active"][y] = 0
        if town["youth.is_present"][y]:
            threshold = town["youth.threshold"][y]
            town["youth.is_active"][y] = int(_below(town, threshold, motivation))


MONTH = {"youth_migration": youth_migration, "youth_participation": youth_participation}
"""Twins by process name."""
