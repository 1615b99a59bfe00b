"""Lines and areas of an answer of Overpass: ``out geom``, or ways with their nodes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import InputError

_AREA_KEYS = ("landuse", "leisure", "natural", "water", "place")


def read_overpass_shapes(path: Path) -> tuple[Any, list[Mapping[str, str]]]:
    """Return the geometries, in degrees, and the tags of all elements that have some."""
    try:
        import shapely  # noqa: F401 - for `_shape`
    except ImportError:
        raise InputError(
            f"{path}: reading a map needs the package shapely: pip install 'essaim[geo]'."
        ) from None
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        elements = [one for one in content["elements"] if isinstance(one, dict)]
        nodes = {
            one["id"]: (float(one["lon"]), float(one["lat"]))
            for one in elements
            if one.get("type") == "node" and "lon" in one and "lat" in one
        }
        ways = {one["id"]: _line(one, nodes) for one in elements if one.get("type") == "way"}
        found = [
            (_shape(one, nodes, ways), {str(k): str(v) for k, v in one["tags"].items()})
            for one in elements
            if isinstance(one.get("tags"), dict) and one["tags"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        raise InputError(f"{path} is a damaged answer of Overpass.") from None
    shapes = [(geometry, tags) for geometry, tags in found if geometry is not None]
    if not any(geometry.geom_type != "Point" for geometry, _ in shapes):
        raise InputError(
            f"{path} is an answer of Overpass without lines; end the query with 'out geom;'."
        )
    geometries = np.empty(len(shapes), dtype=object)
    geometries[:] = [geometry for geometry, _ in shapes]
    return geometries, [tags for _, tags in shapes]


def _line(one: Any, nodes: Mapping[Any, tuple[float, float]]) -> list[tuple[float, float]]:
    if isinstance(one.get("geometry"), list):
        return [(float(p["lon"]), float(p["lat"])) for p in one["geometry"] if p]
    return [nodes[n] for n in one.get("nodes") or () if n in nodes]


def _shape(one: Any, nodes: Any, ways: Any) -> Any:
    """Return the geometry of an element, or None if it has none here."""
    import shapely

    if one.get("type") == "node":
        return shapely.Point(nodes[one["id"]]) if one["id"] in nodes else None
    if one.get("type") == "way":
        line = ways[one["id"]]
        if len(line) < 2:
            return None
        is_closed = len(line) > 3 and line[0] == line[-1]
        tags = one["tags"]
        is_area = tags.get("area") == "yes" or (
            tags.get("area") != "no" and any(key in tags for key in _AREA_KEYS)
        )
        return shapely.Polygon(line) if is_closed and is_area else shapely.LineString(line)
    lines = [
        ways.get(member.get("ref")) or _line(member, nodes)
        for member in one.get("members") or ()
        if member.get("type") == "way"
    ]
    parts = [shapely.LineString(line) for line in lines if len(line) > 1]
    if not parts or one["tags"].get("type") not in ("multipolygon", "boundary"):
        return None
    area = shapely.build_area(shapely.multilinestrings(parts))
    return None if area.is_empty else area
