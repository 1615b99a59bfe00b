"""Parts: the files that hold a sweep's results, each written whole or not at all.

A part is one batch's rows, named after its runs and what became of them: doing a batch twice writes
the same file twice, and a run that succeeds at last never takes the name of its failure. It is
written beside its place and moved there when it is on the disk, so that a reader never meets half
a file, whoever is killed when.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import InputError
from sim.experiments.run import Model, Outcome

__all__ = [
    "FAILED",
    "PARTS",
    "SERIES",
    "TMP",
    "Result",
    "compact",
    "read_part",
    "result_schema",
    "write_file",
    "write_results",
]

PARTS: Final = "parts"
SERIES: Final = "series"
TMP: Final = "tmp"

FAILED: Final = ("error", "crashed")
"""What a run's status is where it gave nothing: it raised, or its process died."""

ROWS_A_FILE: Final = 500_000
"""Rows of a file after compaction."""

FEW_FILES: Final = 32
"""So many parts are left as they are."""

_REPLACES: Final = b"essaim.replaces"


@dataclass(frozen=True)
class Result:
    """What became of a run.

    Attributes
    ----------
    key : str
        Of the run.
    status : {"ok", "error", "crashed"}
    outcome : Outcome or None
        None where it failed.
    seconds : float
        How long it took; not a result.
    error_type, error, traceback : str
        Where it failed: the exception's class, its message and the end of its traceback.
    """

    key: str
    status: str
    outcome: Outcome | None
    seconds: float = 0.0
    error_type: str = ""
    error: str = ""
    traceback: str = ""


def _named_after(content: Iterable[str]) -> str:
    text = "\n".join(sorted(content))
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest() + ".parquet"


def result_schema(outputs: Sequence[str]) -> pa.Schema:
    """Columns of a part: one row for each run and horizon, and one for a run that failed.

    Parameters
    ----------
    outputs : sequence of str
        What is measured.

    Returns
    -------
    pyarrow.Schema
        ``horizon`` is null where the run failed; a missing measure is null.
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


def write_results(folder: Path, model: Model, results: Sequence[Result]) -> None:
    """Keep what became of some runs.

    Parameters
    ----------
    folder : Path
        Of the sweep.
    model : Model
        That was run.
    results : sequence of Result

    Raises
    ------
    OSError
        If the disk is full or fails; nothing is left behind.
    """
    name = _named_after(f"{r.key} {r.status}" for r in results)
    if model.series:
        series = _series_table(model, results)
        if series.num_rows:
            _write(folder, SERIES, name, series)
    _write(folder, PARTS, name, _result_table(model, results))


def _result_table(model: Model, results: Sequence[Result]) -> pa.Table:
    schema = result_schema(model.outputs)
    horizons = np.array(model.horizons, np.int32)
    lengths = [horizons.size if r.outcome else 1 for r in results]
    at = np.repeat(np.arange(len(results)), lengths)
    gone = np.full((1, len(model.outputs)), np.nan)
    values = np.concatenate([r.outcome.measures if r.outcome else gone for r in results])
    when = [horizons if r.outcome else np.array([-1], np.int32) for r in results]
    months = np.concatenate(when)

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
    } | {name: pa.array(values[:, k], from_pandas=True) for k, name in enumerate(model.outputs)}
    return pa.table(columns, schema=schema)


def _series_table(model: Model, results: Sequence[Result]) -> pa.Table:
    kept = [
        (r.key, r.outcome.series) for r in results if r.outcome and r.outcome.series is not None
    ]
    months = [np.arange(1, len(s) + 1, dtype=np.int32) for _, s in kept]
    keys = [key for key, s in kept for _ in range(len(s))]
    values = np.concatenate([np.empty((0, len(model.series))), *(s for _, s in kept)])
    columns = {
        "key": pa.array(keys, pa.string()),
        "month": pa.array(np.concatenate([np.empty(0, np.int32), *months]), pa.int32()),
    } | {name: pa.array(values[:, k], from_pandas=True) for k, name in enumerate(model.series)}
    return pa.table(columns)


def _write(folder: Path, kind: str, name: str, table: pa.Table) -> None:
    def write(file: IO[bytes]) -> None:
        pq.write_table(table, file, compression="zstd", write_page_checksum=True)

    write_file(folder, f"{kind}/{name}", write)


def write_file(folder: Path, name: str, write: Callable[[IO[bytes]], Any]) -> None:
    """Write a file beside its place, see it onto the disk, and move it there.

    Parameters
    ----------
    folder : Path
        Of the sweep.
    name : str
        Path within it.
    write : callable
        Writes the content into an open file.

    Raises
    ------
    OSError
        If the disk is full or fails; nothing is left behind.
    """
    place = folder / name
    partial = folder / TMP / f"{place.name}.{uuid.uuid4().hex}"
    try:
        with partial.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(place)
    except BaseException:
        with contextlib.suppress(OSError):  # what went wrong first is what is told
            partial.unlink(missing_ok=True)
        raise
    if os.name == "posix":  # so that the new name outlives a power cut, as what it replaces may go
        handle = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read_part(path: Path) -> pa.Table:
    """All of a part.

    Raises
    ------
    InputError
        If the file is torn: the disk lost what had been written.
    """
    with _torn_told(path):
        return pq.read_table(path, page_checksum_verification=True)


def _footer(path: Path) -> Any:
    with _torn_told(path):
        return pq.read_metadata(path)


@contextlib.contextmanager
def _torn_told(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException):
        raise InputError(
            f"{path} is torn or no part of a sweep; move it away and resume, which runs it again."
        ) from None


def compact(folder: Path, kind: str) -> None:
    """Put many small files together into few large ones, losing nothing whenever it is stopped.

    A large file says which small ones it replaces. It is in place before they go, and where a stop
    left some of them beside it, they go the next time.

    Parameters
    ----------
    folder : Path
        Of the sweep.
    kind : str
        `PARTS` or `SERIES`.
    """
    _remove_replaced(folder / kind)
    small: list[Path] = []
    rows = 0
    files = sorted((folder / kind).glob("*.parquet"))
    sizes = {path: int(_footer(path).num_rows) for path in files}
    few = [path for path in files if sizes[path] < ROWS_A_FILE // 2]
    if len(few) <= FEW_FILES:
        return
    for path in few:
        small.append(path)
        rows += sizes[path]
        if rows >= ROWS_A_FILE:
            _put_together(folder, kind, small)
            small, rows = [], 0
    if len(small) > 1:
        _put_together(folder, kind, small)


def _put_together(folder: Path, kind: str, small: Sequence[Path]) -> None:
    table = pa.concat_tables([read_part(path) for path in small])
    names = [path.name for path in small]
    marked = table.replace_schema_metadata({_REPLACES: json.dumps(names)})
    _write(folder, kind, f"all-{_named_after(names)}", marked.combine_chunks())
    for path in small:
        path.unlink()


def _remove_replaced(folder: Path) -> None:
    for path in sorted(folder.glob("all-*.parquet")):
        if not path.exists():  # replaced itself by one before it
            continue
        for name in json.loads((_footer(path).metadata or {}).get(_REPLACES, b"[]")):
            (folder / name).unlink(missing_ok=True)
