"""Projects from idea to birth and end."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.kernels.machine.records import parameters_of
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
from sim.processes import (
    application_review,
    project_birth,
    project_engineering,
    project_funding,
    project_ideas,
)
from sim.registry.catalogues import project_kinds
from sim.registry.variables import VARIABLES
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation
from sim.start.stationary_pipeline import mean_waiting, survival, utilisation_for
from tests.reference import projects_month, retail_month
from tests.reference.projects_towns import MONTH, attend, projects_town, run_month, values_of
from tests.reference.towns import small_town

TWINS = retail_month.MONTH | projects_month.MONTH

STATES = {
    "as it is": {},
    "shape below one, no jitter": {"survival_shape": 0.7, "weight_jitter": 0.0},
    "closed boundary": {"boundary": "closed", "idea_exposure_effect": 0.7},
    "slow": {"engineering_cap": 9.0, "trust_speed": 0.0, "incubation_months": 6},
}


def _assert_same(state, town, names):
    for name in names:
        if name.startswith("work."):
            continue
        found, wanted = state[name], np.asarray(town[name]).reshape(state[name].shape)
        if VARIABLES[name].dtype.startswith("float"):
            np.testing.assert_allclose(found, wanted, rtol=3e-6, atol=1e-6, err_msg=name)
        else:
            np.testing.assert_array_equal(found, wanted, err_msg=name)


@pytest.mark.parametrize("case", STATES)
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
                            "third_place.users", "visitor.agent", "visitor.key",
                            "visitor.count")  # fmt: skip
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
    project_funding.PROCESS.bind(state, values | {"funding_probability": 0.0}, 1)(0, 0)
    assert state["entrepreneur.event"][three].tolist() == [BORN, BORN, 0]
    assert state["ledger.spending"][0].sum() == 80_000_00


def test_a_small_grant_is_paid_only_if_the_rest_is_found():
    chance = project_funding.funding_chance.py_func
    p = SimpleNamespace(funding_probability=0.05)
    assert chance(0, 0, p) == 1.0
    assert chance(100, 0, p) == 0.05
    assert chance(100, 50, p) == 0.5
    assert chance(100, 100, p) == 1.0


# The pipeline at the start


@pytest.mark.parametrize(("arrivals", "utilisation"), [(3.3, 0.95), (0.7, 0.87), (10.0, 0.9)])
def test_files_wait_as_long_as_the_queue_theory_says(arrivals, utilisation):
    """Compared with the queue itself, run month by month."""
    capacity = arrivals / utilisation
    steps = np.random.default_rng(1).poisson(arrivals, 1_500_000) - capacity
    walk = np.cumsum(steps)
    work = walk - np.minimum.accumulate(np.minimum(walk, 0))
    waiting = np.maximum(np.ceil(work - 1), 0).mean()
    assert mean_waiting(arrivals, capacity) == pytest.approx(waiting / arrivals, rel=0.06)


def test_review_delay_explodes_near_full_utilisation():
    waits = [mean_waiting(3.0, 3.0 / rho) for rho in (0.5, 0.8, 0.9, 0.95, 0.98)]
    assert all(b > 1.8 * a for a, b in itertools.pairwise(waits))
    assert waits[-1] > 20 * waits[1]
    assert mean_waiting(3.0, 3.0) == np.inf
    assert mean_waiting(1e-310, 3.0) == 0.0
    assert mean_waiting(0.0, 1.0) == 0.0


@given(st.floats(0.01, 50.0), st.floats(0.5, 20.0))
def test_where_files_are_few_offices_are_used_less(arrivals, longest):
    rho = utilisation_for(0.95, arrivals, longest)
    assert 0 < rho <= 0.95
    assert rho == 0.95 or rho**2 / (2 * arrivals * (1 - rho)) == pytest.approx(longest, rel=1e-3)


def test_survival_of_projects_is_that_of_firms_and_shops_last_less():
    """70 to 83 % alive after three years and 58 to 70 % after five (INSEE's cohorts)."""
    values = values_of(survival_scale=10.5)
    kinds = {k.name: k for k in project_kinds()}
    share = {n: k["share"] for n, k in kinds.items()}
    curves = {n: survival(values, k["risk_ratio"]) for n, k in kinds.items()}
    mean = sum(share[n] * curves[n] for n in kinds)
    assert 0.70 <= mean[36] <= 0.83
    assert 0.58 <= mean[60] <= 0.70
    assert curves["shop"][60] < mean[60]
    assert curves["shop"][60] == pytest.approx(0.61, abs=0.015)


def test_cohorts_of_projects_survive_as_firms_do():
    """Projects born in the first years of several towns, followed for five years."""
    alive3 = alive5 = born = 0
    for seed in range(3):
        state, values = projects_town(seed, survival_scale=10.5, top_down_risk_ratio=1.0,
                                      premises_probability=0.0, hub_join=0.0,
                                      supported_risk_ratio=1.0)  # fmt: skip
        bound = [p.bind(state, values, seed) for p in MONTH]
        cohort: dict[int, tuple[int, int]] = {}
        for month in range(120):
            run_month(state, bound, month)
            new = np.flatnonzero(state["entrepreneur.event"] == BORN) if month < 60 else ()
            for i in new:
                cohort[i, month] = 0
            for i, start in cohort:
                same = state["entrepreneur.stage"][i] == RUNNING and (
                    state["entrepreneur.stage_months"][i] == month - start
                )
                alive3 += same and month - start == 36
                alive5 += same and month - start == 60
        born += len(cohort)
    assert born > 100
    error = (0.25 / born) ** 0.5
    assert 0.70 - 2 * error <= alive3 / born <= 0.83 + 2 * error
    assert 0.58 - 2 * error <= alive5 / born <= 0.70 + 2 * error


def _flow(run, name):
    from sim.measures.counting import COUNTS

    columns = [i for i, c in enumerate(COUNTS) if c == name or c.rpartition("_")[0] == name]
    if name in COUNTS:
        columns = [COUNTS.index(name)]
    else:
        columns = [
            COUNTS.index(f"{name}_{z}") for z in ("town_centre", "periphery", "neighbourhoods")
        ]
    return run.counts[:, columns].sum(axis=1)


@pytest.fixture(scope="module")
def decade():
    """Births, ideas and stocks of ten years in a few towns with constant drivers."""
    runs = []
    for seed in range(4):
        scenario = load_scenario("mid_sized_town").replace(with_drivers=False, months=120)
        run = Simulation(scenario, seed)
        run.run()
        runs.append(run)
    return runs


def test_as_many_projects_are_born_as_observed_and_as_many_ideas_start(decade):
    """0.4 per 1,000 inhabitants a year, a tenth of the ideas; four towns of 50,000."""
    births = sum(_flow(r, "births").sum() for r in decade)
    ideas = sum(_flow(r, "ideas").sum() for r in decade)
    residents = sum(r.territory.residents.sum() for r in decade)
    error = births**0.5 / births
    assert births / residents * 1000 / 10 == pytest.approx(0.4, rel=3 * error)
    assert 0.05 <= births / ideas <= 0.15


@pytest.mark.parametrize("name", ["ideas_in_work", "incubating", "running"])
def test_the_pipeline_does_not_drift(decade, name):
    early = np.array([_flow(r, name)[:24].mean() for r in decade])
    late = np.array([_flow(r, name)[96:].mean() for r in decade])
    error = 2 * np.sqrt((early.mean() + late.mean()) / len(decade))
    assert abs(late.mean() - early.mean()) <= max(3 * error, 0.1 * early.mean())


def test_files_pile_up_without_capacity_for_any_number_of_ideas():
    for more in (1.0, 3.0):
        state, values = projects_town(seed=3)
        state["office.review_capacity"] = 0.001
        state["office.embedded_capacity"] = 0
        state["town.idea_rate"] *= more
        bound = [p.bind(state, values, 3) for p in MONTH]
        waiting = []
        for month in range(72):
            run_month(state, bound, month)
            waiting.append(state["office.waiting"].sum())
            assert not (state["entrepreneur.event"] == 3).any() or month < 24
        assert waiting[71] > waiting[35] > waiting[11]


def test_embedded_officials_relieve_a_queue():
    waiting = []
    for embedded in (0.0, 2.0):
        state, values = projects_town(seed=3)
        state["office.review_capacity"] *= 0.3
        state["office.embedded_capacity"] = embedded
        bound = [p.bind(state, values, 3) for p in MONTH]
        for month in range(48):
            run_month(state, bound, month)
        waiting.append(state["office.waiting"].sum())
    assert waiting[1] < waiting[0] / 2


def test_the_scarcer_engineering_the_more_ideas_are_stuck_and_the_fewer_are_born():
    born, stuck = [], []
    for hours in (1.0, 0.3):
        state, values = projects_town(seed=3)
        state["office.engineering_hours"] *= hours
        bound = [p.bind(state, values, 3) for p in MONTH]
        births = 0
        for month in range(60):
            run_month(state, bound, month)
            births += np.count_nonzero(state["entrepreneur.event"] == BORN)
        born.append(births)
        stuck.append(state["office.ideas_in_work"].sum())
    assert born[1] < 0.7 * born[0]
    assert stuck[1] > 1.2 * stuck[0]


def test_inconsistent_observations_are_refused_in_one_sentence():
    with pytest.raises(InputError, match="idea_start_share"):
        small_town(approval_probability=0.0, funding_probability=0.0, idea_start_share=0.5)
    with pytest.raises(InputError, match="transition_births"):
        small_town(entrepreneurs_per_1000=3.0, transition_births=2.0)


@pytest.mark.parametrize(
    "changes",
    [{"entrepreneurs_per_1000": 0.0}, {"officials_per_1000": 0.0}, {"transition_births": 0.0},
     {"incubation_months": 60}, {"skill_effect": 0.0}, {"review_utilisation": 0.05},
     {"funding_probability": 1.0, "approval_probability": 1.0, "idea_start_share": 0.5}],
)  # fmt: skip
def test_unusual_places_start_and_run(changes):
    run = small_town(spin_up=3, **changes)
    run.run(12)
    assert np.isfinite(run.counts).all()


def test_support_lowers_risk_and_projects_from_above_are_riskier():
    ratio = project_birth.support_ratio.py_func
    p = SimpleNamespace(supported_risk_ratio=0.85, top_down_risk_ratio=1.2)
    assert ratio(False, False, 1.0, p) == 1.0
    assert ratio(True, False, 1.0, p) < 1.0 < ratio(False, True, 1.0, p)


@given(st.floats(0, 1), st.floats(0, 100), st.floats(0, 1), st.floats(0, 1))
def test_all_that_favours_ideas_together_multiplies_them_by_no_more_than_the_effect(
    skill, hours, exposure, trust
):
    rate = project_ideas.idea_rate.py_func
    p = parameters_of(project_ideas.idea_rate, load_scenario("mid_sized_town").values)
    plain = rate(0.1, skill, 0.0, 0.0, 0.0, p)
    best = rate(0.1, skill, hours, exposure, trust, p)
    assert plain <= best <= 1.15 * plain * (1 + 1e-12)


@given(st.floats(0.0, 40.0), st.floats(0.001, 0.999))
def test_whole_months_are_right_on_average(months, u):
    rounded = application_review.whole_months.py_func
    assert rounded(months, u) >= 1
    grid = [rounded(months, (k + 0.5) / 1000) for k in range(1000)]
    assert months < 1 or np.mean(grid) == pytest.approx(months, abs=2e-3)
