"""Zones of a real place are those that their definitions give, cell by cell."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.territory.derive_zones import centre_from_premises, centre_from_residents, retail_parks

SHAPE = (5, 6)
CELLS = list(itertools.product(range(SHAPE[0]), range(SHAPE[1])))


def counts(*values):
    return arrays(np.float64, SHAPE, elements=st.sampled_from([0.0, *map(float, values)]))


def around(cell):
    """Cells of 200 m whose middles lie within 300 m in both directions."""
    return [c for c in CELLS if abs(c[0] - cell[0]) <= 1 and abs(c[1] - cell[1]) <= 1]


def nearby(field, cell):
    return sum(field[c] for c in around(cell))


def peak(field):
    return max(CELLS, key=lambda cell: nearby(field, cell))


@given(counts(1, 2, 9))
def test_a_centre_has_a_quarter_of_the_premises_near_its_peak(premises):
    top = peak(premises)
    least = 0.25 * nearby(premises, top)
    found, new = set(), {top}
    while new:
        found |= new
        reached = {c for cell in new for c in around(cell)} - found
        new = {c for c in reached if nearby(premises, c) >= least and nearby(premises, c) > 0}
    assert set(map(tuple, np.argwhere(centre_from_premises(premises, 200.0)))) == found


@given(counts(1, 2, 9), st.lists(st.sampled_from(CELLS), min_size=2, max_size=3, unique=True))
def test_several_centres_have_what_is_nearest_to_each_seed(premises, seeds):
    found = set()
    for number, seed in enumerate(seeds):
        apart = {c: [(c[0] - s[0]) ** 2 + (c[1] - s[1]) ** 2 for s in seeds] for c in CELLS}
        dense = {c for c in CELLS if nearby(premises, c) >= 0.25 * nearby(premises, seed)}
        own = {c for c in dense if apart[c].index(min(apart[c])) == number and nearby(premises, c)}
        centre, new = set(), {seed}
        while new:
            centre |= new
            new = {c for cell in new for c in around(cell)} & own - centre
        found |= centre
    flat = [r * SHAPE[1] + c for r, c in seeds]
    is_centre = centre_from_premises(premises, 200.0, flat)
    assert set(map(tuple, np.argwhere(is_centre))) == found


@given(counts(1, 3, 40))
def test_a_centre_without_shops_grows_until_a_tenth_of_the_residents_live_there(residents):
    found = {peak(residents)}
    while sum(residents[c] for c in found) < 0.1 * residents.sum():
        rim = [c for c in CELLS if c not in found and found & set(around(c))]
        found.add(max(rim, key=lambda cell: nearby(residents, cell)))
    assert set(map(tuple, np.argwhere(centre_from_residents(residents, 200.0)))) == found


def test_a_park_is_where_there_are_premises():
    """Three large shops in one cell, and a mall whose shops are all in the cell beside it."""
    large, premises, none = np.zeros((1, 9)), np.zeros((1, 9)), np.zeros((1, 9), bool)
    large[0, 1] = premises[0, 1] = 3
    premises[0, 6] = 1
    is_mall, empty = none.copy(), np.zeros((1, 9))
    is_mall[0, 7] = True
    for residents in (empty, empty + 1e-9):
        found = retail_parks(large, premises, residents, none, 200.0, is_mall)
        assert found.ravel().nonzero()[0].tolist() == ([1, 6] if residents is empty else [6])
    assert not retail_parks(large, premises, empty + 1e-9, none, 200.0).any()


def test_a_centre_grows_through_empty_land_from_where_it_is_said_to_be():
    residents = np.array([[100.0, 0, 0, 0, 0, 0, 0, 0]])
    assert centre_from_residents(residents, 200.0, [7]).all()
    assert centre_from_residents(residents, 200.0, [0, 7]).ravel().nonzero()[0].tolist() == [0, 7]


@given(counts(1, 2), counts(1, 2), counts(1, 2, 4), st.sampled_from(CELLS), st.sampled_from(CELLS))
def test_a_park_has_three_large_shops_half_of_all_and_few_homes(large, small, homes, middle, mall):
    premises = large + small
    is_centre, is_mall = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    is_centre[middle] = is_mall[mall] = True
    usual = homes[homes > 0].mean() if homes.any() else np.inf
    expected = [
        cell
        for cell in CELLS
        if premises[cell] > 0
        and (
            (
                nearby(large, cell) >= max(3, 0.5 * nearby(premises, cell))
                and homes[cell] <= 0.5 * usual
                and middle not in around(cell)
            )
            or (mall in around(cell) and cell != middle)
        )
    ]
    found = retail_parks(large, premises, homes, is_centre, 200.0, is_mall)
    assert list(map(tuple, np.argwhere(found))) == expected
