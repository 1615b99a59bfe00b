"""Estimators on records that can be followed by hand."""

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("statsmodels")

from experiments.evidence import (
    baskets,
    between_towns,
    closures,
    decay,
    letting,
    neighbours,
    online,
    successors,
    vacancy_duration,
)
from experiments.evidence.estimates import bootstrap, mean, rate, share
from experiments.evidence.records import Records, empty_spells, premises_at
from experiments.evidence.synthetic import towns, trips
from experiments.evidence.synthetic.licences import contagious_licences, waiting_times

PERIOD = {"since": pd.Timestamp("2010-01-01"), "until": pd.Timestamp("2020-01-01")}


def register(*rows):
    """Licences from (place, start, end), all of shops."""
    table = pd.DataFrame(rows, columns=["place", "start", "end"])
    return table.assign(
        start=pd.to_datetime(table["start"]), end=pd.to_datetime(table["end"]), is_shop=True
    )


def figures(estimates):
    return {found.figure: found for found in estimates}


def test_a_share_and_a_rate_lie_in_their_intervals():
    for found in (share("s", 3, 40), rate("r", 5, 60.0)):
        assert found.low < found.value < found.high
    assert share("s", 0, 0).n == 0
    assert rate("r", 0, 10.0).low == 0 < rate("r", 0, 10.0).high


def test_the_bootstrap_gives_the_same_interval_each_time():
    rows = np.random.default_rng(1).normal(5, 2, (200, 1))
    once, twice = bootstrap("m", mean, rows, "1"), bootstrap("m", mean, rows, "1")
    assert once == twice
    assert once.high - once.low == pytest.approx(2 * 1.645 * 2 / np.sqrt(200), rel=0.2)


def test_a_shop_counts_from_the_age_at_which_recording_began():
    table = register(("a", "2002-01-01", "2012-01-01"), ("b", "2015-01-01", None))
    found = figures(closures.estimate(table, **PERIOD))
    assert found["closure_rate_0_5"].value == 0
    assert found["closure_rate_5_10"].value == pytest.approx(1 / 2, rel=0.01)  # from 8 to 10 years
    assert found["closure_rate"].value == pytest.approx(1 / 7, rel=0.01)


def test_ends_before_and_after_the_period_do_not_count():
    table = register(("a", "2000-01-01", "2009-06-01"), ("b", "2000-01-01", "2021-01-01"))
    found = figures(closures.estimate(table, **PERIOD))["closure_rate"]
    assert found.n == 0 and found.high < 0.5


def test_premises_are_empty_from_the_last_end_to_the_next_start():
    table = register(
        ("a", "2005-01-01", "2012-01-01"),
        ("a", "2011-01-01", "2013-01-01"),  # overlaps: no vacancy in 2012
        ("a", "2015-01-01", None),
        ("b", "2011-01-01", "2018-01-01"),
    )
    spells = empty_spells(table, **PERIOD).set_index("place")
    assert spells.loc["a", "years"] == pytest.approx(2, abs=0.01) and spells.loc["a", "is_let"]
    assert spells.loc["b", "years"] == pytest.approx(2, abs=0.01) and not spells.loc["b", "is_let"]
    assert list(spells["n_licences"]) == [3, 1]


def test_an_office_fills_premises_but_its_end_is_no_shop_s():
    table = register(("a", "2005-01-01", "2012-01-01"), ("a", "2013-01-01", "2015-01-01"))
    table["is_shop"] = [True, False]
    spells = empty_spells(table, **PERIOD)
    assert len(spells) == 1 and spells["is_let"].all()


def test_chances_of_letting_follow_from_who_is_still_empty():
    rows = [(f"p{k}", "2000-01-01", "2011-01-01") for k in range(10)]
    rows += [(f"p{k}", "2011-07-01", None) for k in range(4)]  # four within the first year
    rows += [(f"p{k}", "2012-07-01", None) for k in range(4, 7)]  # three of six in the second
    found = figures(letting.estimate(register(*rows), **PERIOD))
    assert found["letting_after_0"].value == pytest.approx(0.4)
    assert found["letting_after_1"].value == pytest.approx(0.5)
    assert found["letting_after_2"].value == 0 < found["letting_after_2"].high
    assert found["letting_after_0_reused"].n == 0


def test_long_vacancies_are_met_more_often_than_they_begin():
    rows = [(f"p{k}", "2000-01-01", f"{2011 + k}-12-01") for k in range(8)]
    found = figures(vacancy_duration.estimate(register(*rows), **PERIOD))
    assert found["empty_over_3_years"].value == pytest.approx(6 / 8)
    assert found["empty_median"].value == np.inf or np.isnan(found["empty_median"].value)


def test_a_successor_may_start_before_the_end():
    table = register(
        ("a", "2005-01-01", "2012-01-10"),
        ("a", "2012-01-01", None),
        ("b", "2005-01-01", "2012-01-10"),
        ("b", "2012-03-01", None),
        ("c", "2005-01-01", "2012-01-10"),
    )
    found = figures(successors.estimate(table, **PERIOD))
    assert found["successors_30_days"].value == pytest.approx(1 / 3)
    assert found["successors_90_days"].value == pytest.approx(2 / 3)
    assert found["successors_direct"].value < 1 / 3


def test_neighbours_are_those_within_reach():
    table = contagious_licences(1.0, n_streets=4, years=6, seed=0)
    cases = neighbours.shop_years(table, 2002, 2005, reach=100.0)
    assert cases["closed_share"].between(0, 1).all()
    assert set(cases["year"]) == {2002, 2003, 2004, 2005}
    assert neighbours.estimate(table.drop(columns=["x", "y"]), **PERIOD) == []


def test_premises_of_a_day():
    table = register(
        ("a", "2005-01-01", "2012-01-01"), ("b", "2005-01-01", None), ("c", "2019-01-01", None)
    ).assign(x=[0.0, 1.0, 2.0], y=0.0)
    day = pd.Timestamp("2013-01-01")
    assert premises_at(table, day).set_index("place")["is_vacant"].to_dict() == {
        "a": True,
        "b": False,
    }
    assert list(premises_at(table, day, gone_after=0.5)["place"]) == ["b"]


def test_decay_is_that_of_the_trips():
    made = trips.choices(0.6, n_trips=4000, seed=3)
    found = figures(decay.estimate_good(made, "groceries"))
    assert found["decay_exponential_groceries"].value == pytest.approx(0.6, abs=0.05)
    assert found["trip_mean_groceries"].n == 4000
    assert decay.power_gain(made) < 0 < decay.power_gain(trips.choices(2, is_power=True, seed=3))


def test_online_shares_and_baskets_of_five_purchases():
    table = pd.DataFrame(
        {
            "good": "books",
            "channel": ["online", "store", "store", "store", None],
            "spending": [30.0, 10.0, 20.0, np.nan, 99.0],
        }
    )
    found = figures(online.estimate(table) + baskets.estimate(table))
    assert found["online_purchases_books"].value == 0.25
    assert found["online_spending_books"].value == 0.5
    assert found["basket_mean_books"].value == 15.0 and found["basket_mean_books"].n == 2


def test_towns_that_recover():
    found = figures(between_towns.estimate(towns.towns(persistence=1.0, seed=0)))
    assert found["towns_fell_2014_2019"].value == 0
    assert found["towns_persistence_2014_2019"].value == pytest.approx(1.0, abs=0.02)
    assert found["towns_yearly_rise_2014_2019"].value == pytest.approx(0.004, abs=1e-4)


def test_waiting_times_have_the_stated_rates():
    times = waiting_times((1.0, 0.1), (0, 1), 40_000, np.random.default_rng(0))
    assert (times > 1).mean() == pytest.approx(np.exp(-1), abs=0.01)
    assert (times > 2).mean() == pytest.approx(np.exp(-1.1), abs=0.01)


def test_records_without_a_column_are_refused():
    with pytest.raises(ValueError, match="own: licences lack the columns end"):
        Records("licences", register(("a", "2005-01-01", None)).drop(columns="end"), "own")
