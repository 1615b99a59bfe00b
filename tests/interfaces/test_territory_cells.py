"""Ids of cells are read to the limits of their grid, and the first that is none is named."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from sim.errors import InputError
from sim.territory.cell_ids import read_cells
from sim.territory.table import Table


def cells(*ids):
    return read_cells(Table("c.csv", {"cell": pa.array(ids)}, len(ids), "line", 2))


def long(north, east, size=200, crs=3035):
    return f"CRS{crs}RES{size}mN{north}E{east}"


@pytest.mark.parametrize(
    ("one", "size", "north", "east"),
    [
        ("CRS3035RES200mN2829400E3519600", 200, 2_829_400, 3_519_600),
        ("FR_CRS3035RES1000mN2829000E3519000", 1000, 2_829_000, 3_519_000),
        (" 1kmN2829E3519 ", 1000, 2_829_000, 3_519_000),
        ("DE_100mN28294E35196", 100, 2_829_400, 3_519_600),
        ("250mN282950E351950", 250, 2_829_500, 3_519_500),
        ("10kmN282E351", 10_000, 2_820_000, 3_510_000),
        ("CRS3035RES10mN2829410E3519610", 10, 2_829_410, 3_519_610),
    ],
)
def test_long_and_short_ids_name_a_corner_and_a_side(one, size, north, east):
    found = cells(one)
    assert (found.size, found.epsg) == (size, 3035)
    assert (found.north.tolist(), found.east.tolist()) == ([north], [east])
    x, y = found.centres()
    assert (x.tolist(), y.tolist()) == ([east + size / 2], [north + size / 2])


def test_overseas_grids_have_their_own_systems_without_limits_of_europe():
    assert cells(long(7_600_000, 200_000, crs=2975)).epsg == 2975


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (["somewhere"], "line 2: the cell is 'somewhere', not a cell's id such as"),
        ([long(2_829_400, 3_519_600), "1kmN2829E3519"], "line 3: the cell is '1kmN2829E3519'"),
        ([long(2_829_400, 3_519_600, crs=2154)], "is in EPSG:2154; EPSG:3035 .Europe., EPSG:"),
        ([long(2_829_400, 3_519_600), long(0, 0, crs=2975)], "line 3: .* where those before are"),
        ([long(2_829_000, 3_519_000), long(2_829_000, 3_520_000, 1000)], "is 1000 m wide where"),
        ([long(2_829_400, 3_519_600, 5)], "is 5 m wide, not 10 m to 10 km"),
        ([long(2_820_000, 3_520_000, 20_000)], "is 20000 m wide, not 10 m to 10 km"),
        ([long(2_829_500, 3_519_600)], "is not on the 200 m grid of EPSG:3035"),
        ([long(2_829_400, 3_519_700)], "is not on the 200 m grid of EPSG:3035"),
        ([long(899_800, 3_519_600)], "is not on the 200 m grid"),
        ([long(5_600_200, 3_519_600)], "is not on the 200 m grid"),
        ([long(2_829_400, 899_800)], "is not on the 200 m grid"),
        ([long(2_829_400, 7_500_200)], "is not on the 200 m grid"),
        (
            [long(2_829_400, 3_519_600), long(2_829_400, 3_519_800), long(2_829_400, 3_519_600)],
            "line 4: cell .* appears a second time .first on line 2.",
        ),
    ],
)
def test_the_first_id_that_is_none_is_named(ids, said):
    with pytest.raises(InputError, match=said):
        cells(*ids)


def test_the_corners_of_europe_are_on_its_grid():
    for north in (900_000, 5_600_000):
        for east in (900_000, 7_500_000):
            assert cells(long(north, east)).east.tolist() == [east]


def test_a_grid_holds_its_cells_and_no_more():
    frame = cells(long(2_829_400, 3_519_600), long(2_830_000, 3_520_200)).frame()
    assert (frame.west, frame.north, frame.rows, frame.columns) == (3_519_600, 2_830_200, 4, 4)
    assert frame.cell_size == 200.0
    alone = cells(long(2_829_400, 3_519_600)).frame()
    assert (alone.rows, alone.columns) == (1, 1)


def test_a_territory_is_in_one_piece():
    """Strips without cells are at most 30 km wide."""
    east = 3_500_000 + np.array([0, 30_200, 60_400])
    assert cells(*(long(2_829_400, e) for e in east)).frame().columns == 303
    assert cells(*(long(n, 3_500_000) for n in 2_800_000 + east - 3_500_000)).frame().rows == 303
    near = long(2_829_400, 3_499_800)
    for ids in (
        [long(2_829_400, 3_500_000), long(2_829_400, 3_530_400)],
        [long(2_800_000, 3_500_000), long(2_830_400, 3_500_000)],
    ):
        one, other = ids
        said = f"cells {one} and {other} are 30 km apart with no cell between them"
        with pytest.raises(InputError, match=said):
            cells(*ids[::-1]).frame()
    with pytest.raises(InputError, match=f"cells {long(2_829_400, 3_500_000)} and "):
        cells(near, long(2_829_400, 3_530_400), long(2_829_400, 3_500_000)).frame()
