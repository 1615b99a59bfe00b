"""Read shops from INSEE's BPE (Lambert-93) or an extract of OpenStreetMap (WGS 84)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.kernels.arrays import Bools, Floats
from sim.territory.grid_frame import GRID_EPSG, GridFrame, to_grid_coordinates
from sim.territory.read_population import file_digest
from sim.territory.shop_kinds import shop_catalogue
from sim.territory.table import Request, Table
from sim.territory.table_file import read_table

__all__ = ["UNKNOWN_GROUP", "ShopPoints", "read_shops"]

UNKNOWN_GROUP: Final = -1
"""Group of vacant premises of unknown kind."""

LONGITUDES: Final = ("lon", "lng", "long", "longitude", "x")
LATITUDES: Final = ("lat", "latitude", "y")
KIND_COLUMNS: Final = ("shop", "amenity")
_TAGS: Final = (*KIND_COLUMNS, "disused:shop", "disused:amenity", "disused", "vacant")
_ID_COLUMNS: Final = ("@id", "osm_id", "full_id", "osm_way_id", "id")

_SYSTEMS: Final = {
    4326: "longitude and latitude (EPSG:4326)",
    2154: "Lambert-93 (EPSG:2154)",
    3035: "LAEA Europe (EPSG:3035)",
    3857: "web Mercator (EPSG:3857)",
    27572: "Lambert II étendu (EPSG:27572)",
}
"""Coordinate systems of French data, tried to explain why points fall outside the grid."""


@dataclass(frozen=True)
class ShopPoints:
    """Commercial premises on a grid, read from a file; arrays are (premises,).

    `cell` is the flat index of the cell; `group` the index in the catalogue's groups, or
    `UNKNOWN_GROUP` for vacant premises of unknown kind; `shows_vacancy` says whether the file marks
    vacant premises. The provenance is the entry ``premises`` of a territory's.
    """

    cell: npt.NDArray[np.int32]
    group: npt.NDArray[np.int16]
    is_vacant: Bools
    shows_vacancy: bool
    provenance: dict[str, Any]


@dataclass(frozen=True)
class _Points:
    """All rows of a file: coordinates in `epsg`, group or None if left out, and its kind."""

    x: Floats
    y: Floats
    epsg: int
    kind: list[str]
    group: list[int | None]
    is_vacant: list[bool]
    twin: list[bool]
    layer: list[str]
    source: str
    remark: str = ""


def read_shops(path: Path, frame: GridFrame, *, may_exceed: bool = False) -> ShopPoints:
    """Read the premises of a file that lie on a grid.

    Parameters
    ----------
    path : pathlib.Path
        BPE (columns TYPEQU, LAMBERT_X, LAMBERT_Y) or OpenStreetMap (``shop``, ``amenity``, and
        ``lon`` and ``lat`` or geometries), as CSV, Parquet, GeoPackage or GeoJSON.
    frame : GridFrame
        The grid.
    may_exceed : bool
        Whether most shops may lie outside because the user asked for part of the grid.

    Raises
    ------
    InputError
        If the file has no such points, or hardly any of them lies on the grid.

    Notes
    -----
    ``shop=vacant`` and ``disused:shop=*`` (with the former kind) are vacant premises.
    Of several values (``convenience;gas``) the first one in the catalogue counts. An OpenStreetMap
    id counts once. Points off the grid and kinds outside the catalogue are left out and counted.
    """
    bpe_columns = ("typequ", "lambert_x", "lambert_y", "qualite_xy", "an")
    osm_columns = (*_TAGS, "other_tags", *LONGITUDES, *LATITUDES, *_ID_COLUMNS, "layer")
    request = Request(
        wanted=frozenset((*bpe_columns, *osm_columns)),
        is_right=lambda names: (
            "typequ" in names
            or any(c in names for c in (*KIND_COLUMNS, "disused:shop", "other_tags"))
        ),
        what="column with kinds of shop (TYPEQU of the BPE, shop or amenity of OpenStreetMap)",
        with_points=True,
    )
    table = read_table(path, request)
    if table.n_rows == 0:
        raise InputError(f"{path} holds no shops.")
    points = _bpe_points(table) if "typequ" in table.columns else _osm_points(table)
    is_placeable = np.array([g is not None for g in points.group]) & ~np.array(points.twin)
    if not is_placeable.any():
        common = Counter(" ".join(kind.split())[:40] for kind in points.kind)
        some = ", ".join(kind for kind, _ in common.most_common(5))
        raise InputError(f"{path} holds no kind of shop that is in the catalogue, but: {some}.")
    has_place = np.isfinite(points.x) & np.isfinite(points.y)
    candidate = is_placeable & has_place
    if not candidate.any():
        raise InputError(f"{path}: not one of its shops has coordinates.")
    cell = frame.cell_of(*to_grid_coordinates(points.x, points.y, points.epsg))
    is_inside = candidate & (cell >= 0)
    _check_overlap(path, frame, points, candidate, is_inside, may_exceed)

    placed = np.flatnonzero(is_inside)
    is_vacant = np.array([points.is_vacant[i] for i in placed], dtype=bool)
    return ShopPoints(
        cell=cell[placed],
        group=np.array([points.group[i] for i in placed], dtype=np.int16),
        is_vacant=is_vacant,
        shows_vacancy=bool(is_vacant.any()),
        provenance=_provenance(table, points, candidate, is_inside, is_placeable & ~has_place),
    )


def _bpe_points(table: Table) -> _Points:
    group_of = shop_catalogue().group_of_bpe
    for column in ("lambert_x", "lambert_y"):
        if column not in table.columns:
            raise InputError(f"{table.path} has TYPEQU but no column {column.upper()}.")
    kind = [code.upper() for code in table.texts("typequ")]
    years = sorted({y for y in table.texts("an") if y}) if "an" in table.columns else []
    quality = table.texts("qualite_xy") if "qualite_xy" in table.columns else []
    n_bad = sum(word.lower() == "mauvaise" for word in quality)
    return _Points(
        x=table.numbers("lambert_x", missing=True),
        y=table.numbers("lambert_y", missing=True),
        epsg=2154,
        kind=kind,
        group=[group_of.get(code) for code in kind],
        is_vacant=[False] * len(kind),
        twin=[False] * len(kind),
        layer=[""] * len(kind),
        source="INSEE, Base permanente des équipements" + "".join(f" {y}" for y in years),
        remark=f"; {n_bad} with a bad position (QUALITE_XY) stay where INSEE put them"
        if n_bad
        else "",
    )


def _osm_points(table: Table) -> _Points:
    tags = _tags(table)
    x, y, epsg = _coordinates(table)
    layer = table.texts("layer") if "layer" in table.columns else [""] * table.n_rows
    seen = [
        _classify({name: values[row] for name, values in tags.items()}, layer[row])
        for row in range(table.n_rows)
    ]
    group = [g for _, g, _ in seen]
    return _Points(
        x=x,
        y=y,
        epsg=epsg,
        kind=[kind for kind, _, _ in seen],
        group=group,
        is_vacant=[is_vacant for _, _, is_vacant in seen],
        twin=_twins(table, group),
        layer=layer,
        source="© OpenStreetMap contributors, ODbL 1.0",
    )


def _tags(table: Table) -> dict[str, list[str]]:
    tags: dict[str, list[str]] = {
        name: table.texts(name) for name in _TAGS if name in table.columns
    }
    if "other_tags" not in table.columns:
        return tags
    # ogr2ogr packs keys without a column into one text: "shop"=>"bakery","level"=>"0".
    packed = [dict(re.findall(r'"([^"]+)"=>"([^"]*)"', t)) for t in table.texts("other_tags")]
    return {
        name: [own or more.get(name, "") for own, more in zip(tags[name], packed, strict=True)]
        if name in tags
        else [more.get(name, "") for more in packed]
        for name in _TAGS
    }


def _classify(tags: dict[str, str], layer: str) -> tuple[str, int | None, bool]:
    """Classify one feature's tags: kind in words, group (None: left out) and whether vacant."""
    catalogue = shop_catalogue()

    def first_group(text: str) -> tuple[str, int | None]:
        values = [value.strip().lower() for value in text.split(";") if value.strip()]
        for value in values:
            if value in catalogue.group_of_osm:
                return value, catalogue.group_of_osm[value]
        return (values[0] if values else ""), None

    values = [v.strip().lower() for key in KIND_COLUMNS for v in tags.get(key, "").split(";")]
    is_vacant = any(value in catalogue.vacant for value in values)
    is_disused = tags.get("disused", "").lower() == "yes" or tags.get("vacant", "").lower() == "yes"
    for key in KIND_COLUMNS:
        kind, group = first_group(tags.get(key, ""))
        if group is not None:
            return kind, group, is_vacant or is_disused
    for key in KIND_COLUMNS:
        kind, group = first_group(tags.get(f"disused:{key}", ""))
        if group is not None:
            return f"disused:{kind}", group, True
    if is_vacant:
        return "vacant", UNKNOWN_GROUP, True
    unnamed = f"no kind given (layer {layer})" if layer else "no kind given"
    return next((value for value in values if value), unnamed), None, False


def _coordinates(table: Table) -> tuple[Floats, Floats, int]:
    if table.points is not None:
        if table.points_epsg is None:
            raise InputError(f"{table.path} does not name its coordinate system by an EPSG code.")
        return table.points[:, 0], table.points[:, 1], table.points_epsg
    longitude = next((c for c in LONGITUDES if c in table.columns), None)
    latitude = next((c for c in LATITUDES if c in table.columns), None)
    if longitude is None or latitude is None:
        raise InputError(f"{table.path} has no columns 'lon' and 'lat' and no geometries.")
    x = table.numbers(longitude, missing=True, negative=True)
    y = table.numbers(latitude, missing=True, negative=True)
    for column, values, limit in ((longitude, x, 180.0), (latitude, y, 90.0)):
        if (is_off := np.abs(values) > limit).any():
            row = int(np.argmax(is_off))
            raise InputError(
                f"{table.place(row)}: {column} is {values[row]:g}, not degrees in"
                f" [-{limit:g}, {limit:g}]; OpenStreetMap's coordinates are EPSG:4326."
            )
    return x, y, 4326


def _twins(table: Table, group: Sequence[int | None]) -> list[bool]:
    """Return whether a row repeats an id, counting the first row with it that can be placed."""
    column = next((c for c in _ID_COLUMNS if c in table.columns), None)
    if column is None:
        return [False] * table.n_rows
    ids = table.texts(column)
    chosen: dict[str, int] = {}
    for row, name in enumerate(ids):
        if name and (
            name not in chosen or (group[chosen[name]] is None and group[row] is not None)
        ):
            chosen[name] = row
    return [bool(name) and chosen[name] != row for row, name in enumerate(ids)]


def _check_overlap(
    path: Path,
    frame: GridFrame,
    points: _Points,
    candidate: Bools,
    is_inside: Bools,
    may_exceed: bool,
) -> None:
    inside, total = int(is_inside.sum()), int(candidate.sum())
    if 2 * inside >= total or (inside and may_exceed):
        return
    x, y = points.x[candidate], points.y[candidate]
    readings = {f"read as {words}": (x, y, epsg) for epsg, words in _SYSTEMS.items()}
    if points.epsg == 4326:
        readings = {"x and y (lon and lat) are swapped": (y, x, 4326), **readings}
    for words, (as_x, as_y, epsg) in readings.items():
        if epsg == points.epsg and as_x is x:
            continue
        found = frame.cell_of(*to_grid_coordinates(as_x, as_y, epsg)) >= 0
        if 2 * int(found.sum()) > total:
            raise InputError(
                f"{path}: {total - inside} of {total} shops lie outside the grid, but"
                f" {int(found.sum())} lie inside when {words}."
            )
    if inside and _surrounds(frame, *to_grid_coordinates(x, y, points.epsg)):
        return
    raise InputError(
        f"{path}: {total - inside} of {total} shops lie outside the grid of the population, which"
        f" spans EPSG:{GRID_EPSG} E {frame.west:.0f} to"
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


def _provenance(
    table: Table, points: _Points, candidate: Bools, is_inside: Bools, is_lost: Bools
) -> dict[str, Any]:
    vacant = np.array(points.is_vacant)
    count = Counter(layer for layer in points.layer if layer)
    count_vacant = Counter(np.array(points.layer, object)[vacant].tolist())
    layers = {n: {"points": count[n], "vacant": count_vacant[n]} for n in sorted(count)}
    is_out = [group is None for group in points.group]
    left_out = Counter(k for k, out in zip(points.kind, is_out, strict=True) if out)
    twins = sum(t and not out for t, out in zip(points.twin, is_out, strict=True))
    placed, n_vacant = int(is_inside.sum()), int((vacant & is_inside).sum())
    outside, lost = int((candidate & ~is_inside).sum()), int(is_lost.sum())
    words = f"{placed} of {table.n_rows} points of {table.path.name} are premises on the grid"
    words += f", {n_vacant} of them vacant" if n_vacant else ""
    words += "".join(
        f"; {count_vacant[name]} vacant among {count[name]} points of layer {name}"
        for name in layers
        if count_vacant[name]
    )
    reasons = {
        "of a kind that is left out": sum(left_out.values()),
        "outside the grid": outside,
        "without coordinates": lost,
        "repeated": twins,
    }
    words += points.remark
    words += "; left out: " if any(reasons.values()) else ""
    words += ", ".join(f"{number} {reason}" for reason, number in reasons.items() if number)
    return {
        "source": f"{points.source}, {table.path.name}",
        "evidence": "found",
        "sha256": file_digest(table.path),
        "points": table.n_rows,
        "placed": placed,
        "vacant": n_vacant,
        "layers": layers,
        "left_out_kinds": dict(sorted(left_out.items())),
        "outside_grid": outside,
        "without_coordinates": lost,
        "repeated": twins,
        "in_words": f"{words}.",
    }
