"""Small towns in which every event of projects occurs."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.processes import (
    application_review,
    cooperation,
    local_benefits,
    project_birth,
    project_dimensions,
    project_engineering,
    project_funding,
    project_ideas,
    project_survival,
    reletting,
    shop_closure,
)
from sim.processes.month import effective
from sim.registry.state import State
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import territory_of
from sim.start.state_at_start import starting_state
from tests.reference.towns import SMALL

MONTH = (
    project_ideas.PROCESS,
    project_engineering.PROCESS,
    application_review.PROCESS,
    project_funding.PROCESS,
    shop_closure.PROCESS,
    reletting.PROCESS,
    project_survival.PROCESS,
    project_birth.PROCESS,
    cooperation.PROCESS,
    local_benefits.PROCESS,
    project_dimensions.PROCESS,
)
"""The processes of projects in a month, in order."""

BUSY = {
    **SMALL,
    "entrepreneurs_per_1000": 150.0,
    "offices": 2,
    "transition_births": 2.0,
    "idea_start_share": 0.25,
    "premises_probability": 0.8,
    "survival_scale": 4.0,
    "hub_join": 0.4,
    "evening_turnout": 0.2,
}
"""Parameters with which a few hundred people start many projects."""


def values_of(**parameters: Any) -> dict[str, Any]:
    """Effective parameters of the busy town, with some of them changed."""
    return effective(load_scenario("mid_sized_town").replace(**{**BUSY, **parameters}).values)


def projects_town(seed: int = 1, **parameters: Any) -> tuple[State, dict[str, Any]]:
    """A busy town with three third places (the last one mobile) and two accounts (one inactive)."""
    scenario = load_scenario("mid_sized_town").replace(**{**BUSY, **parameters})
    values = effective(scenario.values)
    sizes = {"account": 3, "third_place": 3, "visitor": 200}
    state = starting_state(territory_of(scenario), values, seed, sizes)
    cells = state["cell.residents"].size
    state["account.is_active"] = [1, 1, 0]
    state["account.cell_row"] = [cells // 2, cells // 3, cells // 2]
    state["account.grant_reach"] = [8.0, 4.0, 30.0]
    state["account.grant"] = [15_000_00, 60_000_00, 60_000_00]
    state["account.evening_every"] = [6, 0, 1]
    state["account.participant_cost"] = [75_00, 75_00, 75_00]
    state["account.hub_members"] = [0, 5, 9]
    state["account.purse"][:, :, 3] = [[9_000_01, 4_000_00, 900_000_00]] * 3
    state["account.purse"][:, :, 4] = [[200_000_00, 100_00, 50_01]] * 3
    state["third_place.cell_row"] = [cells // 2, cells // 3, cells // 2]
    state["third_place.account"] = [0, 1, 1]
    state["third_place.is_open"] = 1
    state["third_place.is_mobile"] = [0, 0, 1]
    state["third_place.is_top_down"] = [1, 0, 0]
    state["third_place.machines"] = [0.3, 0.0, 0.0]
    state["third_place.review_share"] = [0.5, 0.0, 1.0]
    state["third_place.trials"] = [0.8, 1.0, 1.0]
    state["office.embedded_capacity"] = [0.4, 0.0]
    return state, values


def run_month(state: State, bound: list[Any], month: int) -> None:
    """Run the bound processes for a month, after shop accounts, which are not bound."""
    state["premises.event"] = 0
    for run in bound:
        run(month, 300)


def attend(state: State, seed: int) -> None:
    """Put some people at third places and change trust, as visits and encounters would."""
    r = np.random.default_rng(seed)
    n = state["entrepreneur.id"].size
    place = r.integers(-1, 3, n)
    state["entrepreneur.third_place"] = place
    comes = (place >= 0) & (r.random(n) < 0.4)
    state["entrepreneur.at_place"] = comes & (place < 2)
    state["entrepreneur.facilitation"] = np.where(comes, r.uniform(0, 6, n), 0)
    state["entrepreneur.accompanied_hours"] += 2 * comes
    state["entrepreneur.exposure"] = r.random(n)
    state["office.trust"] = np.clip(state["office.trust_at_start"] + r.uniform(-0.1, 0.3, 2), 0, 1)
    state["third_place.users"] = r.integers(0, 30, 3)
    state["third_place.seats_used"] = state["third_place.users"] / 4
    people = [state[f"{k}.id"].size for k in ("youth", "entrepreneur", "official")]
    who = r.integers(0, 3, 200)
    rows = np.array([r.integers(0, people[w]) for w in who])
    state["visitor.agent"] = (who << 32) | rows
    state["visitor.key"] = (r.integers(0, 2, 200).astype(np.uint64) << np.uint64(32)) | np.uint64(7)
    state["visitor.count"] = r.integers(0, 200)
