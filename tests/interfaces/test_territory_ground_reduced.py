"""A map is reduced to what can be seen: short lines, small areas and lesser names go first."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from sim.territory import import_ground
from sim.territory.ground import LONGEST_NAME, MOST_NAMES, UNIT, ground_kinds

KINDS = [kind.name for kind in ground_kinds()[0]]


def test_points_of_a_line_that_fall_together_are_one_and_a_line_has_two():
    lines = [[(0, 0), (0.01, 0), (1, 0), (1, 0.02), (2, 0)], [(0, 0), (0.02, 0.02)]]
    found = import_ground._rounded(list(map(shapely.LineString, lines)), fewest=2)
    assert [points.tolist() for points in found] == [[[0, 0], [UNIT, 0], [2 * UNIT, 0]]]
    assert found[0].dtype == np.int32
    there_and_back = shapely.LineString([(0, 0), (1, 0), (0, 0)])
    assert len(import_ground._rounded([there_and_back], fewest=2)[0]) == 3


def test_areas_of_a_fiftieth_of_a_cell_are_drawn_as_rings_of_at_least_three_corners():
    large, small = shapely.box(0, 0, 0.2, 0.1001), shapely.box(1, 1, 1.2, 1.0999)
    (ring,) = import_ground._outlines([large, small])
    assert (np.ptp(ring, axis=0).tolist(), len(ring)) == ([3, 2], 5)
    flat = shapely.box(3, 3, 5, 3.012)  # large enough, and no more than a line once it is rounded
    assert import_ground._outlines([flat]) == []
    together = [shapely.box(0, 0, 0.1, 0.15), shapely.box(0.1, 0, 0.2, 0.15)]
    assert len(import_ground._outlines(together)) == 1
    holed = shapely.Polygon(
        shapely.box(0, 0, 2, 2).exterior, [shapely.box(0.5, 0.5, 1, 1).exterior]
    )
    assert [np.ptp(ring) for ring in import_ground._outlines([holed])] == [2 * UNIT, UNIT // 2]
    assert import_ground._outlines([]) == []


def test_lines_that_meet_are_one_and_points_among_them_none():
    met = [[(0, 0), (1, 0)], [(1, 0), (1, 2)], [(5, 5), (5, 6)]]
    mixed = shapely.GeometryCollection([shapely.LineString(met[0]), shapely.Point(3, 3)])
    found = import_ground._lines([mixed, *map(shapely.LineString, met[1:])])
    assert [len(points) for points in found] == [3, 2]


def test_places_have_ranks_and_sizes_by_their_kind():
    tags = [{"place": kind, "name": kind} for kind in ground_kinds()[1]]
    tags += [{"fclass": "city", "name": "x"}, {"place": "city"}, {"place": "isle", "name": "y"}]
    at = [shapely.Point(k, 0) for k in range(len(tags))]
    found = import_ground._places(at, tags)
    assert [rank for rank, *_ in found] == [0, 0, 1, 1, 1, 2, 2, 2, 0]
    assert [size for _, size, *_ in found] == [8, 7, 6, 5, 4, 3, 2, 1, 8]
    assert [name for *_, name in found] == [*ground_kinds()[1], "x"]


def test_a_name_stands_once_where_its_largest_part_lies():
    def named(text, *shapes, rank=4, size=0.0):
        return [(rank, size, shape, text) for shape in shapes]

    short, long = (shapely.LineString([(0, y), (x, y)]) for y, x in ((1, 1), (2, 4)))
    near = shapely.LineString([(4, 2), (4, 8)])
    lake, pond = shapely.box(0, 0, 4, 4), shapely.box(8, 8, 9, 9)
    town, other = shapely.Point(3, 3), shapely.Point(5, 5)
    found = import_ground._names(
        [
            *named("Grand-Rue", short, long, near),
            *named("Petite rue", short),
            *named("Lac", pond, lake, rank=3),
            *named("Lac", short),
            *named("Bourg", town, rank=1, size=6.0),
            *named("Ville", other, rank=1, size=7.0),
            *named("  \n ", town),
            *named("a\tb" + "c" * LONGEST_NAME, town, rank=2),
        ]
    )
    at = [(rank, x / UNIT, y / UNIT, text) for rank, x, y, text in found]
    assert at[:2] == [(1, 5, 5, "Ville"), (1, 3, 3, "Bourg")]
    assert at[2] == (2, 3, 3, "a b" + "c" * (LONGEST_NAME - 3))
    assert at[3][0] == 3 and at[3][3] == "Lac" and 0 < at[3][1] < 4
    # Of 10 cells along the street and on, the fifth is the middle.
    assert at[4:] == [(4, 4, 3, "Grand-Rue"), (4, 0.5, 1, "Lac"), (4, 0.5, 1, "Petite rue")]
    many = [(4, 0.0, shapely.Point(0, 0), f"{k:03}") for k in range(MOST_NAMES + 1)]
    assert len(import_ground._names(many)) == MOST_NAMES


@pytest.mark.parametrize(
    ("most", "kept"),
    [
        (9, ["square", "street", "main_street"]),
        (8, ["square", "main_street"]),
        (4, ["street", "main_street"]),
        (1, []),
    ],
)
def test_points_that_are_too_many_are_those_of_lesser_kinds(most, kept, monkeypatch):
    """A main street of two points, then a square of five, then a street of two."""
    monkeypatch.setattr(import_ground, "MOST_POINTS", most)
    by_kind = {name: [] for name in KINDS}
    by_kind["street"] = [shapely.LineString([(0, 5), (1, 5)])]
    by_kind["main_street"] = [shapely.LineString([(0, 0), (1, 0)])]
    by_kind["square"] = [shapely.box(0, 0, 1, 1)]
    parts, n_left_out = import_ground._bounded(by_kind)
    assert [KINDS[kind] for kind, _ in parts] == kept
    assert n_left_out == 3 - len(kept)
