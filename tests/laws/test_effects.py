"""Effects: their variance is split, what cannot be measured is missing, and arms share draws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.experiments.cost_effectiveness import cost_effectiveness, cost_per_unit
from sim.experiments.draws import Range, draw, triangular, uncertain_ranges
from sim.experiments.effects import effect_of, effect_table, variance_from_luck
from sim.experiments.experiment import BASELINE
from sim.experiments.funnel import FUNNEL_COLUMNS, STAGES, funnel_table
from sim.experiments.plan import plan_experiment
from sim.experiments.seeds import replication_seed, run_seed
from sim.experiments.simulate import one_point
from sim.measures.counting import COUNTS
from sim.measures.measure import Windows, gini, ratio, theil
from sim.measures.registry import HEADLINES, MEASURES, OUTCOMES, ROLLING, horizons_within
from sim.scenario.scenario import load_scenario

TOWN = load_scenario("mid_sized_town")


def test_variance_is_split_into_random_draws_and_parameters():
    """Differences = parameter + noise, with variances 4 and 1."""
    rng = np.random.default_rng(6)
    parameter = rng.normal(1.0, 2.0, 3000)
    first, second = (parameter + rng.normal(0.0, 1.0, 3000) for _ in range(2))
    zero = np.zeros(3000)
    effect = effect_of(OUTCOMES["ideas"], zero, first, (zero, second))
    assert effect.variance_luck == pytest.approx(1.0, rel=0.1)
    assert effect.variance_parameters == pytest.approx(4.0, rel=0.1)
    assert variance_from_luck(first, first) == 0


def test_unmeasurable_values_are_missing():
    nothing = np.full(6, np.nan)
    effect = effect_of(OUTCOMES["review_delay"], nothing, np.ones(6), None)
    assert (effect.of_mean, effect.replications, effect.verdict) == (None, 0, "missing")
    half = np.array([1.0, np.nan, 3.0, 5.0])
    effect = effect_of(OUTCOMES["review_delay"], half, np.array([2.0, 2.0, np.nan, 7.0]), None)
    assert (effect.replications, effect.verdict, effect.still_needed) == (2, "too_few", 8)
    assert effect.of_mean is not None
    assert effect.of_mean.mean == 1.5


def test_the_table_has_a_row_for_each_intervention_measure_and_horizon():
    values = np.random.default_rng(7).normal(size=(2, 3, 8, 2, len(OUTCOMES)))
    frame = effect_table(values, ("baseline", "a", "b"), (36, 48), 8)
    assert len(frame) == 2 * len(OUTCOMES) * 2
    assert set(frame["intervention"]) == {"a", "b"}
    row = frame.iloc[0]
    expected = (values[0, 1, :, 0, 0] - values[0, 0, :, 0, 0]).mean()
    assert (row["indicator"], row["horizon"]) == (next(iter(OUTCOMES)), 36)
    assert row["mean"] == pytest.approx(expected)


def test_money_buys_a_ratio_only_where_there_is_an_effect():
    import pandas as pd

    rng = np.random.default_rng(8)
    rows = []
    for arm, running, youth, spent in (("baseline", 50.0, 100.0, 0.0), ("a", 60.0, 100.0, 1e6)):
        for rep in range(12):
            values = dict.fromkeys(OUTCOMES, 1.0)
            values |= {
                "running_projects": running + rng.normal(),
                "active_youth_years": youth + 5 * rng.normal(),
                "public_spending": spent,
            }
            rows.append({"arm": arm, "rep": rep, "luck": 0, "horizon": 36} | values)
    found = cost_effectiveness(pd.DataFrame(rows)).set_index("outcome")
    projects = found.loc["surviving_projects"]
    assert projects["verdict"] == "ratio"
    assert projects["lo90"] < projects["eur_per_unit"] < projects["hi90"]
    assert projects["eur_per_unit"] == pytest.approx(1e5, rel=0.2)
    assert found.loc["closures_avoided", "verdict"] == "no_relevant_effect"
    youth = found.loc["active_youth_years"]
    assert youth["verdict"] == "not_determinable"
    assert math.isnan(youth["eur_per_unit"])


def test_the_funnel_has_the_stages_of_each_arm_in_order_at_the_last_horizon():
    import pandas as pd

    rows = [
        {"intervention": arm, "indicator": name, "horizon": horizon, "mean": 1.0 + k, "luck": 0}
        for arm in ("b", "a")
        for k, name in enumerate(reversed(list(OUTCOMES)))
        for horizon in (12, 24)
    ]
    empty = dict.fromkeys(set(FUNNEL_COLUMNS) - set(rows[0]) - {"without", "with", "change"}, 0.0)
    effects = pd.DataFrame(rows).assign(**empty).assign(baseline_mean=100.0)
    found = funnel_table(effects)
    assert found.columns.tolist() == list(FUNNEL_COLUMNS)
    assert found["intervention"].tolist() == ["b"] * len(STAGES) + ["a"] * len(STAGES)
    assert found["indicator"].tolist() == [*STAGES, *STAGES]
    assert found.index.tolist() == list(range(2 * len(STAGES)))
    assert (found["with"] - found["without"]).tolist() == found["change"].tolist()
    assert set(found["without"]) == {100.0} and found["change"].nunique() == len(STAGES)


def test_each_pair_of_cost_and_gain_has_one_verdict():
    spread = np.linspace(-1.0, 1.0, 12)
    gain, euro = 10.0 + spread, np.ones(12)
    for cost, gained, verdict in (
        (0.5 * euro, gain, "ratio"),
        (0.0 * euro, gain, "free"),
        (-5.0 * euro, gain, "free"),
        (0.5 * euro, -gain, "loss"),
        (0.5 * euro, 0.01 * spread, "no_relevant_effect"),
        (0.5 * euro, 100.0 * spread, "not_determinable"),
        (1e3 * spread + euro, gain, "not_determinable"),  # whether it costs anything
        (0.5 * euro[:10], gain[:10], "ratio"),
        (0.5 * euro[:9], gain[:9], "too_few"),
        (0.5 * euro, math.nan * gain, "missing"),
    ):
        found = cost_per_unit(cost, gained, 1.0)
        assert found[-1] == verdict
        assert np.isfinite(np.array(found[4:7], float)).all() == (verdict == "ratio")
    known = np.where(np.arange(12) < 1, math.nan, 1.0)
    cost, mean, _, _, per_unit, low, high, _ = cost_per_unit(3.0 * known, gain, 1.0)
    assert (cost, mean) == pytest.approx((3.0, gain[1:].mean()))
    assert per_unit == pytest.approx(3.0 / mean) and low < per_unit < high
    assert cost_per_unit(3.0 * euro[1:], gain[1:], 1.0) == cost_per_unit(3.0 * known, gain, 1.0)


# Windows and measures


def test_a_measure_means_the_same_at_a_horizon_and_in_its_course():
    rng = np.random.default_rng(9)
    counts = {name: rng.integers(1, 50, 12).astype(float) for name in COUNTS}
    counts |= {n: np.ones(12) for n in ("public_spending_discounted", "public_money_unspent")}
    at_end = Windows.up_to(counts, (12,))
    course = Windows.of_a_year(counts, 12)
    for measure in OUTCOMES.values():
        assert measure.over(at_end)[0] == pytest.approx(measure.over(course)[-1]), measure


def test_a_month_is_exact_without_the_rounding_of_sums():
    used = np.arange(1.0, 50.0)
    counts = {
        "votes": np.full(49, 0.1),
        "premises": np.full(49, 49.0),
        "open_shops": used,
        "place_premises": np.zeros(49),
    }
    months = Windows.of_months(counts, used.size)
    for windows in (months, months.last_year()):
        assert windows.sum("votes").tolist() == counts["votes"].tolist()
        found = OUTCOMES["retail_vacancy"].over(windows)
        assert found.tolist() == ((49.0 - used) / 49.0).tolist()


def test_every_measure_of_nothing_is_zero_or_missing_and_never_infinite():
    counts = {name: np.zeros(36) for name in COUNTS}
    counts |= {n: np.zeros(36) for n in ("public_spending_discounted", "public_money_unspent")}
    windows = Windows.up_to(counts, (12, 36))
    for measure in OUTCOMES.values():
        value = measure.over(windows)
        assert value.shape == (2,)
        assert np.all((value == 0) | np.isnan(value)), measure.name


def test_headline_measures_match_their_definitions():
    counts = {name: np.zeros(24) for name in COUNTS}
    counts |= {
        "open_shops_town_centre": np.full(24, 50.0),
        "closures_town_centre": np.full(24, 0.5),
        "births_neighbourhoods": np.full(24, 2.0),
        "residents_neighbourhoods": np.full(24, 10_000.0),
        "youth_neighbourhoods": np.full(24, 1000.0),
        "youth_active_neighbourhoods": np.repeat([100.0, 300.0], 12),
        "running_neighbourhoods": np.arange(24.0),
    }
    windows = Windows.up_to(counts, (24,))
    found = {name: OUTCOMES[name].over(windows)[0] for name in HEADLINES}
    assert found == pytest.approx(
        {
            "closure_rate_town_centre": 12.0,
            "open_shops_town_centre": 50.0,
            "births_per_1000": 2.4,
            "running_projects": 17.5,
            "participation": 0.3,
        }
    )


@given(
    st.lists(st.floats(0, 100, allow_subnormal=False), min_size=3, max_size=3), st.floats(0.1, 10)
)
def test_inequality_does_not_depend_on_the_total(benefit, factor):
    people = np.array([[50.0], [10.0], [200.0]])
    some = np.array(benefit)[:, None]
    for index in (gini, theil):
        one, other = index(some, people)[0], index(factor * some, people)[0]
        assert (np.isnan(one) and np.isnan(other)) or one == pytest.approx(other, abs=1e-9)
        assert np.isnan(one) or one > -1e-12


def test_equal_benefits_per_head_are_equal_for_any_weights():
    people = np.array([[50.0], [0.0], [200.0]])
    assert gini(people / 7, people)[0] == pytest.approx(0)
    assert theil(people / 7, people)[0] == pytest.approx(0)
    assert ratio(np.zeros(1), np.zeros(1)) == pytest.approx(np.nan, nan_ok=True)


def test_every_measure_has_words_in_both_languages_and_a_smallest_relevant_effect():
    for measure in OUTCOMES.values():
        for words in (measure.label, measure.definition):
            assert set(words) == {"en", "fr"}
            assert all(words.values())
        assert measure.relevant > 0
        assert measure.smallest_relevant(math.nan) == measure.relevant
        assert measure.smallest_relevant(1e9) >= measure.relevant
    assert MEASURES["sales"].smallest_relevant(50.0) == pytest.approx(0.5)  # a share alone
    assert set(HEADLINES) | set(ROLLING) <= set(OUTCOMES)
    assert horizons_within(36) == (36,)


# Draws and seeds


@given(st.floats(0, 1, exclude_max=True), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_triangular_draw_lies_in_its_range(u, a, b, c):
    low, mode, high = sorted((a, b, c))
    assert low <= triangular(u, Range(low, mode, high)) <= high


def test_triangular_draws_have_the_mean_of_the_triangle():
    u = (np.arange(10_000) + 0.5) / 10_000
    drawn = [triangular(v, Range(1.0, 2.0, 6.0)) for v in u]
    assert np.mean(drawn) == pytest.approx(3.0, rel=1e-3)


def test_drawn_parameters_lie_in_their_ranges_and_make_admissible_scenarios():
    ranges = uncertain_ranges(TOWN)
    assert len(ranges) > 20
    for rep in range(30):
        drawn = draw(TOWN, 5, rep)
        assert set(drawn) == set(ranges)
        for name, value in drawn.items():
            within = ranges[name]
            assert (
                min(within.low, within.mode) - 0.5 <= value <= max(within.high, within.mode) + 0.5
            )
            if isinstance(value, float):
                assert within.low <= value <= within.high
        assert TOWN.replace(**drawn).values["closure_rate"] == drawn["closure_rate"]


def test_a_value_of_the_scenarios_own_takes_its_range_along():
    default = uncertain_ranges(TOWN)["closure_rate"]
    value = TOWN.values["closure_rate"]
    moved = uncertain_ranges(TOWN.replace(closure_rate=0.5 * value))["closure_rate"]
    assert moved.mode == pytest.approx(0.5 * default.mode)
    assert moved.low == pytest.approx(0.5 * default.low)
    assert moved.high == pytest.approx(0.5 * default.high)


@pytest.mark.parametrize(
    ("name", "value", "low", "high"),
    [
        ("spending_growth_after_2024", 0.004, -0.004, 0.01),  # the default
        ("spending_growth_after_2024", 0.008, -0.008, 0.02),
        ("spending_growth_after_2024", -0.002, -0.01, 0.004),  # of the other sign: shifted
        ("spending_growth_after_2024", 0.0, 0.0, 0.0),
        ("cost_growth_after_2024", 0.02, 0.015, 0.029),  # from 0: shifted
        ("remote_trend", 0.19, 0.16, 0.2),  # up to its bound
        ("remote_trend", -0.19, -0.2, -0.16),
    ],
)
def test_a_range_is_scaled_or_shifted_with_its_value_and_keeps_its_bounds(name, value, low, high):
    found = uncertain_ranges(TOWN.replace(**{name: value}))[name]
    assert (found.low, found.mode, found.high) == pytest.approx((low, value, high))


def test_draws_depend_on_seed_replication_and_name_alone():
    other = TOWN.replace(closure_rate=0.07, months=24)
    one, two = draw(TOWN, 5, 3), draw(other, 5, 3)
    assert one["closure_rate"] != two["closure_rate"]
    assert {**one, "closure_rate": 0} == {**two, "closure_rate": 0}
    assert draw(TOWN, 5, 4) != one
    assert draw(TOWN, 6, 3) != one


def test_more_replications_change_neither_seeds_nor_keys_of_earlier_ones():
    few, many = (
        plan_experiment(one_point({BASELINE: TOWN}, seed=3, reps=reps)) for reps in (6, 40)
    )
    assert few.rows == many.rows[:6]
    assert run_seed(3, 2) == replication_seed(3, 2)


def test_a_third_of_the_replications_is_run_again_and_at_least_eight():
    def reruns(reps: int, parameters: str) -> int:
        asked = one_point({BASELINE: TOWN}, seed=0, reps=reps, parameters=parameters, variance=True)
        assert sum(luck for _, _, _, luck, *_ in plan_experiment(asked).rows) == asked.reruns
        return asked.reruns

    for reps, again in ((60, 20), (20, 8), (5, 5)):
        assert reruns(reps, "drawn") == again
        assert reruns(reps, "fixed") == 0


def test_all_seeds_of_a_comparison_differ():
    seeds = {
        run_seed(1, rep, rerun, arm=arm)
        for rep in range(50)
        for rerun in (0, 1)
        for arm in range(4)
    }
    assert len(seeds) == 400


def test_points_with_seeds_of_their_own_share_none():
    seeds = {
        run_seed(1, rep, rerun, point=point)
        for rep in range(20)
        for rerun in (0, 1)
        for point in range(20)
    }
    assert len(seeds) == 800
