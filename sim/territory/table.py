"""A table of texts as people publish it, and what to read of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.errors import InputError
from sim.kernels.arrays import Bools, Floats, Ints
from sim.territory.column_words import columns_in
from sim.territory.numerals import AmbiguousNumber, as_floats, plain_numbers, without_missing
from sim.territory.remedies import Refusal


class OtherTable(Refusal):
    """A file that can be read, but is not of what was asked for."""


@dataclass(frozen=True)
class Table:
    """The wanted columns that a file has, as Arrow strings or numbers under their names here.

    For messages: the path as the user named it, what the format calls a row (line, row or feature),
    and the number of the first one in those terms. `points`, (rows, 2) in the system `points_epsg`,
    are x and y of geometries, NaN where a row has none; None without geometries. Of a part of a
    file, `numbers_of_rows` are those of its rows. `header` is what the file has in all.
    """

    path: Path
    columns: dict[str, Any]
    n_rows: int
    row_word: str
    first_row: int
    points: Floats | None = None
    points_epsg: int | None = None
    numbers_of_rows: Ints | None = None
    header: tuple[str, ...] = ()

    def place(self, row: int) -> str:
        """Return the place of a row, for a message: ``cells.csv: line 7``."""
        own = row if self.numbers_of_rows is None else int(self.numbers_of_rows[row])
        return f"{self.path}: {self.row_word} {self.first_row + own}"

    def check(self, is_bad: Bools, say: Callable[[int], str]) -> None:
        """Raise InputError about the first bad row, if any, with what to `say` of it."""
        if is_bad.any():
            row = int(np.argmax(is_bad))
            raise InputError(f"{self.place(row)}: {say(row)}")

    def take(self, rows: Ints) -> Table:
        """Return some rows, which keep their places in messages."""
        return replace(
            self,
            columns={name: column.take(pa.array(rows)) for name, column in self.columns.items()},
            n_rows=rows.size,
            points=None if self.points is None else self.points[rows],
            numbers_of_rows=rows if self.numbers_of_rows is None else self.numbers_of_rows[rows],
        )

    def texts(self, column: str) -> list[str]:
        """Values of a column without surrounding blanks; empty where missing."""
        text = without_missing(pc.cast(self.columns[column], pa.string()))
        values: list[str] = pc.fill_null(text, "").to_pylist()
        return values

    def numbers(
        self, column: str, *, missing: bool = False, negative: bool = False, degrees: bool = False
    ) -> Floats:
        """Values of a column as numbers, (rows,); see `sim.territory.numerals`.

        Raise `InputError` if a value is no finite number, or its separator may mean thousands or
        decimals, which it never does in `degrees`; or missing, unless `missing` admits it as NaN;
        or below zero, unless `negative` admits it.
        """
        own = self.columns[column]
        if not pa.types.is_string(own.type):
            values = as_floats(own)
            empty = np.isnan(values)
        else:
            text = without_missing(own)
            try:
                parsed = pc.cast(plain_numbers(text, degrees=degrees), pa.float64())
            except AmbiguousNumber as doubt:
                value = own[doubt.row].as_py()
                raise InputError(
                    f"{self.place(doubt.row)}: {column} is {value!r}; {doubt}."
                ) from None
            except pa.ArrowInvalid:
                texts = plain_numbers(text, degrees=degrees).to_pylist()
                row = next(r for r, v in enumerate(texts) if v is not None and not _is_number(v))
                raise InputError(
                    f"{self.place(row)}: {column} is {own[row].as_py()!r}, which is not a number."
                ) from None
            values = as_floats(parsed)
            empty = np.asarray(text.is_null().to_numpy(zero_copy_only=False), dtype=bool)
        if not missing:
            self.check(empty, lambda row: f"{column} is empty.")
        self.check(
            ~np.isfinite(values) & ~empty,
            lambda row: f"{column} is {values[row]}, which is not a finite number.",
        )
        if not negative:
            self.check(
                values < 0, lambda row: f"{column} is {values[row]:g}; it cannot be negative."
            )
        return values


@dataclass(frozen=True)
class Request:
    """The columns to read of a file.

    Attributes
    ----------
    wanted : frozenset of str
        Names of columns of `sim.territory.column_words`.
    is_right : callable
        Whether a table with these columns is the one meant. A file may hold several.
    what : str
        What the file should hold, to complete the message "... has no ...".
    with_points : bool
        Whether geometries are read too. Cells need none: their ids say where they are.
    is_whole : bool
        Whether layers that are right belong together; else the user has to choose one.
    columns : mapping
        The user's words: a name of a column here, and the file's own.
    layer : str, optional
        The layer that the user wants.
    is_lenient : bool
        Whether the file may lack columns that the user names, as they are of another one.
    circle : (float, float, float), optional
        Latitude, longitude and radius, m, beyond which a raster need not be read.
    """

    wanted: frozenset[str]
    is_right: Callable[[Collection[str]], bool]
    what: str
    with_points: bool = False
    is_whole: bool = True
    columns: Mapping[str, str] = field(default_factory=dict)
    layer: str | None = None
    is_lenient: bool = False
    circle: tuple[float, float, float] | None = None


def wanted_names(path: Path, header: Sequence[str], request: Request) -> dict[str, str]:
    """Return the file's own names of the wanted columns, by name.

    Raise `OtherTable` if it is not the one meant, `InputError` if it has a wanted column twice.
    """
    found = columns_in(path, header, request.wanted, request.columns)
    if not request.is_right(found):
        seen = ", ".join(header[:8]) + (", ..." if len(header) > 8 else "")
        legible = "".join(c if c.isprintable() else "?" for c in seen[:200]).strip("?")
        raise OtherTable(
            f"{path} has no {request.what}; its columns are: {legible}",
            "columns",
            names="NAME=ITS_NAME",
        )
    return found


def _is_number(text: str) -> bool:
    # Asked of Arrow and not of float(), which takes more: 1_000, +5 or digits of other scripts.
    try:
        pc.cast(pa.scalar(text), pa.float64())
    except pa.ArrowInvalid:
        return False
    return True
