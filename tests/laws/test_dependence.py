"""Behind a null: how large the effect could be, how often it matters, and when."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata, spearmanr

from sim.experiments.dependence import (
    FEWEST,
    MOST_NAMED,
    SIGNIFICANT,
    Dependence,
    DrawnParameters,
    OverDraws,
    _choose,
    _quantiles,
    effects_of_draws,
    over_draws,
    ranks,
)
from sim.experiments.effects import effect_of, effect_table
from sim.measures.registry import OUTCOMES

N, P = 60, 100
EVERY = np.ones(N, bool)


def drawn(seed: int, n: int = N) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({f"p{k}": rng.triangular(0, 0.5, 1, n) for k in range(P)})


def test_equal_values_share_the_mean_of_their_ranks():
    values = np.random.default_rng(4).integers(0, 12, 30) / 7
    assert ranks(values).tolist() == rankdata(values).tolist()


def test_parameters_are_chosen_by_rank_correlation_with_what_those_before_leave():
    """As stepwise regression on ranks does, with Bonferroni's correction."""
    numbers = []
    for seed in range(16):
        rng = np.random.default_rng(seed)
        values = rng.random((40, 6))
        effect = values @ [1.2, 0.8, 0.5, 0.4, 0, 0] + rng.normal(0, seed / 16, 40)
        quantiles, left, expected = _quantiles(values), effect, []
        while len(expected) < MOST_NAMED:
            found = [spearmanr(column, left) for column in quantiles.T]
            rest = [k for k in range(6) if k not in expected]
            best = max(rest, key=lambda k: abs(found[k].statistic))
            if found[best].pvalue * 6 > SIGNIFICANT:
                break
            expected.append(best)
            terms = np.column_stack([np.ones(40), quantiles[:, expected]])
            left = effect - terms @ np.linalg.lstsq(terms, effect)[0]
        assert _choose(quantiles, effect).tolist() == expected
        numbers.append(len(expected))
    assert len(set(numbers)) > 2


def test_a_planted_parameter_is_named_with_the_value_from_which_on_it_matters():
    """The effect is p7: relevant from 0.7 on."""
    right, values = 0, []
    for seed in range(20):
        parameters = drawn(seed)
        noise = np.random.default_rng(seed + 900).normal(0, 0.1, N)
        found = DrawnParameters(parameters).dependence(
            parameters["p7"].to_numpy() + noise, EVERY, 0.7, 1
        )
        right += found.leading == "p7+"
        if found.relevant_if:
            values.append(float(found.relevant_if.split("; ")[0].removeprefix("p7 >= ")))
    assert right >= 16, "and now and then another by chance"
    assert len(values) >= 18
    assert np.mean(values) == pytest.approx(0.7, abs=0.05)


def test_it_is_said_where_even_favourable_values_are_not_enough():
    parameters = drawn(1)
    effect = -parameters["p3"].to_numpy()
    found = DrawnParameters(parameters).dependence(effect, EVERY, 3.0, 1)
    assert found.leading.startswith("p3-")
    assert found.relevant_if == ""
    assert -0.25 < found.largest < -0.05


def test_two_parameters_move_together_to_where_it_matters():
    parameters = drawn(2)
    effect = (parameters["p1"] - parameters["p2"]).to_numpy()
    found = DrawnParameters(parameters).dependence(effect, EVERY, 0.4, 1)
    first, second = sorted(found.relevant_if.split("; "))[:2]
    assert first.startswith("p1 >= ") and second.startswith("p2 <= ")
    reached = float(first.split()[-1]) - float(second.split()[-1])
    assert reached == pytest.approx(0.4, abs=0.1)


def test_the_unwanted_direction_is_not_asked_for():
    parameters = drawn(3)
    effect = parameters["p5"].to_numpy()
    less = DrawnParameters(parameters).dependence(effect, EVERY, 0.2, -1)
    assert less.leading.startswith("p5-")
    assert less.relevant_if == ""


@pytest.mark.statistical
def test_luck_alone_is_hardly_ever_explained():
    named = 0
    for seed in range(200):
        noise = np.random.default_rng(seed + 77).standard_t(4, N)
        named += bool(DrawnParameters(drawn(seed)).dependence(noise, EVERY, 1.0, 1).leading)
    assert named / 200 <= 0.05


def test_few_replications_name_nothing():
    few = FEWEST - 1
    parameters = drawn(4, few)
    found = DrawnParameters(parameters).dependence(
        parameters["p0"].to_numpy(), np.ones(few, bool), 1.0, 1
    )
    assert found == Dependence() or (found.leading == "" and np.isnan(found.explained))


def test_parameters_that_do_not_vary_are_left_out():
    frame = drawn(5).assign(fixed=0.3)
    assert "fixed" not in DrawnParameters(frame).names


def test_what_seeds_add_is_taken_out_of_the_effects_of_draws():
    rng = np.random.default_rng(6)
    true = rng.normal(0.0, 1.0, 4000)
    seen = true + rng.normal(0.0, 2.0, 4000)
    share = 1 / 5
    assert effects_of_draws(seen, share).std() == pytest.approx(1.0, rel=0.05)
    known = over_draws(seen, share, 1.0)
    assert known.p_relevant == pytest.approx(0.317, abs=0.03)
    assert (known.draws_lo90, known.draws_hi90) == pytest.approx((-1.645, 1.645), rel=0.07)
    assert over_draws(seen, np.nan, 1.0).p_relevant > 0.6, "luck is left in where it is unknown"


def test_an_effect_that_never_varies_matters_always_or_never():
    assert over_draws(np.full(10, 0.3), np.nan, 0.25).p_relevant == 1.0
    assert over_draws(np.full(10, 0.2), np.nan, 0.25).p_relevant == 0.0
    assert over_draws(np.zeros(10), np.nan, 0.0).p_relevant == 0.0


def test_parameters_are_named_only_where_no_effect_is_found():
    parameters, names = drawn(9), list(OUTCOMES)
    known, open_, same = (names.index(name) for name in ("trust", "running_projects", "closures"))
    values = np.full((2, 2, N, 1, len(names)), 10.0)
    values[:, 1, :, 0, known] += 5.0 + parameters["p1"].to_numpy()
    values[:, 1, :, 0, open_] += 1e-3 * (parameters["p0"].to_numpy() - 0.5)
    values[:, 1, :, 0, same] += 1e-6
    found = effect_table(values, ("baseline", "x"), (24,), N, drawn=parameters).set_index(
        "indicator"
    )
    assert (found["leading"] != "").sum() == 1
    assert found["leading"][names[open_]].startswith("p0")
    assert found["explained"][names[same]] == 0.0
    assert np.isnan(found["explained"][names[known]])
    without = effect_table(values, ("baseline", "x"), (24,), None, drawn=parameters)
    assert without["explained"].isna().all()


def test_fixed_parameters_have_no_draws():
    rng = np.random.default_rng(8)
    measure, before = OUTCOMES["trust"], np.full(30, 0.5)
    after = before + rng.normal(0, 0.01, 30)
    assert np.isnan(effect_of(measure, before, after, None).over_draws.p_relevant)
    none = (before[:0], after[:0])
    with_luck = effect_of(measure, before, after, none).over_draws
    assert with_luck.draws_hi90 - with_luck.draws_lo90 > 0.02, "nothing was rerun: luck is left in"
    again = (before[:10], after[:10] + rng.normal(0, 0.01, 10))
    assert 0 <= effect_of(measure, before, after, again).over_draws.p_relevant <= 1


def test_ranges_over_draws_hold_nine_in_ten_of_them():
    evenly = np.arange(101.0)
    assert over_draws(evenly, 1.0, 51.0) == OverDraws(5.0, 95.0, 50 / 101)
    assert over_draws(evenly, 0.25, 70.0) == OverDraws(27.5, 72.5, 11 / 101)
    assert over_draws(-evenly, math.nan, 51.0) == OverDraws(-95.0, -5.0, 50 / 101)
    assert over_draws(evenly, 1.0, 0.0).p_relevant == 100 / 101


@pytest.mark.parametrize(
    ("relevant", "direction", "expected"),
    [
        (1.52, 1, ("p+", 1.9, "p >= 29.6")),
        (1.9 + 1e-6, 1, ("p+", 1.9, "")),
        (0.01, 1, ("p+", 1.9, "p >= 1.95")),
        (0.5, -1, ("p-", 0.1, "")),
    ],
)
def test_a_line_in_quantiles_says_where_an_effect_is_relevant(relevant, direction, expected):
    """The effect goes from nearly 0 to nearly 2 along a parameter, and another does nothing."""
    values = np.random.default_rng(1).permutation(40)
    idle = np.random.default_rng(2).random(40)
    parameters = DrawnParameters(pd.DataFrame({"idle": idle, "p": values}))
    effect = 1.0 + 2.0 * ((values + 0.5) / 40 - 0.5)
    found = parameters.dependence(effect, np.ones(40, bool), relevant, direction)
    leading, largest, condition = expected
    assert (found.leading, found.relevant_if) == (leading, condition)
    assert found.largest == pytest.approx(largest)
    assert found.explained == pytest.approx(0.986, abs=0.001)  # ends lie outside the folds


def test_a_dependence_is_asked_of_20_replications_that_differ_and_have_draws():
    values = pd.DataFrame({"p": np.arange(40.0)})
    parameters, effect = DrawnParameters(values), np.arange(40.0)
    for n, leading in ((20, "p+"), (19, "")):
        is_known = np.arange(40) < n
        found = parameters.dependence(effect[is_known], is_known, 1.0, 1)
        assert found.leading == leading and math.isnan(found.explained) == (n < 20)
    every = np.ones(40, bool)
    same = parameters.dependence(np.full(40, 3.0), every, 1.0, 1)
    assert (same.explained, same.leading) == (0.0, "")
    none = DrawnParameters(values.assign(p=1.0)).dependence(effect, every, 1.0, 1)
    assert none.leading == "" and math.isnan(none.explained)
