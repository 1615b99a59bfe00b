"""Random towns of people, third places and accounts, in which every event can occur."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.processes.encounters import EncountersParameters
from sim.processes.project_dimensions import ProjectDimensionsParameters
from sim.processes.public_money import PublicMoneyParameters
from sim.processes.third_place_visits import ThirdPlacesParameters
from sim.registry.state import State

VALUES: dict[str, Any] = {
    **dict(PublicMoneyParameters()),
    **dict(ThirdPlacesParameters()),
    **dict(EncountersParameters()),
    **dict(ProjectDimensionsParameters()),
}
"""Default parameters of the processes of third places."""

ROWS, COLUMNS = 8, 9


def places_town(
    seed: int = 0, youth: int = 150, holders: int = 80, officials: int = 30, workers: int = 0
) -> State:
    """Four places (a mobile one, one still closed) of three accounts (one with a lab, one over)."""
    r = np.random.default_rng(seed)
    state = State(
        {
            "row": ROWS, "column": COLUMNS, "youth": youth, "entrepreneur": holders,
            "official": officials, "office": 2, "third_place": 4, "account": 3,
            "worker": workers, "visitor": youth + holders + officials + workers,
        }
    )  # fmt: skip
    cells = ROWS * COLUMNS
    for name, count in (("youth", youth), ("entrepreneur", holders), ("official", officials)):
        state[f"{name}.id"] = np.arange(count)
        state[f"{name}.cell_row"] = np.sort(r.integers(0, cells, count))
        for place in ("third_place", "member_of", "last_place"):
            state[f"{name}.{place}"] = -1
    state["cell.office"] = np.arange(cells).reshape(ROWS, COLUMNS) >= cells // 2
    state["youth.is_present"] = r.random(youth) < 0.8
    state["youth.interest"] = r.normal(0.4, 0.4, youth)
    state["youth.role"] = np.where(r.random(youth) < 0.1, 0, -1)
    state["entrepreneur.office"] = state["cell.office"].ravel()[state["entrepreneur.cell_row"]]
    state["entrepreneur.skills"] = r.integers(0, 4096, holders)
    state["entrepreneur.openness"] = r.random(holders)
    state["entrepreneur.exposure"] = r.random(holders)
    state["entrepreneur.stage"] = r.integers(0, 6, holders)
    state["official.office"] = np.sort(r.integers(0, 2, officials))
    state["official.openness"] = r.random(officials)
    state["official.trust"] = r.random(officials)
    state["third_place.cell_row"] = r.integers(0, cells, 4)
    state["third_place.account"] = [0, 0, 1, 2]
    state["third_place.is_open"] = [1, 1, 1, 0]
    state["third_place.is_mobile"] = [0, 0, 1, 0]
    state["third_place.age"] = [0, 30, 5, 0]
    state["third_place.seats"] = [12, 9, 0, 5]
    state["third_place.reach"] = [3.0, 1.5, 2.0, 2.0]
    for name in ("youth", "entrepreneur", "official"):
        state[f"third_place.{name}_visits"] = r.uniform(0.2, 0.9, 4)
    state["third_place.mentoring"] = r.uniform(0.5, 1.5, 4)
    state["third_place.volunteer_share"] = [0.0, 0.3, 0.0, 0.5]
    state["third_place.users"] = [2, 7, 0, 0]
    state["third_place.seat_cost"] = [15_000, 14_999, 0, 15_000]
    state["third_place.fee"] = [3_000, 12_345, 0, 0]
    state["account.is_active"] = [1, 1, 0]
    state["account.funding"] = [400_001, 1_234_567, 99]
    state["account.matched_funding"] = [77_777, 0, 99]
    state["account.set_up"] = [300_000, 0, 99]
    state["account.reserves"] = [50_000, 0, 99]
    state["account.embedded_officials"] = [0.1, 0.5, 0]
    state["account.cell_row"] = r.integers(0, cells, 3)
    state["account.split"] = [
        [0, 0, 0.6, 0.2, 0.1, 0.1, 0],
        [0, 0, 0.3, 0, 0.5, 0, 0.2],
        [0, 0, 1, 0, 0, 0, 0],
    ]
    state["account.grant_reach"] = [0, 5.0, 5.0]
    state["account.lab_meetings"] = [0, 0.4, 1.0]
    state["account.participant_cost"] = [0, 75_00, 75_00]
    state["cell.cultural_gained"] = r.uniform(-3, 3, (ROWS, COLUMNS))
    state["worker.id"] = np.arange(workers)
    state["worker.cell_row"] = np.sort(r.integers(0, cells, workers))
    state["worker.skills"] = r.integers(0, 4096, workers)
    state["third_place.worker_visits"] = np.where(state["third_place.is_mobile"], 0, 0.3)
    for place in ("third_place", "member_of", "last_place"):
        state[f"worker.{place}"] = -1
    return state
