"""Findings of a sweep are those that were put into its effects."""

from __future__ import annotations

import numpy as np
import pytest

from sim.measures.registry import OUTCOMES
from sim.report.effects import Surface
from sim.report.findings import largest_block, moves, plateau
from sim.report.pictures.strips import _short
from sim.report.sections.over_time import months_to_half


def test_the_largest_block_may_lie_anywhere():
    hit = np.zeros((4, 5), bool)
    hit[1:3, 1:4] = True
    hit[0, 0] = True
    found = largest_block(hit)
    assert found is not None
    assert (found.first, found.last, found.hits, found.beyond) == ((1, 1), (2, 3), 6, 1)


@pytest.mark.parametrize(
    ("effects", "kind", "at"),
    [
        ([0, 5, 5, 5], "level", 1),
        ([0, 5, 9, 2], "peak", 2),
        ([0, 5, 9, 14], "growing", 3),
        ([0, 0, 0, 0], "flat", 0),
        ([9, 5, 3, 0], "falling", 0),
    ],
)
def test_a_plateau_is_found_where_it_was_put(effects, kind, at):
    measure = OUTCOMES["running_projects"]
    before = 100 + np.random.default_rng(1).normal(0, 5, (1, 20)).repeat(4, axis=0)
    after = before + np.array(effects, float)[:, None]
    after += np.random.default_rng(2).normal(0, 0.1, after.shape)
    found = plateau(measure, before, after, 1.0, "en")
    assert found is not None
    assert (found.kind, found.at) == (kind, at)


@pytest.mark.parametrize(
    ("height", "noise", "tone"), [(5, 0.1, ""), (0.2, 0.01, "none"), (5, 30, "open")]
)
def test_levels_differ_only_if_that_is_certain_and_may_matter(height, noise, tone):
    effects = np.array([0, height, height, 0.0])
    effects = effects + np.random.default_rng(3).normal(0, noise, (20, 4))
    assert moves(OUTCOMES["running_projects"], effects, 1.0, "en") == tone


def test_no_plateau_is_claimed_within_the_noise():
    measure = OUTCOMES["running_projects"]
    before = np.zeros((4, 12))
    after = np.random.default_rng(4).normal(0, 30, before.shape)
    found = plateau(measure, before, after, 1.0, "en")
    assert found is not None
    assert found.kind == "undecided"


def test_what_grows_somewhere_unknown_is_not_said_to_be_open_altogether():
    before = np.zeros((3, 12))
    steps = np.random.default_rng(6).normal(6, 6, (1, 12))
    after = np.concatenate([before[:1], before[:1] + steps, np.full((1, 12), 12.0)])
    found = plateau(OUTCOMES["running_projects"], before, after, 2.0, "en")
    assert found is not None
    assert found.kind == "unknown"


def test_a_measure_that_nobody_wants_more_or_less_of_just_moves():
    measure = OUTCOMES["public_spending"]
    before = np.zeros((2, 10))
    surface = Surface(measure, before, before + 1e6, None, "en")
    assert surface.reading == "moved"
    assert np.isnan(surface.reached).all()


def test_averages_over_points_are_held_against_the_mean_and_not_the_largest():
    measure = OUTCOMES["running_projects"]
    before = np.repeat([[100.0], [2500.0]], 10, axis=1)
    surface = Surface(measure, before, before, None, "en")
    assert surface.relevant_on_average == pytest.approx(measure.smallest_relevant(1300.0))
    assert surface.relevant_on_average < surface.smallest_relevant[1]


def test_a_long_label_keeps_its_arm_and_its_level():
    label = "Anchor closure + Transition cluster, " + 60 * "x" + " 18 %"
    short = _short(label)
    assert len(short) <= 76
    assert short.startswith("Anchor closure + Transition")
    assert short.endswith("18 %")
    label = (
        "Bond du commerce en ligne + Cluster de transition, Vacance commerciale au départ : 8,25 %"
    )
    assert _short(label) == "Bond du commerce en ligne + Cluster…commerciale au départ : 8,25 %"


def test_points_drawn_together_are_one_witness():
    measure = OUTCOMES["running_projects"]
    luck = np.random.default_rng(5).normal(0, 5, 10)
    after = np.repeat(luck, 10)[:, None]  # ten trajectories of ten points that say the same
    surface = Surface(measure, np.zeros_like(after), after, 1.0, "en")
    (together,) = surface.over_sample(np.arange(100) // 10).effects
    (apart,) = surface.over_sample(np.arange(100)).effects
    assert together.replications == 10
    assert together.hi90 - together.lo90 > 2 * (apart.hi90 - apart.lo90)


def test_half_of_an_effect_is_gone_for_good():
    assert months_to_half(np.array([0.0, -8.0, -3.0, -6.0, -4.0, -1.0])) == (1, 3)
    assert months_to_half(np.array([1.0, 2.0, 3.0])) == (2, None)
