"""Contents of damaged files, counted by readers that know nothing of an import."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import tempfile
import warnings
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow.parquet
import rasterio
import shapely

from sim.territory.shop_kinds import LEFT_OUT, UNKNOWN_GROUP, VACANT_KIND, shop_catalogue
from sim.territory.territory import SECTORS

WHOLE = 70
"""Shops of a file that is whole; formats of bytes lose some only with their structure."""

MISSING = ("", "na", "-")

NAMES = {
    "id": ("osm_id", "@id", "id", "siret"),
    "bpe": ("typequ",),
    "naf": ("activiteprincipaleetablissement",),
    "state": ("etatadministratifetablissement",),
    "shop": ("shop", "activité"),
    "former": ("disused:shop", "disused_sh"),
    "lon": ("lon", "@lon", "longitude", "x"),
    "lat": ("lat", "@lat", "latitude", "y"),
    "lambert_x": ("lambert_x",),
    "lambert_y": ("lambert_y",),
    "epsg": ("epsg",),
    "wkt": ("geometry",),
    "pair": ("geo_point_2d",),
}
"""Names of the columns of files of shops."""


KINDS = ("bpe", "naf", "state", "shop", "former")
"""Columns that say what stands somewhere."""


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
        tagged = [one for one in found["elements"] if one.get("tags")]
        return _placed(pd.DataFrame([_element(one) for one in tagged]))
    if name.endswith(".parquet"):
        # Without what pandas and geopandas note of themselves, which may be damaged.
        shops = pyarrow.parquet.read_table(path).replace_schema_metadata(None).to_pandas()
        wkb, system = shops.pop("geometry") if "geometry" in shops else None, 4326
        points = None if wkb is None else geopandas.GeoSeries.from_wkb(wkb)
    else:
        with warnings.catch_warnings(action="ignore"), tempfile.TemporaryDirectory() as folder:
            if name.endswith(".zip"):
                zipfile.ZipFile(path).extractall(folder)
                (path,) = Path(folder).rglob("*.shp")
            try:
                read = geopandas.read_file(path, use_arrow=True)
            except shapely.errors.GEOSException:  # of one shape, which is None the other way
                read = geopandas.read_file(path)
        shops, points, system = pd.DataFrame(read.drop(columns="geometry")), read.geometry, read.crs
    if points is not None:
        shops.attrs["geometry"] = points.set_crs(system, allow_override=True).to_crs(3035).centroid
    shops = _placed(shops)
    assert len(shops) == WHOLE
    return shops


def _feature(one: dict[str, Any]) -> dict[str, Any]:
    place = one["geometry"] or {}
    known = place.get("coordinates") if place.get("type") == "Point" else None
    is_place = isinstance(known, list) and [_is_degrees(v, 1e9) for v in known[:2]] == [True] * 2
    lon, lat = known[:2] if is_place else (None, None)
    return {**(one.get("properties") or {}), "lon": lon, "lat": lat}


def _element(one: dict[str, Any]) -> dict[str, Any]:
    """An element of Overpass, at its own place, its centre or the mean of its outline."""
    outline = one.get("geometry")
    for places in ([one], [one.get("center")], outline if isinstance(outline, list) else []):
        corners = [(p.get("lon"), p.get("lat")) for p in places if isinstance(p, dict)]
        known = [(x, y) for x, y in corners if _is_degrees(x, 180) and _is_degrees(y, 90)]
        if known:
            lon, lat = np.mean(known, axis=0)
            break
    else:
        lon = lat = math.nan
    return {**one["tags"], "id": f"{one.get('type')}/{one.get('id')}", "lon": lon, "lat": lat}


def _is_degrees(value: Any, limit: float) -> bool:
    return isinstance(value, int | float) and abs(value) <= limit


def _placed(own: pd.DataFrame) -> pd.DataFrame:
    named = {mine: next((n for n in names if n in own), None) for mine, names in NAMES.items()}
    texts = {mine: _texts(own, named[mine]) for mine in NAMES}
    table = pd.DataFrame({mine: texts[mine] for mine in ("id", *KINDS)})
    table.attrs["coded"] = next((code for code in ("bpe", "naf") if named[code]), None)
    if "geometry" in own.attrs:
        points = own.attrs["geometry"]
        return table.assign(x=points.x.to_numpy(), y=points.y.to_numpy())
    system = 4326
    if named["lambert_x"] and named["lambert_y"]:
        lon, lat = (_numbers(texts[f"lambert_{axis}"]) for axis in "xy")
        system = 2154
        if named["epsg"]:
            lon[_numbers(texts["epsg"]) != 2154] = math.nan
    elif named["lon"] and named["lat"]:
        lon, lat = (_numbers(texts[axis]) for axis in ("lon", "lat"))
        system = 2154 if np.nanmin(np.abs(lat)) > 90 else 4326
    elif named["wkt"]:
        made = shapely.centroid([shapely.from_wkt(text or "POINT EMPTY") for text in texts["wkt"]])
        lon, lat = np.array([p.coords[0] if not p.is_empty else (math.nan,) * 2 for p in made]).T
    else:
        pairs = [re.split("[,; ]+", text) if text else ("", "") for text in texts["pair"]]
        lat, lon = (_numbers([pair[axis] for pair in pairs]) for axis in (0, 1))
    points = geopandas.GeoSeries(geopandas.points_from_xy(lon, lat, crs=system)).to_crs(3035)
    return table.assign(x=points.x, y=points.y)


def _texts(table: pd.DataFrame, name: str | None) -> list[str]:
    if name is None:
        return [""] * len(table)
    texts = ["" if value is None or value != value else str(value).strip() for value in table[name]]
    return ["" if text.lower() in MISSING else text for text in texts]


def _numbers(texts: list[str]) -> np.ndarray:
    """Numbers with a decimal point or comma; thousands apart by blanks, signs or commas."""
    joined = [re.sub(r"(?<=\d)[\s'’](?=\d{3})", "", text) for text in texts]
    plain = [text.replace(",", "" if "." in text else ".") for text in joined]
    return np.array([float(text) if text else math.nan for text in plain])


def premises_in(town: Any, shops: pd.DataFrame) -> tuple[list[int], int, int]:
    """Premises in or next to an inhabited cell: by sector, of unknown sector, and vacant ones."""
    kinds = [_kind(shops.attrs["coded"], *one) for one in shops[list(KINDS)].to_numpy().tolist()]
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
def _kind(
    coded: str | None, bpe: str, naf: str, state: str, shop: str, former: str
) -> tuple[int, bool]:
    """Group of a shop, or of what it was, and whether it is vacant."""
    if coded and (coded == "bpe" or not shop):
        code = (bpe if coded == "bpe" else naf).upper()
        find = shop_catalogue().of_bpe if coded == "bpe" else shop_catalogue().of_naf
        is_closed = state.upper()[:1] in ("F", "C")
        return (find(code) if code and not is_closed else LEFT_OUT), False
    group = shop_catalogue().of_word(shop, {})[1]
    if group == VACANT_KIND and not former:
        return UNKNOWN_GROUP, True
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
    if path.suffix == ".gpkg":
        values = geopandas.read_file(path)["ind"].tolist()
    elif path.suffix == ".parquet":
        values = pyarrow.parquet.read_table(path)["ind"].to_pylist()
    elif path.suffix == ".geojson":
        features = json.loads(path.read_bytes().decode("latin-1"), strict=False)["features"]
        values = [(one.get("properties") or {}).get("ind") for one in features]
    else:
        header, *rows = _rows(path.read_bytes())
        column = header.index("ind")
        assert {len(row) for row in rows} == {len(header)}
        values = [row[column] for row in rows]
    people = [str("" if n is None else n).strip().replace(",", ".") for n in values]
    counted = [float(n) for n in people if n.lower() not in MISSING]
    return math.fsum(n for n in counted if n != -1 and np.isfinite(n))
