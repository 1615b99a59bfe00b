"""Read GeoPackage, GeoJSON and shapefiles through GDAL, with one point for each geometry."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.errors import InputError, nearest
from sim.kernels.arrays import Floats
from sim.territory.column_words import columns_in, plain_word, words_of
from sim.territory.remedies import Refusal
from sim.territory.table import Request, Table, wanted_names

_DAMAGED: Final = (RuntimeError, OSError, pa.ArrowException, UnicodeDecodeError)
"""Exceptions of pyogrio, whose own are RuntimeErrors."""

MOST_REPEATED: Final = 0.2
"""Maximum share of the places of a layer that another one holds too; assumed."""

_NESTED: Final = "tags."
"""Start of the name, in GDAL, of a property inside the object ``tags`` that Overpass writes."""

_NEEDS: Final = (
    "{}: reading geometries needs the packages pyogrio and shapely: pip install 'essaim[geo]'."
)

_FLATTENED: Final = {"FLATTEN_NESTED_ATTRIBUTES": "YES", "NESTED_ATTRIBUTE_SEPARATOR": "."}


Read = Callable[[Path, Request], Table]


def read_layers(driver: str, name: str) -> Read:
    """Return the reader of one of GDAL's formats, called `name` in messages.

    The reader stacks all layers that are right, one after the other, if the request wants a whole;
    else the user chooses. A geometry becomes its centroid, and a column ``layer`` tells the layers
    apart. It raises `InputError` if the file is damaged or holds no such features, a package is not
    installed, several layers are right where one is wanted, or they mix coordinate systems.
    """

    def read(path: Path, request: Request) -> Table:
        try:
            layers = _right_layers(driver, path, request)
        except _DAMAGED as error:
            if driver == "GeoJSON":
                reason = " ".join(str(error).split()).rstrip(".")
                raise InputError(f"{path} is not valid GeoJSON: {reason}.") from None
            raise InputError(f"{path} is a damaged {name}.") from None
        if len(layers) > 1 and not request.is_whole:
            some = ", ".join(f"{layer} ({part.n_rows} rows)" for layer, part in layers.items())
            raise Refusal(f"{path} has several layers of them: {some}", "layer")
        if len({part.points_epsg for part in layers.values()}) > 1:
            raise InputError(f"{path} mixes coordinate systems in its layers {', '.join(layers)}.")
        _refuse_repeated(path, layers)
        if request.with_points and driver == "GPKG":
            for layer, part in layers.items():
                part.columns.setdefault("layer", pa.array([layer] * part.n_rows, pa.string()))
        return _stacked(list(layers.values()))

    return read


def _refuse_repeated(path: Path, layers: dict[str, Table]) -> None:
    """Refuse layers that hold the same places, as those of two years do."""
    places = {
        name: {tuple(place) for place in part.points[np.isfinite(part.points).all(axis=1)].round(5)}
        for name, part in layers.items()
        if part.points is not None
    }
    for one, other in combinations(places, 2):
        n, n_same = min(map(len, (places[one], places[other]))), len(places[one] & places[other])
        if n_same > MOST_REPEATED * n:
            raise Refusal(
                f"{path} has {n_same} places in both of its layers {one} and {other}, as if they"
                " were two years of the same",
                "layer",
            )


def _right_layers(driver: str, path: Path, request: Request) -> dict[str, Table]:
    """Read all layers that are right, by name."""
    try:
        import pyogrio
        import shapely  # noqa: F401 - for `centroids`
    except ImportError:
        raise InputError(_NEEDS.format(path)) from None
    # Without its driver, GDAL would trust the file's name.
    prefix = f"{driver}:" if driver in ("GPKG", "GeoJSON") else ""
    options = _FLATTENED if driver == "GeoJSON" else {}
    source = f"{prefix}{path.resolve()}"
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
        infos = {
            str(layer): pyogrio.read_info(source, layer=layer, **options)
            for layer, _ in pyogrio.list_layers(source)
        }
        headers = {layer: list(info["fields"]) for layer, info in infos.items()}
        if not any(headers.values()):
            raise InputError(f"{path} holds no features.")
        if request.layer is not None:
            if request.layer not in headers:
                raise InputError(
                    f"{path} has no layer {request.layer!r}, but {', '.join(headers)}."
                    + nearest(request.layer, headers)
                )
            headers = {request.layer: headers[request.layer]}
        spelled = {layer: _spelling(path, header, request) for layer, header in headers.items()}
        right = [layer for layer, names in spelled.items() if request.is_right(names)]
        if not right:
            every = dict.fromkeys(_name(own) for header in headers.values() for own in header)
            wanted_names(path, list(every), request)  # which says what there is instead
        tables = {
            layer: _table(
                path,
                spelled[layer],
                *pyogrio.read_arrow(
                    source,
                    layer=layer,
                    columns=[own for owns in spelled[layer].values() for own in owns],
                    read_geometry=request.with_points,
                    **options,
                ),
            )
            for layer in right
        }
    for layer, table in tables.items():
        # GDAL may stop at a fault without a word.
        if infos[layer]["features"] not in (-1, table.n_rows):
            raise RuntimeError
    return tables


def _name(own: str) -> str:
    return own.removeprefix(_NESTED)


def _unclipped(own: str, request: Request) -> str:
    """Return the whole word of a shapefile's column, whose names have ten letters at most."""
    if len(own) != 10:
        return own
    whole = {w for name in request.wanted for w in words_of(name)}
    fits = {w for w in whole if len(w) > 10 and w[:10] == plain_word(own)}
    return fits.pop() if len(fits) == 1 and plain_word(own) not in whole else own


def _spelling(path: Path, header: Sequence[str], request: Request) -> dict[str, list[str]]:
    """Return a layer's own names of each wanted column: a property, then the tag of that name."""
    owns: dict[str, list[str]] = {}
    for own in sorted(header, key=lambda own: own.startswith(_NESTED)):
        owns.setdefault(_unclipped(_name(own), request), []).append(own)
    found = columns_in(path, list(owns), request.wanted, request.columns)
    return {name: owns[own] for name, own in found.items()}


def _table(
    path: Path, spelled: dict[str, list[str]], meta: dict[str, Any], read: pa.Table
) -> Table:
    columns = {}
    for name, owns in spelled.items():
        parts = [_plain(read[own]) for own in owns]
        if len(parts) > 1:
            parts = [pc.cast(part, pa.string()) for part in parts]
        columns[name] = pc.coalesce(*parts)
    points = epsg = None
    geometry = meta["geometry_name"] or "wkb_geometry"
    if geometry in read.column_names:
        points = centroids(path, read[geometry])
        code = re.fullmatch(r"EPSG:(\d+)", str(meta["crs"]))
        epsg = int(code[1]) if code else None
    header = tuple(str(field) for field in meta["fields"])
    return Table(path, columns, read.num_rows, "feature", 1, points, epsg, header=header)


def _plain(column: Any) -> Any:
    """Return numbers as they are, everything else as text."""
    kind = column.type
    is_number = pa.types.is_floating(kind) or pa.types.is_integer(kind)
    plain = pc.cast(column, pa.float64() if is_number else pa.string()).combine_chunks()
    plain.validate(full=True)  # GDAL passes on text that is no UTF-8
    return plain


def centroids(path: Path, wkb: Any) -> Floats:
    """Return x and y of each geometry, NaN where it is missing, empty or torn."""
    try:
        import shapely
    except ImportError:
        raise InputError(_NEEDS.format(path)) from None

    geometries = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
    is_somewhere = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    points = np.full((len(geometries), 2), np.nan)
    points[is_somewhere] = shapely.get_coordinates(shapely.centroid(geometries[is_somewhere]))
    return points


def _stacked(parts: Sequence[Table]) -> Table:
    first = parts[0]
    if len(parts) == 1:
        return first
    columns = {}
    for name in {name for part in parts for name in part.columns}:
        own = [p.columns.get(name, pa.nulls(p.n_rows, pa.string())) for p in parts]
        if len({column.type for column in own}) > 1:
            own = [pc.cast(column, pa.string()) for column in own]
        columns[name] = pa.concat_arrays(own)
    points = [p.points for p in parts if p.points is not None]
    return replace(
        first,
        columns=columns,
        n_rows=sum(p.n_rows for p in parts),
        points=np.concatenate(points) if len(points) == len(parts) else None,
    )
