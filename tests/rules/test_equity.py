"""Thirds of residents by the income of their cells, and how they fare."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.measures.equity import BENEFITS
from sim.measures.registry import MEASURES, OUTCOMES
from sim.start.income_thirds import income_thirds
from sim.territory.territory import ZONES
from tests.reference.towns import small_town


@given(st.integers(1, 400), st.integers(0, 2**32 - 1))
def test_thirds_are_ordered_by_income_and_of_like_size(cells, seed):
    random = np.random.default_rng(seed)
    income, people = random.lognormal(0, 0.4, cells), random.uniform(0, 50, cells)
    third = income_thirds(income, people)
    order = np.argsort(income)
    assert (np.diff(third[order].astype(int)) >= 0).all()
    sizes = np.bincount(third, people, minlength=3)
    assert np.abs(sizes - people.sum() / 3).max() <= 2 * people.max()


@given(st.integers(1, 400), st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_thirds_are_those_of_sorted_groups_of_equal_incomes(cells, incomes, seed):
    random = np.random.default_rng(seed)
    income, people = random.integers(0, incomes, cells), random.integers(0, 50, cells)
    third = income_thirds(income, people)
    for one in np.unique(income):
        of_group = people[income == one].sum()
        middle = people[income < one].sum() + of_group / 2
        assert set(third[income == one]) == {min(int(3 * (middle / max(people.sum(), 1e-300))), 2)}


def test_where_all_earn_the_same_nobody_is_poorer():
    assert set(income_thirds(np.ones((4, 5)), np.ones((4, 5))).ravel().tolist()) == {1}
    assert income_thirds(np.ones(3), np.zeros(3)).tolist() == [0, 0, 0]


@pytest.fixture(scope="module")
def run():
    town = small_town(transition_births=2.0, income_spread=0.4)
    town.run(36)
    return town


def test_thirds_and_zones_add_up_to_the_territory(run):
    from sim.measures.counting import BY_THIRD, COUNTS, THIRDS

    rows = dict(zip(COUNTS, run.counts.T, strict=True))
    for count in BY_THIRD:
        thirds = sum(rows[f"{count}_{third}"] for third in THIRDS)
        zones = sum(rows[f"{count}_{zone}"] for zone in ZONES)
        np.testing.assert_allclose(thirds, zones, rtol=1e-6)


def test_every_benefit_is_compared_by_zone_and_by_third():
    for benefit in BENEFITS:
        for group in (*ZONES, "poorest", "middle", "richest", "inclusion"):
            assert f"{benefit}_{group}" in OUTCOMES
        assert MEASURES[benefit].unit == MEASURES[f"{benefit}_poorest"].unit


def test_inclusion_is_one_where_the_poorest_have_what_all_have():
    from sim.measures.measure import Windows

    same = {f"births_{z}": np.full(24, 2.0) for z in ZONES} | {"births_poorest": np.full(24, 2.0)}
    same |= {f"residents_{z}": np.full(24, 100.0) for z in ZONES}
    same |= {"residents_poorest": np.full(24, 100.0)}
    windows = Windows.up_to(same, (24,))
    assert MEASURES["births_per_1000_inclusion"].over(windows) == pytest.approx([1.0])
    windows = Windows.up_to(same | {"births_poorest": np.full(24, 1.0)}, (24,))
    assert MEASURES["births_per_1000_inclusion"].over(windows) == pytest.approx([0.5])
