"""Parts: the files of an experiment's results, each written atomically and sealed.

A part holds the rows of one batch and is named after a hash of its content, so that any later
change shows. It is written under a temporary name and moved into place once it is on the disk, so
readers never see half a file.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import InputError
from sim.experiments.run import Model, Outcome, Table

__all__ = [
    "FAILED",
    "KEPT",
    "KINDS",
    "PARTS",
    "TEMPORARY",
    "TMP",
    "Result",
    "check_seals",
    "compact",
    "is_plausible",
    "is_sealed",
    "part_file",
    "read_part",
    "result_schema",
    "tables_of",
    "write_file",
    "write_tables",
]

PARTS: Final = "parts"
TMP: Final = "tmp"

TEMPORARY: Final = re.compile(rf"{TMP}/.+\.[0-9a-f]{{32}}")
"""Path of a file that is being written."""

KEPT: Final = {
    "series": ("month",),
    "every_month": ("month",),
    "ledger": ("year", "source", "line"),
    "maps": ("month",),
}
"""Tables kept on request, each in its own folder, and the keys of a run's rows."""

KINDS: Final = {PARTS: ("horizon",), **KEPT}
"""All tables, by folder."""

FAILED: Final = ("error", "crashed", "timeout")
"""Statuses of runs without results: an exception, a dead process, or too long a time."""

ROWS_A_FILE: Final = 500_000
"""Maximum rows of a file after compaction."""

FEW_FILES: Final = 32
"""Number of parts below which compaction does nothing."""

BEST_COMPRESSION: Final = 100
"""Bytes in memory for a byte of a file, at most; parts have up to some 20."""

SMALL_FILE: Final = 64_000_000
"""Bytes in memory that any file may take."""

_REPLACES: Final = b"essaim.replaces"


@dataclass(frozen=True)
class Result:
    """The result of a run, whether it succeeded or not.

    Attributes
    ----------
    key : str
        Key of the run.
    status : {"ok", "error", "crashed", "timeout"}
    outcome : Outcome or None
        None if it failed.
    seconds : float
        Time of the run; not a result.
    error_type, error, traceback : str
        Of a failure: the exception's class, its message and the end of its traceback.
    known : tuple of int
        Horizons of the run that are stored already.
    """

    key: str
    status: str
    outcome: Outcome | None
    seconds: float = 0.0
    error_type: str = ""
    error: str = ""
    traceback: str = ""
    known: tuple[int, ...] = ()


def result_schema(outputs: Sequence[str]) -> pa.Schema:
    """Return the columns of a part: one row per run and horizon, and one per failed run.

    ``horizon`` is null for failed runs; missing measures are null.
    """
    return pa.schema(
        [
            ("key", pa.string()),
            ("horizon", pa.int32()),
            ("status", pa.string()),
            ("error_type", pa.string()),
            ("error", pa.string()),
            ("traceback", pa.string()),
            ("seconds", pa.float32()),
            *((name, pa.float64()) for name in outputs),
        ]
    )


def tables_of(model: Model, results: Sequence[Result]) -> dict[str, pa.Table]:
    """Return the tables of some results of a model by kind; the measures come last."""
    tables = {}
    for kind in KEPT:
        kept = [
            (r.key, _later(r.outcome.tables[kind], kind, r.known))
            for r in results
            if r.outcome and kind in r.outcome.tables
        ]
        if kept:
            tables[kind] = _kept_table(kept)
    return tables | {PARTS: _result_table(model, results)}


def _later(table: Table, kind: str, known: Sequence[int]) -> Table:
    """Return the rows after the horizons at which a run was measured before."""
    if not known:
        return table
    first = KINDS[kind][0]
    is_later = table[first] * (12 if first == "year" else 1) > max(known)
    return {name: values[is_later] for name, values in table.items()}


def write_tables(folder: Path, tables: Mapping[str, pa.Table]) -> None:
    """Write the tables of some results, by kind, into the folder of an experiment.

    The measures come last: a run counts as done once its measures are written.

    Raises
    ------
    OSError
        If the disk is full or fails; nothing is left behind.
    """
    for kind, table in tables.items():
        _write(folder, kind, table)


def _result_table(model: Model, results: Sequence[Result]) -> pa.Table:
    schema = result_schema(model.outputs)
    horizons = np.array(model.horizons, np.int32)
    gone = np.full((1, len(model.outputs)), np.nan)
    values, when = [], []
    for r in results:
        is_new = ~np.isin(horizons, r.known)
        values.append(r.outcome.measures[is_new] if r.outcome else gone)
        when.append(horizons[is_new] if r.outcome else np.array([-1], np.int32))
    at = np.repeat(np.arange(len(results)), [months.size for months in when])
    months, measures = np.concatenate(when), np.concatenate(values)

    def text(name: str) -> pa.Array:
        found = np.array([getattr(r, name) for r in results], object)[at]
        return pa.array([t or None for t in found], pa.string())

    columns = {
        "key": text("key"),
        "horizon": pa.array(months, mask=months < 0),
        "status": text("status"),
        "error_type": text("error_type"),
        "error": text("error"),
        "traceback": text("traceback"),
        "seconds": pa.array(np.array([r.seconds for r in results], np.float32)[at]),
    } | {name: pa.array(measures[:, k], from_pandas=True) for k, name in enumerate(model.outputs)}
    return pa.table(columns, schema=schema)


def _kept_table(kept: Sequence[tuple[str, Table]]) -> pa.Table:
    names = list(kept[0][1])
    lengths = [len(table[names[0]]) for _, table in kept]
    keys = np.repeat(np.array([key for key, _ in kept], object), lengths)
    columns = {"key": pa.array(keys, pa.string())}
    for name in names:
        values = np.concatenate([table[name] for _, table in kept])
        columns[name] = pa.array(values, from_pandas=values.dtype.kind == "f")
    return pa.table(columns)


def _write(folder: Path, kind: str, table: pa.Table, prefix: str = "") -> None:
    name, content = part_file(kind, table, prefix)
    write_file(folder, name, content)


def part_file(kind: str, table: pa.Table, prefix: str = "") -> tuple[str, bytes]:
    """Return the path and the content of the part that holds a table."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    content = buffer.getvalue()
    return f"{kind}/{prefix}{_seal(content)}.parquet", content


def _seal(content: bytes) -> str:
    return _blake2b(content).hexdigest()


def _blake2b(content: bytes = b"") -> hashlib.blake2b:
    return hashlib.blake2b(content, digest_size=12)


def write_file(folder: Path, name: str, content: bytes) -> None:
    """Write a file under a temporary name, flush it to the disk, and move it into place.

    The name is a path within the folder of the experiment.

    Raises
    ------
    OSError
        If the disk is full or fails; nothing is left behind.
    """
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = folder / TMP / f"{place.name}.{uuid.uuid4().hex}"
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(place)
    except BaseException:
        with contextlib.suppress(OSError):  # report the first error
            partial.unlink(missing_ok=True)
        raise
    if os.name == "posix":  # the new name must survive a power cut
        handle = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read_part(path: Path) -> pa.Table:
    """Read all of a part; raise `InputError` if the file is damaged or was changed."""
    check_seals([path])
    return pq.read_table(path)


def check_seals(paths: Iterable[Path]) -> None:
    """Refuse parts whose content is not what was written; each state of a file is read once.

    Raise `InputError`, which names the first such part.
    """
    states = ((path, path.stat()) for path in paths)
    unknown = list({(path, s.st_size, s.st_mtime_ns) for path, s in states} - _CHECKED)
    with ThreadPoolExecutor() as threads:  # hashing leaves the interpreter free
        found = threads.map(lambda state: is_sealed(state[0]) and _is_part(state[0]), unknown)
        for state, is_whole in zip(unknown, found, strict=True):
            if not is_whole:
                raise InputError(
                    f"{state[0]} is torn, or was changed after it was written; move it away and"
                    " resume, which runs it again."
                )
            _CHECKED.add(state)


_TYPES: Final = {
    **dict.fromkeys(("key", "status", "source", "line"), pa.string()),
    **dict.fromkeys(("horizon", "month", "year"), pa.int32()),
    "cents": pa.int64(),
    "rows": pa.int64(),
    "cell_size": pa.float64(),
    "zone": pa.binary(),
}
_TEXTS: Final = ("key", "status", "source", "line", "error_type", "error", "traceback")
_VALUES: Final = {PARTS: ("status",), "ledger": ("cents",), "maps": ("rows", "cell_size", "zone")}


def _is_part(path: Path) -> bool:
    kind = path.parent.name
    names = ("key", *KINDS[kind], *_VALUES.get(kind, ()))
    return is_plausible(path, {name: _TYPES[name] for name in names}) and all(
        field.name in _TEXTS or pa.types.is_primitive(field.type) or pa.types.is_binary(field.type)
        for field in pq.read_schema(path)
    )


_CHECKED: set[tuple[Path, int, int]] = set()
"""Path, size and time of change of parts that were whole."""


def is_sealed(path: Path) -> bool:
    """Return whether a part is as it was written: its content has the hash in its name."""
    try:
        if path.is_symlink() or not path.is_file():
            return False
        with path.open("rb") as file:
            found = hashlib.file_digest(file, _blake2b).hexdigest()
    except OSError:
        return False
    return found == path.stem.rpartition("-")[2]


def is_plausible(path: Path, columns: Mapping[str, pa.DataType]) -> bool:
    """Check that a Parquet file has some columns, once each, and no more data than its size allows.

    Only its metadata is read, before memory is taken for the rest.
    """
    try:
        about = pq.read_metadata(path)
        fields = about.schema.to_arrow_schema()
    except (OSError, ValueError, pa.ArrowException):
        return False
    types = dict(zip(fields.names, fields.types, strict=True))
    if len(types) < len(fields) or any(types.get(name) != columns[name] for name in columns):
        return False
    groups = (about.row_group(k).total_byte_size for k in range(about.num_row_groups))
    claimed = sum(groups, 8 * about.num_rows * about.num_columns)
    return bool(claimed <= max(SMALL_FILE, BEST_COMPRESSION * path.stat().st_size))


def compact(folder: Path, kind: str) -> None:
    """Merge many small files into few large ones, without loss at any interruption.

    A large file lists the small ones that it replaces. It is in place before they are removed; the
    next compaction removes leftovers of an interruption. The kind is a key of `KINDS`.
    """
    _remove_replaced(folder / kind)
    small: list[Path] = []
    rows = 0
    files = sorted((folder / kind).glob("*.parquet"))
    check_seals(files)
    sizes = {path: int(pq.read_metadata(path).num_rows) for path in files}
    few = [path for path in files if sizes[path] < ROWS_A_FILE // 2]
    if len(few) <= FEW_FILES:
        return
    for path in few:
        small.append(path)
        rows += sizes[path]
        if rows >= ROWS_A_FILE:
            _merge(folder, kind, small)
            small, rows = [], 0
    if len(small) > 1:
        _merge(folder, kind, small)


def _merge(folder: Path, kind: str, small: Sequence[Path]) -> None:
    table = pa.concat_tables([read_part(path) for path in small])
    names = [path.name for path in small]
    marked = table.replace_schema_metadata({_REPLACES: json.dumps(names)})
    _write(folder, kind, marked.combine_chunks(), "all-")
    for path in small:
        path.unlink()


def _remove_replaced(folder: Path) -> None:
    for path in sorted(folder.glob("all-*.parquet")):
        if not path.exists():  # replaced itself by one before it
            continue
        check_seals([path])
        for name in json.loads((pq.read_metadata(path).metadata or {}).get(_REPLACES, b"[]")):
            (folder / name).unlink(missing_ok=True)
