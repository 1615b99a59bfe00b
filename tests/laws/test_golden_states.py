"""The state of each shipped territory is that of its model version, array by array.

Each scenario is run small, with some of the shipped interventions, so that every intervention acts
in one of them. The table in ``tests/golden`` has three numbers per array: those of the first and of
the last month, and one of all months, where passing differences show. Each number is the sum of
values, each times an irregular weight, so that an exchange of two shows as well. Counts and
the ledger follow. `tests.laws.test_golden_numbers` says how the table is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from sim.interventions import load_intervention
from sim.measures.counting import COUNTS
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation
from sim.version import MODEL_VERSION
from tests.reference.towns import REACTIONS, SMALL, beside_another

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
TABLE = GOLDEN / f"states_of_model_{MODEL_VERSION}.csv"
ROUNDING = 1e-6  # processors differ in the last bits of float32
LAST = 13

HUB = {"hub_join": 0.5, "hub_attrition": 3.0}  # members come and go

BUSY = {
    "population": 1500,
    "transition_births": 2.0,
    "existing_third_places": "fablab:1 coworking:1",
    "premises_probability": 0.8,
    "role_probability": 1.0,
    "leaving_rate": 0.5,
    "survival_scale": 2.0,
    "offices": 2,
    "closure_rate": 0.4,
    "entrepreneurs_per_1000": 150.0,
}
"""So much happens in a small town in a year that every rule is applied."""

CASES: dict[str, tuple[dict[str, Any], dict[str, dict[str, Any]]]] = {
    "mid_sized_town": (
        {"spin_up": 2},
        {
            "transition_cluster": {
                "officials_role": "embedded",
                "review_at_cluster": 0.5,
                "cluster_size": 60,
                "cluster_funding": 60_000.0,
                "kinds": "living_lab incubator",
                "places": 2,
                "volunteer_share": 0.2,
            },
            "facade": {},
            "opening_aid": {},
            "rent_relief": {},
        },
    ),
    "rural_low_density": (
        {"boundary": "closed", "decay_form_convenience": "power_law", "remote_share": 0.2, **HUB},
        {
            "mobile_cluster": {},
            "periphery_moratorium": {},
            "startup_territoire": {},
            "cooperation_hub": {"hub_members": 1, "grant_reach": 9.0},
        },
    ),
    "metropolis": (
        {"quality_spread": 0.3, "succession_share": 0.4, "town_shock_spread": 0.2, **REACTIONS},
        {
            "frugal_clusters": {"triage": "by_readiness", "rooms": "vacant_premises", "stop": 9},
            "public_innovation_lab": {},
            "pandemic": {"stop": 8},
        },
    ),
    "working_class_neighbourhood": (
        {"membership_months": 4.0, "starting_vacancy": 0.25, **HUB},
        {
            "participatory_budget": {},
            "cooperation_hub": {"hub_members": 3, "grant_reach": 1.6, "stop": 8},
            "online_jump": {"start": 2},
        },
    ),
    "backcast": (
        {"closure_age_shape": 1.6, "purchases_are_variable": False},
        {"inert_cluster": {}, "anchor_closure": {"start": 1}, "grant_cut": {"start": 6}},
    ),
}
"""Settings of each scenario that differ from its own, and levers of its interventions."""

BESIDE_ANOTHER = "backcast"
"""The town of which a part is a neighbour's, whose residents and shops only take part in trade."""


def _weighted(values: npt.ArrayLike) -> float:
    flat = np.asarray(values, np.float64).ravel()
    return float(flat @ (1.0 + np.arange(1, flat.size + 1) * 0.6180339887498949 % 1.0))


def run_of(name: str, seed: int = 5) -> Simulation:
    """A small run of a scenario and its interventions."""
    changed, levers = CASES[name]
    begun = [
        load_intervention(which).replace(**{"start": 0} | given) for which, given in levers.items()
    ]
    scenario = load_scenario(name).replace(**SMALL | BUSY | changed | {"months": LAST})
    if name == BESIDE_ANOTHER:
        scenario = beside_another(scenario)
    return Simulation(scenario.add(*begun), seed)


def found_in(name: str) -> dict[str, float]:
    """Return a number for each array, each count and the ledger of a run."""
    run = run_of(name)
    names = [n for n, _ in run.state.items() if not n.startswith("work.")]
    months = []
    for month in range(LAST + 1):
        run.run(month - run.month)
        months.append([_weighted(run.state[n]) for n in names])
    found = {}
    for n, numbers in zip(names, zip(*months, strict=True), strict=True):
        found |= {f"{n} in month 0": numbers[0], f"{n} in month {LAST}": numbers[-1]}
        found[f"{n} in all months"] = _weighted(numbers)
    found |= {f"count {n}": _weighted(c) for n, c in zip(COUNTS, run.counts.T, strict=True)}
    found["money"] = _weighted(run.ledger_pages)
    return found


def table() -> pd.DataFrame:
    """Return the numbers of all scenarios."""
    return pd.DataFrame({name: found_in(name) for name in CASES}).rename_axis("what")


@pytest.mark.parametrize("name", CASES)
def test_a_territory_is_that_of_the_model_version(name: str) -> None:
    golden, found = pd.read_csv(TABLE, index_col=0)[name].to_dict(), found_in(name)
    assert found == pytest.approx(golden, rel=ROUNDING, abs=ROUNDING)


def test_every_shipped_scenario_and_intervention_is_among_them() -> None:
    shipped = Path(__file__).parents[2] / "scenarios"
    assert {path.stem for path in shipped.glob("*.toml")} == set(CASES)
    tried = {name for _, levers in CASES.values() for name in levers}
    assert {path.stem for path in (shipped / "interventions").glob("*.toml")} == tried
