"""A table of texts as people publish it, and what to read of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.errors import InputError
from sim.kernels.arrays import Bools, Floats


@dataclass(frozen=True)
class Table:
    """The wanted columns that a file has, as Arrow strings under lower-case names; nulls are kept.

    For messages: the path as the user named it, what the format calls a row (line, row or feature),
    and the number of the first one in those terms. `points`, (rows, 2) in the system `points_epsg`,
    are x and y of geometries, NaN where a row has none; None without geometries.
    """

    path: Path
    columns: dict[str, Any]
    n_rows: int
    row_word: str
    first_row: int
    points: Floats | None = None
    points_epsg: int | None = None

    def place(self, row: int) -> str:
        """Return the place of a row, for a message: ``cells.csv: line 7``."""
        return f"{self.path}: {self.row_word} {self.first_row + row}"

    def check(self, is_bad: Bools, say: Callable[[int], str]) -> None:
        """Raise InputError about the first bad row, if any, with what to `say` of it."""
        if is_bad.any():
            row = int(np.argmax(is_bad))
            raise InputError(f"{self.place(row)}: {say(row)}")

    def texts(self, column: str) -> list[str]:
        """Values of a column without surrounding blanks; empty where missing."""
        trimmed = pc.utf8_trim_whitespace(self.columns[column])
        values: list[str] = pc.fill_null(trimmed, "").to_pylist()
        return values

    def numbers(self, column: str, *, missing: bool = False, negative: bool = False) -> Floats:
        """Values of a column as numbers, (rows,); a decimal comma is understood.

        Raise `InputError` if a value is no finite number; or empty, unless `missing` admits it as
        NaN; or below zero, unless `negative` admits it.
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
        Names of columns, in lower case; the file's own spelling may be in capitals.
    is_right : callable
        Whether a table with these (lower-case) column names is the one meant. A GeoPackage may
        hold several; all that are right are read.
    what : str
        What the file should hold, to complete the message "... has no ...".
    with_points : bool
        Whether geometries are read too. Cells need none: their ids say where they are.
    """

    wanted: frozenset[str]
    is_right: Callable[[Sequence[str]], bool]
    what: str
    with_points: bool = False


def wanted_names(path: Path, header: Sequence[str], request: Request) -> dict[str, str]:
    """Return the file's own names of the wanted columns, by lower-case name.

    Raise `InputError` if the table is not the one meant, or has a wanted column twice.
    """
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


def _is_number(text: str) -> bool:
    # Asked of Arrow and not of float(), which takes more: 1_000, +5 or digits of other scripts.
    try:
        pc.cast(pa.scalar(text), pa.float64())
    except pa.ArrowInvalid:
        return False
    return True
