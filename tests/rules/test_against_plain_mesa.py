"""An ordinary Mesa model of the rules of model 3, with agents as objects, gives the same history.

It has none of the mechanisms of model 4, which the twins of processes cover.
"""

import numpy as np
import pytest

from benchmarks.peers.plain_mesa import PlainTown
from sim.registry.variables.money import LINES, SOURCES
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation
from tests.reference.towns import AS_IN_MODEL_3, SMALL, small_town

SHOPS = {**AS_IN_MODEL_3, "start_year": 2005, "closure_rate": 0.3, "starting_vacancy": 0.2}

INTERVENTIONS = (
    "transition_cluster",
    "cooperation_hub",
    "public_innovation_lab",
    "startup_territoire",
    "rent_relief",
    "facade",
    "opening_aid",
    "mobile_cluster",
)

BUSY = {
    **SMALL,
    **AS_IN_MODEL_3,
    "start_year": 2010,
    "closure_rate": 0.2,
    "starting_vacancy": 0.25,
    "transition_births": 2.0,
    "premises_probability": 0.8,
    "succession_share": 0.3,
    "closure_late_shape": 0.7,
    "closure_lease_hump": 1.5,
    "reletting_frailty": 0.5,
    "common_cost_share": 0.3,
    "town_shock_spread": 0.1,
    "leaving_rate": 0.1,
    "role_probability": 0.8,
    "facade_funding": 4000.0,
    "offices": 2,
    "existing_third_places": "coworking:1 fablab:1",
    **{f"{name}.start": 1 for name in INTERVENTIONS},
}
"""A small town in which every event occurs within two years."""


def lists(town):
    """The agents of the plain town by the corresponding table."""
    return {
        "premises": town.premises,
        "youth": town.youth,
        "entrepreneur": town.entrepreneurs,
        "official": town.officials,
        "third_place": town.third_places,
    }


def assert_same(run, town, names, tolerance=0.0):
    for name in names:
        table, _, quantity = name.partition(".")
        found = [float(getattr(agent, quantity)) for agent in lists(town)[table]]
        np.testing.assert_allclose(
            found, run.state[name], rtol=tolerance, atol=tolerance, err_msg=f"{name}, {run.month}"
        )


@pytest.mark.parametrize("vectorised", [False, True])
def test_a_plain_mesa_town_closes_and_lets_the_same_premises(vectorised):
    run = small_town(9, **SHOPS)
    town = PlainTown(run, vectorised=vectorised)
    events = 0
    for _ in range(24):
        run.step()
        town.step()
        assert_same(run, town, ["premises.event"])
        events += np.count_nonzero(run.state["premises.event"])
    assert events > 20
    assert_same(run, town, ["premises.revenue", "premises.margin"], 1e-4)
    np.testing.assert_allclose(run.state["zone.footfall"], town.footfall, rtol=1e-4)


def test_a_plain_mesa_town_in_which_everything_happens_lives_the_same_two_years():
    """All moves, participation, encounters, projects, payments and closures agree."""
    run = Simulation(load_scenario("mid_sized_town").add(*INTERVENTIONS).replace(**BUSY), seed=4)
    run.run(6)
    town = PlainTown(run)
    seen = {name: set() for name in ("premises.event", "youth.event", "entrepreneur.event")}
    members = renovated = roles = 0
    for _ in range(24):
        run.step()
        town.step()
        assert_same(run, town, seen)
        assert_same(run, town, ["youth.is_active", "youth.at_place", "third_place.users"])
        assert_same(run, town, ["entrepreneur.stage", "entrepreneur.team", "entrepreneur.partners"])
        assert_same(run, town, ["entrepreneur.is_member", "entrepreneur.has_public_partner"])
        for name, events in seen.items():
            events |= set(run.state[name].tolist())
        members += int(run.state["entrepreneur.is_member"].sum())
        roles += np.count_nonzero(run.state["youth.role"] >= 0)
        renovated += np.count_nonzero(run.state["premises.facade"] > 1)
    assert seen["premises.event"] == set(range(5))
    assert seen["youth.event"] == set(range(4))
    assert seen["entrepreneur.event"] == set(range(8))
    assert members and renovated and roles
    assert_same(
        run,
        town,
        [
            "youth.interest",
            "entrepreneur.exposure",
            "entrepreneur.engineering",
            "entrepreneur.risk_ratio",
            "official.trust",
            "official.openness",
            "third_place.staff",
            "premises.margin",
            "premises.quality",
            "premises.subsidy",
            "premises.facade",
        ],
        1e-4,
    )
    purses = [[[a.purse[s, line] for line in LINES] for s in SOURCES] for a in town.accounts]
    off = run.state["account.purse"] - np.array(purses)
    # Rents are in single precision, so each payment may differ by a cent.
    assert np.abs(off[:, :, LINES.index("subsidies")]).max() <= 24
    assert not np.delete(off, LINES.index("subsidies"), axis=2).any()
