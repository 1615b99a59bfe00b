"""Read a table as people publish it, in a format told apart by content; read CSV."""

from __future__ import annotations

import csv
import errno
import re
import shutil
import tempfile
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv

from sim.errors import InputError, nearest
from sim.registry.user_files import check_regular
from sim.territory.geo_file import read_layers
from sim.territory.json_file import read_json
from sim.territory.parquet_file import read_parquet
from sim.territory.raster_file import read_raster
from sim.territory.remedies import Refusal
from sim.territory.table import OtherTable, Request, Table, wanted_names

_DAMAGE: Final = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, UnicodeError),
    *(NotImplementedError, RuntimeError),  # of zipfile: an unknown method, a password
)
_OF_DISK: Final = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS)
"""Errors of writing what is unpacked, which say nothing about the archive."""

LARGEST_ARCHIVE: Final = 3_000_000_000
"""Maximum bytes of an unpacked archive; the BPE of 2025 has 1.5 GB (one CSV)."""

_BEGINNING: Final = 16
"""Bytes that tell the format of a file."""

_LONGEST_LINE: Final = 1_000_000

_FOREIGN: Final = {
    b"7z\xbc\xaf": "is a 7z archive: unpack it",
    b"\x1f\x8b": "is a gzip archive: unpack it",
    b"\xff\xfe": "is UTF-16 text: save it as UTF-8",
    b"\xfe\xff": "is UTF-16 text: save it as UTF-8",
}

_TABLES: Final = (
    ".csv",
    ".txt",
    ".gpkg",
    ".parquet",
    ".geojson",
    ".json",
    ".shp",
    ".fgb",
    ".tif",
    ".tiff",
)
"""Endings of the tables in an archive."""


def read_table(path: Path, request: Request) -> Table:
    """Read the wanted columns of a table; see `_read`.

    Raise `InputError` if it cannot be read, and `OtherTable` if it is not the one meant or lacks a
    column that the user names.
    """
    table = _read(path, request)
    for name, own in request.columns.items():
        if name in request.wanted and name not in table.columns and not request.is_lenient:
            raise OtherTable(
                f"{path} has no column {own!r}, which is said to be {name}; its columns are:"
                f" {', '.join(table.header[:12])}",
                "columns_given",
                nearest(own, table.header),
            )
    return table


def _read(path: Path, request: Request) -> Table:
    """Read the wanted columns of a table, whose format its content tells.

    CSV, GeoPackage, Parquet and GeoParquet, GeoJSON, an Overpass answer, a shapefile, FlatGeobuf, a
    GeoTIFF of residents, or a zip archive with one of them. A CSV file has commas, semicolons or
    tabulators, and is UTF-8 or Latin-1. Raise `InputError` if the file is missing, torn, empty, of
    another format, or holds no such table; or the extra ``geo``, which formats with geometries
    need, is not installed.
    """
    try:
        check_regular(path)
        with path.open("rb") as file:
            head = file.read(_BEGINNING)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise InputError(f"{path}: {reason[0].lower()}{reason[1:]}.") from None
    for magic, complaint in _FOREIGN.items():
        if head.startswith(magic):
            raise InputError(f"{path} {complaint}.")
    if not head.strip():
        raise InputError(f"{path} is empty.")
    if head.startswith(b"PK\x03\x04"):
        return _read_archive(path, request)
    for magic, read in _READERS.items():
        if head.startswith(magic):
            return read(path, request)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return read_json(path, request)
    if b"\0" in head:
        raise InputError(
            f"{path} is neither CSV, GeoPackage, Parquet, GeoJSON, Overpass JSON nor a shapefile."
        )
    return _read_csv(path, request)


def _read_archive(path: Path, request: Request) -> Table:
    """Unpack a zip archive and read the one table in it that is right."""
    with tempfile.TemporaryDirectory() as folder:
        tables, choose = unpack(path, Path(folder))
        found = []
        for inner in tables:
            try:
                found.append(replace(_read(inner, request), path=path))
            except InputError as error:
                if len(tables) == 1 or not isinstance(error, OtherTable):
                    raise _renamed(error, str(inner), str(path)) from None
        if len(found) != 1:
            raise InputError(choose)
        return found[0]


def _renamed(error: InputError, inner: str, path: str) -> InputError:
    if isinstance(error, Refusal):
        return error.renamed(inner, path)
    return InputError(str(error).replace(inner, path))


def unpack(path: Path, folder: Path) -> tuple[list[Path], str]:
    """Unpack an archive; return the tables in it, and what to say unless one is right.

    Raise `InputError` if it is damaged, locked or too large, or holds no table.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            if any(m.filename == "[Content_Types].xml" for m in members):
                raise InputError(f"{path} is a workbook: save its sheet as CSV.")
            tables = [m for m in members if Path(m.filename).suffix.lower() in _TABLES]
            names = ", ".join(m.filename for m in (tables or members)[:5]) or "nothing"
            choose = f"{path} is a zip archive with {names}: unpack it and name the one table."
            if not tables:
                raise InputError(choose)
            if sum(m.file_size for m in members) > LARGEST_ARCHIVE:
                raise InputError(f"{path} unpacks to more than {LARGEST_ARCHIVE:,} bytes.")
            for member in members:
                with archive.open(member) as packed, _inside(folder, member).open("wb") as file:
                    shutil.copyfileobj(packed, file)
    except _DAMAGE as error:
        if isinstance(error, OSError) and error.errno in _OF_DISK:
            raise
        raise InputError(f"{path} is a damaged or locked zip archive.") from None
    return [_inside(folder, member) for member in tables], choose


def _inside(folder: Path, member: zipfile.ZipInfo) -> Path:
    return folder / Path(member.filename).name


def _read_csv(path: Path, request: Request) -> Table:
    with path.open("rb") as file:
        first = _decoded(file.readline(_LONGEST_LINE))
        stated = re.fullmatch(r'"?sep=(.)"?\s*', first, re.IGNORECASE)
        if stated:  # a line that Excel writes for itself
            first = _decoded(file.readline(_LONGEST_LINE))
    delimiter = stated[1] if stated else max(",;\t|", key=first.count)
    try:
        header = next(csv.reader([first], delimiter=delimiter), [])
    except csv.Error:
        raise InputError(f"{path}: its first line cannot be read as CSV.") from None
    spelling = wanted_names(path, header, request)
    skipped = 2 if stated else 1
    parse = pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    convert = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(spelling.values(), pa.string()),
        include_columns=list(spelling.values()),
    )
    for encoding in ("utf8", "latin-1"):
        try:
            read = pa.csv.ReadOptions(
                encoding=encoding, column_names=header, use_threads=False,
                skip_rows=skipped - 1, skip_rows_after_names=1,
            )  # fmt: skip
            table = pa.csv.read_csv(path, read, parse, convert)
            break
        except (pa.ArrowInvalid, UnicodeDecodeError) as error:
            if encoding == "latin-1":
                raise InputError(f"{path}: {_ragged(str(error))}.") from None
    columns = {name: _flat(table[own]) for name, own in spelling.items()}
    return Table(path, columns, table.num_rows, "line", skipped + 1, header=tuple(header))


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _ragged(message: str) -> str:
    found = re.search(r"Row #(\d+): Expected (\d+) columns, got (\d+)", message)
    if found:
        line, expected, got = found.groups()
        return f"line {line} has {got} value(s) where the header has {expected} columns"
    return "it cannot be read as CSV"


def _flat(column: Any) -> Any:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


_READERS: Final = {
    b"SQLite format 3\0": read_layers("GPKG", "GeoPackage, or another SQLite database"),
    b"\0\0\x27\x0a": read_layers("ESRI Shapefile", "shapefile"),
    b"fgb": read_layers("FlatGeobuf", "FlatGeobuf file"),
    b"PAR1": read_parquet,
    b"II*\0": read_raster,
    b"II+\0": read_raster,
    b"MM\0*": read_raster,
    b"MM\0+": read_raster,
}
"""Readers by the first bytes of a file."""
