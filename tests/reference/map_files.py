"""A small invented map in every format in which maps of OpenStreetMap are had."""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import shapely

Feature = tuple[str, list[tuple[float, float]], dict[str, str]]

CELL = 200.0


def features(town: Any) -> list[Feature]:
    """A river, streets, a park, a square and a name; places are cells from the north-west corner.

    The main street crosses the grid from far in the west to far in the east.
    """
    return [
        (
            "line",
            [(-9, 3.5), (2, 3.5), (4, 3.5), (19, 3.5)],
            _named("Grand-Rue", highway="primary"),
        ),
        ("line", [(1, 1), (4, 1)], _named("Rue du Port", highway="residential")),
        ("line", [(4, 1), (4, 3)], _named("Rue du Port", highway="residential")),
        ("line", [(0, 0), (9, 7)], {"highway": "footway", "name": "Sentier"}),
        ("line", [(0, 6), (9, 6)], _named("Ligne", railway="rail")),
        ("area", [(6, 0), (8, 0), (8, 2), (6, 2)], _named("Parc", leisure="park")),
        ("area", [(7, 1), (9, 1), (9, 2), (7, 2)], {"landuse": "forest"}),
        ("area", [(3, -5), (3.5, -5), (3.5, 20), (3, 20)], _named("La Rive", natural="water")),
        ("area", [(4, 4), (5, 4), (5, 5), (4, 5)], _named("Place", place="square")),
        ("area", [(1, 4), (2, 4), (2, 5), (1, 5)], {"building": "yes"}),
        ("point", [(4.5, 3.25)], _named("Bourg", place="town")),
    ]


GREEN_CELLS, WATER_CELLS = 5.0, 3.5
"""Areas of green, of which one cell is in two outlines, and of water within the grid."""


def _named(name: str, **tags: str) -> dict[str, str]:
    return {"name": name} | tags


def _degrees(town: Any, points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    north = town.south + town.residents.shape[0] * CELL
    return [town.project(town.west + CELL * x, north - CELL * y, 4326) for x, y in points]


def _geometry(town: Any, one: Feature) -> Any:
    points = _degrees(town, one[1])
    if one[0] == "point":
        return shapely.Point(points[0])
    return shapely.LineString(points) if one[0] == "line" else shapely.Polygon(points)


def _frame(town: Any, kinds: tuple[str, ...] = ("line", "area", "point")) -> Any:
    chosen = [one for one in features(town) if one[0] in kinds]
    tags = [one[2] | {"osm_id": str(k)} for k, one in enumerate(chosen)]
    return geopandas.GeoDataFrame(tags, geometry=[_geometry(town, o) for o in chosen], crs=4326)


def write_geojson(town: Any, path: Path) -> None:
    _frame(town).to_file(path, driver="GeoJSON")


def write_nested(town: Any, path: Path) -> None:
    """GeoJSON of Overpass, with an object ``tags``."""
    made = [
        {
            "type": "Feature",
            "properties": {"id": f"way/{k}", "type": "way", "tags": one[2]},
            "geometry": shapely.geometry.mapping(_geometry(town, one)),
        }
        for k, one in enumerate(features(town))
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": made}))


def write_geopackage(town: Any, path: Path) -> None:
    """Layers in two systems, as GDAL and QGIS make them."""
    _frame(town, ("line",)).to_crs(2154).to_file(path, layer="lines", driver="GPKG")
    _frame(town, ("area",)).to_file(path, layer="multipolygons", driver="GPKG")
    _frame(town, ("point",)).to_file(path, layer="points", driver="GPKG")


def write_geofabrik(town: Any, path: Path) -> None:
    """Shapefiles with a column ``fclass``, in an archive."""
    folder = path.with_suffix("")
    folder.mkdir()
    for kind, layer in (("line", "roads"), ("area", "landuse_a"), ("point", "places")):
        table = _frame(town, (kind,))
        keys = table.columns.difference(["name", "osm_id", "geometry"])
        table["fclass"] = table[keys].bfill(axis=1).iloc[:, 0]
        kept = table[["osm_id", "fclass", "name", "geometry"]]
        kept.to_file(folder / f"gis_osm_{layer}_free_1.shp")
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)


def write_flatgeobuf(town: Any, path: Path) -> None:
    _frame(town).to_file(path, driver="FlatGeobuf")


def _elements(town: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Nodes and ways with ids, as OpenStreetMap has them."""
    nodes: list[dict[str, Any]] = []
    ways: list[dict[str, Any]] = []
    for kind, points, tags in features(town):
        ids = []
        for lon, lat in _degrees(town, points):
            nodes.append({"id": len(nodes) + 1, "lon": lon, "lat": lat, "tags": {}})
            ids.append(len(nodes))
        if kind == "point":
            nodes[-1]["tags"] = tags
        else:
            refs = ids + ids[:1] if kind == "area" else ids
            ways.append({"id": len(ways) + 1, "nodes": refs, "tags": tags})
    return nodes, ways


def write_overpass(town: Any, path: Path) -> None:
    """Ways with their nodes."""
    nodes, ways = _elements(town)
    elements = [{"type": "node", **n} for n in nodes] + [{"type": "way", **w} for w in ways]
    path.write_text(json.dumps({"version": 0.6, "elements": elements}))


def write_overpass_geom(town: Any, path: Path) -> None:
    """The answer to ``out geom``, with the river as a relation of two halves."""
    nodes, ways = _elements(town)
    at = {n["id"]: {"lon": n["lon"], "lat": n["lat"]} for n in nodes}
    elements: list[dict[str, Any]] = [{"type": "node", **n} for n in nodes if n["tags"]]
    for way in ways:
        line = [at[n] for n in way["nodes"]]
        if way["tags"].get("natural") == "water":
            members = [
                {"type": "way", "ref": 900 + k, "role": "outer", "geometry": half}
                for k, half in enumerate((line[:3], line[2:]))
            ]
            tags = way["tags"] | {"type": "multipolygon"}
            elements.append({"type": "relation", "id": 1, "members": members, "tags": tags})
        else:
            elements.append({"type": "way", **way, "geometry": line})
    path.write_text(json.dumps({"version": 0.6, "elements": elements}))


def write_xml(town: Any, path: Path) -> None:
    nodes, ways = _elements(town)

    def tags(of: dict[str, Any]) -> str:
        return "".join(f'<tag k="{k}" v="{v}"/>' for k, v in of["tags"].items())

    text = '<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6" generator="invented">'
    for n in nodes:
        text += f'<node id="{n["id"]}" lat="{n["lat"]}" lon="{n["lon"]}">{tags(n)}</node>\n'
    for way in ways:
        refs = "".join(f'<nd ref="{ref}"/>' for ref in way["nodes"])
        text += f'<way id="{way["id"]}">{refs}{tags(way)}</way>\n'
    path.write_text(text + "</osm>\n", encoding="utf-8")


# Protocol buffers of .osm.pbf, as its specification has them -----------------------------------


def _varint(value: int) -> bytes:
    value &= 2**64 - 1
    found = b""
    while value > 127:
        found += bytes([value & 127 | 128])
        value >>= 7
    return found + bytes([value])


def _zigzag(value: int) -> bytes:
    return _varint(2 * value if value >= 0 else -2 * value - 1)


def _number(field: int, value: bytes) -> bytes:
    return _varint(field << 3) + value


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _blob(kind: bytes, content: bytes) -> bytes:
    blob = _number(2, _varint(len(content))) + _bytes(3, zlib.compress(content))
    head = _bytes(1, kind) + _number(3, _varint(len(blob)))
    return struct.pack(">I", len(head)) + head + blob


def write_pbf(town: Any, path: Path) -> None:
    nodes, ways = _elements(town)
    strings = [""]

    def tags(of: dict[str, Any]) -> bytes:
        keys = values = b""
        for key, value in of["tags"].items():
            strings.extend((key, value))
            keys += _varint(len(strings) - 2)
            values += _varint(len(strings) - 1)
        return _bytes(2, keys) + _bytes(3, values) if keys else b""

    group = b""
    for node in nodes:
        lat, lon = (_zigzag(round(node[name] * 1e7)) for name in ("lat", "lon"))
        own = _number(1, _zigzag(node["id"])) + tags(node) + _number(8, lat) + _number(9, lon)
        group += _bytes(1, own)
    in_ways = b""
    for way in ways:
        steps = [b - a for a, b in zip([0, *way["nodes"]], way["nodes"], strict=False)]
        refs = _bytes(8, b"".join(map(_zigzag, steps)))
        in_ways += _bytes(3, _number(1, _varint(way["id"])) + tags(way) + refs)
    table = b"".join(_bytes(1, text.encode()) for text in strings)
    block = _bytes(1, table) + _bytes(2, group) + _bytes(2, in_ways)
    header = _bytes(4, b"OsmSchema-V0.6")
    path.write_bytes(_blob(b"OSMHeader", header) + _blob(b"OSMData", block))


MAPS: dict[str, Callable[[Any, Path], None]] = {
    "map.geojson": write_geojson,
    "nested.geojson": write_nested,
    "map.gpkg": write_geopackage,
    "geofabrik.zip": write_geofabrik,
    "map.fgb": write_flatgeobuf,
    "ways.json": write_overpass,
    "geom.json": write_overpass_geom,
    "map.osm": write_xml,
    "map.osm.pbf": write_pbf,
}
