"""Read a table as people publish it: CSV, GeoPackage, Parquet or GeoJSON, told apart by content."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from sim.errors import InputError
from sim.registry.user_files import check_regular
from sim.territory.geo_file import read_geojson, read_geopackage
from sim.territory.table import Request, Table, wanted_names

LARGEST_TABLE: Final = 600_000_000
"""Maximum bytes of a Parquet file's wanted columns; INSEE's cells of France take some 350 MB."""

_FOREIGN: Final = {
    b"PK\x03\x04": "is a zip archive or a workbook: unpack it, or save it as CSV",
    b"7z\xbc\xaf": "is a 7z archive: unpack it",
    b"\x1f\x8b": "is a gzip archive: unpack it",
    b"\xff\xfe": "is UTF-16 text: save it as UTF-8",
    b"\xfe\xff": "is UTF-16 text: save it as UTF-8",
}


def read_table(path: Path, request: Request) -> Table:
    """Read the wanted columns of a CSV, GeoPackage, Parquet or GeoJSON file.

    A CSV file has commas, semicolons or tabulators, and is UTF-8 or Latin-1. Raise `InputError` if
    the file is missing, torn, empty, of another format, or holds no such table; or the extra
    ``geo``, which GeoPackage and GeoJSON need, is not installed.
    """
    try:
        check_regular(path)
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise InputError(f"{path}: {reason[0].lower()}{reason[1:]}.") from None
    for magic, complaint in _FOREIGN.items():
        if head.startswith(magic):
            raise InputError(f"{path} {complaint}.")
    if not head.strip():
        raise InputError(f"{path} is empty.")
    if head.startswith(b"SQLite format 3\0"):
        return read_geopackage(path, request)
    if head.startswith(b"PAR1"):
        return _read_parquet(path, request)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return read_geojson(path, request)
    if b"\0" in head:
        raise InputError(f"{path} is neither CSV, GeoPackage, Parquet nor GeoJSON.")
    return _read_csv(path, request)


def _read_csv(path: Path, request: Request) -> Table:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        first = file.readline(1_000_000)
    delimiter = max(",;\t", key=first.count)
    header = next(csv.reader([first], delimiter=delimiter), [])
    spelling = wanted_names(path, header, request)
    parse = pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    convert = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(spelling.values(), pa.string()),
        include_columns=list(spelling.values()),
    )
    for encoding in ("utf8", "latin-1"):
        try:
            read = pa.csv.ReadOptions(
                encoding=encoding, column_names=header, skip_rows_after_names=1, use_threads=False
            )
            table = pa.csv.read_csv(path, read, parse, convert)
            break
        except (pa.ArrowInvalid, UnicodeDecodeError) as error:
            if encoding == "utf8" and ("UTF8" in str(error) or "utf-8" in str(error)):
                continue
            raise InputError(f"{path}: {_ragged(str(error))}.") from None
    columns = {name: _flat(table[own]) for name, own in spelling.items()}
    return _table(path, columns, "line", 2)


def _ragged(message: str) -> str:
    found = re.search(r"Row #(\d+): Expected (\d+) columns, got (\d+)", message)
    if found:
        line, expected, got = found.groups()
        return f"line {line} has {got} value(s) where the header has {expected} columns"
    return "it cannot be read as CSV"


def _read_parquet(path: Path, request: Request) -> Table:
    try:
        file = pa.parquet.ParquetFile(path)
        spelling = wanted_names(path, file.schema_arrow.names, request)
        texts = _texts(file, list(spelling.values()), path)
        columns = {
            n: pa.chunked_array(texts[own], pa.string()).combine_chunks()
            for n, own in spelling.items()
        }
        for column in columns.values():
            column.validate(full=True)
    except (pa.ArrowException, OSError, KeyError, UnicodeDecodeError):
        raise InputError(f"{path} is a damaged or unreadable Parquet file.") from None
    return _table(path, columns, "row", 1)


def _texts(file: Any, columns: list[str], path: Path) -> dict[str, list[Any]]:
    """Read columns as text and part by part, since few bytes can unpack to many."""
    groups = map(file.metadata.row_group, range(file.metadata.num_row_groups))
    size = max((group.total_byte_size for group in groups), default=0)
    parts: dict[str, list[Any]] = {name: [] for name in columns}
    batches = file.iter_batches(1024, columns=columns)
    while size <= LARGEST_TABLE:
        batch = next(batches, None)
        if batch is None:
            return parts
        for name in columns:
            parts[name].append(pc.cast(batch[name], pa.string()))
            size += parts[name][-1].nbytes
    raise InputError(f"{path} unpacks to more than {LARGEST_TABLE:,} bytes; split it.")


def _table(path: Path, columns: dict[str, Any], row_word: str, first_row: int) -> Table:
    n_rows = len(next(iter(columns.values())))
    return Table(path, columns, n_rows, row_word, first_row)


def _flat(column: Any) -> Any:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
