"""Places in vacant premises, volunteers, shared staff and reuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sim
from sim.interventions import Intervention, load_intervention
from sim.processes.place_premises import PROCESS
from sim.registry.state import State
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation
from tests.reference import frugal_month
from tests.reference.towns import SMALL

FREE = {"cluster_size": 30, "places": 2, "start": 2, "rooms": "vacant_premises"}


def cluster(**levers: Any) -> Intervention:
    return load_intervention("transition_cluster").replace(**levers)


def town_with(*interventions: Intervention, seed: int = 3, **parameters: Any) -> Simulation:
    scenario = load_scenario("mid_sized_town").replace(
        **{**SMALL, "starting_vacancy": 0.4, "premises_probability": 0.8, **parameters}
    )
    return Simulation(scenario.add(*interventions), seed)


def random_town(seed: int) -> State:
    """Premises of all zones and places that are new, old, closed, built or too large."""
    r = np.random.default_rng(seed)
    state = State({"row": 5, "column": 6, "premises": 60, "third_place": 5})
    state["premises.cell_row"] = np.sort(r.integers(0, 30, 60))
    state["premises.zone"] = r.integers(0, 2, 60)
    state["premises.is_open"] = r.integers(0, 2, 60)
    state["premises.floor_area"] = r.uniform(20, 150, 60)
    state["premises.months_vacant"] = r.integers(0, 60, 60)
    state["premises.third_place"] = -1
    state["third_place.cell_row"] = r.integers(0, 30, 5)
    state["third_place.is_open"] = [1, 1, 0, 1, 1]
    state["third_place.was_open"] = [0, 1, 1, 1, 0]
    state["third_place.seats"] = [12, 20, 9, 20, 300]
    state["third_place.seat_floor"] = [8.0, 6.0, 8.0, 0.0, 8.0]
    left = np.flatnonzero((state["premises.is_open"] == 0) & (state["premises.zone"] == 0))[:2]
    state["premises.third_place"][left] = 2
    state["third_place.floor"][2] = state["premises.floor_area"][left].sum()
    return state


@pytest.mark.parametrize("seed", range(8))
def test_places_take_premises_as_in_the_twin(seed: int) -> None:
    state = random_town(seed)
    town = {name: state[name].tolist() for name in state}
    run = PROCESS.bind(state, {}, seed)
    for month in range(2):
        frugal_month.place_premises(town, {}, seed, month, 0)
        run(month, 0)
        for name in PROCESS.writes:
            assert state[name].tolist() == pytest.approx(town[name], rel=1e-6), name
        state["third_place.is_open"][month] = town["third_place.is_open"][month] = 0


def test_premises_are_open_vacant_or_house_a_place_and_places_leave_them() -> None:
    run = town_with(cluster(**FREE, stop=30))
    seen = 0
    for _ in range(36):
        run.step()
        state = run.state
        housed = state["premises.third_place"] >= 0
        assert not (housed & (state["premises.is_open"] == 1)).any()
        assert (state["premises.zone"][housed] == 0).all()
        assert (state["premises.months_vacant"][housed] == 0).all()
        counts = run.measure()
        centre = state["premises.zone"] == 0
        vacant = centre & ~housed & (state["premises.is_open"] == 0)
        assert counts["retail_vacancy_town_centre"] == pytest.approx(vacant.sum() / centre.sum())
        assert counts["third_place_premises"] == housed.sum()
        floor = np.bincount(
            state["premises.third_place"][housed],
            state["premises.floor_area"][housed],
            minlength=state["third_place.floor"].size,
        )
        assert floor == pytest.approx(state["third_place.floor"], rel=1e-5)
        seen += housed.any()
    assert seen == 28
    assert not housed.any()


def test_shops_get_no_premises_of_a_place() -> None:
    run = town_with(cluster(**FREE), reletting_rate_fresh=4.0, reletting_rate_slow=4.0)
    run.run(4)
    housed = run.state["premises.third_place"].copy()
    assert (housed >= 0).any()
    tenancy = run.state["premises.tenancy"].copy()
    run.run(24)
    assert (run.state["premises.third_place"][housed >= 0] >= 0).all()
    assert (run.state["premises.tenancy"] == tenancy)[housed >= 0].all()
    assert (run.state["premises.tenancy"] > tenancy)[housed < 0].any()


def test_a_place_without_vacant_premises_says_so_and_moves_in_later() -> None:
    run = town_with(cluster(**FREE | {"cluster_size": 160}), starting_vacancy=0.05)
    run.run(4)
    early = run.measure()
    assert early["seats_without_premises"] > 0
    assert early["retail_vacancy_town_centre"] == 0
    run.run(36)
    assert run.measure()["third_place_premises"] > early["third_place_premises"]


def test_money_is_exact_to_the_cent_in_vacant_premises() -> None:
    place = cluster(**FREE, reuse=0.4)
    run = town_with(place)
    run.run(30)
    pages = run.ledger_pages[:, -1]  # of the cluster; others belong to existing places
    assert pages[..., 0].sum() - pages[..., 1:].sum() == run.state["account.purse"][-1].sum()
    assert pages[2, :, 1].sum() == 30 * round(100 * 0.6 * 8 * 250)
    assert (pages[2:, :, 2].sum(axis=1) == 30 * round(100 * (8 * 120 / 12 + 60))).all()
    assert pages[:, 0, 0].sum() == place.plan.payments(place.levers, 30).sum()


def test_volunteers_give_hours_without_pay() -> None:
    paid, helped = town_with(cluster(start=2)), town_with(cluster(start=2, volunteer_share=0.5))
    paid.run(24)
    helped.run(24)
    assert paid.measure()["volunteer_hours"] == 0
    users = helped.state["third_place.users"][-1]
    assert users > 0
    assert helped.measure()["volunteer_hours"] == pytest.approx(0.5 * 6 * users)
    assert (paid.ledger_pages[..., 1:3] == helped.ledger_pages[..., 1:3]).all()
    hours = [run.state["third_place.hours"][-1] for run in (paid, helped)]
    assert hours[1] > hours[0]


@pytest.mark.parametrize("with_accompaniment", [False, True])
def test_hours_given_are_at_most_those_paid_and_those_of_volunteers(
    with_accompaniment: bool,
) -> None:
    run = town_with(cluster(start=0, volunteer_share=1.0), with_accompaniment=with_accompaniment)
    for _ in range(24):
        run.step()
        m = run.measure()
        most = m["facilitation_hours_paid"] + m["volunteer_hours"]
        assert m["facilitation_hours_given"] <= most * (1 + 1e-6)


def test_shared_staff_follow_the_users_and_add_up() -> None:
    own = town_with(cluster(cluster_size=30, places=3, start=0))
    shared = town_with(cluster(cluster_size=30, places=3, start=0, shared_staff=True))
    for run in (own, shared):
        run.run(18)
    users = shared.state["third_place.users"][-3:].copy()
    own.step()
    shared.step()
    staff = shared.state["third_place.staff"][-3:]
    assert users.sum() > 0
    assert staff / staff.sum() == pytest.approx(users / users.sum(), rel=1e-5)
    assert np.ptp(own.state["third_place.staff"][-3:]) < 1e-6


def test_reuse_alone_changes_only_the_cost_of_setting_up() -> None:
    new, reused = cluster(), cluster(reuse=0.5)
    assert reused.plan.set_up * 2 == new.plan.set_up
    assert reused.plan.reserves == new.plan.reserves


def test_costs_per_seat_and_member_follow_from_the_sums() -> None:
    found = sim.compare(
        "mid_sized_town",
        [cluster(start=0)],
        assignments=[f"{n}={v}" for n, v in SMALL.items()],
        reps=2,
        seed=2,
        months=24,
        workers=1,
    ).effects
    found = found[found["horizon"] == 24].set_index("indicator")["mean"]
    assert found["public_spending"] > 0
    assert np.isfinite(found["cost_per_seat"])
