"""Normal, truncated and correlated factors have the spread and the ranks that their files state."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.analysis.ema import to_ema_model
from sim.analysis.salib_problem import to_salib_problem
from sim.errors import InputError
from sim.experiments.copula import read_correlations
from sim.experiments.experiment_file import load_experiment
from sim.experiments.factors import NORMAL_REACH, Factor

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
