"""The position of a grid of square cells, in the coordinates of INSEE's gridded data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.kernels.arrays import Floats

GRID_EPSG: Final = 3035
"""ETRS89 / LAEA Europe, the coordinate system of cells of Europe."""

DEGREES: Final = 4326
"""WGS 84, longitude and latitude."""

OVERSEAS: Final = {
    2975: "Réunion",
    5490: "Guadeloupe and Martinique",
    2972: "Guyane",
    4471: "Mayotte",
}
"""Projected systems of INSEE's cells overseas, by EPSG code, with their land."""


@dataclass(frozen=True)
class GridFrame:
    """Position, size and shape of a grid.

    `west` and `north` are easting and northing of these edges in the projected system `epsg`, m;
    `cell_size` is the side of a cell, m; row 0 is the northernmost.
    """

    west: float
    north: float
    cell_size: float
    rows: int
    columns: int
    epsg: int = GRID_EPSG

    def cell_of(self, x: Floats, y: Floats) -> npt.NDArray[np.int32]:
        """Return the flat index of the cell that contains each point, -1 outside the grid.

        x and y, (points,), are in the system of the grid, m; NaN is outside.
        """
        with np.errstate(invalid="ignore"):
            column = np.floor((x - self.west) / self.cell_size)
            row = np.ceil((self.north - y) / self.cell_size) - 1.0
            is_inside = (column >= 0) & (column < self.columns) & (row >= 0) & (row < self.rows)
        flat = np.full(x.shape, -1, dtype=np.int32)
        flat[is_inside] = (row * self.columns + column)[is_inside].astype(np.int32)
        return flat


def to_grid_coordinates(
    x: Floats, y: Floats, epsg: int | str, grid_epsg: int | str = GRID_EPSG
) -> tuple[Floats, Floats]:
    """Project (points,) x and y from the system `epsg`, a code or WKT, to that of the grid.

    x and y are easting and northing, longitude and latitude for EPSG:4326; NaN where a point cannot
    be projected. Raise `InputError` if pyproj is not installed or does not know the system.
    """
    if epsg == grid_epsg:
        return x, y
    grid_x, grid_y = (np.array(v, dtype=np.float64) for v in _project(epsg, grid_epsg, x, y))
    is_lost = ~(np.isfinite(grid_x) & np.isfinite(grid_y))
    grid_x[is_lost] = np.nan
    grid_y[is_lost] = np.nan
    return grid_x, grid_y


def to_degrees(x: Sequence[float], y: Sequence[float], epsg: int | str) -> tuple[Floats, Floats]:
    """Return longitude and latitude of (points,) x and y in a projected system, m."""
    longitude, latitude = _project(epsg, DEGREES, np.array(x), np.array(y))
    return np.asarray(longitude), np.asarray(latitude)


@cache
def _transformer(epsg: int | str, to: int | str) -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(epsg, to, always_xy=True)


def _project(epsg: int | str, to: int | str, x: Floats, y: Floats) -> tuple[Any, Any]:
    try:
        from pyproj import exceptions
    except ImportError:
        raise InputError(
            "placing shops on the map needs the package pyproj: pip install 'essaim[geo]'."
        ) from None
    try:
        projected: tuple[Any, Any] = _transformer(epsg, to).transform(x, y)
    except exceptions.ProjError:
        # One of both is the file's, by its code or its WKT.
        words = [f"EPSG:{one}" for one in (epsg, to) if isinstance(one, int)]
        named = words[0] if len(words) == 2 else "the file's"
        raise InputError(f"{named} is no coordinate reference system known here.") from None
    return projected
