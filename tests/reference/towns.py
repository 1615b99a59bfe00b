"""Small drawn towns on which rules, laws and contracts are tried."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.scenario import load_scenario
from sim.simulation import Simulation
from sim.territory.territory import UNKNOWN, Territory

SMALL = {
    "rows": 9,
    "columns": 11,
    "cell_size": 400.0,
    "population": 4000,
    "town_radius": 0.5,
    "settlements": 2,
    "centre_radius": 0.6,
    "park_distance": 1.2,
    "starting_vacancy": 0.15,
    "spin_up": 0,
}
"""99 cells and 56 premises in all three zones: small enough for sums over all pairs."""


def small_town(seed: int = 1, **parameters: Any) -> Simulation:
    """A run of the small town, with some parameters changed."""
    return Simulation(load_scenario("mid_sized_town").replace(**{**SMALL, **parameters}), seed)


def one_centre(premises: int, floor_area: float = 80.0) -> Territory:
    """One cell with equal premises of one sector: the centre of the mean-field theory."""
    people = np.full((1, 1), 1000.0, np.float32)
    return Territory(
        name="one centre",
        cell_size=200.0,
        residents=people,
        youth=people * 0,
        income=np.ones((1, 1), np.float32),
        is_town_centre=np.ones((1, 1), bool),
        is_retail_park=np.zeros((1, 1), bool),
        premises_cell=np.zeros(premises, np.int32),
        premises_sector=np.ones(premises, np.uint8),
        premises_floor_area=np.full(premises, floor_area, np.float32),
        premises_occupancy=np.full(premises, UNKNOWN, np.int8),
    )
