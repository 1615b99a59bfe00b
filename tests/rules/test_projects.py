"""Projects from idea to birth and end."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kernels.project_codes import (
    ABANDONED,
    APPLIED,
    BORN,
    BY_OFFICIAL,
    CEASED,
    ENDED,
    HAD_IDEA,
    IDEA,
    INCUBATING,
    LATENT,
    REVIEW,
    RUNNING,
)
from sim.processes import application_review, project_engineering, project_funding, project_ideas
from sim.registry.catalogues import project_kinds
from sim.registry.variables import VARIABLES
from tests.quick_cases import rest_slow
from tests.reference import benefits_month, offices_month, projects_month, retail_month
from tests.reference.projects_towns import MONTH, attend, projects_town, run_month

TWINS = retail_month.MONTH | projects_month.MONTH | offices_month.MONTH | benefits_month.MONTH

STATES = {
    "as it is": {},
    "shape below one, no jitter": {"survival_shape": 0.7, "weight_jitter": 0.0},
    "closed boundary": {"boundary": "closed", "idea_exposure_effect": 0.7},
    "slow": {"engineering_cap": 9.0, "trust_speed": 0.0, "incubation_months": 6},
    "accompanied": {"accompanied_examination_factor": 0.6, "accompanied_approval_odds": 3.0},
    "dimensions": {
        "economic_jobs": 0.7,
        "ecological_retention": 0.1,
        "social_exposure": 0.05,
        "social_staying": 0.2,
        "cultural_visits": 0.2,
        "cultural_openness": 0.1,
    },
    "partners and loans": {
        "partners_funding_odds": 3.0,
        "public_partner_funding_odds": 0.4,
        "public_partner_approval_odds": 4.0,
        "partners_risk_ratio": 0.5,
        "trust_approval": 2.0,
        "loan_leverage": 3.0,
        "loan_probability": 0.6,
    },
}


def _assert_same(state, town, names):
    for name in names:
        if name.startswith("work."):
            continue
        found, wanted = state[name], np.asarray(town[name]).reshape(state[name].shape)
        if VARIABLES[name].dtype.startswith("float"):
            atol = 1e-4 if name.endswith("_gained") else 1e-6  # a difference, per 1,000 residents
            np.testing.assert_allclose(found, wanted, rtol=3e-6, atol=atol, err_msg=name)
        else:
            np.testing.assert_array_equal(found, wanted, err_msg=name)


@pytest.mark.parametrize("case", rest_slow(STATES))
def test_each_process_does_what_its_twin_does(case):
    state, values = projects_town(seed=2, **STATES[case])
    bound = [(p, p.bind(state, values, 5)) for p in MONTH]
    happened = set()
    for month in range(-3, 33):
        attend(state, month + 9)
        state["premises.event"] = 0
        town = retail_month.town_of(state)
        for process, run in bound:
            run(month, 300)
            TWINS[process.name](town, values, 5, month, 300)
            assert town["closest call"] > 1e-7
            _assert_same(state, town, process.writes)
            # The next process starts from the kernel's numbers in both.
            town |= {name: state[name].tolist() for name in process.writes}
            happened |= set(state["entrepreneur.event"].tolist())
    assert happened >= set(range(8))
    assert (state["premises.operator"] >= 0).any()


def test_three_years_go_as_in_the_twin():
    """Every event of every project agrees, month after month."""
    for seed in range(3, 8):
        state, values = projects_town(seed)
        town = retail_month.town_of(state)
        bound = [(p.name, p.bind(state, values, seed)) for p in MONTH]
        events = 0
        for month in range(36):
            attend(state, month)
            attend_names = ("entrepreneur.third_place", "entrepreneur.at_place", "office.trust",
                            "entrepreneur.facilitation", "entrepreneur.exposure",
                            "entrepreneur.accompanied_hours", "third_place.users",
                            "visitor.agent", "visitor.key", "visitor.count")  # fmt: skip
            state["premises.event"] = 0
            town |= {name: state[name].tolist() for name in (*attend_names, "premises.event")}
            for name, run in bound:
                run(month, 300)
                TWINS[name](town, values, seed, month, 300)
            assert state["entrepreneur.event"].tolist() == town["entrepreneur.event"]
            assert state["premises.event"].tolist() == town["premises.event"]
            events += np.count_nonzero(state["entrepreneur.event"])
        if town["closest call"] > 1e-6:
            break
    assert events > 300
    assert state["account.purse"].tolist() == town["account.purse"]


# Laws of the month


def _queue(state, office):
    files, i = [], state["office.queue_first"][office]
    while i >= 0:
        files.append(int(i))
        i = state["entrepreneur.queue_next"][i]
    return files


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**31), st.floats(0.05, 5.0), st.floats(0.0, 0.5))
def test_files_are_opened_in_the_order_in_which_they_were_filed(seed, capacity, abandonment):
    """The rest of a queue is always its end, and new files follow it."""
    state, values = projects_town(seed=1)
    state["office.review_capacity"] = capacity
    state["town.abandonment"] = abandonment
    ideas, works, review, funds = (
        p.PROCESS.bind(state, values, seed)
        for p in (project_ideas, project_engineering, application_review, project_funding)
    )
    for month in range(30):
        attend(state, month)
        before = [_queue(state, o) for o in range(2)]
        ideas(month, 0)
        works(month, 0)
        filed = [_queue(state, o) for o in range(2)]
        review(month, 0)
        for o in range(2):
            left = _queue(state, o)
            assert filed[o][: len(before[o])] == before[o]
            assert left == filed[o][len(filed[o]) - len(left) :]
            assert len(left) == state["office.waiting"][o]
            assert (left[-1] if left else -1) == state["office.queue_last"][o]
            assert all(state["entrepreneur.stage"][i] == REVIEW for i in left)
            assert 0 <= state["office.review_credit"][o] <= 1
            assert not left or state["office.review_credit"][o] < 1
        funds(month, 0)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**31))
def test_no_project_is_born_without_engineering_approval_and_money(seed):
    """Each born project had its hours and months, and approval if its kind needs it."""
    state, values = projects_town(seed % 1000, spin_up=0)
    bound = [(p.name, p.bind(state, values, seed)) for p in MONTH]
    approved = state["entrepreneur.stage"] >= INCUBATING
    kinds = project_kinds()
    for month in range(48):
        attend(state, month)
        purse = state["account.purse"].sum()
        state["premises.event"] = 0
        for name, run in bound:
            run(month, 0)
            if name == "application_review":
                was_approved = state["entrepreneur.event"] == 3
        event, kind = state["entrepreneur.event"], state["entrepreneur.kind"]
        approved[event == HAD_IDEA] = False
        approved |= was_approved
        born = np.flatnonzero(event == BORN)
        for i in born:
            k = kinds[kind[i]]
            assert state["entrepreneur.engineering"][i] >= k["engineering_hours"] - 1e-3
            assert approved[i] or not k["needs_approval"]
            assert state["entrepreneur.stage"][i] == RUNNING
            months = state["entrepreneur.months_to_birth"][i]
            assert months >= values["incubation_months"]
        assert state["account.purse"].sum() <= purse
        assert (state["account.purse"] >= 0).all()


def test_without_money_only_kinds_without_capital_are_born():
    state, values = projects_town(funding_probability=0.0, idea_start_share=0.05)
    state["account.purse"] = 0
    bound = [p.bind(state, values, 1) for p in MONTH]
    born = []
    for month in range(60):
        run_month(state, bound, month)
        born += state["entrepreneur.kind"][state["entrepreneur.event"] == BORN].tolist()
    assert born
    assert all(state["project_kind.capital"][k] == 0 for k in born)


def test_spending_leaves_the_purses_to_the_cent():
    state, values = projects_town()
    bound = [p.bind(state, values, 1) for p in MONTH]
    for month in range(24):
        before = state["account.purse"].copy()
        state["ledger.spending"] = 0
        run_month(state, bound, month)
        np.testing.assert_array_equal(before - state["account.purse"], state["ledger.spending"])
    assert not state["ledger.spending"][2].any()  # the account that is not active


@pytest.mark.parametrize("successors", [0.0, 0.5])
def test_premises_and_operators_match_one_to_one_and_are_never_taken_twice(successors):
    """A project ends with its shop, also if a successor takes over, whose risk is as usual."""
    state, values = projects_town(
        seed=4,
        premises_probability=1.0,
        closure_rate=0.6,
        succession_share=successors,
        with_margins=False,
        takeover_reach=9.0,
    )
    bound = [p.bind(state, values, 4) for p in MONTH]
    taken = 0
    for month in range(120):
        tenancy = state["premises.tenancy"].copy()
        vacant = state["premises.is_open"] == 0
        run_month(state, bound, month)
        new = state["premises.event"] == 3
        taken += int(new.sum())
        assert (state["premises.tenancy"] - tenancy <= 1).all()
        assert vacant[new].all() and state["premises.is_open"][new].all()
        operated = np.flatnonzero(state["premises.operator"] >= 0)
        held = np.flatnonzero(state["entrepreneur.premises_row"] >= 0)
        assert len(operated) == len(held)
        for p in operated:
            i = state["premises.operator"][p]
            assert state["entrepreneur.premises_row"][i] == p
            assert state["entrepreneur.stage"][i] == RUNNING
            assert state["premises.is_open"][p]
        assert (state["premises.risk_ratio"][state["premises.operator"] < 0] == 1).all()
    assert taken > 10


def test_weights_add_to_one_and_events_fit_stages():
    state, values = projects_town()
    bound = [p.bind(state, values, 1) for p in MONTH]
    for month in range(24):
        run_month(state, bound, month)
        stage, event = state["entrepreneur.stage"], state["entrepreneur.event"]
        begun = state["entrepreneur.projects"] > 0
        total = state["entrepreneur.weight"].sum(axis=1)
        np.testing.assert_allclose(total[begun], 1, atol=1e-6)
        assert (state["entrepreneur.weight"] >= 0).all()
        for code, stages in ((HAD_IDEA, {IDEA}), (APPLIED, {REVIEW, LATENT}), (BORN, {RUNNING}),
                             (CEASED, {ENDED}), (ABANDONED, {LATENT})):  # fmt: skip
            assert set(stage[event == code].tolist()) <= stages
        from_above = state["entrepreneur.origin"] == BY_OFFICIAL
        assert (state["entrepreneur.has_public_partner"][from_above & (stage > 0)] == 1).all()


def test_grants_go_to_the_longest_waiting_project():
    state, values = projects_town()
    state["entrepreneur.stage"] = LATENT
    three = np.flatnonzero(state["entrepreneur.cell_row"] >= 0)[[5, 20, 40]]
    state["entrepreneur.stage"][three] = INCUBATING
    state["entrepreneur.stage_months"][three] = [8, 12, 8]
    state["entrepreneur.kind"][three] = 0
    state["account.grant_reach"] = 100.0
    state["account.grant"] = [40_000_00, 0, 0]
    state["account.purse"][:] = 0
    state["account.purse"][0, 0, 3] = 80_000_00
    state["town.abandonment"] = 0
    state["work.project_row"][:3], state["work.projects"] = three, 3
    state["town.usual_funding"] = 0
    project_funding.PROCESS.bind(state, values, 1)(0, 0)
    assert state["entrepreneur.event"][three].tolist() == [BORN, BORN, 0]
    assert state["ledger.spending"][0].sum() == 80_000_00


def test_a_small_grant_is_paid_only_if_the_rest_is_found():
    chance = project_funding.funding_chance.py_func
    p = SimpleNamespace(loan_leverage=0.0)
    assert chance(0, 0, 0, 0.05, p) == 1.0
    assert chance(100, 0, 0, 0.05, p) == 0.05
    assert chance(100, 50, 0, 0.05, p) == 0.5
    assert chance(100, 100, 0, 0.05, p) == 1.0
