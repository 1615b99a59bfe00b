"""Each estimator recovers the truth from which records were made."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import pdist
from scipy.stats import gamma, norm

pytest.importorskip("esda")
pytest.importorskip("statsmodels")

from experiments.evidence import (
    baskets,
    between_towns,
    closures,
    clustering,
    decay,
    floor,
    gradient,
    letting,
    neighbours,
    online,
    successors,
    vacancy_duration,
)
from experiments.evidence.synthetic import premises, towns, trips
from experiments.evidence.synthetic.licences import Street, contagious_licences, licences
from tests.evidence.coverage import assert_covers

pytestmark = pytest.mark.corpus

PERIOD = {"since": pd.Timestamp("2008-01-01"), "until": pd.Timestamp("2026-01-01")}
DIRECT = letting.DIRECT


@pytest.fixture(scope="module")
def registers():
    """A hundred registers of the same street."""
    return [licences(n_places=300, seed=seed, **PERIOD) for seed in range(100)]


def still_empty(at):
    """Chance to be empty still, of spells that lasted the first month."""
    rates = Street().letting_rates
    cumulated = np.cumsum([0, *rates, *[rates[-1]] * 30])
    return np.exp(np.interp(DIRECT, range(len(cumulated)), cumulated)) * np.exp(
        -np.interp(at, range(len(cumulated)), cumulated)
    )


def test_closures_by_age(registers):
    young, middle, old = Street().closure_rates
    truth = {"closure_rate_0_5": young, "closure_rate_5_10": middle, "closure_rate_10_25": old}
    assert_covers(lambda seed: closures.estimate(registers[seed], **PERIOD), truth)


def test_constant_risk_has_no_hump_and_a_weibull_shape_of_one():
    street = Street(closure_rates=(0.1, 0.1, 0.1))

    def estimate(seed):
        return closures.estimate(licences(street, n_places=200, seed=seed, **PERIOD), **PERIOD)

    ones = ("closure_hump_factor", "closure_weibull_shape_5", "closure_weibull_shape_25")
    assert_covers(estimate, dict.fromkeys(ones, 1.0) | {"closure_rate": 0.1})


def test_letting_by_time_empty(registers):
    passed = range(5)
    truth = {
        f"letting_after_{k}": 1 - still_empty(k + 1) / still_empty(max(k, DIRECT)) for k in passed
    }
    assert_covers(lambda seed: letting.estimate(registers[seed], **PERIOD), truth)


def test_letting_of_premises_that_differ():
    street = Street(letting_rates=(0.5,), frailty=1.0)
    rate = 0.5 * gamma.ppf((np.arange(2000) + 0.5) / 2000, 1.0)
    age = np.linspace(0, 300, 30_000)
    hazard = np.select([age < 5, age < 10], street.closure_rates[:2], street.closure_rates[2])
    life = np.exp(-np.cumsum(hazard) * age[1]).sum() * age[1] / (1 - street.successor_share)
    weight = 1 / (life + 1 / rate)  # premises let soon have more vacancies to be counted

    def empty(at):
        return (weight * np.exp(-rate * at)).sum()

    truth = {f"letting_after_{k}": 1 - empty(k + 1) / empty(max(k, DIRECT)) for k in range(3)}

    def estimate(seed):
        return letting.estimate(licences(street, n_places=200, seed=seed, **PERIOD), **PERIOD)

    assert_covers(estimate, truth)


def test_length_of_vacancy(registers):
    at = np.linspace(DIRECT, 18, 100_000)
    empty = still_empty(at)
    truth = {
        "empty_under_1_year": empty[at < 1].sum() / empty.sum(),
        "empty_over_3_years": empty[at > 3].sum() / empty.sum(),
        "empty_median": np.interp(-0.5, -empty, at),
    }
    assert_covers(lambda seed: vacancy_duration.estimate(registers[seed], **PERIOD), truth)


def test_direct_successors_without_ordinary_lettings(registers):
    truth = {"successors_direct": Street().successor_share}
    assert_covers(lambda seed: successors.estimate(registers[seed], **PERIOD), truth)


@pytest.mark.parametrize("factor", [1.0, 1.2])
def test_closures_that_follow_neighbours(factor):
    period = {"since": pd.Timestamp("2000-01-01"), "until": pd.Timestamp("2012-01-01")}

    def estimate(seed):
        street = contagious_licences(factor, n_streets=20, years=12, seed=seed)
        return neighbours.estimate(street, **period)

    assert_covers(estimate, {"neighbour_closures_factor": factor})


@pytest.mark.parametrize("is_on_site", [False, True], ids=["at home", "on site"])
@pytest.mark.parametrize(("form", "decay_rate"), [("exponential", 0.5), ("power", 1.5)])
def test_decay_with_distance(form, decay_rate, is_on_site):
    def estimate(seed):
        made = trips.choices(
            decay_rate, is_power=form == "power", is_on_site=is_on_site, n_homes=15, seed=seed
        )
        return decay.estimate_good(made, "groceries")

    assert_covers(estimate, {f"decay_{form}_groceries": decay_rate})


def test_pull_of_floor():
    def estimate(seed):
        return floor.estimate(trips.choices(0.5, floor_exponent=1.2, shop_spread=0, seed=seed))

    assert_covers(estimate, {"floor_exponent_groceries": 1.2})


def test_online_share_and_baskets():
    truth = {
        "online_purchases_clothing": 0.15,
        "online_spending_clothing": 0.15,
        "basket_mean_clothing": 30 * np.exp(0.9**2 / 2),
        "basket_median_clothing": 30.0,
    }

    def estimate(seed):
        made = trips.purchases(30.0, 0.9, 0.15, seed=seed)
        return online.estimate(made) + baskets.estimate(made)

    assert_covers(estimate, truth)


@pytest.mark.parametrize("clustered", [0.0, 0.6], ids=["scattered", "clustered"])
def test_vacant_premises_together(clustered):
    vacancy, reach, n = 0.12, 40.0, 600
    km = pdist(premises.ground(n, clustered, reach)[0])
    both = premises.both_vacant(vacancy, clustered * np.exp(-km / reach))
    near = both[km <= 100].mean()
    truth = {"vacancy_morans_i": (near - vacancy**2) / (vacancy * (1 - vacancy))}
    for nearer, farther in ((0, 50), (50, 100), (100, 200)):
        within = both[(km > nearer) & (km <= farther)].mean()
        truth[f"vacancy_pairs_{nearer}_{farther}"] = within / vacancy**2

    def estimate(seed):
        town = premises.premises(vacancy, clustered=clustered, reach=reach, n=n, seed=seed)
        return clustering.estimate(town)

    assert_covers(estimate, truth)


def test_vacancy_from_centre_to_edge():
    def estimate(seed):
        return gradient.estimate(premises.premises(0.08, edge_factor=4, clustered=0.4, seed=seed))

    assert_covers(estimate, {"vacancy_edge_odds_factor": 4.0})


@pytest.mark.parametrize("n_premises", [None, 300], ids=["known", "counted"])
def test_differences_between_towns(n_premises):
    truth = {
        "towns_mean_2014": 0.08,
        "towns_spread_2019": 0.03,
        "towns_persistence_2014_2019": 0.8,
        "towns_yearly_rise_2014_2019": 0.004,
    }
    if n_premises is None:
        truth["towns_fell_2014_2019"] = norm.cdf(-0.02 / (0.03 * np.sqrt(2 * (1 - 0.8))))
    assert_covers(
        lambda seed: between_towns.estimate(towns.towns(n_premises=n_premises, seed=seed)), truth
    )
