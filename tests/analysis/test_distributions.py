"""Normal, truncated and correlated factors have the spread and the ranks that their files state."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from sim.analysis.ema import to_ema_model
from sim.analysis.salib_problem import to_salib_problem
from sim.errors import InputError
from sim.experiments.copula import correlated, read_correlations
from sim.experiments.designs import ONE_POINT, Design
from sim.experiments.experiment_file import load_experiment
from sim.experiments.factors import NORMAL_REACH, Factor, check_value
from sim.scenario.schema import PARAMETERS

NORMAL = 'closure_rate = { distribution = "normal", mean = 0.2, sd = 0.03 }\n'
CUT = (
    'starting_vacancy = { distribution = "truncated_normal", mean = 0.1, sd = 0.05, low = 0.08, '
    "high = 0.2 }\n"
)
WHOLE = 'cluster_size = { distribution = "truncated_normal", mean = 40, sd = 20, low = 0 }\n'
PAIR = 'correlations = [["closure_rate", "starting_vacancy", 0.7]]\n'


def asked(folder, factors=NORMAL + CUT, head="", kind="sobol", size=1024):
    file = folder / "factors.toml"
    file.write_text(
        f'interventions = ["transition_cluster"]\n{head}[design]\nkind = "{kind}"\nsize = {size}\n'
        f"[factors]\n{factors}"
    )
    return load_experiment(file)


def test_values_have_the_stated_distribution(tmp_path):
    points = asked(tmp_path, NORMAL + CUT + WHOLE).design.points
    rate = points["closure_rate"]
    assert rate.mean() == pytest.approx(0.2, abs=1e-3)
    assert rate.std() == pytest.approx(0.03, rel=0.02)
    assert np.ptp(rate) < 2 * NORMAL_REACH * 0.03
    exact = stats.truncnorm(-0.4, 2.0, loc=0.1, scale=0.05)
    assert stats.kstest(points["starting_vacancy"], exact.cdf).statistic < 0.01
    assert points["cluster_size"].dtype.kind == "i" and points["cluster_size"].min() >= 0


def test_ends_of_the_unit_interval_are_finite_values(tmp_path):
    normal, cut, whole = asked(tmp_path, NORMAL + CUT + WHOLE).factors
    assert normal.value(0.0) == pytest.approx(0.2 - 0.03 * NORMAL_REACH)
    assert (cut.value(0.0), cut.value(1.0)) == (0.08, 0.2)
    assert normal.value(0.5) == pytest.approx(0.2) and whole.value(0.0) == 0


def test_correlated_factors_keep_their_distributions_and_have_the_rank_correlation(tmp_path):
    for kind, error in (("sobol", 0.02), ("latin_hypercube", 0.05)):
        design = asked(tmp_path, head=PAIR, kind=kind).design
        found = stats.spearmanr(design.points)
        assert found.statistic == pytest.approx(0.7, abs=error)
        exact = stats.truncnorm(-0.4, 2.0, loc=0.1, scale=0.05)
        assert stats.kstest(design.points["starting_vacancy"], exact.cdf).statistic < 0.05
    few = asked(tmp_path, head=PAIR, size=100).design.points
    assert asked(tmp_path, head=PAIR).design.points[:100].equals(few)  # so it can be extended


def test_quantiles_are_those_of_the_distribution():
    half = Factor("size", int, distribution="uniform", low=1.0, high=4.0)
    assert [half.value(u) for u in (0.0, 0.16, 0.17, 0.5, 0.84, 1.0)] == [1, 1, 2, 2, 4, 4]
    log = Factor("rate", float, distribution="log_uniform", low=0.1, high=10.0)
    assert [log.value(u) for u in (0.0, 0.5, 0.75, 1.0)] == pytest.approx([0.1, 1, 10**0.5, 10])
    peak = Factor("rate", float, distribution="triangular", low=0.0, mode=1.0, high=4.0)
    assert [peak.value(u) for u in (0.0, 0.25, 1.0)] == [0, 1, 4]
    levels = Factor("size", int, levels=(5, 1, 3))
    assert [levels.value(u) for u in (0.0, 0.33, 0.34, 0.66, 0.67, 1.0)] == [5, 5, 1, 1, 3, 3]


def test_a_level_is_what_its_parameter_admits():
    rate, seats = PARAMETERS["closure_rate"], PARAMETERS["months"]
    assert check_value("town", None, "x") == "town"
    assert repr(check_value(1, replace(rate, high=1.0), "x")) == "1.0"
    for end in (rate.low, rate.high):
        assert check_value(end, rate, "x") == end
    assert check_value("open", PARAMETERS["boundary"], "x") == "open"
    assert check_value(True, PARAMETERS["with_visits"], "x") is True
    for value, info in (
        (3, None),
        (rate.high + 1e-9, rate),
        (rate.low - 1e-9, rate),
        (True, rate),
        (2.0, seats),
        (True, seats),
        (0, seats),
        ("shut", PARAMETERS["boundary"]),
        (1, PARAMETERS["with_visits"]),
    ):
        with pytest.raises(InputError, match=r"^x: .+ is (no name of|not admissible)"):
            check_value(value, info, "x")


def test_points_at_the_ends_of_the_unit_cube_stay_finite_when_they_are_correlated():
    ends = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.5, 0.5]])
    found = correlated(ends, ["a", "b"], [("a", "b", 0.5)])
    low = 1e-12
    assert found[:, 0] == pytest.approx([low, 1 - low, 1 - low, 0.5], rel=1e-3)
    # Scores mixed with 2 sin(pi / 12) and what is left of a variance of one.
    r = 2 * np.sin(np.pi / 12)
    score = stats.norm.ppf(1 - low)
    mixed = score * (np.sqrt(1 - r**2) - r)
    assert found[:2, 1] == pytest.approx(stats.norm.cdf([mixed, -mixed]), rel=1e-4)
    assert found[3, 1] == pytest.approx(0.5)
    assert correlated(ends, ["a", "b"], []) is not None
    assert (correlated(ends, ["a", "b"], []) == ends).all()


def test_designs_have_the_points_of_their_kind():
    x, y = Factor("x", int, levels=(1, 2)), Factor("y", str, levels=("a", "b", "c"))
    z = Factor("z", float, distribution="uniform", low=0.0, high=1.0)
    grid = Design("full_factorial", (x, y))
    assert grid.values == [(1, "a"), (1, "b"), (1, "c"), (2, "a"), (2, "b"), (2, "c")]
    assert [*grid.points.columns] == ["x", "y"] and grid.points.index.tolist() == [*range(6)]
    assert grid.points["x"].tolist() == [1, 1, 1, 2, 2, 2]
    assert (len(ONE_POINT), ONE_POINT.values, ONE_POINT.unit_points) == (1, [()], None)
    assert ONE_POINT.points.shape == (1, 0)
    for kind, size, points in (
        ("latin_hypercube", 3, 3),
        ("sobol", 5, 5),
        ("morris", 3, 9),
        ("saltelli", 3, 12),
    ):
        design = Design(kind, (z, replace(z, name="w")), size, seed=1)
        assert len(design) == len(design.values) == len(design.unit_points) == points
        assert ((design.unit_points >= 0) & (design.unit_points <= 1)).all()
        other = Design(kind, (z, replace(z, name="w")), size, seed=2)
        assert other.values != design.values
        for less in (0, -1):
            with pytest.raises(InputError, match=f"size = {less} is out of range; a {kind} design"):
                Design(kind, (z,), less)
    cube = np.sort(Design("latin_hypercube", (z,), 4).unit_points[:, 0])
    assert np.floor(4 * cube).tolist() == [0, 1, 2, 3]
    steps = np.diff(Design("morris", (z, replace(z, name="w")), 1).unit_points, axis=0)
    assert sorted(np.abs(steps).max(axis=1)) == pytest.approx([2 / 3, 2 / 3])
    for kind, size, said in (
        ("list", 0, "the design is empty"),
        ("sobol", 10_000_001, "10,000,001 points are more than 10,000,000"),
        ("sobl", 1, "unknown design 'sobl'"),
    ):
        with pytest.raises(InputError, match=said):
            Design(kind, (z,), size)
    assert len(Design("sobol", (z,), 10_000_000)) == 10_000_000


def test_a_folder_states_them_again(tmp_path):
    from sim.experiments.experiment_file import read_experiment
    from sim.experiments.manifest import _stated

    first = asked(tmp_path, NORMAL + CUT + WHOLE, head=PAIR, size=16)
    again = read_experiment(_stated(first), "again", tmp_path / "again.toml")
    assert again.design == first.design


REFUSED = [
    (NORMAL.replace("0.03", "0.2"), "", "Say truncated_normal"),
    (NORMAL.replace("0.03", "-1"), "", "sd = -1 must be above 0"),
    (NORMAL.replace(", sd = 0.03", ""), "", "lacks its standard deviation, sd"),
    (NORMAL.replace("sd", "low = 0.1, sd"), "", "has no 'low'"),
    (NORMAL.replace("normal", "uniform"), "", "only a normal distribution has a 'mean'"),
    (CUT.replace("mean = 0.1,", "mean = 0.9,"), "", "leaves nothing between 0.08 and 0.2"),
    (NORMAL + CUT, PAIR.replace("rate", "rat"), "Did you mean 'closure_rate'"),
    (NORMAL + CUT, PAIR.replace("0.7", "1.0"), "expected a number between -1 and 1"),
    (NORMAL + CUT, PAIR.replace("starting_vacancy", "closure_rate"), "each pair once"),
    (
        NORMAL + CUT + WHOLE,
        'correlations = [["closure_rate", "starting_vacancy", 0.9], '
        '["closure_rate", "cluster_size", 0.9], ["starting_vacancy", "cluster_size", -0.9]]\n',
        "they contradict each other",
    ),
]


@pytest.mark.parametrize(("factors", "head", "said"), REFUSED)
def test_what_cannot_be_meant_is_refused(tmp_path, factors, head, said):
    with pytest.raises(InputError, match=said):
        asked(tmp_path, factors, head)


@pytest.mark.parametrize("size", [False, "0.5", 1, -1.0, np.nan])
def test_a_correlation_is_a_number_between_minus_one_and_one(size):
    factors = [Factor(name, float, distribution="uniform", low=0, high=1) for name in "ab"]
    held = read_correlations({"correlations": [["a", "b", -0.99]]}, factors, "sobol", "x.toml")
    assert held == (("a", "b", -0.99),)
    with pytest.raises(InputError, match=f"a and b: {size!r} is not admissible"):
        read_correlations({"correlations": [["a", "b", size]]}, factors, "sobol", "x.toml")


def test_designs_of_independent_factors_refuse_correlations(tmp_path):
    with pytest.raises(InputError, match="a saltelli design takes its factors one by one"):
        asked(tmp_path, head=PAIR, kind="saltelli", size=8)
    with pytest.raises(InputError, match="SALib cannot express correlated factors"):
        to_salib_problem(asked(tmp_path, head=PAIR, size=8))


def test_salib_has_the_same_distributions(tmp_path):
    problem = to_salib_problem(asked(tmp_path, NORMAL + CUT, size=8))
    assert problem["dists"] == ["truncnorm", "truncnorm"]
    assert problem["bounds"][1] == [0.08, 0.2, 0.1, 0.05]


@pytest.mark.slow  # it imports the Workbench
def test_the_workbench_has_the_same_distributions(tmp_path):
    experiment = asked(tmp_path, NORMAL + CUT, size=8)
    model = to_ema_model(experiment)
    by_name = {p.name: p for p in model.uncertainties}
    for factor in experiment.factors:
        theirs = by_name[factor.name].dist
        for u in (0.1, 0.5, 0.9):
            assert theirs.ppf(u) == pytest.approx(factor.value(u))


@pytest.mark.parametrize("n", [2, 3, 5])
def test_every_level_is_as_likely_and_the_ends_are_the_first_and_the_last(n):
    factor = Factor("size", int, levels=tuple(range(10, 10 + n)))
    drawn = [factor.value((k + 0.5) / (6 * n)) for k in range(6 * n)]
    assert drawn == sorted(6 * factor.levels)
    assert (factor.value(0.0), factor.value(1.0)) == (10, 9 + n)
