"""Places of shops are read in any way and in any system that people write them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from sim.errors import InputError
from sim.territory.grid_frame import GridFrame, to_degrees, to_grid_coordinates
from sim.territory.shop_places import Places, check_overlap, places_of
from sim.territory.table import Table


def frame_of(town):
    return GridFrame(float(town.west), float(town.south + 7 * town.size), 200.0, 7, 9)


NOWHERE = (pytest.approx(math.nan, nan_ok=True),) * 2


def places(town, **columns):
    arrays = {name: pa.array(texts, pa.string()) for name, texts in columns.items()}
    n = len(next(iter(arrays.values())))
    found = places_of(Table(town.folder / "s.csv", arrays, n, "line", 2), frame_of(town))
    return list(zip(found.x.tolist(), found.y.tolist(), strict=True)), found.epsg


def test_a_place_may_stand_in_one_text_in_any_way_that_people_write_it(town):
    texts = ["48.1, -0.7", "[48.1; -0.7]", "48 2", "", "POINT (2 48)", "POINT EMPTY"]
    texts += ['{"type": "Point", "coordinates": [2, 48]}', "LINESTRING (1 47, 3 49)"]
    points, epsg = places(town, point=texts)
    assert epsg == 4326
    assert points == [
        (-0.7, 48.1),
        (-0.7, 48.1),
        (2, 48),
        NOWHERE,
        (2, 48),
        NOWHERE,
        (2, 48),
        (2, 48),
    ]
    for text in ("SRID=2154;POINT (400000 6000000)", "POINT (400000 6000000)"):
        assert places(town, point=["", text]) == ([NOWHERE, (400_000, 6_000_000)], 2154)
    assert places(town, point=["SRID=3857;POINT (1 2)"]) == ([(1, 2)], 3857)
    assert places(town, point=["POINT (181 48)", "POINT (2 48)"])[1] == 4326
    with pytest.raises(InputError, match="line 3: the point is 'somewhere'; expected POINT"):
        places(town, point=["", "somewhere"])


def test_metres_have_the_system_of_their_row_or_that_of_the_country(town):
    x, y = town.middle(3, 4)
    of_france, of_europe = town.project(x, y, 2154), (x, y)
    rows = [(*of_france, "2154"), (*of_europe, "3035"), (*of_france, "")]
    names = ("lambert_x", "lambert_y", "epsg")
    columns = {name: [str(row[k]) for row in rows] for k, name in enumerate(names)}
    arrays = {name: pa.array(texts, pa.string()) for name, texts in columns.items()}
    found = places_of(Table(town.folder / "s.csv", arrays, 3, "line", 2), frame_of(town))
    on_grid = np.column_stack(found.on_grid(frame_of(town)))
    assert on_grid[:2] == pytest.approx(np.array([of_europe] * 2), abs=0.01)
    assert np.isnan(on_grid[2]).all()
    x, y = columns["lambert_x"], columns["lambert_y"]
    without = places(town, lambert_x=x, lambert_y=y, epsg=["", "", ""])
    assert without == places(town, lambert_x=x, lambert_y=y) and without[1] == 2154
    nothing = [""] * 3
    degrees = {"lon": ["2"] * 3, "lat": ["48"] * 3}
    assert places(town, lambert_x=nothing, lambert_y=y, **degrees) == ([(2.0, 48.0)] * 3, 4326)
    assert places(town, lambert_x=nothing, lambert_y=nothing)[0] == [NOWHERE] * 3
    overseas = replace(frame_of(town), epsg=2975)
    arrays = {name: arrays[name] for name in names[:2]}
    assert places_of(Table(town.folder / "s.csv", arrays, 3, "line", 2), overseas).epsg == 2975


def test_degrees_end_at_180_and_90_and_beyond_both_they_are_metres(town):
    edge = [(-180.0, 90.0), (180.0, -90.0)]
    assert places(town, lon=["-180", "180"], lat=["90", "-90"]) == (edge, 4326)
    metres = ([(180.5, 90.5), NOWHERE], 2154)
    assert places(town, lon=["180.5", ""], lat=["90.5", ""]) == metres
    for lon, lat, said in (
        ("180.5", "90", "line 2: lon is 180.5, not degrees in"),
        ("180", "90.5", "line 2: lat is 90.5, not degrees in"),
    ):
        with pytest.raises(InputError, match=said):
            places(town, lon=[lon], lat=[lat])
    with pytest.raises(InputError, match="line 3: lon is 999"):
        places(town, lon=["2", "999"], lat=["48", "999"])


def overlap(town, points, epsg=3035):
    """Check the places of some candidates, before which stands one that is none."""
    points = np.array([(0.0, 0.0), *points])
    frame, places = frame_of(town), Places(points[:, 0], points[:, 1], epsg)
    candidate = np.arange(len(points)) > 0
    is_inside = candidate & (frame.cell_of(*places.on_grid(frame)) >= 0)
    check_overlap(Table("s.csv", {}, len(points), "line", 2), frame, places, candidate, is_inside)


def test_shops_outside_the_grid_are_explained_where_another_reading_puts_most_inside(town):
    cells = [(0, 0), (3, 4), (4, 6), (5, 1)]
    lambert = [town.project(*town.middle(*cell), 2154) for cell in cells]
    degrees = [town.project(*town.middle(*cell), 4326) for cell in cells]
    far = [(1e6, 1e6)] * 4
    said = "3 of 4 shops lie outside the grid, but 3 lie inside when read as Lambert-93"
    with pytest.raises(InputError, match=said):
        overlap(town, [*lambert[:3], town.middle(3, 3)])
    with pytest.raises(InputError, match="are both files about the same place"):
        overlap(town, [*lambert[:2], *far[:2]])
    said = "4 of 4 shops lie outside the grid, but 3 lie inside when x and y .lon and lat. are swap"
    with pytest.raises(InputError, match=said):
        overlap(town, [*((lat, lon) for lon, lat in degrees[:3]), (0, 0)], 4326)
    with pytest.raises(InputError, match="4 lie inside when read as longitude and latitude"):
        overlap(town, degrees)
    west, south = town.west, town.south
    with pytest.raises(InputError) as refused:
        overlap(town, far)
    assert str(refused.value) == (
        "s.csv: 4 of 4 shops lie outside the grid of the population, which spans EPSG:3035 E"
        f" {west} to {west + 1800}, N {south} to {south + 1400};"
        " are both files about the same place?"
    )


def test_an_extract_of_a_larger_area_reaches_beyond_all_four_sides(town):
    west, south, east, north = town.west, town.south, town.west + 1800, town.south + 1400
    middle, beyond = town.middle(3, 4), [west - 1, south - 1, east + 1, north + 1]
    overlap(town, [middle, beyond[:2], beyond[2:]])
    for side, edge in enumerate((west, south, east, north)):
        at = beyond.copy()
        at[side] = edge
        with pytest.raises(InputError, match="are both files about the same place"):
            overlap(town, [middle, at[:2], at[2:]])
    with pytest.raises(InputError, match="are both files about the same place"):
        overlap(town, [beyond[:2], beyond[2:]])


def test_a_place_that_a_projection_does_not_know_is_none_and_a_system_that_nobody_knows_is_named():
    x, y = to_grid_coordinates(np.array([2.0, 182.0]), np.array([48.0, -95.0]), 4326, 3035)
    assert np.isfinite([x[0], y[0]]).all() and np.isnan([x[1], y[1]]).all()
    own = np.array([1.0]), np.array([2.0])
    assert to_grid_coordinates(*own, 3035) == own
    for systems, named in (
        ((999_999, 3035), "EPSG:999999"),
        ((3035, 999_999), "EPSG:3035"),
        (("GEOGCS[]", 3035), "the file's"),
    ):
        with pytest.raises(InputError, match=f"^{named} is no coordinate reference system known"):
            to_grid_coordinates(*own, *systems)
    lon, lat = to_degrees([3_760_000.0], [2_890_000.0], 3035)
    x, y = to_grid_coordinates(lon, lat, 4326)
    assert (x[0], y[0]) == pytest.approx((3_760_000, 2_890_000), abs=0.01)


def test_metres_count_before_degrees_where_there_are_some(town):
    degrees = {"lon": ["1.234", "2.345"], "lat": ["48.123", "-47.123"]}
    assert places(town, **degrees) == ([(1.234, 48.123), (2.345, -47.123)], 4326)
    metres = {"lambert_x": ["-400000", ""], "lambert_y": ["-6000000", ""]}
    expected = [(-400_000, -6_000_000), NOWHERE], 2154
    for more in ({}, degrees):
        assert places(town, **metres, **more) == expected
    nothing = {"lambert_x": ["", ""], "lambert_y": ["", ""]}
    for one in degrees:
        assert places(town, **nothing, **{one: degrees[one]}) == ([NOWHERE] * 2, 2154)
    for one in metres:
        with pytest.raises(InputError, match="has no columns 'lon' and 'lat' and no geometries"):
            places(town, **{one: metres[one]})
    beyond = {"lon": ["400000", "1"], "lat": ["6000000", "999"], "epsg": ["2154", ""]}
    with pytest.raises(InputError, match="line 2: lon is 400000"):
        places(town, **beyond)
    beyond["lon"][1] = "999"
    assert places(town, **beyond) == ([(400_000, 6_000_000), (999, 999)], 2154)
    assert places(town, point=["POINT (180.5 181)"])[1] == 2154
    assert places(town, point=["POINT (180 181)"])[1] == 4326
