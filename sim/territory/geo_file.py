"""Read GeoPackage and GeoJSON through GDAL, with one point for each geometry."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.errors import InputError
from sim.kernels.arrays import Floats
from sim.territory.table import Request, Table, wanted_names

_DAMAGED: Final = (RuntimeError, pa.ArrowException, UnicodeDecodeError)
"""Exceptions of pyogrio, whose own are RuntimeErrors."""

_NESTED: Final = "tags."
"""Start of the name, in GDAL, of a property inside the object ``tags`` that Overpass writes."""

_FLATTENED: Final = {"FLATTEN_NESTED_ATTRIBUTES": "YES", "NESTED_ATTRIBUTE_SEPARATOR": "."}


def read_geojson(path: Path, request: Request) -> Table:
    """Read the features of a GeoJSON file; a geometry becomes its centroid.

    Raise `InputError` if it is damaged or holds no such features, or a package is not installed.
    """
    try:
        (features,) = _right_layers("GeoJSON", path, request, **_FLATTENED).values()
    except _DAMAGED as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise InputError(f"{path} is not valid GeoJSON: {reason}.") from None
    return features


def read_geopackage(path: Path, request: Request) -> Table:
    """Read all layers of a GeoPackage that are right, one after the other.

    A geometry becomes its centroid. With geometries, a column ``layer`` tells the layers apart.
    Raise `InputError` as for `read_geojson`, and if layers have different coordinate systems.
    """
    try:
        layers = _right_layers("GPKG", path, request)
    except _DAMAGED:
        raise InputError(f"{path} is a damaged GeoPackage, or another SQLite database.") from None
    if len({part.points_epsg for part in layers.values()}) > 1:
        raise InputError(f"{path} mixes coordinate systems in its layers {', '.join(layers)}.")
    if request.with_points:
        for name, part in layers.items():
            part.columns.setdefault("layer", pa.array([name] * part.n_rows, pa.string()))
    return _stacked(list(layers.values()))


def _right_layers(driver: str, path: Path, request: Request, **options: str) -> dict[str, Table]:
    """Read all layers that are right, by name. Without its driver, GDAL would trust file names."""
    try:
        import pyogrio
        import shapely  # noqa: F401 - for `_centroids`
    except ImportError:
        raise InputError(
            f"{path}: reading GeoPackage and GeoJSON needs the packages pyogrio and shapely:"
            " pip install 'essaim[geo]'."
        ) from None
    source = f"{driver}:{path.resolve()}"
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
        headers = {
            str(layer): list(pyogrio.read_info(source, layer=layer, **options)["fields"])
            for layer, _ in pyogrio.list_layers(source)
        }
        if not any(headers.values()):
            raise InputError(f"{path} holds no features.")
        names = {layer: [_name(own) for own in header] for layer, header in headers.items()}
        right = [layer for layer in headers if request.is_right(names[layer])]
        if not right:
            wanted_names(path, [name for layer in headers for name in names[layer]], request)
            raise InputError(f"{path} has no {request.what} in any one of its layers.")
        return {
            layer: _table(
                path,
                *pyogrio.read_arrow(
                    source,
                    layer=layer,
                    columns=[own for own in headers[layer] if _name(own) in request.wanted],
                    read_geometry=request.with_points,
                    **options,
                ),
            )
            for layer in right
        }


def _name(own: str) -> str:
    return own.lower().removeprefix(_NESTED)


def _table(path: Path, meta: dict[str, Any], read: pa.Table) -> Table:
    texts: dict[str, list[Any]] = {}
    for own in sorted(meta["fields"], key=lambda own: own.startswith(_NESTED)):
        # Own properties come first, so that nested tags fill what they leave open.
        texts.setdefault(_name(own), []).append(pc.cast(read[own], pa.string()).combine_chunks())
    columns = {name: pc.coalesce(*found) for name, found in texts.items()}
    points = epsg = None
    geometry = meta["geometry_name"] or "wkb_geometry"
    if geometry in read.column_names:
        points = _centroids(read[geometry])
        code = re.fullmatch(r"EPSG:(\d+)", str(meta["crs"]))
        epsg = int(code[1]) if code else None
    return Table(path, columns, read.num_rows, "feature", 1, points, epsg)


def _centroids(wkb: Any) -> Floats:
    """Return x and y of each, NaN where a geometry is missing, empty or torn."""
    import shapely

    geometries = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
    is_somewhere = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    points = np.full((len(geometries), 2), np.nan)
    points[is_somewhere] = shapely.get_coordinates(shapely.centroid(geometries[is_somewhere]))
    return points


def _stacked(parts: Sequence[Table]) -> Table:
    names = {name for part in parts for name in part.columns}
    columns = {
        name: pa.concat_arrays(
            [p.columns.get(name, pa.nulls(p.n_rows, pa.string())) for p in parts]
        )
        for name in names
    }
    first = parts[0]
    points = [p.points for p in parts if p.points is not None]
    return Table(
        first.path,
        columns,
        sum(p.n_rows for p in parts),
        first.row_word,
        first.first_row,
        np.concatenate(points) if len(points) == len(parts) else None,
        first.points_epsg,
    )
