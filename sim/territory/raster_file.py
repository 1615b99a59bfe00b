"""Read a raster of residents, such as those of GHSL or WorldPop, as square cells."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from sim.errors import InputError
from sim.kernels.arrays import Floats, Ints
from sim.territory.grid_frame import DEGREES, GRID_EPSG, OVERSEAS, to_degrees, to_grid_coordinates
from sim.territory.remedies import Refusal
from sim.territory.table import OtherTable, Request, Table

LARGEST_RASTER: Final = 4_000_000
"""Maximum pixels that are read; a circle of 50 km has 1 million of 100 m."""

SIZES: Final = (200, 1000)
"""Sides of cells, m: pixels are shared out to the first that is no smaller than one of them."""

LEAST: Final = float(np.finfo(np.float32).tiny)
"""Smallest residents of a pixel: what is smaller comes of bytes that are no numbers."""

PARTS: Final = 5
"""Parts of a pixel's side; each part belongs to the cell around its middle."""

_AROUND: Final = 16
"""Points around a circle whose places in a raster bound it."""

_DEGREE: Final = 111_000
"""Length of a degree of latitude, m."""


def read_raster(path: Path, request: Request) -> Table:
    """Share out the residents of pixels to cells of 200 m or 1 km, of which they are parts.

    The sum stays the same. Raise `InputError` if the file is damaged or too large without a circle,
    if it lies outside the systems of `sim.territory.grid_frame`, or if rasterio is not installed.
    """
    if not request.is_right({"cell": "cell"}):
        raise OtherTable(f"{path} is a raster, and has no {request.what}")
    try:
        import rasterio
        from rasterio.errors import RasterioError
    except ImportError:
        raise InputError(
            f"{path}: reading a raster needs the package rasterio: pip install 'essaim[geo]'."
        ) from None
    try:
        with rasterio.open(path, driver="GTiff") as raster:
            if raster.crs is None or raster.transform.is_identity:
                raise InputError(f"{path} does not say where it lies.")
            wkt = raster.crs.to_wkt()
            window = _window(path, raster, wkt, request)
            values = raster.read(1, window=window, masked=True)
            transform = raster.window_transform(window)
    except (RasterioError, ValueError, OSError, MemoryError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path} is a damaged raster.") from None
    people = values.astype(np.float64).filled(0.0)
    # Some files mark what is missing by a negative number alone, but none by several.
    if np.unique(people[people < 0]).size > 1 or ((people > 0) & (people < LEAST)).any():
        raise InputError(f"{path} is a damaged raster: some pixels hold no numbers of people.")
    people = np.fmax(people, 0.0)
    row, column = np.nonzero(people)
    if not row.size:
        raise InputError(f"{path}: nobody lives in any of its pixels.")
    epsg = _system(path, _at(transform, column.mean(), row.mean()), wkt)
    side = _side(transform, row, column, wkt, epsg)
    size = next((s for s in SIZES if s >= 0.99 * side), None)
    if size is None:
        raise InputError(f"{path} has pixels of {side:.0f} m; at most {SIZES[-1]} m are read.")
    east, north, share = _shared(people, row, column, transform, wkt, epsg, size)
    ids = [f"CRS{epsg}RES{size}mN{n}E{e}" for n, e in zip(north, east, strict=True)]
    columns = {"cell": pa.array(ids), "ind": pa.array(share)}
    return Table(path, columns, len(ids), "cell", 1, header=("raster",))


def _project(x: Floats, y: Floats, wkt: Any, epsg: int) -> tuple[Floats, Floats]:
    return to_grid_coordinates(x, y, wkt, epsg)


def _at(transform: Any, column: Any, row: Any) -> tuple[Any, Any]:
    """Return x and y of places in pixels, or by the inverse transform the other way round."""
    a, b, c, d, e, f = transform[:6]
    return a * column + b * row + c, d * column + e * row + f


def _window(path: Path, raster: Any, wkt: Any, request: Request) -> Any:
    """Return the part of a raster around the circle that is asked for."""
    from rasterio.windows import Window

    left, top, right, bottom = 0, 0, raster.width, raster.height
    if request.circle is not None:
        latitude, longitude, radius = request.circle
        turn = 2 * np.pi * np.arange(_AROUND) / _AROUND
        reach = 1.1 * radius / _DEGREE
        lon = longitude + reach * np.cos(turn) / max(np.cos(np.radians(latitude)), 0.1)
        x, y = _project(lon, latitude + reach * np.sin(turn), DEGREES, wkt)
        column, row = _at(~raster.transform, x, y)
        if not (np.isfinite(column) & np.isfinite(row)).all():
            column, row = np.full(1, -1.0), np.full(1, -1.0)
        left, right = (int(v) for v in np.clip([column.min(), column.max() + 1], left, right))
        top, bottom = (int(v) for v in np.clip([row.min(), row.max() + 1], top, bottom))
        if right <= left or bottom <= top:
            raise InputError(
                f"{path} has no pixel within {radius / 1000:g} km of latitude {latitude:g},"
                f" longitude {longitude:g}."
            )
    window = Window(left, top, right - left, bottom - top)
    if window.width * window.height > LARGEST_RASTER:
        raise Refusal(
            f"{path} has {raster.width} x {raster.height} pixels, too many to read at once",
            "circle",
        )
    return window


def _system(path: Path, middle: tuple[float, float], wkt: Any) -> int:
    """Return the projected system of the cells around a place."""
    from pyproj import CRS

    (lon,), (lat,) = to_degrees([middle[0]], [middle[1]], wkt)
    for epsg in (*OVERSEAS, GRID_EPSG):
        area = CRS(epsg).area_of_use
        if area and area.west <= lon <= area.east and area.south <= lat <= area.north:
            return epsg
    raise InputError(
        f"{path} lies around latitude {lat:.1f}, longitude {lon:.1f}, for which no grid is known."
    )


def _side(transform: Any, row: Ints, column: Ints, wkt: Any, epsg: int) -> float:
    """Return the side of a square as large as a pixel in the middle, m."""
    r, c = float(np.median(row)), float(np.median(column))
    corners = _at(transform, np.array([c, c + 1, c]), np.array([r, r, r + 1]))
    x, y = _project(*corners, wkt, epsg)
    wide, high = np.hypot(x[1] - x[0], y[1] - y[0]), np.hypot(x[2] - x[0], y[2] - y[0])
    return float(np.sqrt(wide * high))


def _shared(
    people: Floats, row: Ints, column: Ints, transform: Any, wkt: Any, epsg: int, size: int
) -> tuple[list[int], list[int], Floats]:
    """Return east and north of each cell with residents, and its residents."""
    cells: dict[str, list[Any]] = {"east": [], "north": [], "people": []}
    steps = (np.arange(PARTS) + 0.5) / PARTS
    for down in steps:
        for right in steps:
            x, y = _project(*_at(transform, column + right, row + down), wkt, epsg)
            is_placed = np.isfinite(x) & np.isfinite(y)
            cells["east"].append(np.floor(x[is_placed] / size).astype(np.int64) * size)
            cells["north"].append(np.floor(y[is_placed] / size).astype(np.int64) * size)
            cells["people"].append(people[row, column][is_placed] / PARTS**2)
    east, north, parts = (np.concatenate(cells[name]) for name in cells)
    found, at = np.unique(np.stack([north, east]), axis=1, return_inverse=True)
    return found[1].tolist(), found[0].tolist(), np.bincount(at.ravel(), parts)
