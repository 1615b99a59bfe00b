"""Planted boxes and rules are found, and none in pure noise."""

import numpy as np
import pandas as pd
import pytest

from sim.analysis.boxes import find_boxes
from sim.analysis.cases import FEWEST_CASES, target_cases
from sim.analysis.rules import find_rules
from sim.errors import InputError
from sim.experiments.experiment_file import load_experiment

pytestmark = pytest.mark.slow  # the EMA Workbench

N = 800


def cases(seed, n=N):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "size": rng.integers(0, 101, n),
            "funding": rng.uniform(0, 50_000, n),
            "trust": rng.random(n),
            "town": rng.choice(["countryside", "town", "city"], n),
            "embedded": rng.random(n) < 0.5,
        }
    )


def planted(x, seed):
    """Nine in ten cases within the box meet the target, and one in twenty elsewhere."""
    inside = (x["size"] >= 60) & (x["funding"] < 20_000) & (x["town"] != "city")
    return np.random.default_rng(seed).random(len(x)) < np.where(inside, 0.9, 0.05)


@pytest.mark.parametrize("seed", [2, pytest.param(4, marks=pytest.mark.statistical)])
def test_a_planted_box_is_found_with_its_limits_and_nothing_else(seed):
    x = cases(seed)
    found = find_boxes(x, planted(x, seed + 10), least_density=0.7)
    assert found["box"].unique().tolist() == [1]
    limits = found.set_index("factor")
    assert set(limits.index) == {"size", "funding", "town"}
    # A peel removes a twentieth of the rest, so limits are only as precise as some such slices.
    assert limits.loc["size", "low"] == pytest.approx(60, abs=5)
    assert np.isnan(limits.loc["size", "high"])
    assert limits.loc["funding", "high"] == pytest.approx(20_000, abs=2_500)
    assert np.isnan(limits.loc["funding", "low"])
    assert limits.loc["town", "levels"] == ("countryside", "town")
    assert (limits["quasi_p"] < 0.001).all() and (limits["p_value"] < 1e-6).all()
    assert limits["density"].iloc[0] == pytest.approx(0.9, abs=0.12)
    assert limits["coverage"].iloc[0] > 0.5


@pytest.mark.parametrize(
    ("share_met", "seeds"),
    [
        (0.85, [0]),
        pytest.param(0.3, [0, 1, 2], marks=pytest.mark.statistical),
        pytest.param(0.85, [1, 2], marks=pytest.mark.statistical),
    ],
)
def test_pure_noise_has_no_box_of_high_density(share_met, seeds):
    """Even if nearly every case meets the target, so that some box always looks dense enough."""
    for seed in seeds:
        x = cases(seed, 200).drop(columns=["town", "embedded"])
        met = np.random.default_rng(seed + 100).random(len(x)) < share_met
        assert find_boxes(x, met).empty


def test_a_target_that_is_always_or_never_met_has_no_box():
    x = cases(0, 100)
    for met in (np.zeros(100, bool), np.ones(100, bool)):
        assert find_boxes(x, met).empty
        assert find_rules(x, met)["rule"].tolist() == ["always"]


def test_two_boxes_are_found_one_after_the_other_and_their_cases_counted_once():
    rng = np.random.default_rng(3)
    x = pd.DataFrame({"a": rng.random(900), "b": rng.random(900)})
    met = (x["a"] > 0.7) | ((x["a"] < 0.3) & (x["b"] > 0.7))
    found = find_boxes(x, met.to_numpy())
    assert found["box"].max() == 2
    first, second = (found[found["box"] == b].set_index("factor") for b in (1, 2))
    assert first.loc["a", "low"] == pytest.approx(0.7, abs=0.02)
    assert second.loc["a", "high"] == pytest.approx(0.3, abs=0.02)
    assert second.loc["b", "low"] == pytest.approx(0.7, abs=0.04)
    coverages = found.groupby("box")["coverage"].first()
    assert 0.95 < coverages.sum() <= 1.0


def test_rules_find_the_planted_box_first_and_cover_each_case_once():
    x = cases(4)
    met = planted(x, 14)
    rules = find_rules(x, met)
    best = rules.iloc[0]
    assert best["density"] > 0.7 and best["p_value"] < 1e-6
    for factor in ("size > 59.5", "funding <= ", "town in {countryside, town}"):
        assert factor in best["rule"]
    assert rules["n"].sum() == N // 2  # the other half
    assert rules["coverage"].sum() == pytest.approx(1.0)


def test_the_same_cases_give_the_same_boxes_and_rules_whatever_the_global_generator():
    drawn = cases(2, 400)
    drawn = drawn[drawn["town"] != "city"].reset_index(drop=True)
    x, met = drawn[["size", "funding"]], planted(drawn, 12)
    for find in (find_boxes, find_rules):
        np.random.seed(1)  # noqa: NPY002
        before = np.random.get_state()[1].tobytes()  # noqa: NPY002
        first = find(x, met)
        assert len(first)
        assert np.random.get_state()[1].tobytes() == before  # noqa: NPY002
        np.random.seed(2)  # noqa: NPY002
        pd.testing.assert_frame_equal(first, find(x, met))


def test_columns_of_the_workbench_that_are_no_factors_are_left_out():
    x = cases(1)
    met = planted(x, 11)
    with_columns = x.assign(scenario=np.where(met, 1, 2), policy="None", model="town")
    pd.testing.assert_frame_equal(find_rules(with_columns, met), find_rules(x, met))


def test_too_few_cases_are_refused():
    x = cases(0, FEWEST_CASES - 1)
    for find in (find_boxes, find_rules):
        with pytest.raises(
            InputError, match=f"39 cases are too few to search; expected {FEWEST_CASES}"
        ):
            find(x, np.ones(len(x), bool))


class Swept:
    """A sweep with given results."""

    def __init__(self, folder, targets=""):
        file = folder / "sizes.toml"
        file.write_text(
            f"""
scenario = "mid_sized_town"
interventions = ["transition_cluster", "rent_relief"]
months = 6
indicators = ["births_per_1000", "closure_rate_town_centre"]
{targets}
[factors]
cluster_size = [0, 20, 40, 60]
"""
        )
        self.experiment = load_experiment(file)

    def frame(self, *measures, horizon=None):
        rows = pd.MultiIndex.from_product(
            [range(4), tuple(self.experiment.arms), range(2), [6]],
            names=["point", "arm", "rep", "horizon"],
        ).to_frame(index=False)
        effect = np.where(rows["arm"] == "transition_cluster", 0.1 * rows["point"], 0.0)
        missing = (rows["point"] == 2) & (rows["arm"] == "transition_cluster")
        rows["births_per_1000"] = np.where(missing, np.nan, 1.0 + rows["rep"] + effect)
        rows["closure_rate_town_centre"] = np.where(missing, np.nan, 10.0 - effect)
        return rows[["point", "arm", "rep", "horizon", *measures]]


def test_cases_of_a_sweep_meet_the_target_of_its_experiment(tmp_path):
    swept = Swept(tmp_path, "targets = { births_per_1000 = 0.05, closure_rate_town_centre = -0.2 }")
    points, met = target_cases(swept, "births_per_1000", arm="transition_cluster")
    assert points["cluster_size"].tolist() == [0, 20, 60]  # a failure is not a miss
    assert met.tolist() == [False, True, True]
    _, fewer = target_cases(swept, "closure_rate_town_centre", arm="transition_cluster")
    assert fewer.tolist() == [False, False, True]
    _, level = target_cases(swept, "births_per_1000", arm="baseline", kind="level", target=1.5)
    assert level.tolist() == [True] * 4


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "choose one of transition_cluster, rent_relief"),
        ({"arm": "rent_relief"}, "sizes has no target for births_per_1000; state one"),
    ],
)
def test_a_target_that_is_not_clear_is_refused(tmp_path, asked, said):
    with pytest.raises(InputError, match=said):
        target_cases(Swept(tmp_path), "births_per_1000", **asked)
