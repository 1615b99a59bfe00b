"""The store of a sweep: a folder that holds the question, the design and the results so far.

::

    sweep.toml        the experiment
    manifest.json     what it was made of and by which versions
    design.parquet    idx, key, point, rep, arm, seed, factors: a row for each run of each point
    parts/            results: a row for each run and horizon, joined to the design by key
    series/           courses over time, where they are kept
    tmp/              what is being written

There is no file of progress: what is done is what lies in ``parts/``.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from sim.errors import InputError
from sim.experiments.parts import FAILED, PARTS, SERIES, TMP, compact, read_part, write_file
from sim.experiments.whole_folder import MANIFEST, manifest_bytes, read_manifest, whole_folder

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DESIGN", "FORMAT", "SWEEP", "Store"]

FORMAT: Final = "essaim sweep 1"
SWEEP: Final = "sweep.toml"
DESIGN: Final = "design.parquet"
_LOCK: Final = "lock"

_CHECKED: Final = ds.ParquetFileFormat(
    default_fragment_scan_options=ds.ParquetFragmentScanOptions(page_checksum_verification=True)
)
"""How parts are read: what the disk has changed since is noticed."""

_NOT_RESULTS: Final = ("seconds", "traceback")
"""Columns that differ between runs of the same thing: how long it took, and where its code lay."""


@dataclass(frozen=True)
class Store:
    """The folder of a sweep.

    Attributes
    ----------
    folder : Path
    """

    folder: Path

    @classmethod
    def create(cls, folder: Path, files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Store:
        """Make a store that holds no results yet, whole or not at all.

        Parameters
        ----------
        folder : Path
            Missing parents are made.
        files : mapping of str to bytes
            What it holds beside the manifest.
        manifest : mapping

        Raises
        ------
        InputError
            If the folder cannot be written, or holds something.
        OSError
            If the disk is full or fails.
        """
        with whole_folder(folder) as new:
            for name, content in files.items():
                new.write(name, content)
            new.write_manifest(manifest)
        store = cls(folder)
        store._make_folders()
        return store

    @classmethod
    def open(cls, folder: Path) -> Store:
        """A store that is there.

        Raises
        ------
        InputError
            If the folder holds no sweep, or its manifest is torn.
        """
        store = cls(folder)
        _ = store.manifest
        return store

    def _make_folders(self) -> None:
        for name in (PARTS, SERIES, TMP):
            (self.folder / name).mkdir(exist_ok=True)

    @property
    def manifest(self) -> dict[str, Any]:
        """What the sweep was made of."""
        return read_manifest(self.folder, FORMAT, "sweep", "sweep")

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the store for writing, alone; the system lets go of it when the process ends.

        Raises
        ------
        InputError
            If another process holds it, or the folder cannot be written.
        """
        try:
            self._make_folders()
            handle = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise InputError(
                f"{self.folder}: cannot be written: {(error.strerror or 'unknown reason').lower()}."
            ) from None
        try:
            if not _lock(handle):
                raise InputError(f"{self.folder} is being written by another sweep; wait for it.")
            for left in (self.folder / TMP).iterdir():  # of a sweep that was killed
                left.unlink(missing_ok=True)
            yield
        finally:
            os.close(handle)

    def replace(self, files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> None:
        """Put new files in place of old ones, each whole or not at all.

        The design comes last: as long as it has not grown, all of it is to be done again.
        """
        listed = dict(self.manifest["files"])
        for name, content in files.items():
            listed[name] = {
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        new = {**files, MANIFEST: manifest_bytes({**manifest, "files": listed})}
        for name in sorted(new, key=lambda name: name == DESIGN):
            write_file(self.folder, name, partial(_put, new[name]))

    def statuses(self) -> dict[str, str]:
        """What became of the runs that are done, by key."""
        table = self.results(["key", "status"])
        keys, statuses = table["key"].to_pylist(), table["status"].to_pylist()
        return dict(zip(keys, statuses, strict=True))

    def results(self, columns: Sequence[str] | None = None, horizon: int | None = None) -> pa.Table:
        """Rows of all parts, each run and horizon once.

        Parameters
        ----------
        columns : sequence of str, optional
            All by default; ``key`` and ``status`` must be among them.
        horizon : int, optional
            Only what was measured after so many months, and failed runs.

        Returns
        -------
        pyarrow.Table

        Raises
        ------
        InputError
            If a part is torn.
        """
        wanted = None
        if horizon is not None:
            wanted = (pc.field("horizon") == horizon) | pc.field("horizon").is_null()
        read = None if columns is None else list(dict.fromkeys((*columns, "horizon")))
        table = self._read(PARTS, read, wanted)
        return _once(table)

    def series(self) -> pa.Table:
        """Courses over time: ``key``, ``month`` and measures."""
        table = self._read(SERIES, None, None)
        return table if not table.num_rows else _first_of(table, ["key", "month"])

    def _read(self, kind: str, columns: list[str] | None, wanted: Any) -> pa.Table:
        files = sorted((self.folder / kind).glob("*.parquet"))
        if not files:
            names = columns or ("key", "status")
            return pa.table(
                {n: pa.array([], pa.float64() if n == "horizon" else pa.string()) for n in names}
            )
        try:
            return ds.dataset(files, format=_CHECKED).to_table(columns=columns, filter=wanted)
        except (OSError, pa.ArrowException):
            if not all(path.exists() for path in files):  # put together by a sweep that goes on
                return self._read(kind, columns, wanted)
            for path in files:
                read_part(path)  # says which is torn
            raise

    def digest(self) -> str:
        """SHA-256 of all results in the order of their keys, however they were come by."""
        table = self.results()
        if not table.num_rows:
            return hashlib.sha256().hexdigest()
        table = table.drop_columns([n for n in _NOT_RESULTS if n in table.column_names])
        table = table.sort_by([("key", "ascending"), ("horizon", "ascending")])
        digest = hashlib.sha256()
        for name in sorted(table.column_names):
            column = table[name]
            digest.update(f"\0{name}\0".encode())
            if pa.types.is_string(column.type):
                digest.update(json.dumps(column.to_pylist()).encode())
            else:
                values = column.fill_null(-1 if pa.types.is_integer(column.type) else np.nan)
                digest.update(np.ascontiguousarray(values.to_numpy()).tobytes())
        return digest.hexdigest()

    def compact(self) -> None:
        """Put small files together; see `sim.experiments.parts.compact`."""
        for kind in (PARTS, SERIES):
            compact(self.folder, kind)

    def design(self) -> pd.DataFrame:
        """The design: a row for each run of each point.

        Raises
        ------
        InputError
            If its file is missing or torn.
        """
        import pandas as pd

        path = self.folder / DESIGN
        try:
            return pd.read_parquet(path)
        except FileNotFoundError:
            raise InputError(f"{path} is missing.") from None
        except (OSError, ValueError, pa.ArrowException):
            raise InputError(f"{path} is torn or no design of a sweep.") from None


def _once(table: pa.Table) -> pa.Table:
    """Each run once: where it was run again, what succeeded counts."""
    if table.num_rows:
        failed = pc.is_in(table["status"], pa.array(FAILED))
        if pc.any(failed).as_py():
            good = table.filter(pc.invert(failed))
            still = pc.invert(pc.is_in(table["key"], good["key"].combine_chunks()))
            table = pa.concat_tables([good, table.filter(pc.and_(failed, still))])
    return _first_of(table, ["key", "horizon"]) if table.num_rows else table


def _first_of(table: pa.Table, by: list[str]) -> pa.Table:
    """The first of rows that agree in some columns."""
    counted = table.group_by(by).aggregate([([], "count_all")])
    if counted.num_rows == table.num_rows:
        return table
    numbered = table.append_column("_row", pa.array(np.arange(table.num_rows)))
    first = numbered.group_by(by).aggregate([("_row", "min")])["_row_min"]
    return table.take(first.combine_chunks().sort())


def _put(content: bytes, file: IO[bytes]) -> None:
    file.write(content)


def _lock(handle: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
