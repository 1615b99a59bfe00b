"""Planted thresholds and diminishing returns are found, and no others."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.response import response
from sim.analysis.response_curves import FORMS, Profile, fit_curve
from sim.analysis.responses import response_table, response_to_cost, responses
from sim.errors import InputError

EVEN = np.linspace(0.0, 250.0, 6)
DOUBLING = np.array([0.0, 10.0, 20.0, 40.0, 80.0, 160.0])
REPLICATIONS = 20
THRESHOLDS = {"even": (EVEN, 120.0), "doubling": (DOUBLING, 30.0)}
SMOOTH = {
    "noise": lambda u: 0 * u,
    "linear": lambda u: u,
    "exponential approach": lambda u: 1 - np.exp(-4 * u),
    "Michaelis-Menten": lambda u: 1.2 * u / (0.2 + u),
}


def effects_of(curve, seed, height=3.0):
    """Replications that differ in strength, with shared noise and noise of each level."""
    rng = np.random.default_rng(seed)
    strength = 1 + 0.4 * rng.normal(size=(REPLICATIONS, 1))
    shared = rng.normal(size=(REPLICATIONS, 1)) + np.linspace(-0.5, 0.5, curve.size) * rng.normal(
        size=(REPLICATIONS, 1)
    )
    return (
        height * strength * curve + 0.8 * shared + 0.6 * rng.normal(size=(REPLICATIONS, curve.size))
    )


@pytest.mark.parametrize("levels", THRESHOLDS)
@pytest.mark.parametrize("width", [0.0, 6.0])
def test_a_planted_threshold_is_found_and_lies_in_its_interval(levels, width):
    x, planted = THRESHOLDS[levels]
    curve = (x > planted) * 1.0 if width == 0 else 1 / (1 + np.exp(-(x - planted) / width))
    found = [response(x, effects_of(curve, seed)) for seed in range(10)]
    thresholds = [one.threshold for one in found if one.threshold]
    assert len(thresholds) >= 9
    held = [t.lo90 <= planted <= t.hi90 and t.lo90 <= t.value <= t.hi90 for t in thresholds]
    assert sum(held) >= len(held) - 1


@pytest.mark.parametrize("levels", THRESHOLDS)
@pytest.mark.parametrize("curve", SMOOTH)
@pytest.mark.parametrize("height", [1.0, 3.0])
def test_no_threshold_in_noise_nor_in_straight_or_saturating_responses(levels, curve, height):
    x, _ = THRESHOLDS[levels]
    y = SMOOTH[curve](x / x[-1])
    found = [response(x, effects_of(y, seed, height)).threshold for seed in range(15)]
    assert sum(t is not None for t in found) <= 1


def test_noise_is_reported_as_no_effect_and_a_line_as_a_line():
    noise = [response(EVEN, effects_of(0 * EVEN, seed)) for seed in range(40)]
    assert sum(one.form == "constant" for one in noise) >= 36
    assert sum(one.is_diminishing for one in noise) <= 2
    line = [response(EVEN, effects_of(EVEN / 250, seed)) for seed in range(40)]
    assert sum(one.form == "linear" for one in line) >= 36
    assert sum(one.is_diminishing for one in line) <= 2


def test_diminishing_returns_are_reported_with_the_level_of_half_saturation():
    curve = 1 - np.exp(-EVEN / 60)
    found = [response(EVEN, effects_of(curve, seed)) for seed in range(20)]
    halves = [one.half_saturation for one in found if one.is_diminishing]
    assert len(halves) >= 18
    assert sum(h.lo90 <= 60 * math.log(2) <= h.hi90 for h in halves) >= 0.85 * len(halves)


def test_a_hump_is_none_of_the_forms_and_says_so():
    hump = 4 * (EVEN / 250) * (1 - EVEN / 250)
    found = response(EVEN, effects_of(hump, 1))
    assert (found.form, found.curve, found.threshold) == ("irregular", None, None)


def test_a_rise_at_the_last_level_is_not_a_threshold():
    late = (EVEN > 220) * 1.0
    assert response(EVEN, effects_of(late, 1)).threshold is None


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 1000),
    st.sampled_from(["linear", "exponential approach", "step"]),
    st.sampled_from([-100.0, -0.01, 50.0]),
    st.sampled_from([0.001, 30.0]),
    st.sampled_from([-40.0, 0.0, 7.0]),
)
def test_units_and_the_order_of_runs_do_not_matter(seed, curve, unit, scale, shift):
    u = EVEN / 250
    y = effects_of((u > 0.5) * 1.0 if curve == "step" else SMOOTH[curve](u), seed)
    plain = response(EVEN, y)
    rng = np.random.default_rng(seed)
    order = rng.permutation(EVEN.size)
    other = response(EVEN[order] * scale + shift, y[:, order] * unit)
    assert other.form == plain.form
    assert (other.threshold is None) == (plain.threshold is None)
    if plain.threshold:
        assert other.threshold.lo90 == pytest.approx(plain.threshold.lo90 * scale + shift)
        assert other.threshold.hi90 == pytest.approx(plain.threshold.hi90 * scale + shift)
    for form, error in plain.held_out.items():
        assert other.held_out[form] == pytest.approx(error * unit**2)
    assert response(EVEN, y[::-1]).form == plain.form


def test_replications_with_a_missing_run_are_left_out_and_counted():
    y = effects_of((EVEN > 120) * 1.0, 2)
    y[3, 1] = y[7, 5] = np.nan
    found = response(EVEN, y)
    assert (found.replications, found.left_out) == (18, 2)
    kept = response(EVEN, np.delete(y, [3, 7], axis=0))
    assert found.threshold == kept.threshold
    assert found.held_out == kept.held_out


def test_a_level_that_always_failed_is_left_out_alone():
    y = effects_of(EVEN / 250, 2)
    y[:, 2] = np.nan
    found = response(EVEN, y)
    assert found.levels.tolist() == np.delete(EVEN, 2).tolist()
    assert found.left_out == 0


@pytest.mark.parametrize("shape", [(2, 6), (0, 6), (20, 1)])
def test_too_few_runs_or_levels_are_missing_rather_than_an_answer(shape):
    found = response(np.arange(float(shape[1])), np.ones(shape))
    assert (found.form, found.threshold, found.half_saturation) == ("missing", None, None)


@pytest.mark.parametrize("value", [0.0, 0.1, -3.7e8])
def test_an_effect_that_is_always_the_same_is_constant(value):
    found = response(EVEN, np.full((20, 6), value))
    assert found.form == "constant"
    assert found.curve.at(EVEN) == pytest.approx(value)


def test_two_levels_can_differ_and_three_can_show_diminishing_returns():
    rng = np.random.default_rng(1)
    luck = 0.3 * rng.normal(size=(20, 3))
    assert response(EVEN[:2], luck[:, :2] + np.array([0.0, 2.0])).form == "linear"
    assert response(EVEN[:3], luck + np.array([0.0, 2.0, 2.5])).is_diminishing


@pytest.mark.parametrize(
    ("form", "planted"), [("saturating", [math.log(0.3)]), ("sigmoid", [0.45, math.log(0.07)])]
)
def test_a_fit_recovers_the_curve_that_made_the_data(form, planted):
    u = np.linspace(0, 1, 9)
    y = 2 - 5 * FORMS[form].shape(u, np.array([planted]))[0]
    curve = fit_curve(FORMS[form], 40 + 10 * u, y)
    assert curve.parameters == pytest.approx(planted, abs=1e-4)
    assert (curve.base, curve.height) == pytest.approx((2, -5), abs=1e-3)
    assert curve.at(40 + 10 * u) == pytest.approx(y, abs=1e-4)


@given(st.lists(st.floats(-5, 5), min_size=6, max_size=6), st.sampled_from(list(FORMS)))
def test_the_grid_is_as_good_as_the_search_for_all_that_matters(means, form):
    """`scipy.optimize` improves little on the best of the grid."""
    means = np.array(means)
    u = EVEN / 250
    grid = ((means - Profile(FORMS[form], u).predicted(means[None])[0]) ** 2).sum()
    found = ((means - fit_curve(FORMS[form], EVEN, means).at(EVEN)) ** 2).sum()
    total = ((means - means.mean()) ** 2).sum()
    assert -1e-6 * total - 1e-12 <= grid - found <= 0.02 * total + 1e-12


SIZES, FUNDING = (10.0, 20.0), (0.0, 1e5, 2e5, 3e5, 4e5, 5e5)


def grid_sweep():
    """With size 20, births jump beyond 150,000 EUR; with size 10, nothing happens."""
    rng = np.random.default_rng(8)
    luck = rng.normal(0.0, 1.0, REPLICATIONS)
    rows = []
    for point, (size, funding) in enumerate((s, f) for s in SIZES for f in FUNDING):
        for rep in range(REPLICATIONS):
            births = 6.0 * (size == 20 and funding > 150_000) + luck[rep] + 0.5 * rng.normal()
            rows.append(
                {"point": point, "arm": "cluster", "rep": rep, "horizon": 120}
                | {"size": size, "funding": funding, "place": "town", "births": births}
                | {"public_spending": 0.8 * funding + 1000 * size}
            )
    return pd.DataFrame(rows)


def test_responses_are_reported_for_each_size_and_overall():
    frame = grid_sweep().sample(frac=1.0, random_state=2)
    found = responses(frame, "funding", "births", held=("size",))
    assert list(found) == [(10.0,), (20.0,)]
    assert found[10.0,].form == "constant"
    threshold = found[20.0,].threshold
    assert (threshold.lo90, threshold.hi90) == (1e5, 2e5)
    (mean,) = responses(frame, "funding", "births").values()
    assert mean.means == pytest.approx((found[10.0,].means + found[20.0,].means) / 2)
    table = response_table(found, ("size",))
    assert table["size"].tolist() == [10.0, 20.0]
    assert table["threshold_lo90"].isna().tolist() == [True, False]
    assert {"form", "left_out", "error_constant", "error_irregular"} <= set(table.columns)


def test_a_response_to_cost_goes_along_the_money_spent():
    frame = grid_sweep()
    (found,) = response_to_cost(frame[frame["size"] == 20], "births").values()
    assert found.levels == pytest.approx(0.8 * np.array(FUNDING) + 20_000)
    assert found.threshold.lo90 <= 0.8 * 150_000 + 20_000 <= found.threshold.hi90


def test_a_mean_over_sizes_leaves_out_replications_that_lack_one():
    frame = grid_sweep()
    frame.loc[(frame["rep"] == 4) & (frame["point"] == 7), "births"] = np.nan
    (mean,) = responses(frame, "funding", "births").values()
    assert (mean.replications, mean.left_out) == (19, 1)
    held = responses(frame, "funding", "births", held=("size",))
    assert [one.left_out for one in held.values()] == [0, 1]


def test_mistakes_give_one_sentence():
    frame = grid_sweep()
    with pytest.raises(InputError, match=r"no column 'fundng'\. Did you mean 'funding'"):
        responses(frame, "fundng", "births")
    with pytest.raises(InputError, match="'place' is not numerical"):
        responses(frame, "place", "births")
    frame.loc[0, "horizon"] = 60
    with pytest.raises(InputError, match="several horizons"):
        responses(frame, "funding", "births")
