"""One point for any geometry: the centroid of its outlines, or the mean of its vertices."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

__all__ = ["geojson_point", "wkb_point"]

Vertex = tuple[float, float]

NOWHERE: Final[Vertex] = (math.nan, math.nan)

_ENVELOPE_BYTES: Final = (0, 32, 48, 48, 64)
"""Length of a GeoPackage geometry's envelope, by the code in its flags (OGC 12-128r18, 2.1.3)."""


def geojson_point(geometry: Any) -> Vertex:
    """A point of a GeoJSON geometry, NaN where it has none.

    Parameters
    ----------
    geometry : dict or None
        Member ``geometry`` of a feature (RFC 7946).

    Returns
    -------
    (float, float)
        x and y in the units of the geometry.

    Examples
    --------
    >>> geojson_point({"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 2], [0, 0]]]})
    (2.6666666666666665, 0.6666666666666666)
    """
    if not isinstance(geometry, dict):
        return NOWHERE
    coordinates = geometry.get("coordinates")
    try:
        match geometry.get("type"):
            case "Point":
                return _vertex(coordinates)
            case "MultiPoint" | "LineString":
                return _centre([[_vertex(v) for v in coordinates or []]])
            case "MultiLineString":
                return _centre([[_vertex(v) for v in line] for line in coordinates or []])
            case "Polygon":
                return _centre([[_vertex(v) for v in (coordinates or [[]])[0]]])
            case "MultiPolygon":
                return _centre([[_vertex(v) for v in p[0]] for p in coordinates or []])
            case _:
                return NOWHERE
    except (TypeError, ValueError, IndexError, KeyError):
        return NOWHERE


def wkb_point(blob: bytes | None) -> Vertex:
    """A point of a GeoPackage geometry, NaN where it has none or cannot be read.

    Parameters
    ----------
    blob : bytes or None
        GeoPackage binary: a header, then well-known binary (points, lines, polygons and their
        multiples, with or without z and m).

    Returns
    -------
    (float, float)
        x and y in the units of the geometry.
    """
    if not isinstance(blob, bytes) or blob[:2] != b"GP" or len(blob) < 8:
        return NOWHERE
    envelope = (blob[3] >> 1) & 0b111
    if envelope >= len(_ENVELOPE_BYTES):
        return NOWHERE
    try:
        outlines, _ = _outlines(blob, 8 + _ENVELOPE_BYTES[envelope])
    except (struct.error, ValueError):
        return NOWHERE
    return _centre(outlines)


def _outlines(data: bytes, at: int) -> tuple[list[list[Vertex]], int]:
    """Exterior rings, lines or single points of a WKB geometry, and where it ends."""
    order = "<" if data[at : at + 1] == b"\x01" else ">"
    (code,) = struct.unpack_from(f"{order}I", data, at + 1)
    has_z, has_m = bool(code & 0x80000000), bool(code & 0x40000000)
    code &= 0x0FFFFFFF
    thousands, kind = divmod(code, 1000)
    size = 2 + (has_z or thousands in (1, 3)) + (has_m or thousands in (2, 3))
    at += 5

    def vertices(count: int, start: int) -> tuple[list[Vertex], int]:
        flat = struct.unpack_from(f"{order}{count * size}d", data, start)
        points = [(flat[i], flat[i + 1]) for i in range(0, len(flat), size)]
        return points, start + 8 * len(flat)

    if kind == 1:
        points, at = vertices(1, at)
        return [points], at
    (count,) = struct.unpack_from(f"{order}I", data, at)
    at += 4
    if count > len(data):
        raise ValueError("more parts than bytes")
    if kind == 2:
        points, at = vertices(count, at)
        return [points], at
    outlines: list[list[Vertex]] = []
    if kind == 3:
        for ring in range(count):
            (length,) = struct.unpack_from(f"{order}I", data, at)
            points, at = vertices(length, at + 4)
            if ring == 0:
                outlines.append(points)
        return outlines, at
    if kind not in (4, 5, 6, 7):
        raise ValueError("a geometry of another kind")
    for _ in range(count):
        parts, at = _outlines(data, at)
        outlines += parts
    return outlines, at


def _vertex(coordinates: Any) -> Vertex:
    return float(coordinates[0]), float(coordinates[1])


def _centre(outlines: Sequence[Sequence[Vertex]]) -> Vertex:
    """Centroid by the shoelace formula, relative to a first vertex so that no digit is lost."""
    vertices = [v for outline in outlines for v in outline]
    if not vertices:
        return NOWHERE
    x0, y0 = vertices[0]
    area = moment_x = moment_y = 0.0
    for outline in outlines:
        if len(outline) < 4 or outline[0] != outline[-1]:
            continue
        for (xa, ya), (xb, yb) in pairwise(outline):
            xa, ya, xb, yb = xa - x0, ya - y0, xb - x0, yb - y0
            cross = xa * yb - xb * ya
            area += cross / 2
            moment_x += (xa + xb) * cross / 6
            moment_y += (ya + yb) * cross / 6
    if area:
        return x0 + moment_x / area, y0 + moment_y / area
    count = len(vertices)
    return sum(x for x, _ in vertices) / count, sum(y for _, y in vertices) / count
