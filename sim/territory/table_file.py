"""Read a table as people publish it: CSV, GeoPackage, Parquet or GeoJSON, told apart by content."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from sim.errors import InputError
from sim.territory.representative_point import geojson_point, wkb_point

__all__ = ["Table", "read_table"]

_FOREIGN: Final = {
    b"PK\x03\x04": "is a zip archive or a workbook: unpack it, or save it as CSV",
    b"7z\xbc\xaf": "is a 7z archive: unpack it",
    b"\x1f\x8b": "is a gzip archive: unpack it",
    b"\xff\xfe": "is UTF-16 text: save it as UTF-8",
    b"\xfe\xff": "is UTF-16 text: save it as UTF-8",
}


@dataclass(frozen=True)
class Table:
    """Columns of a file, all of them text, under lower-case names.

    Attributes
    ----------
    path : pathlib.Path
        The file, as the user named it.
    columns : dict of str to pyarrow array of strings
        The wanted columns that exist; null where the file has nothing.
    n_rows : int
        Rows of every column.
    row_word : str
        What a row is called in this format, for messages: line, row or feature.
    first_row : int
        Number of the first row in those terms.
    points : (rows, 2) float64 array or None
        x and y of each row's geometry, NaN where it has none; None without geometries.
    points_epsg : int or None
        Coordinate reference system of `points`.
    """

    path: Path
    columns: dict[str, Any]
    n_rows: int
    row_word: str
    first_row: int
    points: npt.NDArray[np.float64] | None = None
    points_epsg: int | None = None

    def place(self, row: int) -> str:
        """Where a row stands, for a message: ``cells.csv: line 7``."""
        return f"{self.path}: {self.row_word} {self.first_row + row}"

    def texts(self, column: str) -> list[str]:
        """Values of a column without surrounding blanks; empty where missing."""
        trimmed = pc.utf8_trim_whitespace(self.columns[column])
        values: list[str] = pc.fill_null(trimmed, "").to_pylist()
        return values

    def numbers(
        self, column: str, *, missing: bool = False, negative: bool = False
    ) -> npt.NDArray[np.float64]:
        """Values of a column as numbers; a decimal comma is understood.

        Parameters
        ----------
        column : str
            Name in lower case.
        missing : bool
            Whether empty cells are admitted; they become NaN.
        negative : bool
            Whether numbers below zero are admitted.

        Returns
        -------
        (rows,) float64 array

        Raises
        ------
        InputError
            A value is no finite number, or empty or negative where that is not admitted.
        """
        text = pc.replace_substring(pc.utf8_trim_whitespace(self.columns[column]), ",", ".")
        text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
        try:
            parsed = pc.cast(text, pa.float64())
        except pa.ArrowInvalid:
            row = next(r for r, v in enumerate(text.to_pylist()) if v and not _is_number(v))
            value = self.columns[column][row].as_py()
            raise InputError(
                f"{self.place(row)}: {column} is {value!r}, which is not a number."
            ) from None
        values = np.asarray(parsed.to_numpy(zero_copy_only=False), dtype=np.float64)
        empty = np.asarray(text.is_null().to_numpy(zero_copy_only=False), dtype=bool)
        if empty.any() and not missing:
            raise InputError(f"{self.place(int(np.argmax(empty)))}: {column} is empty.")
        bad = ~np.isfinite(values) & ~empty
        if bad.any():
            row = int(np.argmax(bad))
            raise InputError(
                f"{self.place(row)}: {column} is {values[row]}, which is not a finite number."
            )
        if not negative and bool((values < 0).any()):
            row = int(np.argmax(values < 0))
            raise InputError(
                f"{self.place(row)}: {column} is {values[row]:g}; it cannot be negative."
            )
        return values


@dataclass(frozen=True)
class _Request:
    wanted: frozenset[str]
    is_right: Callable[[Sequence[str]], bool]
    what: str
    with_points: bool


def read_table(
    path: Path,
    wanted: Iterable[str],
    is_right: Callable[[Sequence[str]], bool],
    what: str,
    *,
    with_points: bool = False,
) -> Table:
    """Read the wanted columns of a file.

    Parameters
    ----------
    path : pathlib.Path
        CSV (comma, semicolon or tabulator; UTF-8 or Latin-1), GeoPackage, Parquet or GeoJSON.
    wanted : iterable of str
        Names of columns, in lower case; the file's own spelling may be in capitals.
    is_right : callable
        Whether a table with these (lower-case) column names is the one meant; a GeoPackage may
        hold several, and those that are right are read one after the other.
    what : str
        What the file should hold, to complete the message "... has no ...".
    with_points : bool
        Whether geometries are read too; cells need none, their ids say where they are. The layers
        of a GeoPackage are then told apart in a column ``layer``.

    Raises
    ------
    InputError
        The file is missing, torn, empty, of another format, or holds no such table.
    """
    try:
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
    request = _Request(frozenset(wanted), is_right, what, with_points)
    if head.startswith(b"SQLite format 3\0"):
        return _read_geopackage(path, request)
    if head.startswith(b"PAR1"):
        return _read_parquet(path, request)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return _read_geojson(path, request)
    if b"\0" in head:
        raise InputError(f"{path} is neither CSV, GeoPackage, Parquet nor GeoJSON.")
    return _read_csv(path, request)


def _read_csv(path: Path, request: _Request) -> Table:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        first = file.readline()
    delimiter = max(",;\t", key=first.count)
    header = next(csv.reader([first], delimiter=delimiter), [])
    spelling = _spelling(path, header, request)
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


def _read_parquet(path: Path, request: _Request) -> Table:
    try:
        names = pa.parquet.read_schema(path).names
        spelling = _spelling(path, names, request)
        table = pa.parquet.read_table(path, columns=list(spelling.values()))
        columns = {n: _flat(pc.cast(table[own], pa.string())) for n, own in spelling.items()}
        for column in columns.values():
            column.validate(full=True)
    except (pa.ArrowException, OSError, KeyError, UnicodeDecodeError):
        raise InputError(f"{path} is a damaged or unreadable Parquet file.") from None
    return _table(path, columns, "row", 1)


def _read_geopackage(path: Path, request: _Request) -> Table:
    damaged = f"{path} is a damaged GeoPackage, or another SQLite database."
    if _is_cut_short(path):
        raise InputError(damaged)
    try:
        # immutable: a GeoPackage on a read-only disk opens too, and no journal appears beside it.
        link = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        link.text_factory = lambda raw: raw.decode("utf-8", "replace")
        try:
            layers = [str(row[0]) for row in link.execute("SELECT table_name FROM gpkg_contents")]
            headers = {
                layer: [str(r[1]) for r in link.execute(f"PRAGMA table_info({_quoted(layer)})")]
                for layer in layers
            }
            right = [
                layer for layer in layers if request.is_right([n.lower() for n in headers[layer]])
            ]
            if not right:
                names = [name for layer in layers for name in headers[layer]]
                _spelling(path, names, request)
                raise InputError(f"{path} has no {request.what} in any one of its layers.")
            parts = [_read_layer(link, path, layer, headers[layer], request) for layer in right]
        finally:
            link.close()
    except (sqlite3.Error, UnicodeDecodeError):
        raise InputError(damaged) from None
    if len({part.points_epsg for part in parts}) > 1:
        raise InputError(f"{path} mixes coordinate systems in its layers {', '.join(right)}.")
    return _stacked(parts)


def _is_cut_short(path: Path) -> bool:
    """Whether a SQLite file is shorter than its header says; SQLite itself reads on in zeros."""
    with path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100:
        return True
    page = int.from_bytes(header[16:18], "big")
    pages, changes, valid_for = (int.from_bytes(header[i : i + 4], "big") for i in (28, 24, 92))
    size = 65_536 if page == 1 else page
    return changes == valid_for and path.stat().st_size < pages * size


def _read_layer(
    link: sqlite3.Connection, path: Path, layer: str, header: list[str], request: _Request
) -> Table:
    spelling = {name.lower(): name for name in header if name.lower() in request.wanted}
    geometry = link.execute(
        "SELECT g.column_name, s.organization_coordsys_id FROM gpkg_geometry_columns g"
        " LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id WHERE g.table_name = ?",
        (layer,),
    ).fetchone()
    selected = ", ".join(_quoted(own) for own in spelling.values())
    rows = link.execute(f"SELECT {selected} FROM {_quoted(layer)}").fetchall()
    columns = {
        name: pa.array([None if r[i] is None else str(r[i]) for r in rows], pa.string())
        for i, name in enumerate(spelling)
    }
    if request.with_points and "layer" not in columns:
        columns["layer"] = pa.array([layer] * len(rows), pa.string())
    if geometry is None or not request.with_points:
        return _table(path, columns, "row", 1)
    blobs = link.execute(f"SELECT {_quoted(geometry[0])} FROM {_quoted(layer)}")
    points = np.array([wkb_point(blob) for (blob,) in blobs], dtype=np.float64).reshape(-1, 2)
    epsg = int(geometry[1]) if geometry[1] is not None else None
    return Table(path, columns, len(rows), "row", 1, points, epsg)


def _read_geojson(path: Path, request: _Request) -> Table:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        line = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise InputError(f"{path} is not valid GeoJSON (damaged{line}).") from None
    features = content.get("features")
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        raise InputError(f"{path} is JSON but not a GeoJSON FeatureCollection.")
    tags = []
    for feature in features:
        own = feature.get("properties")
        own = own if isinstance(own, dict) else {}
        nested = own.get("tags")  # as Overpass exports write them
        nested = nested if isinstance(nested, dict) else {}
        ids = {} if feature.get("id") is None else {"id": feature["id"]}
        tags.append({str(k).lower(): v for k, v in {**ids, **nested, **own}.items()})
    names = sorted({name for tag in tags for name in tag})
    if not features:
        raise InputError(f"{path} holds no features.")
    found = _spelling(path, names, request)
    columns = {
        name: pa.array([None if t.get(name) is None else str(t[name]) for t in tags], pa.string())
        for name in found
    }
    points = np.array([geojson_point(f.get("geometry")) for f in features], dtype=np.float64)
    return Table(
        path, columns, len(features), "feature", 1, points.reshape(-1, 2), _geojson_epsg(content)
    )


def _geojson_epsg(content: dict[str, Any]) -> int | None:
    # RFC 7946 allows WGS 84 only; older files name another system in a "crs" member.
    name = str(content.get("crs") or "CRS84")
    if "CRS84" in name:
        return 4326
    found = re.search(r"EPSG:{1,2}(\d+)", name)
    return int(found.group(1)) if found else None


def _spelling(path: Path, header: Sequence[str], request: _Request) -> dict[str, str]:
    """The file's own names of the wanted columns, by lower-case name."""
    lower = [name.strip().lower() for name in header]
    if not request.is_right(lower):
        seen = ", ".join(header[:8]) + (", ..." if len(header) > 8 else "")
        legible = "".join(c if c.isprintable() else "?" for c in seen[:200]).strip("?")
        raise InputError(f"{path} has no {request.what}; its columns are: {legible}.")
    spelling: dict[str, str] = {}
    for name, own in zip(lower, header, strict=True):
        if name in request.wanted:
            if name in spelling:
                raise InputError(f"{path} has two columns called {name!r}.")
            spelling[name] = own
    return spelling


def _stacked(parts: list[Table]) -> Table:
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


def _table(path: Path, columns: dict[str, Any], row_word: str, first_row: int) -> Table:
    n_rows = len(next(iter(columns.values())))
    return Table(path, columns, n_rows, row_word, first_row)


def _flat(column: Any) -> Any:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _is_number(text: str) -> bool:
    # Asked of Arrow and not of float(), which takes more: 1_000, +5 or digits of other scripts.
    try:
        pc.cast(pa.scalar(text), pa.float64())
    except pa.ArrowInvalid:
        return False
    return True
