"""Contents of damaged files, counted by readers that know nothing of an import."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path

import numpy as np
import rasterio

WHOLE = 70
"""Shops of a file that is whole; formats of bytes lose some only with their structure."""

MISSING = ("", "na", "-")


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


def shops_in(name: str, content: bytes) -> int:
    """Shops that a file holds, of every kind and wherever they are."""
    if name.endswith(".csv"):
        return len(_rows(content)) - 1
    if name.endswith("json"):
        # GDAL reads text that is not quite JSON: any bytes, and line breaks within words.
        found = json.loads(content.decode("latin-1"), strict=False)
        if "features" in found:
            return len(found["features"])
        # An element without tags is a corner of an outline, as far as anybody can tell.
        return len([one for one in found["elements"] if one.get("tags")])
    return WHOLE


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
