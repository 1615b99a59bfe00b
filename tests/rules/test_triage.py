"""Triage of engineering: who gets the hours of an office, and what more ideas do to births."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.kernels.project_codes import APPLIED, BORN, IDEA, INCUBATING, REVIEW
from sim.kernels.triage import BY_READINESS, IN_ORDER, KEY_BITS, SHARED, WAYS, triage_key
from sim.measures.counting import COUNTS
from sim.processes import project_engineering
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation
from sim.territory.territory import ZONES
from tests.reference import offices_month, retail_month
from tests.reference.projects_towns import MONTH, attend, projects_town, run_month

key = triage_key.py_func
ways = pytest.mark.parametrize("way", ["in_order", "by_readiness"])
every_way = pytest.mark.parametrize("way", ["shared", "in_order", "by_readiness"])


@given(st.integers(0, 20_000), st.integers(0, 20_000), st.integers(0, 600), st.integers(0, 600))
def test_keys_order_by_hours_left_then_by_age(left, other_left, age, other_age):
    first = key(BY_READINESS, left / 64, age) < key(BY_READINESS, other_left / 64, other_age)
    assert first == ((left, -age) < (other_left, -other_age))
    assert (key(IN_ORDER, left, age) < key(IN_ORDER, other_left, other_age)) == (age > other_age)
    assert max(key(BY_READINESS, 1e9, 0), key(IN_ORDER, 0.0, 0)) < 1 << KEY_BITS


def _worked_on(state):
    """Ideas that got hours this month or left the stage with their last."""
    stage, months = state["entrepreneur.stage"], state["entrepreneur.stage_months"]
    filed = state["entrepreneur.event"] == APPLIED
    began = ((stage == INCUBATING) | (stage == REVIEW)) & (months == 0)
    return ((stage == IDEA) & (months > 0)) | filed | began


def _engineered(way, seed, hours=1.0, **values):
    """Years of a busy town; the state before and after each month's engineering."""
    state, values = projects_town(seed, office_triage=way, **values)
    state["office.engineering_hours"] *= hours
    bound = [(p.name, p.bind(state, values, seed)) for p in MONTH]
    for month in range(36):
        attend(state, month)
        state["premises.event"] = 0
        for name, run in bound:
            before = state.copy() if name == "project_engineering" else None
            run(month, 300)
            if before:
                yield values, before, state


@every_way
def test_hours_given_and_idle_hours_are_those_of_the_office(way):
    """Hours given are what ideas gained, up to their need, less their own hours."""
    given = 0.0
    for values, before, after in _engineered(way, seed=3, hours=0.7):
        needed = before["project_kind.engineering_hours"][before["entrepreneur.kind"]]
        left = np.maximum(needed - before["entrepreneur.engineering"].astype(float), 0)
        most = np.minimum(left, values["engineering_cap"])
        place = before["entrepreneur.third_place"]
        machines = np.where(
            (before["entrepreneur.at_place"] == 1) & (place >= 0),
            before["third_place.machines"][place] * needed / 12,
            0,
        )
        own = before["entrepreneur.facilitation"] + machines
        gained = after["entrepreneur.engineering"].astype(float)
        gained = np.minimum(gained - before["entrepreneur.engineering"], most)
        used = np.where(_worked_on(after), gained - np.minimum(own, most), 0)
        got = np.bincount(after["entrepreneur.office"], np.maximum(used, 0), minlength=2)
        np.testing.assert_allclose(
            got + after["office.idle_hours"], after["office.engineering_hours"], rtol=1e-5
        )
        assert (after["office.idle_hours"] >= -1e-9).all()
        given += got.sum()
    assert given > 1000


@ways
def test_no_hour_is_idle_as_long_as_an_idea_can_take_it(way):
    idle = busy = 0
    for hours in (0.5, 10.0):
        for values, before, after in _engineered(way, seed=3, hours=hours):
            waiting = (after["entrepreneur.stage"] == IDEA) & (
                after["entrepreneur.stage_months"] > 0
            )
            gained = after["entrepreneur.engineering"] - before["entrepreneur.engineering"]
            could_take_more = waiting & (gained < values["engineering_cap"] - 1e-3)
            for o in range(2):
                if after["office.idle_hours"][o] > 1e-6:
                    assert not could_take_more[after["entrepreneur.office"] == o].any()
                    idle += 1
                else:
                    busy += 1
    assert idle > 10 and busy > 20


def _short_and_served(way, **values):
    """Ideas without hours of their own that could take more, and those that got some, by office."""
    for used, before, after in _engineered(way, seed=4, hours=0.5, **values):
        gained = after["entrepreneur.engineering"] - before["entrepreneur.engineering"]
        here = (after["entrepreneur.stage"] == IDEA) & (after["entrepreneur.stage_months"] > 0)
        alone = here & (before["entrepreneur.facilitation"] == 0)
        alone &= before["entrepreneur.at_place"] == 0
        for o in range(2):
            mine = alone & (before["entrepreneur.office"] == o)
            short = mine & (gained < used["engineering_cap"] - 1e-3)
            served = mine & (gained > 1e-3)
            if short.any() and served.any():
                yield before, short, served


def test_in_order_nobody_overtakes():
    """Whoever got less than they could take is younger than all who got hours."""
    for before, short, served in _short_and_served("in_order", evening_turnout=0.0):
        age = before["entrepreneur.stage_months"]
        assert age[short].max() <= age[served].min()


def test_by_readiness_the_fewest_hours_left_come_first():
    for before, short, served in _short_and_served("by_readiness"):
        needed = before["project_kind.engineering_hours"][before["entrepreneur.kind"]]
        left = needed - before["entrepreneur.engineering"]
        assert left[short].min() >= left[served].max() - 1 / 64


@ways
def test_three_years_go_as_in_the_twin(way):
    for seed in range(3, 8):
        state, values = projects_town(seed, office_triage=way)
        state["account.triage"] = [0, WAYS["by_readiness"], WAYS["in_order"]]
        town = retail_month.town_of(state)
        engineer = project_engineering.PROCESS
        bound = [(p.name, p.bind(state, values, seed)) for p in MONTH]
        for month in range(36):
            attend(state, month)
            state["premises.event"] = 0
            for name, run in bound:
                if name == engineer.name:
                    town |= {n: state[n].tolist() for n in state if not n.startswith("work.")}
                run(month, 300)
                if name == engineer.name:
                    offices_month.project_engineering(town, values, seed, month, 300)
                    for written in engineer.writes:
                        if not written.startswith("work."):
                            np.testing.assert_allclose(
                                state[written], town[written], rtol=3e-6, atol=1e-6, err_msg=written
                            )
        if town["closest call"] > 1e-7:
            return
    raise AssertionError("a draw too close to its probability in every town")


def test_an_intervention_changes_the_way_of_the_offices_in_its_reach_while_it_is_active():
    state, values = projects_town(seed=2, office_triage="shared")
    state["office.cell_row"] = state["account.cell_row"][:2]
    state["account.cell_row"] = state["office.cell_row"][[0, 0, 1]]
    state["account.grant_reach"] = 0.0
    state["account.triage"] = [0, IN_ORDER, BY_READINESS]
    state["account.is_active"] = [1, 1, 0]
    engineer = project_engineering.PROCESS.bind(state, values, 1)
    engineer(0, 0)
    assert state["office.triage"].tolist() == [IN_ORDER, SHARED]
    state["account.is_active"] = [1, 0, 1]
    engineer(1, 0)
    assert state["office.triage"].tolist() == [SHARED, BY_READINESS]
    state["account.grant_reach"] = 99.0
    engineer(2, 0)
    assert state["office.triage"].tolist() == [BY_READINESS, BY_READINESS]


def _births(way, guests, seed, months=120):
    """Births of a busy town with an evening of so many guests every third month."""
    state, values = projects_town(
        seed, office_triage=way, evening_turnout=1.0, idea_exposure_effect=1.0
    )
    state["account.is_active"] = 0
    state["third_place.is_open"] = 0
    bound = [p.bind(state, values, seed) for p in MONTH]
    born = 0
    for month in range(months):
        if guests and month % 3 == 0:
            state["account.is_active"] = [1, 0, 0]
            state["account.evening_every"][0] = 1
            state["account.grant"] = 0
            state["account.grant_reach"][0] = 99.0
            state["account.purse"] = 0
            state["account.purse"][0, 0, 4] = guests * 75_00
        run_month(state, bound, month)
        state["account.is_active"] = 0
        born += np.count_nonzero(state["entrepreneur.event"] == BORN)
    return born


@pytest.mark.slow
@pytest.mark.parametrize(
    ("way", "least", "most"),
    [("shared", 0.0, 0.85), ("in_order", 0.95, 1.3), ("by_readiness", 0.97, 2.0)],
)
def test_evenings_alone_lower_births_only_where_all_share_the_hours(way, least, most):
    """Ideas beyond what offices can serve dilute equal shares; with triage they wait."""
    without = sum(_births(way, 0, seed) for seed in range(8))
    planted = sum(_births(way, 200, seed) for seed in range(8))
    assert without > 300
    assert least <= planted / without <= most


@pytest.mark.statistical
@every_way
@pytest.mark.parametrize("place", ["mid_sized_town", "rural_low_density"])
def test_births_neither_rise_nor_fall_by_themselves(way, place):
    """Twenty years with constant drivers: no trend, and about as many births as observed.

    Births of 16 towns vary like Poisson numbers. The start ignores the luck of arrivals, for which
    the level may be off by a tenth.
    """
    by_year, stated = np.zeros(20), 0.0
    births = [COUNTS.index(f"births_{zone}") for zone in ZONES]
    for seed in range(16):
        scenario = load_scenario(place).replace(
            with_drivers=False, residents_growth=0.0, months=240, office_triage=way
        )
        run = Simulation(scenario, seed)
        run.run()
        by_year += run.counts[:, births].sum(axis=1).reshape(20, 12).sum(axis=1)
        stated += run.values["transition_births"] / 1000 * run.territory.residents.sum()
    year = np.arange(20) - 9.5
    slope = (year @ by_year) / (year @ year)
    error = np.sqrt(by_year.mean() / (year @ year))
    assert abs(slope) < 3 * error
    assert abs(by_year.mean() / stated - 1) < 0.1 + 3 / np.sqrt(20 * by_year.mean())
