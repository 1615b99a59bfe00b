"""Accompaniment: whom facilitators take on, and where their paid hours go."""

import numpy as np
import pytest

from sim.kernels.project_codes import BORN, IDEA, INCUBATING, LATENT, REVIEW, RUNNING
from sim.kernels.triage import WAYS
from sim.processes import accompaniment, public_money, third_place_visits
from sim.processes.accompaniment import AccompanimentParameters
from sim.registry.variables import VARIABLES
from tests.reference import accompaniment_month
from tests.reference.places_towns import VALUES, places_town
from tests.reference.retail_month import town_of
from tests.reference.towns import everything_at_once

VALUES = VALUES | dict(AccompanimentParameters())
PAY, VISIT, ACCOMPANY = (
    module.PROCESS for module in (public_money, third_place_visits, accompaniment)
)
BEFORE_BIRTH = (IDEA, REVIEW, INCUBATING)


def _town(seed=0, holders=300, **arrays):
    """Two places with seats and a travelling team, and projects in every stage."""
    state = places_town(seed, holders=holders)
    grown = state.with_sizes({"project_kind": 3})
    r = np.random.default_rng(seed)
    grown["project_kind.engineering_hours"] = [40, 60, 90]
    grown["entrepreneur.kind"] = r.integers(0, 3, holders)
    grown["entrepreneur.engineering"] = r.uniform(0, 40, holders)
    grown["entrepreneur.stage_months"] = r.integers(0, 20, holders)
    grown["entrepreneur.accompanied_by"] = -1
    grown["entrepreneur.supporter"] = -1
    grown["third_place.seats"] = [80, 60, 0, 50]
    grown["account.funding"] = [4_000_000, 3_000_000, 0]
    grown["account.triage"] = [WAYS["in_order"], 0, 0]
    for name, values in arrays.items():
        grown[name.replace("__", ".")] = values
    return grown


def _months(state, months, processes=(PAY, VISIT, ACCOMPANY), **values):
    bound = [p.bind(state, VALUES | values, 5) for p in processes]
    for month in range(months):
        for run in bound:
            run(month, month)
        yield month


def _cases(state):
    return np.flatnonzero(state["entrepreneur.accompanied_by"] >= 0)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("caseload", "referral"), [(0.0, 0.0), (3.0, 0.1), (40.0, 0.05)])
def test_it_goes_as_in_the_twin(seed, caseload, referral):
    state = _town(seed)
    values = VALUES | {"caseload": caseload, "referral": referral}
    r = np.random.default_rng(seed)
    for month in range(24):
        if month == 12:  # one place opens, another closes
            state["third_place.is_open"][[1, 3]] = 0, 1
        moved = r.random(300) < 0.1  # projects go on, end and begin
        state["entrepreneur.stage"][moved] = r.integers(0, 6, moved.sum())
        for process in (PAY, VISIT):
            process.bind(state, values, seed)(month, month)
        town = town_of(state)
        ACCOMPANY.bind(state, values, seed)(month, month)
        accompaniment_month.accompaniment(town, values, seed, month, month)
        assert town["closest call"] > 1e-8
        for name in (n for n in ACCOMPANY.writes if not n.startswith("work.")):
            if VARIABLES[name].dtype.startswith("float"):
                np.testing.assert_allclose(state[name], town[name], 1e-5, 1e-5, err_msg=name)
            else:
                np.testing.assert_array_equal(state[name], town[name], err_msg=name)
    assert (_cases(state).size > 10) == (caseload > 0)


def test_without_a_caseload_holders_share_as_before_to_the_byte():
    with_it, without = _town(), _town()
    for _ in _months(with_it, 12, caseload=0.0):
        pass
    for _ in _months(without, 12, (PAY, VISIT)):
        pass
    assert without["entrepreneur.facilitation"].any()
    for name in with_it:
        if not name.startswith("work."):
            assert with_it[name].tobytes() == without[name].tobytes(), name


def test_hours_paid_are_hours_of_accompaniment_for_others_and_idle_ones():
    """In real hours, of which each is worth the mentoring of its place."""
    state = _town()
    for _ in _months(state, 24):
        by, mentoring = state["entrepreneur.accompanied_by"], state["third_place.mentoring"]
        place = np.where(by >= 0, by, state["entrepreneur.third_place"])
        got = state["entrepreneur.facilitation"] > 0
        received = np.bincount(
            place[got], state["entrepreneur.facilitation"][got] / mentoring[place[got]], minlength=4
        )
        given = state["third_place.hours"] / mentoring
        assert (received <= given * (1 + 1e-6)).all()
        assert (given <= state["third_place.hours_paid"] * (1 + 1e-6)).all()
        holders = np.bincount(place[got & (by < 0)], minlength=4) > 0
        np.testing.assert_allclose(received[holders], given[holders], rtol=1e-5)
        np.testing.assert_allclose(
            state["third_place.hours_paid"], state["third_place.staff"] * 130, rtol=1e-6
        )
    assert (received > 50).sum() >= 2


def test_nobody_accompanies_more_than_the_caseload_or_gives_a_project_more_than_the_cap():
    state = _town()
    for _ in _months(state, 24, caseload=7.0, accompaniment_cap=5.0):
        cases = _cases(state)
        at = np.bincount(state["entrepreneur.accompanied_by"][cases], minlength=4)
        assert at.tolist() == state["third_place.accompanied"].tolist()
        assert (at <= 7 * state["third_place.staff"] + 1e-5).all()
        quality = state["third_place.mentoring"][state["entrepreneur.accompanied_by"][cases]]
        assert (state["entrepreneur.facilitation"][cases] <= 5 * quality + 1e-4).all()
        assert np.isin(state["entrepreneur.stage"][cases], BEFORE_BIRTH).all()
    assert cases.size > 10


def test_projects_are_accompanied_until_they_run_or_are_given_up_or_the_place_closes():
    state = _town()
    for _ in _months(state, 12):
        pass
    cases, before = _cases(state), state["entrepreneur.accompanied_by"].copy()
    state["third_place.entrepreneur_visits"] = 0  # nobody comes any more
    state["third_place.was_open"] = 0
    state["entrepreneur.stage"][cases[::3]] = RUNNING
    state["entrepreneur.stage"][cases[1::3]] = LATENT
    for _ in _months(state, 6):
        pass
    assert _cases(state).tolist() == cases[2::3].tolist()
    assert (state["entrepreneur.accompanied_by"] == before)[_cases(state)].all()
    state["third_place.is_open"] = 0
    for _ in _months(state, 1):
        pass
    assert not _cases(state).size


def test_holders_who_are_sent_need_not_come_and_choose_among_places_in_reach():
    state = _town()
    state["third_place.entrepreneur_visits"] = 1e-9  # in reach of all, and visited by nobody
    for _ in _months(state, 24, caseload=1000.0, referral=0.0):
        pass
    assert not _cases(state).size
    for _ in _months(state, 60, caseload=1000.0, referral=0.2):
        pass
    state["entrepreneur.stage"] = IDEA
    for _ in _months(state, 60, caseload=1000.0, referral=0.2):
        pass
    place = state["entrepreneur.third_place"]
    assert _cases(state).tolist() == np.flatnonzero(place >= 0).tolist()
    assert _cases(state).size > 50


def test_when_hours_are_short_ideas_come_before_files_and_the_ready_before_the_others():
    state = _town(third_place__mentoring=1.0, account__triage=0)
    for _ in _months(state, 18, accompaniment_cap=30.0):
        pass
    needed = state["project_kind.engineering_hours"][state["entrepreneur.kind"]]
    left = needed - state["entrepreneur.engineering"]
    wanted = np.where(state["entrepreneur.stage"] == IDEA, np.minimum(left, 30), 30)
    short = 0
    for place in range(4):
        mine = state["entrepreneur.accompanied_by"] == place
        ideas = mine & (state["entrepreneur.stage"] == IDEA)
        unserved = mine & (state["entrepreneur.facilitation"] < wanted - 1e-3)
        short += unserved.any()
        if (unserved & ideas).any():
            assert not state["entrepreneur.facilitation"][mine & ~ideas].any()
    assert short


def test_more_of_the_paid_hours_reach_ideas_and_more_projects_are_born():
    """The same town, with facilitators that accompany and without; births not fewer."""
    reached, born = [], []
    for on in (False, True):
        run = everything_at_once(with_accompaniment=on, spin_up=0, engineering_months=12.0)
        hours = births = 0.0
        for _ in range(60):
            run.step()
            hours += run.state["third_place.idea_hours"].sum()
            births += np.count_nonzero(run.state["entrepreneur.event"] == BORN)
        reached.append(hours)
        born.append(births)
    assert reached[1] > 1.5 * reached[0] > 0
    assert born[1] >= 0.95 * born[0]
