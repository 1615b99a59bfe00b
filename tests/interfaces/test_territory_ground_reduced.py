"""A map is reduced to what can be seen: short lines, small areas and lesser names go first."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from sim.errors import InputError
from sim.territory import import_ground
from sim.territory.grid_frame import GridFrame, to_grid_coordinates
from sim.territory.ground import LONGEST_NAME, MOST_NAMES, UNIT, ground_kinds
from sim.territory.read_ground import Shapes

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


@pytest.mark.parametrize(("apart", "bends"), [(0.9, 0), (1.1, 1)])
def test_a_bend_of_less_than_a_sixteenth_of_a_cell_is_none(apart, bends):
    away = apart / UNIT
    (line,) = import_ground._lines([shapely.LineString([(0, 0), (2, away), (4, 0)])])
    assert len(line) == 2 + bends
    corners = [(0, 0), (4, 0), (4, 4), (2, 4 + away), (0, 4)]
    (ring,) = import_ground._outlines([shapely.Polygon(corners)])
    assert len(ring) == 5 + bends


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
            *named("Canal", shapely.LineString([(0, 9), (6, 9)]), shapely.box(6, 0, 9, 3), rank=3),
            *named("Lac", short),
            *named("Bourg", town, rank=1, size=6.0),
            *named("Ville", other, rank=1, size=7.0),
            *named("Bourg", town, rank=1, size=2.0),
            *named("Ferme", town, rank=1, size=5.0),
            *named("  \n ", town),
            *named("a\tb" + "c" * LONGEST_NAME, town, rank=2),
        ]
    )
    at = [(rank, x / UNIT, y / UNIT, text) for rank, x, y, text in found]
    assert at[:2] == [(1, 5, 5, "Ville"), (1, 3, 3, "Bourg")]
    assert at.pop(2) == (1, 3, 3, "Ferme")
    assert at[2] == (2, 3, 3, "a b" + "c" * (LONGEST_NAME - 3))
    assert at[3][0] == 3 and at[3][3] == "Lac" and 0 < at[3][1] < 4
    assert at[4][3] == "Canal" and at.pop(4)[1] > 6
    # Of 10 cells along the street and on, the fifth is the middle.
    assert at[4:] == [(4, 4, 3, "Grand-Rue"), (4, 0.5, 1, "Lac"), (4, 0.5, 1, "Petite rue")]
    many = [(4, 0.0, shapely.Point(0, 0), f"{k:03}") for k in range(MOST_NAMES + 1)]
    assert len(import_ground._names(many)) == MOST_NAMES


@pytest.mark.parametrize(
    ("most", "kept"),
    [
        (11, ["square", "street", "main_street", "main_street"]),
        (10, ["square", "main_street", "main_street"]),
        (8, ["street", "main_street", "main_street"]),
        (4, ["main_street", "main_street"]),
        (3, ["main_street"]),
        (1, []),
    ],
)
def test_points_that_are_too_many_are_those_of_lesser_kinds(most, kept, monkeypatch):
    """Two main streets of two points, then a square of five, then a street of two."""
    monkeypatch.setattr(import_ground, "MOST_POINTS", most)
    by_kind = {name: [] for name in KINDS}
    by_kind["street"] = [shapely.LineString([(0, 5), (1, 5)])]
    by_kind["main_street"] = [shapely.LineString([(0, y), (1, y)]) for y in (0, 3)]
    by_kind["square"] = [shapely.box(0, 0, 1, 1)]
    parts, n_left_out = import_ground._bounded(by_kind)
    assert [KINDS[kind] for kind, _ in parts] == kept
    assert n_left_out == 4 - len(kept)


FRAME = GridFrame(3_760_000.0, 2_890_000.0, 200.0, 30, 50)


def test_a_map_is_read_within_the_bounds_of_the_grid_in_its_own_system():
    own = (3_760_000, 2_890_000 - 30 * 200, 3_760_000 + 50 * 200, 2_890_000)
    assert import_ground._box(FRAME, 3035) == own
    west, south, east, north = import_ground._box(FRAME, 4326)
    corners = np.array([own[0], own[0], own[2], own[2]]), np.array([own[1], own[3]] * 2)
    lon, lat = to_grid_coordinates(*corners, 3035, 4326)
    assert (west, south) == pytest.approx((lon.min(), lat.min()), abs=1e-9)
    assert (east, north) == pytest.approx((lon.max(), lat.max()), abs=1e-9)


def test_shapes_are_cut_at_the_edge_made_valid_and_left_out_where_they_have_no_place():
    def at(*cells):
        return [(3_760_000 + 200 * x, 2_890_000 - 200 * y) for x, y in cells]

    shapes = [
        shapely.Polygon(at((0, 0), (2, 2), (2, 0), (0, 2))),  # a bow tie
        shapely.LineString(at((-5, 1), (60, 1))),
        shapely.LineString(at((-5, 1), (-1, 1))),
        shapely.LineString([*at((1, 1)), (np.inf, 0)]),
        shapely.Polygon(at((40, 20), (60, 20), (60, 40), (40, 40))),
        *(None, shapely.Point(), shapely.Point(at((3, 4))[0])),
    ]
    tags = [{"k": str(k)} for k in range(len(shapes))]
    made, kept = import_ground._on_grid(Shapes(np.array(shapes), tags, 3035, ()), FRAME)
    assert [one["k"] for one in kept] == ["0", "1", "4", "7"]
    assert made[0].area == pytest.approx(2) and made[0].geom_type == "MultiPolygon"
    assert made[1].bounds == pytest.approx((0, 1, 50, 1))
    assert made[2].bounds == pytest.approx((40, 20, 50, 30))
    assert made[3].coords[0] == pytest.approx((3, 4))


def test_streets_are_lines_and_squares_areas_by_their_tags_or_class():
    line, area = shapely.LineString([(0, 0), (1, 0)]), shapely.box(0, 0, 1, 1)
    tags = [
        {"highway": "primary", "name": "A"},
        {"fclass": "primary"},
        {"highway": "steps", "x": "y"},
    ]
    tags += [{"leisure": "park"}, {"building": "yes"}]
    found = list(import_ground._sorted(np.array([line] * 5 + [area] * 5), tags * 2))
    assert [(kind, name) for kind, _, name in found] == [
        *(("main_street", "A"), ("main_street", ""), ("green", ""))
    ]


def test_streets_are_named_by_their_length_however_short(tmp_path):
    def street(x, length):
        west, y = 3_760_000 + 200 * x, 2_889_000
        return shapely.LineString([(west, y), (west + 200 * length, y)])

    lines = np.array([street(2, 0.4), street(5, 0.8), street(8, 0.6)])
    tags = [{"highway": "primary", "name": name} for name in ("short", "long", "")]
    layers = [Shapes(lines, tags, 3035, ("osm_id",)), Shapes(lines[:0], [], 3035, ())]
    ground, told = import_ground._reduced(tmp_path / "m.gpkg", layers, FRAME, None)
    assert [name for *_, name in ground.names] == ["long", "short"]
    assert ground.first.tolist() == [0, 2, 4, 6] and len(set(ground.kind.tolist())) == 1
    assert told["source"] == "© OpenStreetMap contributors, m.gpkg"
    assert (
        told["in_words"] == "3 lines and outlines with 2 names, from m.gpkg; they are only drawn."
    )
    with pytest.raises(InputError, match=r"m\.gpkg shows no streets, waters, squares or green"):
        import_ground._reduced(tmp_path / "m.gpkg", layers[1:], FRAME, None)
