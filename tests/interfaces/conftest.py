"""A small invented town, and the file formats of data about such a place."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pyogrio
import pytest
import shapely
from pyproj import Transformer

Row = dict[str, Any]


def write_csv(
    path: Path,
    rows: Sequence[Row],
    *,
    delimiter: str = ",",
    decimal: str = ".",
    encoding: str = "utf-8",
) -> Path:
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(rows[0])
        for row in rows:
            writer.writerow(
                str(v).replace(".", decimal) if isinstance(v, float) else v for v in row.values()
            )
    return path


def write_parquet(path: Path, rows: Sequence[Row]) -> Path:
    pa.parquet.write_table(pa.Table.from_pylist(list(rows)), path)
    return path


def write_geojson(path: Path, rows: Sequence[Row], geometries: Sequence[Row | None]) -> Path:
    features = [
        {"type": "Feature", "properties": row, "geometry": geometry}
        for row, geometry in zip(rows, geometries, strict=True)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def write_geopackage(
    path: Path,
    layers: dict[str, Sequence[Row]],
    shapes: dict[str, Sequence[Sequence[tuple[float, float]]]] | None = None,
    epsg: int | None = 3035,
) -> Path:
    """Write layers of rows; one vertex makes a point, several make a polygon."""
    path.unlink(missing_ok=True)
    for layer, rows in layers.items():
        table = pa.Table.from_pylist(list(rows))
        geometry: dict[str, str] = {"geometry_type": "Unknown"}
        if shapes:
            made = [shapely.Point(s) if len(s) == 1 else shapely.Polygon(s) for s in shapes[layer]]
            table = table.append_column("geom", pa.array(shapely.to_wkb(made), pa.binary()))
            geometry["geometry_name"] = "geom"
        pyogrio.write_arrow(
            table,
            path,
            layer=layer,
            driver="GPKG",
            crs=epsg and f"EPSG:{epsg}",
            append=path.exists(),
            **geometry,
        )
    return path


@cache
def _projection(epsg: int) -> Transformer:
    return Transformer.from_crs(3035, epsg, always_xy=True)


@dataclass(frozen=True)
class Town:
    """Seven rows of nine 200 m cells in EPSG:3035, one of them empty, denser in the middle."""

    folder: Path
    west: int = 3_520_000
    south: int = 2_830_000
    size: int = 200
    residents: np.ndarray = field(
        default_factory=lambda: np.array(
            [
                [0 if (r, c) == (6, 8) else 12 + 20 * (4 - abs(r - 3)) + 3 * c for c in range(9)]
                for r in range(7)
            ],
            dtype=float,
        )
    )

    def corner(self, row: int, column: int) -> tuple[int, int]:
        """Northing and easting of a cell's lower-left corner; row 0 is the northernmost."""
        rows = self.residents.shape[0]
        return self.south + (rows - 1 - row) * self.size, self.west + column * self.size

    def cells(self) -> list[Row]:
        rows = []
        for (row, column), people in np.ndenumerate(self.residents):
            if people:
                north, east = self.corner(row, column)
                rows.append(
                    {
                        "idcar_200m": f"CRS3035RES{self.size}mN{north}E{east}",
                        "i_est_200": int(column == 0),
                        "ind": float(people),
                        "ind_snv": float(people) * 20_000.5,
                        "ind_11_17": 0.07 * people,
                        "ind_18_24": 0.1 * people,
                        "ind_25_39": 0.15 * people,
                    }
                )
        return rows

    def middle(self, row: int, column: int, east: float = 0.0) -> tuple[float, float]:
        """x and y (EPSG:3035) of the middle of a cell, shifted eastwards by some metres."""
        north, west = self.corner(row, column)
        return west + self.size / 2 + east, north + self.size / 2

    def project(self, x: float, y: float, epsg: int) -> tuple[float, float]:
        return _projection(epsg).transform(x, y)

    def population(self, name: str = "cells.csv") -> Path:
        return write_csv(self.folder / name, self.cells())

    def shops(self) -> list[Row]:
        """OpenStreetMap points: twelve in the centre, two vacant, one an undertaker; one apart."""
        kinds = ["bakery", "clothes", "shoes", "vacant", "bar", "hairdresser"] * 2
        kinds[-1] = "funeral_directors"
        places = [(3, 4, 12.0 * i - 60) for i in range(len(kinds))] + [(1, 1, 0.0)]
        rows = []
        for i, (kind, place) in enumerate(zip([*kinds, "restaurant"], places, strict=True)):
            lon, lat = self.project(*self.middle(*place), 4326)
            rows.append({"osm_id": str(i), "shop": kind, "lon": lon, "lat": lat})
        return rows

    def osm(self, name: str = "shops.csv") -> Path:
        return write_csv(self.folder / name, self.shops())

    def bpe(self, name: str = "bpe.csv") -> Path:
        codes = ["B203", "B302", "A504", "A501"] * 5 + ["A101"]
        rows = []
        for i, code in enumerate(codes):
            x, y = self.project(*self.middle(3, 3 + i % 3), 2154)
            rows.append(
                {
                    "AN": "2019",
                    "TYPEQU": code,
                    "LAMBERT_X": x,
                    "LAMBERT_Y": y,
                    "QUALITE_XY": "Bonne",
                }
            )
        return write_csv(self.folder / name, rows, delimiter=";", decimal=",")


@dataclass(frozen=True)
class Formats:
    """Writers of the formats that territories are read from."""

    csv: Callable[..., Path] = write_csv
    parquet: Callable[..., Path] = write_parquet
    geojson: Callable[..., Path] = write_geojson
    geopackage: Callable[..., Path] = write_geopackage


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


@pytest.fixture
def formats() -> Formats:
    return Formats()
