"""Small generated towns for tests of rules, laws and contracts."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.interventions import load_intervention
from sim.scenario.scenario import Scenario, load_scenario
from sim.simulation.simulation import Simulation, territory_of
from sim.territory.territory import OPEN, UNKNOWN, VACANT, Territory
from sim.territory.territory_file import save_territory

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
"""99 cells and 56 premises in all three zones, small enough for sums over all pairs."""

REACTIONS = {
    "shop_job_weight": 1.0,
    "leaving_vacancy_response": 5.0,
    "leaving_activity_response": 1.0,
    "arrival_vacancy_response": 5.0,
    "residents_vacancy_response": 1.0,
    "idea_vacancy_response": 5.0,
    "youth_idea_response": 1.0,
    "youth_partner_share": 0.5,
    "role_model_exposure": 0.5,
    "tax_response": 2.0,
}
"""Responses of people and offices to what surrounds them."""

UNMOVED = dict.fromkeys(REACTIONS, 0.0)
"""Nobody responds to what surrounds them."""

A_SEAT_EACH = {f"seat_use_{people}": 1.0 for people in ("youth", "holders", "officials", "workers")}
"""Every user of a third place uses a seat of their own."""

ALIKE = {"project_visit_ratio": 1.0, "active_visit_ratio": 1.0, "return_ratio": 1.0}
"""Everybody uses third places as readily."""

AS_IN_MODEL_3 = {
    **A_SEAT_EACH,
    **ALIKE,
    "with_membership": False,
    "with_remote_work": False,
    "with_accompaniment": False,
    "with_youth_outlet": False,
    "with_prospects": False,
    "with_emptying": False,
    "with_tax_base": False,
    "with_dimensions": False,
    "office_triage": "shared",
    "loan_leverage": 0.0,
    "partners_funding_odds": 1.0,
    "partners_risk_ratio": 1.0,
    "public_partner_approval_odds": 1.0,
    "public_partner_funding_odds": 1.0,
    "trust_approval": 0.0,
}
"""Values at which the mechanisms of model 4 do nothing."""


def small_town(seed: int = 1, **parameters: Any) -> Simulation:
    """A run of the small town, with some parameters changed."""
    return Simulation(load_scenario("mid_sized_town").replace(**{**SMALL, **parameters}), seed)


def everything_at_once(seed: int = 1, **parameters: Any) -> Simulation:
    """The small town, busy, with interventions of all kinds."""
    busy = {
        "population": 6000,
        "transition_births": 2.0,
        "existing_third_places": "fablab:1",
        "premises_probability": 0.8,
        "role_probability": 1.0,
        "role_months": 120.0,
        "leaving_rate": 0.5,
        "survival_scale": 2.0,
        "offices": 2,
        "entrepreneurs_per_1000": 150.0,
    }
    levers: dict[str, dict[str, Any]] = {
        "transition_cluster": {
            "officials_role": "embedded",
            "review_at_cluster": 0.5,
            "cluster_size": 100,
            "cluster_funding": 60_000.0,
            "kinds": "living_lab incubator",
            "places": 2,
            "volunteer_share": 0.2,
        },
        "startup_territoire": {},
        "cooperation_hub": {"hub_members": 40},
        "public_innovation_lab": {},
        "participatory_budget": {},
        "rent_relief": {},
        "opening_aid": {},
        "facade": {},
    }
    begun = [load_intervention(n).replace(start=0, **changes) for n, changes in levers.items()]
    # One without funding: its fees do not pay its seats, which close one after another. For two
    # years it changes how offices work, and fills vacant premises.
    begun.append(
        load_intervention("transition_cluster")
        .replace(start=0, stop=24, cluster_size=12, cluster_funding=0.0, triage="by_readiness")
        .replace(rooms="vacant_premises", site="cell")
        .called("unfunded")
    )
    scenario = load_scenario("mid_sized_town").replace(**{**SMALL, **busy, **parameters})
    return Simulation(scenario.add(*begun), seed)


def with_buffer(run: Simulation) -> Simulation:
    """The same town whose eastern third, and a few shops elsewhere, are another place's."""
    return Simulation(beside_another(run.scenario), run.seed)


def beside_another(scenario: Scenario) -> Scenario:
    """The scenario whose town's eastern third, and a few shops, are another place's.

    Most premises are known to be open or vacant, as in a real place.
    """
    whole = territory_of(scenario)
    is_buffer = np.indices(whole.shape)[1] >= 2 * whole.shape[1] // 3
    shops = is_buffer.ravel()[whole.premises_cell]
    shops[::13] ^= True
    known = np.resize(np.array([OPEN, VACANT, OPEN, UNKNOWN], np.int8), shops.size)
    divided = replace(
        whole, is_buffer=is_buffer, premises_in_buffer=shops, premises_occupancy=known
    )
    with tempfile.TemporaryDirectory() as folder:
        save_territory(divided, Path(folder) / "town.npz")
        content = (Path(folder) / "town.npz").read_bytes()
    return replace(scenario.replace(file="town.npz"), territory_file=content)


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


def two_towns_apart() -> Territory:
    """Two towns of 6,000 at either end of a long empty grid, too far apart for any influence.

    400 cells of 400 m: over the 148 km between them the slowest distance decay leaves less of an
    attraction than a 32-bit number resolves.
    """
    rows, columns, side = 12, 400, 10
    people = np.zeros((rows, columns), np.float32)
    centre = np.zeros((rows, columns), bool)
    premises = []
    for left in (1, columns - side - 1):
        people[1 : side + 1, left : left + side] = 60
        centre[5:7, left + 4 : left + 6] = True
        premises += [(r, left + c) for r in range(3, 9) for c in range(2, 8) for _ in range(2)]
    cell = np.sort([r * columns + c for r, c in premises]).astype(np.int32)
    n = cell.size
    return Territory(
        name="two towns",
        cell_size=400.0,
        residents=people,
        youth=people * np.float32(0.2),
        income=np.ones((rows, columns), np.float32),
        is_town_centre=centre,
        is_retail_park=np.zeros((rows, columns), bool),
        premises_cell=cell,
        premises_sector=(np.arange(n) % 3).astype(np.uint8),
        premises_floor_area=np.full(n, 80.0, np.float32),
        premises_occupancy=np.full(n, UNKNOWN, np.int8),
    )
