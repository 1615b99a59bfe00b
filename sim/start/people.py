"""Locate people at the start: places of youth, entrepreneurs, officials and their offices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.kernels.arrays import Floats, Ints
from sim.registry.parameters import ParameterGroup, parameter
from sim.registry.state import State
from sim.territory.territory import Territory

OFFICIALS_PER_ELECTED = 5
"""Share of elected officials; the others are civil servants. Assumed; no rule uses it."""


class PeopleParameters(ParameterGroup):
    """Numbers of people of each kind."""

    youth_presence: float = parameter(
        0.90,
        unit="share",
        bounds=(0.3, 1.0),
        label="Places of youth taken",
        help="Share of the places for residents aged 15 to 29 that are taken at the start.",
        source="leaves room for arrivals; only the balance of moves matters",
        role="constant",
    )
    entrepreneurs_per_1000: float = parameter(
        60.0,
        unit="people per 1,000 residents",
        bounds=(0.0, 300.0),
        label="Potential project holders",
        help="Artisans, shopkeepers, independent workers and founders, actual or potential.",
        source="3,000 in the default town",
        role="constant",
    )
    officials_per_1000: float = parameter(
        6.0,
        unit="people per 1,000 residents",
        bounds=(0.0, 100.0),
        label="Officials",
        help="Elected officials and civil servants who deal with local projects.",
        source="300 in the default town",
        role="constant",
    )
    remote_share: float = parameter(
        0.08,
        unit="share",
        bounds=(0.0, 0.4),
        label="Remote workers",
        help="Share of all residents who are 30 or more, work at a distance from their employer at "
        "least once a week and might want a desk near home; none of them is a project holder.",
        source="22% of employees, who are 36% of residents (docs/sources.md)",
        evidence="derived",
        plausible=(0.03, 0.15),
    )
    digital_skills: float = parameter(
        0.5,
        unit="share",
        label="Digital and creative competences",
        help="Share of remote workers with each of the three digital and creative competences out "
        "of twelve; they have the others as often as project holders do.",
        plausible=(0.25, 0.9),
    )
    classic_births: float = parameter(
        5.2,
        unit="per 1,000 residents and year",
        bounds=(0.0, 100.0),
        label="Births of classic firms",
        help="New firms of all other kinds, an exogenous background that is reported separately.",
        source="350,000 firms of 2018, micro-entrepreneurs left out, over 67 M (docs/sources.md)",
        evidence="derived",
        role="constant",
    )
    offices: int = parameter(
        1,
        bounds=(1, 500),
        label="Offices",
        help="Local administrations, each in charge of the cells nearest to it.",
        source="one intermunicipal body",
        role="constant",
    )


def people_sizes(territory: Territory, values: Mapping[str, Any]) -> dict[str, int]:
    """Return the number of rows of people, by dimension of `sim.registry.variables`."""
    residents = float(territory.residents.sum(dtype=np.float64))
    youth = float(territory.youth.sum(dtype=np.float64))
    sizes = {
        "youth": round(youth / values["youth_presence"]),
        "entrepreneur": round(values["entrepreneurs_per_1000"] * residents / 1000),
        "official": round(values["officials_per_1000"] * residents / 1000),
        "worker": round(values["remote_share"] * residents),
    }
    return sizes | {
        "office": min(values["offices"], territory.residents.size),
        "visitor": sum(sizes.values()),  # everybody may visit in the same month
    }


def _spread(total: Floats, count: int) -> Ints:
    """Distribute `count` people over cells by systematic sampling, given cumulated residents."""
    if count == 0 or total[-1] <= 0:
        return np.zeros(count, np.int64)
    at = (np.arange(count) + 0.5) * total[-1] / count
    cells: Ints = np.searchsorted(total, at, side="right").astype(np.int64)
    return cells


def _place_offices(residents: npt.NDArray[np.float32], count: int) -> tuple[Ints, Ints]:
    """Place each office where most people are far from the earlier ones; assign cells to offices.

    Distances are squared and straight. The first office stands in the most populated cell.
    """
    rows, columns = residents.shape
    y, x = np.arange(rows)[:, None], np.arange(columns)[None, :]
    sites, office = np.zeros(count, np.int64), np.zeros(residents.shape, np.int64)
    sites[0] = np.argmax(residents)
    nearest = np.full(residents.shape, np.inf) if count > 1 else np.empty((0, 0))
    for n in range(count if count > 1 else 0):
        if n > 0:
            sites[n] = np.argmax(residents.astype(np.float64) * nearest)
        i, j = divmod(sites[n], columns)
        away = (y - i) ** 2.0 + (x - j) ** 2.0
        closer = away < nearest
        office[closer], nearest[closer] = n, away[closer]
    return sites, office


def settle_people(state: State, territory: Territory, values: Mapping[str, Any]) -> None:
    """Give entrepreneurs, officials and workers an id and a cell, in place; rows follow the cells.

    The state has the sizes of `people_sizes`.
    """
    count = state["entrepreneur.id"].size
    state["entrepreneur.id"] = np.arange(count)
    total = np.cumsum(territory.residents.ravel(), dtype=np.float64)
    state["entrepreneur.cell_row"] = _spread(total, count)
    sites, offices = _place_offices(territory.residents, state["office.cell_row"].size)
    state["office.cell_row"] = sites
    state["cell.office"] = offices
    office = offices.ravel()
    state["entrepreneur.office"] = office[state["entrepreneur.cell_row"]]
    # Officials serve residents but work at the office.
    count = state["official.id"].size
    serving = office[_spread(total, count)]
    state["official.id"] = np.arange(count)
    state["official.office"] = np.sort(serving)
    state["official.cell_row"] = sites[state["official.office"]]
    state["official.is_elected"] = np.arange(count) % OFFICIALS_PER_ELECTED == 0
    count = state["worker.id"].size
    state["worker.id"] = np.arange(count)
    state["worker.cell_row"] = _spread(total, count)
    for name in ("youth.role", "entrepreneur.queue_next", "entrepreneur.premises_row"):
        state[name] = -1
    for name in ("youth", "entrepreneur", "official", "worker"):
        for place in ("third_place", "member_of", "last_place"):
            state[f"{name}.{place}"] = -1
    for name in (
        "entrepreneur.supporter",
        "entrepreneur.accompanied_by",
        "office.queue_first",
        "office.queue_last",
    ):
        state[name] = -1
    state["premises.operator"] = state["premises.third_place"] = -1
    state["entrepreneur.tenancy"] = 1
    state["town.classic_birth_rate"] = values["classic_births"]
    state["premises.risk_ratio"] = state["premises.facade"] = 1
    state["account.zone"] = 255
