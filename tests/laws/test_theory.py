"""Directions that theory predicts, each with its reason, in runs of the whole model."""

import numpy as np
import pytest

from sim.interventions import load_intervention
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation
from tests.reference.towns import SMALL

TOWN = SMALL | {
    "population": 12_000,
    "existing_third_places": "",
    "transition_births": 2.0,
    "months": 120,
}
"""A small town with many projects, so that few runs show a direction."""
SEEDS = range(4)


def _cluster(**levers):
    return load_intervention("transition_cluster").replace(start=0, **levers)


def _runs(*interventions, **parameters):
    scenario = load_scenario("mid_sized_town").replace(**TOWN | parameters).add(*interventions)
    runs = [Simulation(scenario, seed) for seed in SEEDS]
    for run in runs:
        run.run()
    return runs


def _mean(runs, name, months=slice(None)):
    return np.mean([run.indicators[name].to_numpy()[months] for run in runs], axis=0)


@pytest.fixture(scope="module")
def without():
    return _runs()


def test_more_capacity_than_users_adds_nothing():
    """Empty seats bring no encounters: with the same staff, only the cost of seats differs."""
    shares = {"facilitation_share": 1.0, "grants_share": 0.0, "events_share": 0.0}
    enough = _runs(_cluster(cluster_size=300, places=5, cluster_funding=65_000.0, **shares))
    more = _runs(_cluster(cluster_size=400, places=5, cluster_funding=80_000.0, **shares))
    for few, many in zip(enough, more, strict=True):
        assert few.indicators["third_place_users"].max() < 300
        same = [c for c in few.indicators if c != "occupancy"]
        assert few.indicators[same].equals(many.indicators[same])
        assert few.indicators["third_place_users"].max() > 0


def test_more_holders_than_staff_can_serve_lower_success_per_idea(without):
    """Engineering is shared: evenings that bring ideas but no engineers congest it."""
    evenings = load_intervention("startup_territoire").replace(
        start=0,
        startup_funding=60_000.0,
        events_share=1.0,
        facilitation_share=0.0,
        grants_share=0.0,
    )
    crowded = _runs(evenings, evening_turnout=0.2)
    assert _mean(crowded, "ideas").sum() > 1.3 * _mean(without, "ideas").sum()
    success = [
        _mean(runs, "project_births", slice(60, None)).sum() / _mean(runs, "ideas")[48:-12].sum()
        for runs in (without, crowded)
    ]
    assert success[1] < 0.9 * success[0]


def test_when_the_money_stops_participation_decays_and_does_not_drop(without):
    """Interest fades with its half-life of a year once nothing feeds it."""
    strong = {"interest_gain": 0.5, "venue_pull": 0.0, "role_pull": 0.0}
    strong |= {"with_youth_outlet": False, "with_dimensions": False}  # projects go on
    plain = _runs(**strong)
    stopped = _runs(_cluster(cluster_size=60, cluster_funding=60_000.0, stop=60), **strong)
    gained = _mean(stopped, "participation") - _mean(plain, "participation")
    before = gained[54:60].mean()
    assert before > 0.01
    assert gained[60:63].mean() > 0.6 * before
    assert gained[-12:].mean() < 0.4 * before


@pytest.mark.parametrize("size", [0, 40, 80])
def test_files_pile_up_without_review_for_any_size_of_cluster(size):
    """Unopened files are not decided, however many ideas reach the office."""
    cluster = _cluster(cluster_size=size, cluster_funding=25_000.0, grants_share=0.0,
                       facilitation_share=1.0, events_share=0.0)  # fmt: skip
    scenario = load_scenario("mid_sized_town").replace(**TOWN).add(cluster)
    run = Simulation(scenario, 1)
    run.state["office.review_capacity"] = run.state["office.review_capacity_at_start"] = 0.02
    run.run()
    waiting = run.indicators["waiting_files"].to_numpy()
    applied = run.indicators["applications"].sum()
    assert waiting[-1] - waiting[0] > 0.9 * (applied - 0.02 * 120 - 5)
    assert run.indicators["approvals"].to_numpy()[24:].sum() <= 0.02 * 120 + 1


def test_a_closed_boundary_separates_creation_from_displacement():
    """Visitors bring their money from home; new money comes only from outside."""
    gains = {}
    for boundary in ("open", "closed"):
        here = {"boundary": boundary, "with_emptying": False}  # households stay
        arms = _runs(**here), _runs(_cluster(), **here)
        consumers = [
            np.mean([run.state["cell.consumers"].sum(dtype=np.float64) for run in runs])
            for runs in arms
        ]
        moved = np.mean([np.abs(r.state["cell.moved_consumers"]).sum() for r in arms[1]])
        gains[boundary] = consumers[1] - consumers[0]
        assert moved > 1.0
    assert gains["closed"] == pytest.approx(0.0, abs=0.05)
    assert gains["open"] > 1.0
