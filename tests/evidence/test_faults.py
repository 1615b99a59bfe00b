"""Errors of figures from faulty registers and samples."""

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("statsmodels")

from experiments.evidence import between_towns, closures, decay, letting, successors
from experiments.evidence.recording import Register
from experiments.evidence.synthetic import towns, trips
from experiments.evidence.synthetic.licences import Street, licences

pytestmark = pytest.mark.statistical

PERIOD = {"since": pd.Timestamp("2008-01-01"), "until": pd.Timestamp("2026-01-01")}


def means(register, street=None, repeats=15):
    """Mean of each figure over registers of one street."""
    found = {}
    for seed in range(repeats):
        table = licences(street, register, n_places=400, seed=seed, **PERIOD)
        for question in (closures, letting, successors):
            for one in question.estimate(table, **PERIOD):
                found.setdefault(one.figure, []).append(one.value)
    return {figure: np.nanmean(values) for figure, values in found.items()}


@pytest.fixture(scope="module")
def faultless():
    return means(Register())


def changes(register, faultless):
    """Change of each figure against a register without fault, in per cent."""
    found = means(register)
    return {figure: 100 * (found[figure] / faultless[figure] - 1) for figure in found}


@pytest.mark.corpus
def test_renaming_looks_like_closures_with_successors(faultless):
    change = changes(Register(renaming_rate=0.05), faultless)
    assert change["closure_rate"] == pytest.approx(64, abs=6)
    assert change["closure_rate_0_5"] == pytest.approx(17, abs=6)
    assert change["closure_rate_10_25"] > 80
    assert means(Register(renaming_rate=0.05))["successors_direct"] == pytest.approx(0.48, abs=0.03)
    assert change["letting_after_1"] == pytest.approx(0, abs=1)


def test_late_ends_make_a_constant_risk_seem_to_rise(faultless):
    found = means(Register(end_delay=0.5))
    assert faultless["closure_weibull_shape_5"] == pytest.approx(1.0, abs=0.04)
    assert found["closure_weibull_shape_5"] == pytest.approx(1.28, abs=0.06)
    assert found["letting_after_0"] / faultless["letting_after_0"] == pytest.approx(0.86, abs=0.04)
    assert found["successors_direct"] == pytest.approx(0.06, abs=0.02)


@pytest.mark.corpus
def test_late_ends_and_yearly_lists_look_like_ends_of_leases():
    constant = Street(closure_rates=(0.1, 0.1, 0.1))
    for register, hump in [
        (Register(), 1.0),
        (Register(end_delay=0.5), 1.26),
        (Register(is_yearly=True), 1.29),
    ]:
        found = means(register, constant)["closure_hump_factor"]
        assert found == pytest.approx(hump, abs=0.06)


def test_yearly_lists_miss_what_is_short(faultless):
    change = changes(Register(is_yearly=True), faultless)
    assert change["closure_rate_0_5"] == pytest.approx(-17, abs=4)
    assert change["closure_weibull_shape_5"] == pytest.approx(43, abs=8)
    assert change["letting_after_0"] == pytest.approx(-17, abs=5)


def test_tenants_without_a_licence_look_like_vacancy(faultless):
    change = changes(Register(unlicensed_share=1 / 3), faultless)
    assert change["closure_rate"] == pytest.approx(0, abs=3)
    assert change["letting_after_0"] == pytest.approx(-36, abs=5)
    assert change["letting_after_1"] == pytest.approx(-52, abs=6)
    assert -32 < change["letting_after_1_reused"] < -18


def test_the_bounds_of_letting_contain_the_truth_with_tenants_without_a_licence(faultless):
    found = means(Register(unlicensed_share=0.15))
    for k in range(3):
        assert found[f"letting_after_{k}"] < faultless[f"letting_after_{k}"]
        assert faultless[f"letting_after_{k}"] < found[f"letting_after_{k}_reused"]


def test_shops_at_the_interviews_flatten_decay():
    made = [trips.choices(0.5, is_on_site=True, seed=seed) for seed in range(30)]
    kept = [decay.estimate_good(one.drop(columns="is_site"), "g")[0].value for one in made]
    left_out = [decay.estimate_good(one, "g")[0].value for one in made]
    assert np.mean(left_out) == pytest.approx(0.5, abs=0.03)
    assert np.mean(kept) == pytest.approx(0.40, abs=0.03)


def test_counting_few_premises_flattens_persistence():
    made = [towns.towns(n_premises=300, seed=seed) for seed in range(10)]

    def persistence(tables):
        found = [{e.figure: e.value for e in between_towns.estimate(table)} for table in tables]
        return np.mean([one["towns_persistence_2014_2019"] for one in found])

    assert persistence(made) == pytest.approx(0.8, abs=0.04)
    assert persistence([table.drop(columns="n_premises") for table in made]) < 0.68
