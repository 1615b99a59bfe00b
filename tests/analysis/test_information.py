"""Knowing a parameter is worth what its closed form says, and nothing where it decides nothing."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from sim.analysis import information
from sim.analysis.information import FEWEST_DRAWS, value_of_information
from sim.errors import InputError

N = 400


@pytest.fixture(autouse=True)
def few_permutations(monkeypatch):
    monkeypatch.setattr(information, "_PERMUTATIONS", 39)
    monkeypatch.setattr(information, "_RESAMPLES", 30)


def draws(seed, names=8, n=N):
    """Independent normal parameters, the first of which is spread evenly over its quantiles."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({f"p{k}": rng.normal(size=n) for k in range(names)})
    return table.assign(p0=norm.ppf((rng.permutation(n) + 0.5) / n))


def closed_form(mean, slope):
    """EVPPI of one uncertain choice against nothing, its net benefit linear in a normal."""
    z = mean / slope
    return slope * norm.pdf(z) + mean * norm.cdf(z) - max(0.0, mean)


@pytest.mark.parametrize("mean", [-0.4, 0.0, 0.3])
def test_a_linear_gaussian_decision_has_the_value_of_its_closed_form(mean):
    x = draws(1, n=1500)
    luck = np.random.default_rng(10).normal(size=1500)
    luck -= np.polyval(np.polyfit(x["p0"], luck, 1), x["p0"])
    benefit = mean + x["p0"] + luck
    found = value_of_information(x, np.column_stack([np.zeros(1500), benefit]))
    assert found["study"][0] == "p0" and found["p_value"][0] == 1 / 40
    assert found["worth"][0] == pytest.approx(closed_form(mean, 1.0), rel=0.05)
    assert found["lo90"][0] < closed_form(mean, 1.0) < found["hi90"][0]
    assert (found["p_value"][1:] > 0.05).all()  # all others are within what chance gives


def test_a_choice_between_sizes_needs_what_tells_them_apart():
    x = draws(2)
    small = 0.5 + 0.1 * x["p1"]
    large = small + 0.5 * x["p0"]
    found = value_of_information(x, np.column_stack([np.zeros(N), small, large]))
    assert found["study"][0] == "p0"
    assert found["worth"][0] == pytest.approx(closed_form(0.0, 0.5), rel=0.05)
    assert found.set_index("study")["worth"]["p1"] < 0.03


def test_a_study_of_two_parameters_is_worth_what_both_tell_together():
    x = draws(6, n=1500)
    benefits = np.column_stack([np.zeros(1500), 0.6 * x["p0"] + 0.8 * x["p1"]])
    studies = {"both": ("p0", "p1"), "one": ("p1",), "neither": ("p2", "p3", "p4")}
    found = value_of_information(x, benefits, studies).set_index("study")
    assert found["worth"]["both"] == pytest.approx(closed_form(0.0, 1.0), rel=0.05)
    assert found["worth"]["one"] == pytest.approx(closed_form(0.0, 0.8), rel=0.05)
    assert found["p_value"]["neither"] > 0.05


def test_nothing_is_worth_knowing_where_the_choice_stays_the_same():
    x = draws(3)
    found = value_of_information(x, np.column_stack([np.zeros(N), -10 + x["p0"]]))
    assert (found["worth"] == 0).all() and (found["p_value"] == 1).all()


def test_pure_luck_makes_no_parameter_worth_knowing():
    worth_knowing = 0
    for seed in range(10):
        x = draws(seed, names=5, n=60)
        luck = np.random.default_rng(seed + 50).normal(size=(60, 3))
        worth_knowing += value_of_information(x, luck)["p_value"][0] <= 0.1
    assert worth_knowing <= 3  # 1 is expected; more than 3 would have a probability of 1 %


def test_values_that_are_few_or_all_alike_are_no_problem():
    x = draws(4).assign(switch=np.arange(N) % 2, same=3.0, tied=np.arange(N) % 3 == 0)
    x["tied"] = x["tied"].astype(float)
    found = value_of_information(x, np.column_stack([np.zeros(N), x["switch"] - 0.5]))
    assert found["study"][0] == "switch"
    assert found["worth"][0] == pytest.approx(0.25)
    assert found.set_index("study")["worth"]["same"] == pytest.approx(0, abs=1e-12)


def test_too_few_draws_are_refused():
    x = draws(5, n=FEWEST_DRAWS - 1)
    with pytest.raises(InputError, match="expected 40"):
        value_of_information(x, np.zeros((len(x), 2)))
