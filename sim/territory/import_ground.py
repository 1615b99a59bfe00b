"""Reduce a map to what is drawn beneath a town: few points, within the grid, and the main names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.territory.grid_frame import GridFrame, to_grid_coordinates
from sim.territory.ground import (
    LONGEST_NAME,
    MOST_NAMES,
    MOST_POINTS,
    UNIT,
    Ground,
    GroundKind,
    ground_kinds,
)
from sim.territory.origins import origin_of_ground
from sim.territory.read_ground import Shapes, read_shapes

FIRST_KEPT: Final = ("main_street", "river", "water", "railway", "square", "green", "street")
"""Kinds in the order in which they are kept where a map has too many points."""

SMALLEST: Final = 0.02
"""Smallest area that is drawn, in cells; assumed."""

_ACROSS: Final = 20
"""Points across a grid whose places in another system bound it."""

RANKS: Final = {"square": 3, "water": 3, "river": 3, "green": 3, "main_street": 4, "street": 4}

Named = tuple[int, float, Any, str]
"""Rank, size, geometry and text of a name."""


def import_ground(
    path: Path, frame: GridFrame, stated: str | None = None
) -> tuple[Ground, dict[str, Any]]:
    """Read and reduce a map; return the ground of a grid and its provenance.

    Lines are simplified to 1/`UNIT` of a cell and joined, areas united, and what is too small to be
    seen is left out. Raise `InputError` like `read_shapes`, and if nothing lies within the grid.
    """
    layers = read_shapes(path, partial(_box, frame))
    import shapely

    try:
        return _reduced(path, layers, frame, stated)
    except shapely.errors.ShapelyError:
        raise InputError(f"{path} holds shapes that cannot be drawn.") from None


def _reduced(
    path: Path, layers: list[Shapes], frame: GridFrame, stated: str | None
) -> tuple[Ground, dict[str, Any]]:
    by_kind: dict[str, list[Any]] = {kind.name: [] for kind in ground_kinds()[0]}
    named: list[Named] = []
    for shapes in layers:
        geometries, tags = _on_grid(shapes, frame)
        for kind, own, name in _sorted(geometries, tags):
            by_kind[kind].append(own)
            if name and kind in RANKS:
                named.append((RANKS[kind], 0.0, own, name))
        named += _places(geometries, tags)
    parts, n_left_out = _bounded(by_kind)
    if not parts:
        raise InputError(
            f"{path} shows no streets, waters, squares or green within the place; is it a map of"
            " it?"
        )
    ground = _ground(parts, _names(named))
    header = {own for shapes in layers for own in shapes.header}
    left_out = f" {n_left_out:,} less important ones are left out." if n_left_out else ""
    return ground, {
        **origin_of_ground(path, header, stated),
        "evidence": "found",
        "parts": int(ground.kind.size),
        "left_out": n_left_out,
        "names": len(ground.names),
        "in_words": f"{ground.kind.size:,} lines and outlines with {len(ground.names)} names, from"
        f" {path.name}; they are only drawn.{left_out}",
    }


def _box(frame: GridFrame, system: str) -> tuple[float, float, float, float]:
    """Return the bounds of a grid in another system, from points all over it."""
    x, y = np.indices((_ACROSS, _ACROSS)).reshape(2, -1) / (_ACROSS - 1)
    east = frame.west + x * frame.columns * frame.cell_size
    north = frame.north - y * frame.rows * frame.cell_size
    own_x, own_y = to_grid_coordinates(east, north, frame.epsg, system)
    box = (np.nanmin(own_x), np.nanmin(own_y), np.nanmax(own_x), np.nanmax(own_y))
    return tuple(float(value) for value in box)  # type: ignore[return-value]


def _on_grid(shapes: Shapes, frame: GridFrame) -> tuple[Any, list[Mapping[str, str]]]:
    """Return geometries in cells from the north-west corner, within the grid, and their tags."""
    import shapely

    def in_cells(points: Any) -> Any:
        x, y = to_grid_coordinates(points[:, 0], points[:, 1], shapes.system, frame.epsg)
        column, row = (x - frame.west) / frame.cell_size, (frame.north - y) / frame.cell_size
        return np.column_stack([column, row])

    own = shapely.transform(shapes.geometries, in_cells)
    points, of = shapely.get_coordinates(own, return_index=True)
    is_known = ~(shapely.is_missing(own) | shapely.is_empty(own))
    is_known[of[~np.isfinite(points).all(axis=1)]] = False
    known = np.flatnonzero(is_known)
    own = own[known]
    is_area = shapely.get_dimensions(own) == 2
    own[is_area] = shapely.make_valid(own[is_area])
    own = shapely.clip_by_rect(own, 0, 0, frame.columns, frame.rows)
    within = np.flatnonzero(~shapely.is_empty(own))
    return own[within], [shapes.tags[row] for row in known[within]]


def _sorted(geometries: Any, tags: list[Mapping[str, str]]) -> Iterator[tuple[str, Any, str]]:
    """Yield kind, geometry and name of all that is drawn."""
    import shapely

    kinds, _ = ground_kinds()
    dimensions = shapely.get_dimensions(geometries).tolist()
    for geometry, own, dimension in zip(geometries, tags, dimensions, strict=True):
        kind = next((k for k in kinds if dimension == 1 + k.is_area and _is_of(k, own)), None)
        if kind is not None:
            yield kind.name, geometry, own.get("name", "")


def _is_of(kind: GroundKind, tags: Mapping[str, str]) -> bool:
    return any(
        tags.get(key) in values or tags.get("fclass") in values for key, values in kind.tags.items()
    )


def _places(geometries: Any, tags: list[Mapping[str, str]]) -> list[Named]:
    _, sizes = ground_kinds()
    found: list[Named] = []
    for geometry, own in zip(geometries, tags, strict=True):
        size = own.get("place") or own.get("fclass")
        if size in sizes and own.get("name"):
            # The larger ones take the first two ranks.
            at = sizes.index(size)
            found.append((min(2, (at + 1) // 3), float(len(sizes) - at), geometry, own["name"]))
    return found


def _bounded(by_kind: Mapping[str, list[Any]]) -> tuple[list[tuple[int, Any]], int]:
    """Return (kind, points) of all parts that fit, by kind, and how many do not."""
    kinds = [kind.name for kind in ground_kinds()[0]]
    areas = {kind.name for kind in ground_kinds()[0] if kind.is_area}
    kept: list[tuple[int, Any]] = []
    left, n_left_out = MOST_POINTS, 0
    for name in FIRST_KEPT:
        reduced = (_outlines if name in areas else _lines)(by_kind[name])
        fits = np.cumsum([len(points) for points in reduced]) <= left
        taken = reduced[: int(fits.sum())]
        kept += [(kinds.index(name), points) for points in taken]
        left -= sum(len(points) for points in taken)
        n_left_out += len(reduced) - len(taken)
    return sorted(kept, key=lambda part: part[0]), n_left_out


def _lines(geometries: list[Any]) -> list[Any]:
    """Join and simplify lines; return the points of each, the longest first."""
    import shapely

    parts = shapely.get_parts(shapely.get_parts(np.array(geometries, dtype=object)))
    parts = parts[shapely.get_dimensions(parts) == 1]
    joined = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))
    joined = shapely.simplify(joined, 1 / UNIT)
    return _rounded(joined[np.argsort(-shapely.length(joined), kind="stable")], fewest=2)


def _outlines(geometries: list[Any]) -> list[Any]:
    """Unite and simplify areas; return the rings of all, the longest first."""
    import shapely

    if not geometries:
        return []
    united = shapely.get_parts(shapely.union_all(np.array(geometries, dtype=object)))
    united = shapely.simplify(united[shapely.area(united) >= SMALLEST], 1 / UNIT)
    rings = shapely.get_rings(united)
    return _rounded(rings[np.argsort(-shapely.length(rings), kind="stable")], fewest=4)


def _rounded(lines: Any, fewest: int) -> list[npt.NDArray[np.int32]]:
    import shapely

    found = []
    for line in lines:
        points = np.rint(shapely.get_coordinates(line) * UNIT).astype(np.int32)
        is_new = np.ones(len(points), dtype=bool)
        is_new[1:] = (points[1:] != points[:-1]).any(axis=1)
        if is_new.sum() >= fewest:
            found.append(points[is_new])
    return found


def _names(named: list[Named]) -> tuple[tuple[int, int, int, str], ...]:
    """Return one name for each text and rank, where its largest part lies."""
    import shapely

    together: dict[tuple[int, str], list[tuple[float, Any]]] = {}
    for rank, size, geometry, text in named:
        plain = "".join(c if c.isprintable() else " " for c in text).strip()[:LONGEST_NAME].strip()
        if plain:
            together.setdefault((rank, plain), []).append((size, geometry))
    found = []
    for (rank, text), ones in together.items():
        geometries = np.array([geometry for _, geometry in ones], dtype=object)
        if shapely.get_dimensions(geometries).max() == 1:
            lines = shapely.get_parts(geometries[shapely.get_dimensions(geometries) == 1])
            geometries = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
        sizes = shapely.area(geometries) + shapely.length(geometries)
        largest = geometries[int(np.argmax(sizes))]
        is_line = shapely.get_dimensions(largest) == 1
        middle = (
            shapely.line_interpolate_point(largest, 0.5, normalized=True)
            if is_line
            else shapely.point_on_surface(largest)
        )
        x, y = np.rint(shapely.get_coordinates(middle)[0] * UNIT).astype(int).tolist()
        size = max(float(sizes.max()), max(size for size, _ in ones))
        found.append((rank, -size, x, y, text))
    return tuple((rank, x, y, text) for rank, _, x, y, text in sorted(found)[:MOST_NAMES])


def _ground(parts: list[tuple[int, Any]], names: tuple[tuple[int, int, int, str], ...]) -> Ground:
    ends = np.cumsum([0, *(len(points) for _, points in parts)])
    return Ground(
        points=np.concatenate([points for _, points in parts]).astype(np.int32),
        first=ends.astype(np.int32),
        kind=np.array([kind for kind, _ in parts], dtype=np.uint8),
        names=names,
    )
