"""Cells by their INSPIRE ids: ``CRS3035RES200mN2829400E3519600`` names a lower-left corner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow.compute as pc

from sim.errors import InputError
from sim.kernels.arrays import Floats, Ints
from sim.territory.grid_frame import GRID_EPSG, OVERSEAS, GridFrame
from sim.territory.remedies import Refusal
from sim.territory.table import Table

MAX_CELLS: Final = 25_000_000
MAX_GAP: Final = 30_000.0
"""Widest uninhabited strip within one territory, m; assumed."""

_CELL: Final = r"(?P<size>\d{1,6})(?P<unit>k?m)N(?P<n>\d{1,8})E(?P<e>\d{1,8})$"
_SHORT_ID: Final = r"^(?:[A-Z]{2}_)?" + _CELL
_LONG_ID: Final = r"^(?:[A-Z]{2}_)?CRS(?P<crs>\d{1,6})RES" + _CELL


@dataclass(frozen=True)
class Cells:
    """Distinct cells of one size on the grid of one projected system, `epsg`.

    `ids` are as written in the table; `east` and `north`, (cells,), are lower-left corners and
    `size` is the side length, m.
    """

    table: Table
    ids: list[str]
    east: Ints
    north: Ints
    size: int
    epsg: int

    def centres(self) -> tuple[Floats, Floats]:
        """Return x and y of the middle of each cell, m."""
        half = np.float64(self.size / 2)
        return self.east + half, self.north + half

    def frame(self) -> GridFrame:
        """Return the smallest grid that holds the cells.

        Raise `InputError` if they are too far apart for one territory, or span too large a grid.
        """
        size = self.size
        for coordinate in (self.east, self.north):
            order = np.argsort(coordinate, kind="stable")
            gaps = np.diff(coordinate[order]) - size
            if gaps.size and gaps.max() > MAX_GAP:
                at = int(np.argmax(gaps))
                one, other = self.ids[order[at]], self.ids[order[at + 1]]
                raise InputError(
                    f"{self.table.path}: cells {one} and {other} are {gaps[at] / 1000:.0f} km"
                    " apart with no cell between them; a territory is in one piece."
                )
        west, south = int(self.east.min()), int(self.north.min())
        columns = (int(self.east.max()) - west) // size + 1
        rows = (int(self.north.max()) - south) // size + 1
        if rows * columns > MAX_CELLS:
            raise Refusal(
                f"{self.table.path} spans {rows} x {columns} cells, more than the {MAX_CELLS:,}"
                " that fit",
                "part",
            )
        north = float(south + rows * size)
        return GridFrame(float(west), north, float(size), rows, columns, self.epsg)


def read_cells(table: Table) -> Cells:
    """Read the ids of the cells of a table with a column ``cell`` and at least one row.

    Raise `InputError` if one is malformed, repeated, of another size or in another system.
    """
    column = "cell"
    ids = table.texts(column)
    is_long = "CRS" in ids[0].upper()
    pattern = _LONG_ID if is_long else _SHORT_ID
    parts = pc.extract_regex(pc.utf8_trim_whitespace(table.columns[column]), pattern)
    is_lost = np.asarray(parts.is_null().to_numpy(zero_copy_only=False), dtype=bool)
    table.check(
        is_lost,
        lambda row: (
            f"the cell is {ids[row]!r}, not a cell's id such as CRS3035RES200mN2829400E3519600."
        ),
    )

    def part(name: str) -> Ints:
        values = [int(v) for v in pc.struct_field(parts, name).to_pylist()]
        return np.array(values, dtype=object).astype(np.int64)

    system = part("crs") if is_long else np.full(table.n_rows, GRID_EPSG, np.int64)
    epsg = int(system[0])
    known = ", ".join(f"EPSG:{code} ({land})" for code, land in OVERSEAS.items())
    table.check(
        ~np.isin(system, (GRID_EPSG, *OVERSEAS)),
        lambda row: (
            f"cell {ids[row]} is in EPSG:{system[row]}; EPSG:{GRID_EPSG} (Europe), {known} are"
            " read."
        ),
    )
    table.check(
        system != epsg,
        lambda row: (
            f"cell {ids[row]} is in EPSG:{system[row]} where those before are in EPSG:{epsg}; a"
            " territory lies in one system."
        ),
    )
    is_km = np.array([u == "km" for u in pc.struct_field(parts, "unit").to_pylist()])
    sizes = part("size") * np.where(is_km, 1000, 1)
    table.check(
        sizes != sizes[0],
        lambda row: (
            f"cell {ids[row]} is {sizes[row]} m wide where those before are {sizes[0]} m; cells"
            " must all have one size."
        ),
    )
    size = int(sizes[0])
    if not 10 <= size <= 10_000:
        raise InputError(f"{table.place(0)}: cell {ids[0]} is {size} m wide, not 10 m to 10 km.")
    # A short INSPIRE id omits the trailing zeros of the cell size: 1kmN2345E4567 is in km.
    unit = 1 if is_long else 10 ** (len(str(size)) - len(str(size).rstrip("0")))
    east, north = part("e") * unit, part("n") * unit
    is_off = (east % size != 0) | (north % size != 0)
    if epsg == GRID_EPSG:
        is_off |= (east < 900_000) | (east > 7_500_000) | (north < 900_000) | (north > 5_600_000)
    table.check(is_off, lambda row: f"cell {ids[row]} is not on the {size} m grid of EPSG:{epsg}.")
    _, first, count = np.unique(
        np.stack([north, east]), axis=1, return_index=True, return_counts=True
    )
    if (count > 1).any():
        twin = int(first[np.argmax(count > 1)])
        is_same = (east == east[twin]) & (north == north[twin])
        row = int(np.flatnonzero(is_same)[1])
        raise InputError(
            f"{table.place(row)}: cell {ids[row]} appears a second time (first on"
            f" {table.row_word} {table.first_row + twin})."
        )
    return Cells(table, ids, east, north, size, epsg)
