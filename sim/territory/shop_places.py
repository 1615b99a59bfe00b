"""Places of the rows of a file of shops, in whatever coordinates it has."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sim.errors import InputError
from sim.kernels.arrays import Bools, Floats
from sim.territory.grid_frame import DEGREES, GRID_EPSG, GridFrame, to_grid_coordinates
from sim.territory.remedies import Refusal
from sim.territory.table import Table

LAMBERT: Final = 2154

_SYSTEMS: Final = {
    DEGREES: "longitude and latitude (EPSG:4326)",
    LAMBERT: "Lambert-93 (EPSG:2154)",
    3035: "LAEA Europe (EPSG:3035)",
    3857: "web Mercator (EPSG:3857)",
    27572: "Lambert II étendu (EPSG:27572)",
}
"""Coordinate systems of French data, tried to explain why points fall outside the grid."""


@dataclass(frozen=True)
class Places:
    """Points as the file has them, (rows,), and their system by EPSG code; NaN where missing."""

    x: Floats
    y: Floats
    epsg: int
    system: Floats | None = None

    def on_grid(self, frame: GridFrame) -> tuple[Floats, Floats]:
        """Return x and y in the system of a grid, m."""
        if self.system is None:
            return to_grid_coordinates(self.x, self.y, self.epsg, frame.epsg)
        x, y = np.full(self.x.shape, np.nan), np.full(self.x.shape, np.nan)
        for epsg in np.unique(self.system[np.isfinite(self.system)]):
            own = self.system == epsg
            x[own], y[own] = to_grid_coordinates(self.x[own], self.y[own], int(epsg), frame.epsg)
        return x, y


def places_of(table: Table, frame: GridFrame) -> Places:
    """Read projected coordinates, else geometries, else degrees, else points in one text.

    Raise `InputError` if a table has none of them, or degrees that are none.
    """
    has_degrees = "lon" in table.columns and "lat" in table.columns
    if "lambert_x" in table.columns and "lambert_y" in table.columns:
        x, y = (table.numbers(f"lambert_{a}", missing=True, negative=True) for a in "xy")
        if np.isfinite(x).any() or not has_degrees:
            system = table.numbers("epsg", missing=True) if "epsg" in table.columns else None
            if system is not None and np.isfinite(system).any():
                return Places(x, y, LAMBERT, system)
            return Places(x, y, LAMBERT if frame.epsg == GRID_EPSG else frame.epsg)
    if table.points is not None:
        if table.points_epsg is None:
            raise InputError(f"{table.path} does not name its coordinate system by an EPSG code.")
        return Places(table.points[:, 0], table.points[:, 1], table.points_epsg)
    if has_degrees:
        return _degrees(table)
    if "point" in table.columns:
        return _texts(table)
    raise Refusal(
        f"{table.path} has no columns 'lon' and 'lat' and no geometries",
        "columns",
        names="lon=ITS_NAME,lat=ITS_NAME",
    )


def _degrees(table: Table) -> Places:
    x = table.numbers("lon", missing=True, negative=True, degrees=True)
    y = table.numbers("lat", missing=True, negative=True, degrees=True)
    known = np.isfinite(x) & np.isfinite(y)
    if known.any() and (np.abs(x[known]) > 180).all() and (np.abs(y[known]) > 90).all():
        system = table.numbers("epsg", missing=True) if "epsg" in table.columns else None
        return Places(x, y, LAMBERT, system)  # x and y of a French file
    for column, values, limit in (("lon", x, 180.0), ("lat", y, 90.0)):
        table.check(
            np.abs(values) > limit,
            lambda row, c=column, v=values, m=limit: (  # type: ignore[misc]
                f"{c} is {v[row]:g}, not degrees in [-{m:g}, {m:g}]; OpenStreetMap's coordinates"
                " are EPSG:4326."
            ),
        )
    return Places(x, y, DEGREES)


def _texts(table: Table) -> Places:
    """Read WKT (with ``SRID=``), ``latitude, longitude`` or a GeoJSON geometry in a column."""
    texts, epsg = table.texts("point"), DEGREES
    points = np.full((len(texts), 2), np.nan)
    for row, text in enumerate(texts):
        if not text:
            continue
        pair = re.fullmatch(r"\[?\s*(-?\d+(?:\.\d+)?)\s*[,; ]\s*(-?\d+(?:\.\d+)?)\s*\]?", text)
        if pair:
            points[row] = float(pair[2]), float(pair[1])
            continue
        srid = re.match(r"SRID=(\d+);", text)
        epsg = int(srid[1]) if srid else epsg
        points[row] = _centroid(table, row, text[srid.end() :] if srid else text)
    known = np.isfinite(points).all(axis=1)
    if epsg == DEGREES and known.any() and (np.abs(points[known]) > 180).all():
        epsg = LAMBERT
    return Places(points[:, 0], points[:, 1], epsg)


def _centroid(table: Table, row: int, text: str) -> Any:
    try:
        import shapely
    except ImportError:
        raise InputError(
            f"{table.path}: reading geometries needs shapely: pip install 'essaim[geo]'."
        ) from None
    try:
        with np.errstate(all="ignore"):
            made = shapely.from_geojson(text) if text.startswith("{") else shapely.from_wkt(text)
            return (np.nan, np.nan) if made.is_empty else shapely.get_coordinates(made.centroid)[0]
    except (shapely.errors.ShapelyError, json.JSONDecodeError, IndexError, AttributeError):
        raise InputError(
            f"{table.place(row)}: the point is {text[:40]!r}; expected POINT (lon lat), or latitude"
            " and longitude with a comma."
        ) from None


def check_overlap(
    table: Table, frame: GridFrame, places: Places, candidate: Bools, is_inside: Bools
) -> None:
    """Raise `InputError` if hardly any candidate lies on the grid, with the likely reason."""
    path, inside, total = table.path, int(is_inside.sum()), int(candidate.sum())
    x, y = places.x[candidate], places.y[candidate]
    readings = {f"read as {words}": (x, y, epsg) for epsg, words in _SYSTEMS.items()}
    if places.epsg == DEGREES:
        readings = {"x and y (lon and lat) are swapped": (y, x, DEGREES), **readings}
    for words, (as_x, as_y, epsg) in readings.items():
        if epsg == places.epsg and as_x is x:
            continue
        found = frame.cell_of(*to_grid_coordinates(as_x, as_y, epsg, frame.epsg)) >= 0
        if 2 * int(found.sum()) > total:
            raise InputError(
                f"{path}: {total - inside} of {total} shops lie outside the grid, but"
                f" {int(found.sum())} lie inside when {words}."
            )
    grid_x, grid_y = places.on_grid(frame)
    if inside and _surrounds(frame, grid_x[candidate], grid_y[candidate]):
        return
    raise InputError(
        f"{path}: {total - inside} of {total} shops lie outside the grid of the population, which"
        f" spans EPSG:{frame.epsg} E {frame.west:.0f} to"
        f" {frame.west + frame.columns * frame.cell_size:.0f}, N"
        f" {frame.north - frame.rows * frame.cell_size:.0f} to {frame.north:.0f}; are both files"
        " about the same place?"
    )


def _surrounds(frame: GridFrame, x: Floats, y: Floats) -> bool:
    """Return whether points surround a grid, as an extract of a larger area does."""
    east = frame.west + frame.columns * frame.cell_size
    south = frame.north - frame.rows * frame.cell_size
    return bool(
        np.nanmin(x) < frame.west
        and np.nanmax(x) > east
        and np.nanmin(y) < south
        and np.nanmax(y) > frame.north
    )
