"""Looking as often as one likes: intervals hold the truth, and verdicts are not taken back."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.looking import WORLDS, coverage, false_findings, settled, verdicts_at
from sim.experiments.effects import effect_of
from sim.experiments.inference import (
    FEWEST,
    _boundary,
    _crossed,
    _p_value,
    critical_value,
    further,
    further_for,
    mean_effect,
    ratio_interval,
)
from sim.experiments.multiplicity import Bar
from sim.experiments.verdicts import LESS, MORE, OPEN, SMALL, among, verdict_of
from sim.measures.registry import OUTCOMES

finite = st.floats(-1e6, 1e6, allow_nan=False)
samples = st.lists(finite, min_size=FEWEST, max_size=30).map(np.array)


@pytest.mark.statistical
@pytest.mark.parametrize("world", WORLDS)
def test_nine_intervals_in_ten_hold_the_true_mean_however_often_they_are_looked_at(world):
    held, always, _ = coverage(world, 150)
    assert min(held.values()) >= 0.87
    assert always >= {"lognormal (1)": 0.7}.get(world, 0.8)


def test_ten_pairs_are_the_fewest_with_an_interval():
    values = np.arange(10) / 7
    few, enough = mean_effect(values[:9]), mean_effect(values)
    assert (few.mean, few.median) == (values[:9].mean(), np.median(values[:9]))
    assert np.isnan([few.lo50, few.hi50, few.lo90, few.hi90]).all()
    assert enough.lo90 < enough.lo50 < enough.mean < enough.hi50 < enough.hi90


@pytest.mark.parametrize("level", [1e-100, 1e-6, 0.1, 0.5, 0.99])
def test_a_boundary_is_crossed_with_the_probability_that_it_is_for(level):
    assert _crossed(_boundary(level)) == pytest.approx(level, rel=1e-9)
    for n in (10, 11, 1000):
        assert _p_value(critical_value(n, level), n) == pytest.approx(level, rel=1e-9)


@pytest.mark.statistical
@pytest.mark.parametrize("first", [10, 20])
def test_following_the_advice_finds_little_that_is_not_there(first):
    for world in ("normal", "exponential", "lognormal (1)"):
        assert false_findings(world, 0.25, first, 300) <= 0.10


@pytest.mark.statistical
def test_the_replications_still_needed_settle_four_effects_in_five():
    counts, rates = zip(
        *(settled(share * 0.5, 0.5, 20, 150, ["not_determinable"]) for share in (0, 0.5, 0.8, 1.5)),
        strict=True,
    )
    assert np.average(rates, weights=counts) >= 0.80


@pytest.mark.statistical
def test_no_verdict_is_taken_back_with_more_replications():
    """An effect of 0.8 of the relevant one is never said to matter, and ever more surely there."""
    found = verdicts_at(0.4, 0.5, (20, 40, 80, 160, 320, 640), 100)
    assert max(counts["increase"] for counts in found) <= 5
    there = [sum(counts[v] for v in (*MORE, "small_increase")) for counts in found]
    assert there == sorted(there) and there[-1] >= 95


def test_intervals_and_verdicts_take_ten_replications():
    few, enough = mean_effect(np.arange(9.0)), mean_effect(np.arange(10.0))
    assert (few.mean, few.median) == (4.0, 4.0)
    assert math.isnan(few.lo90) and math.isnan(few.p_value) and math.isnan(few.p_positive)
    assert verdict_of(few.lo90, few.hi90, 1.0) == "too_few"
    assert enough.lo90 < enough.mean < enough.hi90
    assert Bar().still_needed("too_few", 3, 0.0, math.nan, 1.0) == 7


@given(samples, st.floats(0, 1e3))
def test_intervals_are_nested_and_never_empty(sample, relevant):
    effect = mean_effect(sample, relevant)
    assert effect.lo90 <= effect.lo50 <= effect.hi50 <= effect.hi90
    assert effect.lo90 < effect.hi90
    assert 0 <= effect.p_positive <= 1
    assert 0 <= effect.p_value <= effect.p_beyond <= 1


@given(st.lists(st.integers(-50, 50), min_size=FEWEST, max_size=30), st.integers(-5, 5))
def test_a_shift_of_all_differences_shifts_the_interval(values, shift):
    sample = np.array(values, float)
    before, after = mean_effect(sample, 1.0), mean_effect(sample + shift, 1.0)
    assert after.lo90 == pytest.approx(before.lo90 + shift, abs=1e-6)
    assert after.hi90 == pytest.approx(before.hi90 + shift, abs=1e-6)


@given(samples)
def test_an_effect_and_its_opposite_are_equally_sure(sample):
    one, other = mean_effect(sample, 1.0), mean_effect(-sample, 1.0)
    assert (one.lo90, one.hi90) == pytest.approx((-other.hi90, -other.lo90), rel=1e-6, abs=1e-6)
    assert one.p_positive == pytest.approx(1 - other.p_positive, abs=1e-9)
    assert one.p_value == pytest.approx(other.p_value, abs=1e-9)


def test_a_p_value_is_the_level_at_which_the_interval_reaches_what_it_excludes():
    rng = np.random.default_rng(5)
    for _ in range(200):
        sample = rng.exponential(1.0, 15) - rng.uniform(0, 2)
        effect = mean_effect(sample, 0.3)
        assert (effect.lo90 > 0 or effect.hi90 < 0) == (effect.p_value < 0.1)
        assert (effect.lo90 > 0.3 or effect.hi90 < -0.3) == (effect.p_beyond < 0.1)
    assert mean_effect(rng.normal(1.0, 0.1, 40)).p_value < 1e-15
    assert mean_effect(np.zeros(10)).p_value == 1.0


@pytest.mark.statistical
def test_a_p_value_is_as_rare_at_the_worst_look_as_it_says():
    """Robbins and Siegmund's probability, at looks so close that they are nearly continuous."""
    rng = np.random.default_rng(6)
    n = np.unique(np.geomspace(FEWEST, 1000, 150).astype(int))
    steps = rng.normal(size=(150, n[-1]))
    worst = [min(mean_effect(one[:k]).p_value for k in n[::3]) for one in steps]
    for level in (0.05, 0.1, 0.3):
        error = 2.33 * math.sqrt(level * (1 - level) / len(worst))
        assert np.mean(np.array(worst) <= level) <= level + error


def test_rare_differences_may_not_have_been_seen_yet():
    """Nineteen pairs in twenty are equal: the interval reaches what one in ten would add up to."""
    relevant = 2.0
    equal = mean_effect(np.zeros(20), relevant)
    assert equal.lo90 == -equal.hi90 and 0.1 * relevant < equal.hi90 < relevant
    longer = mean_effect(np.zeros(200), relevant)
    assert longer.hi90 == pytest.approx(equal.hi90 / 10, rel=0.25), "rule of three"
    once = mean_effect(np.append(np.zeros(19), 5.0), relevant)
    assert once.lo90 < 0 < 1.0 < once.hi90
    smaller = mean_effect(np.append(np.zeros(19), 5.0), relevant / 4)
    assert smaller == replace(once, p_beyond=smaller.p_beyond), "what was seen is what may come"
    same = mean_effect(np.full(20, 3.0), relevant)
    assert same.hi90 - 3.0 == pytest.approx(equal.hi90) and same.p_positive > 0.99


def test_no_difference_is_no_relevant_effect_and_neither_sign_is_more_likely():
    effect = effect_of(OUTCOMES["closures"], np.full(10, 4.0), np.full(10, 4.0), None)
    assert effect.of_mean is not None
    assert (effect.of_mean.mean, effect.of_mean.p_positive) == (0, 0.5)
    assert (effect.verdict, effect.still_needed) == ("no_relevant_effect", 0)


@given(finite, finite, st.floats(0, 1e3))
def test_verdicts_follow_from_the_interval(a, b, relevant):
    low, high = min(a, b), max(a, b)
    verdict = verdict_of(low, high, relevant)
    assert (verdict in SMALL) == (max(abs(low), abs(high)) <= relevant)
    assert (verdict in ("no_relevant_effect", "not_determinable")) == (low <= 0 <= high)
    assert verdict.endswith("increase") == (low > 0)
    assert (verdict in ("increase", "decrease")) == (verdict not in SMALL and verdict not in OPEN)
    if verdict in ("increase", "decrease"):
        assert min(abs(low), abs(high)) > relevant


def test_among_many_a_verdict_loses_the_claims_that_may_be_chance():
    every = [v for pair in zip(MORE, LESS, strict=True) for v in pair] + ["small_decrease"]
    for verdict in every:
        assert among(verdict, is_other_than_zero=True, is_relevant=True) == verdict
    nothing = {among(v, is_other_than_zero=False, is_relevant=False) for v in every}
    assert nothing == {"not_determinable", "no_relevant_effect"}
    assert among("decrease", is_other_than_zero=True, is_relevant=False) == "some_decrease"


def test_a_settled_effect_needs_no_more_replications_and_an_open_one_does():
    rng = np.random.default_rng(5)
    seen = set()
    for mean in (0.0, 0.5, 1.0, 3.0, 12.0, 25.0):
        before = rng.normal(500.0, 5.0, 20)
        effect = effect_of(OUTCOMES["closures"], before, before + rng.normal(mean, 9.0, 20), None)
        assert (effect.still_needed > 0) == (effect.verdict in OPEN)
        seen.add(effect.verdict)
    assert len(seen) >= 3


def test_further_replications_grow_with_the_spread_and_with_what_else_is_looked_at():
    assert further(0.2, 0.6, 20, 0.5) < further(0.2, 0.9, 20, 0.5)
    assert further(0.5, 0.6, 20, 0.2) < further(0.5, 0.6, 20, 0.2, level=0.001)
    near = further(0.9, 0.6, 20, 1.0, is_moved=True)
    assert further(2.0, 0.6, 20, 1.0, is_moved=True) < near
    n = 20 + further_for(0.3, 1.0, 20)
    sample = np.random.default_rng(7).normal(size=n)
    found = mean_effect(sample / sample.std(ddof=1))
    assert (found.hi90 - found.lo90) / 2 == pytest.approx(0.3, rel=0.04)


def test_a_ratio_lies_where_the_difference_from_it_may_be_zero():
    rng = np.random.default_rng(8)
    gain = rng.normal(5.0, 2.0, 30)
    cost = 3 * gain + rng.normal(10.0, 1.0, 30)
    low, high = ratio_interval(cost, gain)
    assert low < cost.mean() / gain.mean() < high
    for ratio, is_held in ((low * 0.999, False), (low * 1.001, True), (high * 1.001, False)):
        rest = mean_effect(cost - ratio * gain)
        assert (rest.lo90 <= 0 <= rest.hi90) == is_held
    assert ratio_interval(cost, gain - 5.0) == (-math.inf, math.inf)


def test_a_ratio_may_be_zero_where_the_mean_above_may_be():
    rng = np.random.default_rng(9)
    seen = set()
    for shift in np.linspace(0.1, 0.9, 40):
        gain = rng.exponential(1.0, 12) ** 2 - 2 + shift * 3  # skewed, so that intervals are, too
        gain[rng.random(12) < shift * 0.7] = 0.0
        cost = rng.normal(10.0, 1.0, 12)
        found, (low, high) = mean_effect(gain, 0.3), ratio_interval(gain, cost, 0.3)
        assert (low > 0, high < 0) == (found.lo90 > 0, found.hi90 < 0)
        assert low <= gain.mean() / cost.mean() <= high
        seen.add(low > 0)
    assert seen == {True, False}


@pytest.mark.parametrize("spread", [0.0, 1e-16, 1e-15, 1e-14])
def test_a_ratio_of_values_that_differ_by_rounding_alone_has_an_interval(spread):
    rng = np.random.default_rng(1)
    below, above = (m * (1 + spread * rng.standard_normal(10)) for m in (144_643.0, 1296.0))
    assert ratio_interval(above, below, 1e-9) == pytest.approx((1296 / 144_643,) * 2)
