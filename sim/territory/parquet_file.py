"""Read Parquet and GeoParquet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from sim.errors import InputError
from sim.territory.geo_file import centroids
from sim.territory.grid_frame import DEGREES
from sim.territory.table import Request, Table, wanted_names

LARGEST_TABLE: Final = 600_000_000
"""Maximum bytes of a file's wanted columns; INSEE's cells of France take some 350 MB."""


_ROWS_AT_ONCE: Final = 1024


def read_parquet(path: Path, request: Request) -> Table:
    """Read the wanted columns of a Parquet file, and the points of a GeoParquet file.

    Raise `InputError` if it is damaged or unpacks to more than `LARGEST_TABLE`.
    """
    try:
        file = pa.parquet.ParquetFile(path)
        header = file.schema_arrow.names
        geometry, epsg = _geometry(file) if request.with_points else (None, None)
        spelling = wanted_names(path, [n for n in header if n != geometry], request)
        own = [*spelling.values(), *([geometry] if geometry else [])]
        parts = _parts(file, own, path)
        columns = {n: _whole(parts[o]) for n, o in spelling.items()}
        points = None
        if geometry:
            points = centroids(path, pa.chunked_array(parts[geometry], pa.binary()))
        rows = file.metadata.num_rows
        if any(len(column) != rows for column in columns.values()):
            raise ValueError  # Arrow reads what row groups hold, whatever the file states
    except (pa.ArrowException, OSError, KeyError, ValueError, UnicodeDecodeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path} is a damaged or unreadable Parquet file.") from None
    return Table(path, columns, rows, "row", 1, points, epsg, header=tuple(header))


def _geometry(file: Any) -> tuple[str | None, int | None]:
    """Return the column of the geometries and its EPSG code, by the file's ``geo`` metadata."""
    stated = (file.schema_arrow.metadata or {}).get(b"geo")
    if stated is None:
        return None, None
    geo = json.loads(stated)
    name = geo["primary_column"]
    column = geo["columns"][name]
    if column.get("encoding", "WKB") != "WKB":
        return None, None
    crs = column.get("crs", {"id": {"authority": "OGC", "code": "CRS84"}})
    code = (crs or {}).get("id", {})
    if code.get("authority") == "OGC":
        return name, DEGREES
    return name, int(code["code"]) if code.get("authority") == "EPSG" else None


def _whole(parts: list[Any]) -> Any:
    column = pa.chunked_array(parts, parts[0].type if parts else pa.string()).combine_chunks()
    column.validate(full=True)
    return column


def _parts(file: Any, columns: list[str], path: Path) -> dict[str, list[Any]]:
    """Read columns part by part, since few bytes can unpack to many."""
    groups = map(file.metadata.row_group, range(file.metadata.num_row_groups))
    size = max((group.total_byte_size for group in groups), default=0)
    parts: dict[str, list[Any]] = {name: [] for name in columns}
    batches = file.iter_batches(_ROWS_AT_ONCE, columns=columns)
    while size <= LARGEST_TABLE:
        batch = next(batches, None)
        if batch is None:
            return parts
        for name in columns:
            parts[name].append(_plain(batch[name]))
            size += parts[name][-1].nbytes
    raise InputError(f"{path} unpacks to more than {LARGEST_TABLE:,} bytes; split it.")


def _plain(column: Any) -> Any:
    """Return numbers and geometries as they are, everything else as text."""
    kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_integer(kind):
        return pc.cast(column, pa.float64())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pc.cast(column, pa.binary())
    return pc.cast(column, pa.string())
