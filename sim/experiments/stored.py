"""Read the stored results of an experiment as tables, each run once; and a store in memory."""

from __future__ import annotations

import contextlib
import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, override

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.experiments.parts import FAILED, KEPT, KINDS, PARTS

if TYPE_CHECKING:
    import pandas as pd

_NOT_RESULTS: Final = ("key", "seconds", "traceback")
"""Columns that may differ between repetitions of a run: its code, time and places in the code."""

_MOST_PIECES: Final = 32
"""Tables of a kind in memory before they become one: each takes 80 KB besides its numbers."""


class Stored(ABC):
    """The results of an experiment; `folder` is None for a store in memory."""

    folder: Path | None

    @abstractmethod
    def design_table(self) -> pa.Table:
        """Return the design: one row per run of each point."""

    def design(self) -> pd.DataFrame:
        """Return the design as a frame."""
        frame: pd.DataFrame = self.design_table().to_pandas()
        return frame

    @abstractmethod
    def _read(self, kind: str, columns: list[str] | None, wanted: Any) -> pa.Table:
        """Return all rows of a kind, possibly several per run."""

    @abstractmethod
    def locked(self) -> contextlib.AbstractContextManager[None]:
        """Lock the store for writing."""

    @abstractmethod
    def add(self, tables: Mapping[str, pa.Table]) -> None:
        """Add the tables of some results."""

    @abstractmethod
    def compact(self) -> None:
        """Merge small files, if there are any."""

    def statuses(self, horizons: Sequence[int] = ()) -> dict[str, str]:
        """Return the status of each run that has failed or reached all of some horizons, by key."""
        table = self.results(["key", "status"])
        if horizons:
            at = table["horizon"]
            table = table.filter(pc.or_(pc.is_null(at), pc.is_in(at, pa.array(horizons, at.type))))
        counted = table.group_by(["key", "status"]).aggregate([("horizon", "count")])
        found = zip(*(counted[n].to_pylist() for n in counted.column_names), strict=True)
        return {k: status for k, status, n in found if status != "ok" or n >= len(horizons)}

    def measured_at(self, keys: Collection[str]) -> dict[str, tuple[int, ...]]:
        """Return the horizons at which some runs have been measured, by key."""
        table = self.results(["key", "status"])
        wanted = pc.is_in(table["key"], pa.array(keys, pa.string()))
        table = table.filter(pc.and_(wanted, pc.is_valid(table["horizon"])))
        found: dict[str, tuple[int, ...]] = {}
        for key, horizon in zip(*(table[n].to_pylist() for n in ("key", "horizon")), strict=True):
            found[key] = (*found.get(key, ()), horizon)
        return found

    @abstractmethod
    def note(self, environments: Collection[str]) -> None:
        """Note the environments of the workers, if there is a manifest; see `Tally`."""

    def results(self, columns: Sequence[str] | None = None, horizon: int | None = None) -> pa.Table:
        """Return the measures of all runs, each run and horizon once.

        Columns include ``key`` and ``status``; all by default. Failed runs are in the table
        whatever the horizon (months). Raise `InputError` if a part is damaged.
        """
        wanted = None
        if horizon is not None:
            wanted = (pc.field("horizon") == horizon) | pc.field("horizon").is_null()
        read = None if columns is None else list(dict.fromkeys((*columns, "horizon")))
        return _once(self._read(PARTS, read, wanted))

    def kept(self, kind: str) -> pa.Table:
        """Return a table that is kept on request; see `sim.experiments.parts.KEPT`.

        Its columns are ``key``, the keys of a run's rows, and values; only ``key`` if nothing was
        kept.
        """
        table = self._read(kind, None, None)
        return _first_of(table, ["key", *KINDS[kind]]) if table.num_rows else table

    def tables(self) -> dict[str, pa.Table]:
        """Return all stored tables by kind, the measures last."""
        kept = {kind: self.kept(kind) for kind in KEPT}
        return {k: t for k, t in kept.items() if t.num_rows} | {PARTS: self.results()}

    def digest(self) -> str:
        """Return the SHA-256 of all measures in the order of the design.

        It does not depend on executors, on the order of runs, or on code that gives the same bits.
        """
        table = rows_of(self.results(), self.design_table()["key"].combine_chunks(), KINDS[PARTS])
        digest = hashlib.sha256()
        for name in sorted(table.column_names) if table.num_rows else ():
            column = table[name]
            digest.update(f"\0{name}\0".encode())
            if pa.types.is_string(column.type):
                digest.update(json.dumps(column.to_pylist()).encode())
            else:
                values = column.fill_null(-1 if pa.types.is_integer(column.type) else np.nan)
                digest.update(np.ascontiguousarray(values.to_numpy()).tobytes())
        return digest.hexdigest()


def rows_of(table: pa.Table, keys: pa.Array, by: Sequence[str]) -> pa.Table:
    """Return the rows of some runs, run by run, without what repetitions may change.

    A column ``run`` holds the place of each row's run among the keys.
    """
    run = pc.index_in(table["key"], keys)
    table = table.drop_columns([n for n in _NOT_RESULTS if n in table.column_names])
    table = table.append_column("run", run).filter(run.is_valid())
    return table.sort_by([(n, "ascending") for n in ("run", *by)]) if table.num_rows else table


def empty(columns: Sequence[str] | None) -> pa.Table:
    """Return an empty table of results."""
    names = columns or ("key", "status")
    return pa.table(
        {n: pa.array([], pa.float64() if n == "horizon" else pa.string()) for n in names}
    )


class MemoryStore(Stored):
    """A store that ends with the process.

    Parameters
    ----------
    design : pyarrow.Table
        The table of the plan.
    before : MemoryStore, optional
        A store whose results are also those of this one.
    """

    folder = None

    def __init__(self, design: pa.Table, before: MemoryStore | None = None) -> None:
        self._design = design
        self._tables: dict[str, list[pa.Table]] = {}
        if before:
            self._tables |= {kind: [*pieces] for kind, pieces in before._tables.items()}

    @property
    def nbytes(self) -> int:
        """Memory of the results."""
        return sum(table.nbytes for pieces in [*self._tables.values()] for table in pieces)

    @override
    def design_table(self) -> pa.Table:
        return self._design

    @override
    def locked(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    @override
    def add(self, tables: Mapping[str, pa.Table]) -> None:
        for kind, table in tables.items():
            pieces = self._tables.setdefault(kind, [])
            pieces.append(table)
            if len(pieces) == _MOST_PIECES:
                pieces[:] = [pa.concat_tables(pieces).combine_chunks()]

    @override
    def note(self, environments: Collection[str]) -> None:
        """Do nothing: there is no manifest."""

    @override
    def compact(self) -> None:
        """Do nothing: there are no files."""

    @override
    def _read(self, kind: str, columns: list[str] | None, wanted: Any) -> pa.Table:
        if kind not in self._tables:
            return empty(columns)
        table = pa.concat_tables(self._tables[kind])
        if wanted is not None:
            table = table.filter(wanted)
        return table if columns is None else table.select(columns)


def _once(table: pa.Table) -> pa.Table:
    """Keep each run once; after a repetition, the success counts."""
    if table.num_rows:
        failed = pc.is_in(table["status"], pa.array(FAILED))
        if pc.any(failed).as_py():
            good = table.filter(pc.invert(failed))
            still = pc.invert(pc.is_in(table["key"], good["key"].combine_chunks()))
            table = pa.concat_tables([good, table.filter(pc.and_(failed, still))])
    return _first_of(table, ["key", "horizon"]) if table.num_rows else table


def _first_of(table: pa.Table, by: list[str]) -> pa.Table:
    """Keep the first of rows that agree in some columns."""
    counted = table.group_by(by).aggregate([([], "count_all")])
    if counted.num_rows == table.num_rows:
        return table
    numbered = table.append_column("_row", pa.array(np.arange(table.num_rows)))
    first = numbered.group_by(by).aggregate([("_row", "min")])["_row_min"]
    return table.take(first.combine_chunks().sort())
