"""A table of towns, a row for each: its class, its territory and its own parameters."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from sim.errors import InputError
from sim.registry.parameters import ParameterInfo
from sim.registry.settings import LARGEST_FILE, typed_value
from sim.registry.user_files import read_file
from sim.scenario.schema import right_name
from sim.territory.table import Table

TOWN: Final = "town"
CLASS: Final = "class"
TERRITORY: Final = "territory"
COLUMNS: Final = (TOWN, CLASS, TERRITORY)
"""Columns that are no parameters."""

_LONGEST: Final = 100
"""Maximum characters of a town's name."""


@dataclass(frozen=True)
class Row:
    """A row of the table of towns.

    The name of the town; its class and the name of its territory, empty where there is none; what
    is set for it; and where the row stands, for messages.
    """

    town: str
    kind: str
    territory: str
    settings: Mapping[str, Any]
    place: str


def read_rows(path: Path, infos: Mapping[str, ParameterInfo]) -> list[Row]:
    """Read a CSV file of towns, whose columns commas, semicolons or tabulators separate.

    Parameters
    ----------
    path : Path
    infos : mapping of str to ParameterInfo
        Parameters and levers that may be columns. An empty cell sets nothing.

    Raises
    ------
    InputError
        If it is no such file, a column is unknown, or a town stands twice or has no name or class.
    """
    table = _read(path)
    texts = {name: table.texts(name) for name in COLUMNS if name in table.columns}
    columns = {name: _values(table, name, infos) for name in table.columns if name not in COLUMNS}
    rows: list[Row] = []
    for k, town in enumerate(texts[TOWN]):
        place = table.place(k)
        _check_name(town, place)
        for before in rows:
            if before.town == town:
                raise InputError(f"{place}: {town} stands twice, first at {before.place}.")
        kind, territory = (texts[n][k] if n in texts else "" for n in (CLASS, TERRITORY))
        if CLASS in texts and not kind:
            raise InputError(f"{place}: {town} has no class.")
        settings = {name: column[k] for name, column in columns.items() if column[k] is not None}
        rows.append(Row(town, kind, territory, settings, place))
    return rows


def _read(path: Path) -> Table:
    content = read_file(path, LARGEST_FILE)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise InputError(f"{path}: not a CSV file: {error}.") from None
    names = [name.strip() for name in rows[0][1]] if rows else []
    if TOWN not in names:
        listed = ", ".join(names) or "none"
        raise InputError(f"{path}: has no column '{TOWN}'; its columns are: {listed}.")
    if twice := [name for k, name in enumerate(names) if name in names[:k]]:
        raise InputError(f"{path}: column '{twice[0]}' stands twice.")
    rows = [(line, row) for line, row in rows[1:] if any(cell.strip() for cell in row)]
    if not rows:
        raise InputError(f"{path}: has no town.")
    for line, row in rows:
        if len(row) != len(names):
            raise InputError(
                f"{path}: line {line} has {len(row)} values where the header has {len(names)}."
            )
    columns = {n: pa.array([row[k] for _, row in rows], pa.string()) for k, n in enumerate(names)}
    lines = np.array([line for line, _ in rows], np.int64)
    return Table(path, columns, len(rows), "line", 0, numbers_of_rows=lines)


def _check_name(town: str, place: str) -> None:
    if not town:
        raise InputError(f"{place}: the name of the town is missing.")
    is_path = any(mark in town for mark in "/\\:") or town == "."  # two dots mean missing
    if is_path or not town.isprintable() or len(town) > _LONGEST:
        raise InputError(
            f"{place}: '{town}' is no name of a town; expected up to {_LONGEST} characters,"
            " without slashes and colons."
        )


def _values(table: Table, name: str, infos: Mapping[str, ParameterInfo]) -> list[Any]:
    """Return the values of a column by row, None where a cell is empty."""
    if name == "months":
        raise InputError(
            f"{table.path}: column 'months' cannot be: all towns run equally long, as the"
            " experiment says."
        )
    if name not in infos:
        hint = right_name(name, [*COLUMNS, *infos])
        raise InputError(
            f"{table.path}: column '{name}' is no parameter, and no lever of what is tried.{hint}"
        )
    info = infos[name]
    if info.kind not in (int, float):
        typed = typed_value if info.kind is bool else str
        return [typed(text) if text else None for text in table.texts(name)]
    numbers = table.numbers(name, missing=True, negative=True)
    if info.kind is int:
        table.check(
            np.isfinite(numbers) & (numbers % 1 != 0),
            lambda k: f"{name} is {numbers[k]:g}; expected a whole number.",
        )
    return [info.kind(v) if np.isfinite(v) else None for v in numbers.tolist()]
