"""Shops of an extract that covers more than the place are left out and counted."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from sim.errors import InputError
from sim.territory.extent import Extent
from sim.territory.grid_frame import GridFrame
from sim.territory.read_shops import _of_near_commune, read_shops
from sim.territory.table import Table
from tests.interfaces.test_territory_shops import frame_of, osm_row


def test_shops_outside_the_grid_are_left_out_and_counted(formats, town):
    rows = [osm_row(town, shop="bakery")] * 3 + [osm_row(town, place=(3, 40), shop="bakery")]
    points = read_shops(formats.csv(town.folder / "osm.csv", rows), frame_of(town))
    assert points.cell.size == 3
    assert points.provenance["outside_grid"] == 1


def test_an_extract_of_a_larger_area_may_lie_mostly_outside(formats, town):
    around = [(3, 60), (3, -60), (60, 3), (-60, 3)]
    rows = [osm_row(town, place=place, shop="bar") for place in [(3, 4), *around]]
    points = read_shops(formats.csv(town.folder / "osm.csv", rows), frame_of(town))
    assert points.cell.size == 1


def test_each_point_falls_in_the_cell_around_it():
    frame = GridFrame(1000.0, 9000.0, 50.0, 6, 8)
    generator = np.random.default_rng(5)
    row, column = generator.integers(0, 6, 200), generator.integers(0, 8, 200)
    x = 1000 + 50 * (column + generator.uniform(0.01, 0.99, 200))
    y = 9000 - 50 * (row + generator.uniform(0.01, 0.99, 200))
    np.testing.assert_array_equal(frame.cell_of(x, y), row * 8 + column)
    beyond = np.array([[999.0, 8800], [1401, 8800], [1200, 9001], [1200, 8699], [np.nan, 8800]])
    assert (frame.cell_of(beyond[:, 0], beyond[:, 1]) == -1).all()


def test_as_many_shops_within_the_grid_as_beyond_are_no_other_place(formats, town):
    here, far = osm_row(town, shop="bar"), osm_row(town, (3, 40), shop="bar")
    path = formats.csv(town.folder / "s.csv", [here] * 2 + [far] * 2)
    assert read_shops(path, frame_of(town)).cell.size == 2
    path = formats.csv(town.folder / "s.csv", [here] * 2 + [far] * 3)
    with pytest.raises(InputError, match="3 of 5 shops lie outside"):
        read_shops(path, frame_of(town))
    lat, lon = far["lat"], far["lon"]
    circle = Extent((here["lat"], here["lon"]), 500.0)
    assert read_shops(path, frame_of(town), extent=circle).provenance["outside_grid"] == 3
    with pytest.raises(InputError, match=r"not one of its 5 shops lies in the place\."):
        near = np.zeros((7, 9), bool)
        read_shops(path, frame_of(town), near=near, extent=Extent((lat, lon), 500.0))


def test_a_commune_is_near_if_more_than_half_of_its_shops_on_the_grid_are():
    codes = ["a", "a", "a", "b", "b", "b", "", "c", "c"]
    is_far = np.array([0, 1, 1, 0, 0, 1, 1, 0, 1], bool)
    off_grid = np.array([0, 0, 0, 0, 0, 0, 0, 0, 0], bool)
    candidate = np.array([1, 1, 1, 1, 1, 1, 1, 1, 1], bool)
    table = Table("s.csv", {"depcom": pa.array(codes)}, 9, "line", 2)

    def near():
        of_near = _of_near_commune(table, candidate, off_grid, is_far)
        return sorted({code for code, is_so in zip(codes, of_near, strict=True) if is_so})

    assert near() == ["b"]
    candidate[1] = False  # what is no premises does not count
    assert near() == ["b"]
    off_grid[2] = True
    assert near() == ["a", "b"]
    none = _of_near_commune(Table("s.csv", {}, 9, "line", 2), candidate, off_grid, is_far)
    assert not none.any()
