"""The position of a grid of square cells, in the coordinates of INSEE's gridded data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.kernels.arrays import Floats

GRID_EPSG: Final = 3035
"""ETRS89 / LAEA Europe, the coordinate system of cells of metropolitan France."""


@dataclass(frozen=True)
class GridFrame:
    """Position, size and shape of a grid.

    `west` and `north` are EPSG:3035 easting and northing of these edges, m; `cell_size` is the side
    of a cell, m; row 0 is the northernmost.
    """

    west: float
    north: float
    cell_size: float
    rows: int
    columns: int

    def cell_of(self, x: Floats, y: Floats) -> npt.NDArray[np.int32]:
        """Return the flat index of the cell that contains each point, -1 outside the grid.

        x and y, (points,), are EPSG:3035, m; NaN is outside.
        """
        with np.errstate(invalid="ignore"):
            column = np.floor((x - self.west) / self.cell_size)
            row = np.ceil((self.north - y) / self.cell_size) - 1.0
            is_inside = (column >= 0) & (column < self.columns) & (row >= 0) & (row < self.rows)
        flat = np.full(x.shape, -1, dtype=np.int32)
        flat[is_inside] = (row * self.columns + column)[is_inside].astype(np.int32)
        return flat


def to_grid_coordinates(x: Floats, y: Floats, epsg: int) -> tuple[Floats, Floats]:
    """Project (points,) x and y from the system `epsg` to EPSG:3035, m.

    x and y are easting and northing, longitude and latitude for EPSG:4326; NaN where a point cannot
    be projected. Raise `InputError` if pyproj is not installed or does not know the system.
    """
    if epsg == GRID_EPSG:
        return x, y
    try:
        from pyproj import Transformer
        from pyproj.exceptions import CRSError
    except ImportError:
        raise InputError(
            "placing shops on the map needs the package pyproj: pip install 'essaim[geo]'."
        ) from None
    try:
        project = Transformer.from_crs(epsg, GRID_EPSG, always_xy=True)
    except CRSError:
        raise InputError(f"EPSG:{epsg} is no coordinate reference system known here.") from None
    grid_x, grid_y = (np.asarray(v, dtype=np.float64) for v in project.transform(x, y))
    is_lost = ~(np.isfinite(grid_x) & np.isfinite(grid_y))
    grid_x[is_lost] = np.nan
    grid_y[is_lost] = np.nan
    return grid_x, grid_y
