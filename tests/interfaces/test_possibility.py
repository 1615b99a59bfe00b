"""A possibility map finds the planted part of the plausible world, and says so where there is none.

Effects are made up: a centre is saved where one uncertain figure is high and there is money.
"""

import functools
import importlib.util

import numpy as np
import pytest

import sim
from sim.analysis import information
from sim.analysis.worlds import CENTRE, read_worlds, rule_of_three, strongest
from sim.experiments.draws import draw
from sim.report.blocks import Gallery, Paragraph, Table
from sim.report.facts import Facts
from sim.report.sections.possibility import possibility
from sim.scenario.schema import PARAMETERS
from sim.words.catalogue import catalogue
from tests.quick_cases import rest_slow
from tests.reference.made_up_sweeps import made_up_sweep

WORLDS = {"planted": 60, "nowhere": 60, "many": 160}
"""By kind of sweep; a box needs many, half of which check it."""

FILE = """
interventions = ["transition_cluster"]
indicators = ["open_shops_town_centre", "closure_rate_town_centre"]
variance = true
replications = {reps}
[factors]
cluster_size = [0, 20]
cluster_funding = [0.0, 50_000.0]
"""
DECIDES = "visit_reach"
"""The uncertain figure that decides."""


@functools.cache
def reach_in(rep):
    return draw(sim.load_scenario("mid_sized_town"), 0, rep)[DECIDES]


MIDDLE = 2.4
"""Kilometres above which a centre is saved."""


def is_saved(values):
    return values.get("cluster_funding", 0) > 0 and reach_in(values["rep"]) > MIDDLE


PLANTED = {
    "open_shops_town_centre": lambda v: 10.0 if is_saved(v) else 0.0,
    "public_spending": lambda v: 20 * v.get("cluster_funding", 0.0),
}
NOWHERE = {"public_spending": PLANTED["public_spending"]}


@pytest.fixture(scope="module")
def sweeps(tmp_path_factory):
    folder = tmp_path_factory.mktemp("possibility")

    @functools.cache
    def of(kind):
        effects = NOWHERE if kind == "nowhere" else PLANTED
        return made_up_sweep(folder / kind, FILE.format(reps=WORLDS[kind]), effects=effects)

    return of


@pytest.fixture(autouse=True)
def few_permutations(monkeypatch):
    monkeypatch.setattr(information, "_PERMUTATIONS", 19)
    monkeypatch.setattr(information, "_RESAMPLES", 5)


def told(results, language):
    section = possibility(Facts(results, language))
    texts = [b.text for b in section.blocks if isinstance(b, Paragraph)]
    tables = [b for b in section.blocks if isinstance(b, Table)]
    return section, texts, tables


def test_worlds_are_draws_that_meet_all_choices(sweeps):
    worlds = read_worlds(sweeps("planted"), "transition_cluster")
    assert worlds.draws[DECIDES].tolist() == [reach_in(rep) for rep in range(60)]
    met, is_favourable = worlds.met({CENTRE[0]: 3.0}), worlds.draws[DECIDES] > MIDDLE
    assert 0.3 < is_favourable.mean() < 0.7
    assert not met[:, [0, 2]].any()
    assert (met[:, 1] == is_favourable).all() and (met[:, 3] == is_favourable).all()
    assert strongest(worlds.draws, met[:, 3], 1) == [DECIDES]
    # Ten shops from the first horizon on, and in proportion before it; discounted by 2.5 %.
    assert worlds.shop_years[met[:, 3], 3].mean() == pytest.approx(10 * 1.5, rel=0.1)


def test_luck_is_taken_out_and_leaves_the_mean(sweeps):
    worlds = read_worlds(sweeps("planted"), "transition_cluster")
    assert worlds.share_of_parameters(CENTRE[0]) == 1  # no luck has been made up
    effects = worlds.effects[CENTRE[0]]
    unlucky = effects + np.random.default_rng(1).normal(0, 10, effects.shape)
    again = effects + np.random.default_rng(2).normal(0, 10, effects.shape)
    played = worlds._replace(effects={CENTRE[0]: unlucky}, again={CENTRE[0]: again})
    assert played.share_of_parameters(CENTRE[0]) == pytest.approx(0.12, abs=0.1)
    after = played.without_luck(CENTRE[0])
    assert after.mean() == pytest.approx(unlucky.mean())
    assert after[:, 3].std() < unlucky[:, 3].std() / 2


def test_the_answer_takes_luck_out_as_the_map_does(sweeps):
    """All variants together, also where those of one variant would tell something else."""
    found = Facts(sweeps("planted"), "en")
    (arm,) = found.arms
    rng, name = np.random.default_rng(4), CENTRE[0]
    luck = {seed: rng.normal(0.0, 4.0, (4, 60)) for seed in (0, 1)}
    levels = found.values

    def unlucky(arm_name, measure, luck_seed=0):
        values = levels(arm_name, measure, luck_seed)
        return values + luck[luck_seed] if arm_name == arm.name else values

    found.values = unlucky
    worlds = read_worlds(found.results, arm.name)
    first, again = ((unlucky(arm.name, name, s) - levels("baseline", name, s)).T for s in (0, 1))
    played = worlds._replace(effects={name: first}, again={name: again})
    relevant = found.at(3).effect(arm, name).smallest_relevant
    told = found.over_draws(arm, name, 3).p_relevant
    assert 0 < told < 1
    assert told == pytest.approx(np.mean(np.abs(played.without_luck(name)[:, 3]) >= relevant))


def test_the_interval_of_a_share_holds_what_is_not_known_about_luck(sweeps):
    worlds = read_worlds(sweeps("planted"), "transition_cluster")
    sure = worlds.shares({CENTRE[0]: 3.0})[3]
    rng = np.random.default_rng(3)
    effects, again = (
        {CENTRE[0]: worlds.effects[CENTRE[0]] + rng.normal(0, 8, (60, 4))} for _ in "12"
    )
    unsure = worlds._replace(effects=effects, again=again).shares({CENTRE[0]: 3.0})[3]
    assert sure.lo90 < sure.share < sure.hi90
    assert unsure.hi90 - unsure.lo90 > sure.hi90 - sure.lo90


@pytest.mark.slow
@pytest.mark.parametrize("language", rest_slow(["en", "fr"]))
def test_no_relevant_effect_anywhere_is_said_with_its_bound(sweeps, language):
    section, texts, tables = told(sweeps("nowhere"), language)
    (picture, *_) = (b for b in section.blocks if isinstance(b, Gallery))
    assert "1" not in picture.tiles[0].picture.label
    assert rule_of_three(60) == pytest.approx(0.0487, abs=1e-4)
    assert "none of 60 plausible worlds" in texts[0] or "aucun des 60 mondes" in texts[0]
    assert "4.9%" in texts[0] or "4,9" in texts[0]
    assert len(tables) >= 1


@pytest.mark.corpus
@pytest.mark.slow  # the EMA Workbench
def test_the_planted_part_of_the_world_is_found_with_its_limit_and_its_measurement(sweeps):
    section, texts, tables = told(sweeps("many"), "en")
    assert "of 160 plausible worlds" in texts[0]
    assert [len(b.tiles) for b in section.blocks if isinstance(b, Gallery)] == [1, 1]
    limits, ranked, studies, _ = tables
    assert [row[0].code for row in limits.rows] == [DECIDES]
    assert limits.rows[0][1].text.startswith("at least")
    assert ranked.rows[0][0].code == DECIDES
    assert ranked.rows[0][2].text == "beyond chance"
    assert "visitors of third places" in ranked.rows[0][4].text
    assert all(row[2].text == "may be chance" for row in ranked.rows[1:])
    assert studies.rows[0][0].text.startswith("Count visitors of third places")


@pytest.mark.slow  # quick elsewhere: only the words differ
def test_without_the_library_for_boxes_the_report_says_how_to_get_it(sweeps, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    _, texts, _ = told(sweeps("planted"), "en")
    assert any("pip install" in text for text in texts)


def test_what_to_measure_in_the_field_is_known_for_groups_of_figures_only():
    named = {key for key in catalogue("en") if key.startswith("measurement.")}
    assert named <= {f"measurement.{info.group}" for info in PARAMETERS.values()}
    assert f"measurement.{PARAMETERS[DECIDES].group}" in named
