"""The pipeline of projects: waiting, survival and births agree with theory and observations."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.kernels.event_codes import TAKEN
from sim.kernels.machine.records import parameters_of
from sim.kernels.project_codes import BORN, RUNNING
from sim.processes import application_review, project_birth, project_ideas
from sim.registry.catalogues import project_kinds
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation
from sim.start.lay_pipeline import _form_queues
from sim.start.projects import _count_around
from sim.start.review_queue import mean_waiting, utilisation_for
from sim.start.stationary_pipeline import survival
from tests.reference.projects_towns import MONTH, projects_town, run_month, values_of
from tests.reference.towns import small_town


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


def test_premises_are_found_in_whichever_order_they_stand():
    run = Simulation(load_scenario("mid_sized_town").replace(spin_up=0), 3)
    random = np.random.default_rng(0)
    values = dict(run.values) | {"premises_probability": 1.0}
    premises, holders = run.state["premises.id"].size, run.state["entrepreneur.id"].size
    born = np.arange(0, holders, max(holders // 60, 1))
    vacant = np.flatnonzero(run.state["premises.is_open"] == 0)
    for is_let in (vacant[:0], vacant[np.arange(vacant.size) % 8 > 0]):
        found = []
        for order in (np.arange(premises), random.permutation(premises)):
            state = run.state.copy()
            state["premises.is_open"][is_let] = 1
            for name in state:
                if name.startswith("premises."):
                    state[name] = state[name][order]
            state["entrepreneur.event"][born] = BORN
            state["entrepreneur.kind"][born] = np.flatnonzero(state["project_kind.needs_premises"])[
                0
            ]
            state["work.project_row"][: born.size], state["work.projects"] = born, born.size
            project_birth.PROCESS.bind(state, values, 3)(0, 300)
            taken = np.flatnonzero(state["premises.event"] == TAKEN)
            pairs = state["premises.id"][taken], state["premises.operator"][taken]
            found.append(set(zip(*pairs, strict=True)))
        assert found[0] == found[1] and len(found[0]) > 3


def test_files_queue_in_order_of_filing():
    state, files = small_town().state.copy(), np.arange(4)
    state["entrepreneur.stage_months"][files], state["entrepreneur.office"][files] = [9, 5, 7, 1], 0
    for name in ("office.queue_first", "office.queue_last", "entrepreneur.queue_next"):
        state[name] = -1
    state["office.waiting"] = 0
    _form_queues(state, files, np.zeros(4))
    queue = [int(state["office.queue_first"][0])]
    while len(queue) < 4:
        queue.append(int(state["entrepreneur.queue_next"][queue[-1]]))
    assert queue == [0, 2, 1, 3]
    assert (state["office.queue_last"][0], state["office.waiting"][0]) == (3, 4)


@pytest.mark.parametrize("reach", [0.5, 1.0, 2.9, 10.0, 60.0])
def test_shops_around_are_those_within_a_straight_distance(reach):
    cells = np.random.default_rng(1).integers(0, 12 * 30, 40).astype(np.int32)
    around = np.zeros((12, 30), np.int32)
    _count_around(cells, reach, around)
    (y, x), (i, j) = np.divmod(cells, 30), np.indices((12, 30))
    is_near = (i[..., None] - y) ** 2 + (j[..., None] - x) ** 2 <= reach**2
    np.testing.assert_array_equal(around, is_near.sum(axis=2))


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


PARTNERS_MATTER = {
    "public_partner_approval_odds": 4.0,
    "public_partner_funding_odds": 0.4,
    "partners_funding_odds": 4.0,
    "partners_risk_ratio": 0.4,
}


@pytest.fixture(scope="module", params=[{}, PARTNERS_MATTER], ids=["as it is", "partners matter"])
def decade(request):
    """Births, ideas and stocks of ten years in a few towns with constant drivers."""
    runs = []
    for seed in range(4):
        scenario = load_scenario("mid_sized_town")
        scenario = scenario.replace(with_drivers=False, months=120, **request.param)
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
