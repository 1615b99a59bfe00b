"""Vacancy, leaving, the tax base, engineering and births: each link by itself, and the circle."""

from functools import cache

import numpy as np
import pytest

from sim.processes.month import RESPONSES as MECHANISM_RESPONSES
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation, start_of
from tests.reference.towns import SMALL, UNMOVED, small_town

RESPONSES = {
    "shop_job_weight": 2.0,
    "leaving_vacancy_response": 20.0,
    "leaving_activity_response": 5.0,
    "arrival_vacancy_response": 20.0,
    "residents_vacancy_response": 2.0,
    "idea_vacancy_response": 20.0,
    "youth_idea_response": 1.0,
    "youth_partner_share": 1.0,
    "role_model_exposure": 2.0,
    "tax_response": 4.0,
}
"""All links, strong by hand."""

SWITCHES = {
    switch: names for switch, names in MECHANISM_RESPONSES.items() if switch != "with_dimensions"
}
"""The links of each mechanism of the circle."""

BUSY = {
    **UNMOVED,
    "active_visit_ratio": 1.0,
    "transition_births": 2.0,
    "role_probability": 1.0,
    "role_months": 120.0,
    "staying_response": 10.0,
    "existing_third_places": "coworking:1",
    "leaving_rate": 0.3,
}
YEARS = 6


@cache
def _counts(*changes):
    run = small_town(4, **{**BUSY, **dict(changes)})
    run.run(12 * YEARS)
    return run.counts.tobytes()


def test_every_link_has_a_switch():
    assert {name for names in SWITCHES.values() for name in names} == set(RESPONSES)


@pytest.mark.parametrize("switch", SWITCHES)
def test_with_a_mechanism_off_nothing_of_it_passes(switch):
    strong = tuple((name, RESPONSES[name]) for name in SWITCHES[switch])
    assert _counts(*strong, (switch, False)) == _counts()
    assert _counts(*strong) != _counts()


@pytest.mark.parametrize("name", RESPONSES)
def test_every_link_passes_something_by_itself(name):
    assert _counts((name, RESPONSES[name])) != _counts()


def _emptied(name, **changes):
    """Two runs from one start, of which the second loses all its shops by hand; one link on."""
    runs = []
    for empty in (False, True):
        still = BUSY | {"with_reletting": False, "with_closure": False}
        run = small_town(4, **still | changes | {name: 2.0})
        if empty:
            run.state["premises.is_open"] = 0
        run.run(12 * YEARS)
        runs.append(run)
    return runs


def _total(run, name):
    return run.indicators[name].sum()


DIRECTIONS = {
    "shop_job_weight": ("out_migration", +1),
    "leaving_vacancy_response": ("out_migration", +1),
    "arrival_vacancy_response": ("in_migration", -1),
    "residents_vacancy_response": ("residents", -1),
    "idea_vacancy_response": ("ideas", -1),
    "tax_response": ("office_engineering_hours", -1),
}


@pytest.mark.parametrize("name", DIRECTIONS)
def test_empty_shops_push_each_link_in_its_direction(name):
    full, empty = _emptied(name)
    measure, sign = DIRECTIONS[name]
    assert sign * (_total(empty, measure) - _total(full, measure)) > 0


def test_on_the_start_date_offices_have_the_means_they_were_solved_for():
    """Whatever happened in the spin-up."""
    changes = {**SMALL, **BUSY, **RESPONSES, "spin_up": 24}
    scenario = load_scenario("mid_sized_town").replace(**changes)
    state = start_of(scenario, 3)
    assert np.all(state["office.tax_base"] == 1)
    for means in ("engineering_hours", "review_capacity"):
        assert np.array_equal(state[f"office.{means}"], state[f"office.{means}_at_start"])
    assert not state["cell.residents_drawn"].any()
    run = Simulation(scenario, 3)
    run.step()
    assert np.all(run.state["office.tax_base"] == 1)


def test_what_surrounds_people_at_the_start_is_usual_on_average():
    """Over towns, since each starts with its own luck."""
    gained = [_vacancy_gained(small_town(seed)) for seed in range(40)]
    assert abs(np.mean(gained)) < 3 * np.std(gained, ddof=1) / np.sqrt(len(gained))


def _vacancy_gained(run):
    open_share = run.state["cell.open_nearby"] / run.state["cell.premises_nearby"]
    usual = run.state["cell.usual_open"] / run.state["cell.premises_nearby"]
    return float((usual - open_share)[run.state["cell.residents"] > 0].mean())


HOMOGENEOUS = {
    **UNMOVED,
    "with_dimensions": False,
    "with_drivers": False,
    "residents_growth": 0.0,
    "boundary": "closed",
    "visitors_share": 0.0,
    "premises_per_1000": 30.0,
    "margin_spread": 0.02,
    "closure_rate": 0.3,
    "succession_share": 0.0,
    "reletting_rate_fresh": 0.8,
    "reletting_rate_slow": 0.8,
    "closure_margin_response": 6.0,
    "reletting_margin_response": 6.0,
    "open_share_shrinkage": 0.1,
    "neighbourhood_decay": 0.5,
}
"""A town whose shops live on its residents alone, and which sees all its shops."""

STRONG = {
    "residents_vacancy_response": 8.0,
    "residents_adjustment": 2.0,
    "idea_vacancy_response": 5.0,
    "tax_response": 2.0,
}
"""Links so strong that the gain of the loop exceeds 1."""


def _after_a_shock(seed, **links):
    """A town at the start, and nineteen years after it lost eight of ten shops in a December."""
    run = small_town(seed, **HOMOGENEOUS | links)
    before = run.measure()
    run.run(11)
    rng = np.random.default_rng(seed)
    trading = np.flatnonzero(run.state["premises.is_open"])
    closed = rng.choice(trading, int(0.8 * trading.size), replace=False)
    run.state["premises.is_open"][closed] = 0
    run.state["premises.months_vacant"][closed] = 1
    run.run(229)
    return before, run.measure()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_strong_circle_turns_a_shock_into_collapse_and_none_lets_the_town_recover(seed):
    before, alone = _after_a_shock(seed)
    assert alone["retail_vacancy"] < 0.3
    assert alone["residents"] == pytest.approx(before["residents"], rel=0.01)
    assert alone["office_engineering_hours"] == pytest.approx(before["office_engineering_hours"])
    before, circle = _after_a_shock(seed, **STRONG)
    assert circle["retail_vacancy"] > 0.7
    assert circle["residents"] < 0.2 * before["residents"]
    assert 0 < circle["tax_base"] < 0.7
    assert circle["office_engineering_hours"] < 0.5 * before["office_engineering_hours"]
    _, weak = _after_a_shock(seed, **{**STRONG, "residents_vacancy_response": 1.0})
    assert weak["retail_vacancy"] < 0.3


@pytest.mark.parametrize("seed", [1, 2])
def test_indices_stay_in_bounds_however_strong_the_links(seed):
    run = small_town(seed, **{**BUSY, **RESPONSES, "tax_response": 10.0, "closure_rate": 0.8})
    for _ in range(12 * YEARS):
        run.step()
        state = run.state
        assert np.all((state["office.tax_base"] >= 0) & (state["office.tax_base"] < 3))
        assert np.all(np.isfinite(state["office.engineering_hours"]))
        assert state["cell.residents_drawn"].min() >= -0.95
        assert state["cell.residents_drawn"].max() <= RESPONSES["residents_vacancy_response"]
        assert np.all(state["cell.residents"] >= 0)
        assert np.all(state["cell.active_youth"] >= 0)


def test_the_young_of_each_cell_who_take_part_are_counted():
    run = small_town(2, **BUSY)
    for _ in range(24):
        state = run.state
        was_active = state["youth.is_active"].copy()
        run.step()
        still = was_active * state["youth.is_present"] * (state["youth.event"] == 0)
        here = np.bincount(state["youth.cell_row"], still, minlength=state["cell.residents"].size)
        np.testing.assert_array_equal(state["cell.active_youth"].ravel(), here)


def test_ideas_of_the_young_follow_those_who_take_part():
    """Twice as many by hand: ideas by youth double, all others stay as they are."""
    ideas = {}
    for more in (1.0, 2.0):
        run = small_town(
            3, **UNMOVED | {"youth_idea_response": 1.0}, population=12_000, transition_births=1.0
        )
        run.state["town.active_youth_share"] /= more
        by_youth = others = 0
        for _ in range(240):
            run.step()
            began = run.state["entrepreneur.event"] == 1
            origins = run.state["entrepreneur.origin"][began]
            by_youth += np.count_nonzero(origins == 1)
            others += np.count_nonzero(origins != 1)
        ideas[more] = by_youth, others
    assert ideas[2.0][0] / ideas[1.0][0] == pytest.approx(2.0, rel=0.25)
    assert ideas[2.0][1] / ideas[1.0][1] == pytest.approx(1.0, rel=0.05)
