"""Contents of damaged files, counted by readers that know nothing of an import."""

from __future__ import annotations

import csv
import io
import json
import math
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import rasterio
import shapely

from sim.territory.shop_kinds import LEFT_OUT, UNKNOWN_GROUP, shop_catalogue
from sim.territory.territory import SECTORS

WHOLE = 70
"""Shops of a file that is whole; formats of bytes lose some only with their structure."""

MISSING = ("", "na", "-")

NAMES = {
    "id": ("osm_id", "@id", "id"),
    "shop": ("shop",),
    "former": ("disused:shop", "disused_sh"),
    "lon": ("lon", "@lon"),
    "lat": ("lat", "@lat"),
    "wkt": ("geometry",),
    "pair": ("geo_point_2d",),
}
"""What the columns of the files of shops are called."""


def _rows(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    first, _, rest = text.partition("\n")
    if first.startswith("sep="):
        text, first = rest, rest.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    return [row for row in csv.reader(io.StringIO(text), delimiter=delimiter, strict=True) if row]


def shops_in(name: str, path: Path) -> pd.DataFrame:
    """Shops that a file holds, of every kind: id, shop, former kind, x and y in EPSG:3035."""
    if name.endswith(".csv"):
        header, *rows = _rows(path.read_bytes())
        return _placed(pd.DataFrame(rows, columns=[own.strip().lower() for own in header]))
    if name.endswith("json"):
        # GDAL reads text that is not quite JSON: any bytes, and line breaks within words.
        found = json.loads(path.read_bytes().decode("latin-1"), strict=False)
        if "features" in found:
            return _placed(pd.DataFrame([_feature(one) for one in found["features"]]))
        # An element without tags is a corner of an outline, as far as anybody can tell.
        return _placed(
            pd.DataFrame([_element(one) for one in found["elements"] if one.get("tags")])
        )
    if name == "lonlat.parquet":
        shops = _placed(pd.read_parquet(path))
    else:
        read = geopandas.read_parquet if name.endswith(".parquet") else geopandas.read_file
        with warnings.catch_warnings(action="ignore"):
            shops = read(path)
        points = shops.geometry.to_crs(3035).centroid
        shops = _placed(pd.DataFrame(shops.drop(columns="geometry")).assign(x=points.x, y=points.y))
    assert len(shops) == WHOLE
    return shops


def _feature(one: dict[str, Any]) -> dict[str, Any]:
    place = one["geometry"] or {}
    lon, lat = place["coordinates"][:2] if place.get("type") == "Point" else (None, None)
    return {**(one.get("properties") or {}), "lon": lon, "lat": lat}


def _element(one: dict[str, Any]) -> dict[str, Any]:
    """An element of Overpass, at its own place, its centre or the mean of its outline."""
    for places in ([one], [one.get("center") or {}], one.get("geometry") or []):
        known = [(p["lon"], p["lat"]) for p in places if "lon" in p and "lat" in p]
        if known:
            lon, lat = np.mean(known, axis=0)
            break
    else:
        lon = lat = math.nan
    return {**one["tags"], "id": f"{one.get('type')}/{one.get('id')}", "lon": lon, "lat": lat}


def _placed(own: pd.DataFrame) -> pd.DataFrame:
    named = {mine: next((n for n in names if n in own), None) for mine, names in NAMES.items()}
    texts = {mine: _texts(own, named[mine]) for mine in ("id", "shop", "former", "wkt", "pair")}
    table = pd.DataFrame({mine: texts[mine] for mine in ("id", "shop", "former")})
    if "x" in own:
        return table.assign(x=own["x"].to_numpy(), y=own["y"].to_numpy())
    if named["lon"] and named["lat"]:
        lon, lat = (_numbers(_texts(own, named[axis])) for axis in ("lon", "lat"))
    elif named["wkt"]:
        points = [
            shapely.from_wkt(text).centroid if text else shapely.Point() for text in texts["wkt"]
        ]
        lon, lat = shapely.get_x(points), shapely.get_y(points)
    else:
        pairs = [text.split(",") if text else ("", "") for text in texts["pair"]]
        lat, lon = (_numbers([pair[axis] for pair in pairs]) for axis in (0, 1))
    points = geopandas.GeoSeries(geopandas.points_from_xy(lon, lat, crs=4326)).to_crs(3035)
    return table.assign(x=points.x, y=points.y)


def _texts(table: pd.DataFrame, name: str | None) -> list[str]:
    if name is None:
        return [""] * len(table)
    texts = ["" if value is None or value != value else str(value).strip() for value in table[name]]
    return ["" if text.lower() in MISSING else text for text in texts]


def _numbers(texts: list[str]) -> np.ndarray:
    return np.array([float(text.replace(",", ".")) if text else math.nan for text in texts])


def premises_in(town: Any, shops: pd.DataFrame) -> tuple[list[int], int, int]:
    """Premises in or next to an inhabited cell: by sector, of unknown sector, and vacant ones."""
    kinds = [_kind(one.shop, one.former) for one in shops.itertuples()]
    kept: dict[str, int] = {}
    for row, (name, (group, _)) in enumerate(zip(shops["id"], kinds, strict=True)):
        key = name or f"row {row}"
        if key not in kept or (kinds[kept[key]][0] < UNKNOWN_GROUP <= group):
            kept[key] = row
    rows, columns = town.residents.shape
    padded = np.pad(town.residents > 0, 1)
    near = sum(padded[r : r + rows, c : c + columns] for r in range(3) for c in range(3)) > 0
    by_sector, drawn, vacant = [0] * len(SECTORS), 0, 0
    for row in kept.values():
        (group, is_vacant), x, y = kinds[row], shops["x"].iloc[row], shops["y"].iloc[row]
        if group < UNKNOWN_GROUP or not (np.isfinite(x) and np.isfinite(y)):
            continue
        column = math.floor((x - town.west) / town.size)
        line = rows - 1 - math.floor((y - town.south) / town.size)
        if not (0 <= line < rows and 0 <= column < columns and near[line, column]):
            continue
        vacant += is_vacant
        if group == UNKNOWN_GROUP:
            drawn += 1
        else:
            by_sector[shop_catalogue().groups[group].sector] += 1
    return by_sector, drawn, vacant


@cache
def _kind(shop: str, former: str) -> tuple[int, bool]:
    """Group of a shop, or of what it was, and whether it is vacant."""
    group = shop_catalogue().of_word(shop, {})[1]
    if group >= 0 or not former:
        return group, False
    was = shop_catalogue().of_word(former.lower(), {})[1]
    return (was, True) if was >= 0 or was == LEFT_OUT else (UNKNOWN_GROUP, True)


def residents_in(path: Path) -> float:
    """People of a table of cells, or of a raster that marks what is missing in one way."""
    if path.suffix == ".tif":
        with rasterio.open(path) as raster:
            values = raster.read(1, masked=True).compressed().astype(float)
        assert len(set(values[values < 0])) <= 1
        return float(values[values > 0].sum())
    header, *rows = _rows(path.read_bytes())
    column = header.index("ind")
    assert {len(row) for row in rows} == {len(header)}
    people = [row[column].strip().replace(",", ".") for row in rows]
    counted = [float(n) for n in people if n.lower() not in MISSING]
    return math.fsum(n for n in counted if n != -1 and np.isfinite(n))
