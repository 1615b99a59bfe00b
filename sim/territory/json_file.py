"""Read GeoJSON, or the answer of Overpass as it comes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from sim.errors import InputError
from sim.territory.geo_file import read_layers
from sim.territory.grid_frame import DEGREES
from sim.territory.table import Request, Table, wanted_names

_HEAD: Final = 100_000

LARGEST_CHECKED: Final = 100_000_000
"""Maximum bytes of GeoJSON of which each feature is checked: larger files would take as long again
as to read them."""

read_geojson = read_layers("GeoJSON", "GeoJSON file")


def read_json(path: Path, request: Request) -> Table:
    """Read features of GeoJSON, or elements of Overpass.

    Raise `InputError` if the file is damaged or neither.
    """
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        start = file.read(_HEAD)
    if '"elements"' in start and '"features"' not in start:
        return _read_overpass(path, request)
    if path.stat().st_size <= LARGEST_CHECKED:
        _check_features(path)
    return read_geojson(path, request)


def _check_features(path: Path) -> None:
    """Raise `InputError` if a feature is none: GDAL would leave it out without a word."""
    try:
        text = path.read_text(encoding="utf-8-sig", errors="surrogateescape")
        content = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not valid GeoJSON: {error}.") from None
    features = content.get("features") if isinstance(content, dict) else None
    for k, one in enumerate(features if isinstance(features, list) else ()):
        if not isinstance(one, dict) or one.get("type") != "Feature" or "geometry" not in one:
            raise InputError(
                f"{path} is damaged GeoJSON: feature {k + 1} has no type 'Feature' or no geometry."
            )


def _read_overpass(path: Path, request: Request) -> Table:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        elements = content["elements"]
        if not all(isinstance(one.get("tags", {}), dict) for one in elements):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError(f"{path} is a damaged answer of Overpass.") from None
    # Without tags are the bare nodes of outlines (out body; >; out skel).
    tagged = [one for one in elements if one.get("tags")]
    if not tagged:
        raise InputError(
            f"{path} is an answer of Overpass without tags; end the query with 'out center tags;'."
        )
    header = sorted({str(key) for one in tagged for key in one["tags"]})
    spelling = wanted_names(path, header, request)
    columns = {
        name: pa.array([_text(one["tags"].get(own)) for one in tagged], pa.string())
        for name, own in spelling.items()
    }
    columns["id"] = pa.array([f"{one.get('type')}/{one.get('id')}" for one in tagged])
    nodes = {one.get("id"): one for one in elements if one.get("type") == "node"}
    points = np.array([_point(one, nodes) for one in tagged], dtype=np.float64).reshape(-1, 2)
    named = ("Overpass", *header)
    return Table(path, columns, len(tagged), "element", 1, points, DEGREES, header=named)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _point(one: dict[str, Any], nodes: dict[Any, dict[str, Any]]) -> tuple[float, float]:
    """Return longitude and latitude of an element, by its own place, its centre or its outline."""
    outline = one.get("geometry") or [nodes.get(n) for n in one.get("nodes", ()) or ()]
    bounds = one.get("bounds")
    corners: Iterable[Any] = outline if isinstance(outline, list) else ()
    if isinstance(bounds, dict):
        corners = (
            {"lon": bounds.get("minlon"), "lat": bounds.get("minlat")},
            {"lon": bounds.get("maxlon"), "lat": bounds.get("maxlat")},
        )
    for places in ((one,), (one.get("center"),), corners):
        found = [(p.get("lon"), p.get("lat")) for p in places if isinstance(p, dict)]
        numbers = [(x, y) for x, y in found if _is_degrees(x, 180) and _is_degrees(y, 90)]
        if numbers:
            x, y = np.mean(np.array(numbers, dtype=np.float64), axis=0)
            return float(x), float(y)
    return float("nan"), float("nan")


def _is_degrees(value: Any, limit: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= limit
