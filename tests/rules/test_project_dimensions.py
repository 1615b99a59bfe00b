"""Projects act around them by their weights on the four dimensions."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.kernels import dimensions
from sim.kernels.surroundings import reaction
from sim.processes import project_dimensions
from sim.processes.month import effective
from sim.scenario.scenario import load_scenario
from tests.reference.projects_towns import projects_town
from tests.reference.towns import small_town

gains, effects = st.floats(-1e6, 1e6), st.floats(0.0, 1.0)


@given(gains, gains, effects)
def test_effects_rise_with_projects_gained_vanish_without_and_have_limits(a, b, effect):
    low, high = sorted((a, b))
    p = SimpleNamespace(ecological_retention=effect, social_exposure=effect)
    off = SimpleNamespace(ecological_retention=0.0, social_exposure=0.0)
    for rule, least, none, most in (
        (dimensions.kept_share, -0.5, 0.0, 0.5),
        (lambda g, p: reaction.py_func(p.social_exposure * g), 0.5, 1.0, 2.0),
        (project_dimensions.encounters_nearby, -1.0, 0.0, 1.0),
    ):
        rule = getattr(rule, "py_func", rule)
        assert rule(0.0, p) == none and rule(high, off) == none
        assert least - 1e-12 <= rule(low, p) <= rule(high, p) <= most + 1e-12


@given(st.floats(0.0, 3.0), st.floats(0.0, 1.0), st.floats(0.01, 1.0))
def test_jobs_follow_the_economic_weight_as_far_as_is_said(jobs, weight, usual):
    of = dimensions.jobs_by_weight.py_func
    assert of(jobs, weight, usual, SimpleNamespace(economic_jobs=0.0)) == jobs
    assert of(jobs, usual, usual, SimpleNamespace(economic_jobs=0.6)) == jobs
    whole = of(jobs, weight, usual, SimpleNamespace(economic_jobs=1.0))
    assert whole == pytest.approx(jobs * weight / usual)


def test_a_kind_keeps_its_mean_jobs():
    seen = []
    for seed in range(3):
        state, _ = projects_town(seed, transition_births=2.0)
        begun = state["entrepreneur.stage"] > 0
        usual = state["project_kind.weight"][state["entrepreneur.kind"][begun], 0]
        seen.append(state["entrepreneur.weight"][begun, 0] / usual)
    relative = np.concatenate(seen)
    error = relative.std() / relative.size**0.5
    assert relative.size > 100 and abs(relative.mean() - 1) < 0.01 + 3 * error


def test_off_by_its_switch_is_off_by_its_parameters():
    on = {"ecological_retention": 0.3, "economic_jobs": 1.0, "social_exposure": 0.5}
    scenario = load_scenario("mid_sized_town").replace(**on, with_dimensions=False)
    values = effective(scenario.values)
    assert {
        values[name] for name in project_dimensions.ProjectDimensionsParameters.model_fields
    } == {0.0}


def _with_projects_gained(dimension, gained, **parameters):
    """A month of a town after this many projects per 1,000 residents were gained everywhere."""
    run = small_town(transition_births=0.0, **parameters)
    run.run(1)
    run.state[f"cell.{dimension}_gained"] += gained
    run.run(1)
    return run.state


def test_what_local_loops_keep_is_missing_online_and_spent_on_site_to_the_last_euro():
    usual = _with_projects_gained("ecological", 0.0, ecological_retention=0.1)
    more = _with_projects_gained("ecological", 2.0, ecological_retention=0.1)
    online = usual["sector.spent_online"]
    kept = online - more["sector.spent_online"]
    np.testing.assert_allclose(kept, 0.2 * online, rtol=1e-5)
    on_site = sum(
        more[f"sector.spent_{where}"] - usual[f"sector.spent_{where}"]
        for where in ("in_shops", "outside")
    )
    np.testing.assert_allclose(on_site, kept, rtol=1e-4)


def test_at_the_start_projects_have_no_effect_however_strong():
    """Observations at the start contain theirs."""
    strong = {"ecological_retention": 0.5, "cultural_openness": 1.0}
    usual, more = (small_town(**parameters) for parameters in ({}, strong))
    for run in (usual, more):
        run.run(1)
    np.testing.assert_allclose(
        more.state["sector.spent_online"], usual.state["sector.spent_online"], rtol=1e-6
    )
    np.testing.assert_array_equal(more.state["official.openness"], usual.state["official.openness"])


def test_fields_follow_births_and_ends_each_quarter():
    """The weights around cells are those of the projects that run, wherever they moved."""
    run = small_town(transition_births=2.0, ecological_retention=0.01, survival_scale=3.0)
    before = run.state["cell.social_at_start"].ravel().astype(float)
    residents = run.state["cell.residents_nearby"].ravel()
    for _ in range(3):
        run.run(21)
        stage, home = run.state["entrepreneur.stage"], run.state["entrepreneur.cell_row"]
        place = run.state["entrepreneur.premises_row"]
        where = np.where(place >= 0, run.state["premises.cell_row"][place], home)
        here = np.zeros(run.state["cell.zone"].size)
        np.add.at(here, where[stage == 4], run.state["entrepreneur.weight"][stage == 4, 2])
        columns = run.state["cell.zone"].shape[1]
        y, x = np.divmod(np.arange(here.size), columns)
        apart = np.abs(y[:, None] - y) + np.abs(x[:, None] - x)
        around = np.exp(-run.state["town.neighbourhood_decay"][0] * apart) @ here
        gained = run.state["cell.social_gained"].ravel() * np.maximum(residents, 1) / 1000
        np.testing.assert_allclose(gained, around - before, atol=1e-5)
