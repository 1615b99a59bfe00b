"""Read streets, waters, squares and names of OpenStreetMap, in the formats in which it is had."""

from __future__ import annotations

import re
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sim.errors import InputError
from sim.registry.user_files import check_regular
from sim.territory.ground import ground_kinds
from sim.territory.overpass_shapes import read_overpass_shapes
from sim.territory.table_file import unpack

MOST_FEATURES: Final = 1_000_000
"""Maximum features that are read of a layer within the place."""

_KEYS: Final = frozenset(
    {"name", "place", "area", "fclass", "other_tags"}
    | {key for kind in ground_kinds()[0] for key in kind.tags}
)
_PACKED: Final = re.compile(r'"([^"\\]+)"=>"([^"\\]*)"')
"""A tag in the column ``other_tags`` of GDAL."""

_DAMAGED: Final = (RuntimeError, OSError, ValueError)

_FLATTENED: Final = {"FLATTEN_NESTED_ATTRIBUTES": "YES", "NESTED_ATTRIBUTE_SEPARATOR": "."}

_BEGINNING: Final = 100_000
"""Bytes that tell the format of a file."""

_OSM_WITHIN: Final = 1000
"""Bytes within which OpenStreetMap's own formats name themselves."""

_ZIP: Final = b"PK\x03\x04"

_MAPS: Final = (".gpkg", ".geojson", ".json", ".shp", ".fgb")
"""Endings of the maps in an archive."""

Box = Callable[[str], tuple[float, float, float, float]]
"""Returns west, south, east and north of a place in a coordinate system."""


@dataclass(frozen=True)
class Shapes:
    """Geometries of one coordinate system, and the tags of each."""

    geometries: Any
    tags: Sequence[Mapping[str, str]]
    system: str
    header: tuple[str, ...]


def read_shapes(path: Path, box: Box) -> list[Shapes]:
    """Read what a file holds within a box, a set of shapes for each of its layers.

    OpenStreetMap as .osm.pbf or .osm, GeoPackage, GeoJSON, shapefile, FlatGeobuf, an Overpass
    answer with geometries, or a zip archive with any of these but the first, told apart by content.
    Raise `InputError` if the file is missing, damaged or of another format, holds no such features,
    or does not say in which system they lie.
    """
    try:
        head = _head(path)
    except OSError as error:
        raise InputError(f"{path}: {(error.strerror or 'it cannot be read').lower()}.") from None
    if not head.strip():
        raise InputError(f"{path} is empty.")
    if head.startswith(_ZIP):
        return _in_archive(path, box)
    driver = _driver(head)
    if driver is None:
        raise InputError(
            f"{path} is no map: expected .osm.pbf, GeoPackage, GeoJSON, Overpass JSON, a shapefile"
            " or FlatGeobuf."
        )
    if driver == "Overpass":
        return [Shapes(*read_overpass_shapes(path), "EPSG:4326", ("Overpass",))]
    try:
        import pyogrio.raw
        import shapely  # noqa: F401 - for `_layer`
    except ImportError:
        raise InputError(
            f"{path}: reading a map needs the packages pyogrio and shapely: pip install"
            " 'essaim[geo]'."
        ) from None
    try:
        with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
            layers = [str(name) for name, _ in pyogrio.list_layers(_source(path, driver))]
            found = [_layer(path, driver, layer, box) for layer in layers]
    except _DAMAGED as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path} is damaged, or no map that can be read.") from None
    return [one for one in found if one is not None]


def is_openstreetmap_file(path: Path) -> bool:
    """Return whether a file is .osm.pbf or .osm, by its content."""
    try:
        return _driver(_head(path)) == "OSM"
    except OSError:
        return False


def is_map(path: Path) -> bool:
    """Return whether a file holds streets as lines, and can be drawn; damaged ones do not."""
    try:
        head = _head(path)
        if head.startswith(_ZIP):
            return _holds_map(path)
        driver = _driver(head)
        if driver == "OSM":
            return True
        if driver in (None, "Overpass"):
            return driver is not None and b'"highway"' in path.read_bytes()
        import pyogrio

        source, options = _source(path, driver), _options(driver)
        with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
            infos = [
                pyogrio.read_info(source, layer=layer, **options)
                for layer, _ in pyogrio.list_layers(source)
            ]
    except (ImportError, *_DAMAGED):
        return False
    return any(
        {str(own).removeprefix("tags.") for own in info["fields"]} & {"highway", "fclass"}
        and "Point" not in str(info["geometry_type"])
        for info in infos
    )


def _head(path: Path) -> bytes:
    check_regular(path)
    with path.open("rb") as file:
        return file.read(_BEGINNING)


def _driver(head: bytes) -> str | None:
    """Return GDAL's driver, or Overpass, of a file that begins so."""
    if any(mark in head[:_OSM_WITHIN] for mark in (b"\n\x09OSMHeader", b"<osm")):
        return "OSM"
    for magic, driver in (
        (b"SQLite format 3\0", "GPKG"),
        (b"\0\0\x27\x0a", "ESRI Shapefile"),
        (b"fgb", "FlatGeobuf"),
    ):
        if head.startswith(magic):
            return driver
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return "Overpass" if b'"elements"' in head and b'"features"' not in head else "GeoJSON"
    return None


def _source(path: Path, driver: str) -> str:
    # Without its driver, GDAL would trust the file's name.
    prefix = f"{driver}:" if driver in ("GPKG", "GeoJSON") else ""
    return f"{prefix}{path.resolve()}"


def _options(driver: str) -> dict[str, str]:
    return _FLATTENED if driver == "GeoJSON" else {}


def _layer(path: Path, driver: str, layer: str, box: Box) -> Shapes | None:
    """Read the features of a layer that have one of the keys, or None if no column is one."""
    import pyogrio.raw
    import shapely

    source, options = _source(path, driver), _options(driver)
    info = pyogrio.read_info(source, layer=layer, **options)
    if info["driver"] != driver:  # another one that would follow links in the file
        raise ValueError
    header = tuple(str(own) for own in info["fields"])
    if any(own.startswith("tags.") for own in header):
        header = ("Overpass", *header)
    owns = {own: own.removeprefix("tags.") for own in header}
    owns = {own: key for own, key in owns.items() if key in _KEYS}
    if not owns or set(owns.values()) <= {"name", "area"} or info["geometry_type"] is None:
        return None
    if info["crs"] is None:
        raise InputError(f"{path} does not say in which coordinate system it is.")
    system = str(info["crs"])
    # Unlike read_arrow, it says where a file is torn.
    meta, _, wkb, columns = pyogrio.raw.read(
        source, layer=layer, columns=list(owns), bbox=box(system), max_features=MOST_FEATURES,
        where=" OR ".join(f'"{own}" IS NOT NULL' for own in owns), **options,
    )  # fmt: skip
    if len(wkb) == MOST_FEATURES:
        raise InputError(
            f"{path} has more than {MOST_FEATURES:,} features in this place; leave out buildings."
        )
    geometries = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
    keys = [owns[str(own)] for own in meta["fields"]]
    return Shapes(
        geometries, [_tags(keys, row) for row in zip(*columns, strict=True)], system, header
    )


def _tags(keys: Sequence[str], values: Sequence[Any]) -> dict[str, str]:
    tags = {key: text for key, text in zip(keys, values, strict=True) if isinstance(text, str)}
    return dict(_PACKED.findall(tags.pop("other_tags", ""))) | tags


def _holds_map(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:  # tables are large: do not unpack them for nothing
            if not any(name.lower().endswith(_MAPS) for name in archive.namelist()):
                return False
        with tempfile.TemporaryDirectory() as folder:
            return any(is_map(inner) for inner in unpack(path, Path(folder))[0])
    except (InputError, OSError, zipfile.BadZipFile):
        return False


def _in_archive(path: Path, box: Box) -> list[Shapes]:
    with tempfile.TemporaryDirectory() as folder:
        try:
            tables, _ = unpack(path, Path(folder))
            maps = [inner for inner in tables if inner.suffix.lower() in _MAPS]
            return [shapes for inner in maps for shapes in read_shapes(inner, box)]
        except InputError as error:
            raise InputError(str(error).replace(f"{folder}/", f"{path}: ")) from None
