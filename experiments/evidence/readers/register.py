"""Read a town's own register of shops, licences or premises, from CSV or Parquet."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.evidence.records import Records, premises_at
from sim.errors import InputError, nearest

NEEDED = ("place", "start", "end")

OPTIONAL = ("kind", "x", "y")

LARGEST = 500_000_000
"""Bytes of the largest register that is read."""

DATES = {r"\d{1,2}/\d{1,2}/\d{4}": "%d/%m/%Y", r"\d{4}-\d{2}-\d{2}.*": "ISO8601"}
"""Forms in which dates are read: 31/01/2015, and 2015-01-31 with or without a time."""


def read_table(path: Path) -> pd.DataFrame:
    """Return a table from a file ending in ``.csv``, with commas or semicolons, or ``.parquet``."""
    if not path.is_file():
        raise InputError(f"There is no file '{path}'.")
    if path.suffix not in (".csv", ".parquet"):
        raise InputError(f"'{path}' is neither a .csv nor a .parquet file.")
    if path.stat().st_size > LARGEST:
        size = f"{path.stat().st_size:,} bytes, more than the {LARGEST:,}"
        raise InputError(f"'{path}' has {size} that are read; keep the columns and years needed.")
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path).reset_index(drop=True)
        with path.open(encoding="utf-8") as file:
            head = file.readline(100_000)
        return pd.read_csv(path, sep=";" if head.count(";") > head.count(",") else ",")
    except UnicodeDecodeError:
        raise InputError(f"'{path}' is not in UTF-8; save it in this encoding.") from None
    except pd.errors.EmptyDataError:
        raise InputError(f"'{path}' is empty.") from None
    except (ValueError, OSError) as error:  # among them those of parsers and of Arrow
        reason = str(error).strip().splitlines()[0]
        raise InputError(f"'{path}' cannot be read as {path.suffix[1:]}: {reason}") from None


def read_dates(written: pd.Series, where: str) -> pd.Series:
    """Return a column as dates, or raise `InputError` with the first row that is none."""
    if pd.api.types.is_datetime64_any_dtype(written):
        return written.dt.tz_localize(None)
    texts = written.astype("string").str.strip()
    texts = texts.mask(texts == "")
    read = pd.Series(pd.NaT, index=written.index, dtype="datetime64[ns]")
    for form, code in DATES.items():
        like = texts.str.fullmatch(form).fillna(False).astype(bool)
        found = pd.to_datetime(texts[like], format=code, errors="coerce", utc=True)
        read[like] = found.dt.tz_localize(None)
    bad = texts[read.isna() & texts.notna()]
    if len(bad):
        raise InputError(
            f"{where}, row {bad.index[0] + 1}: '{bad.iloc[0]}' is no date such as 2015-01-31"
            " or 31/01/2015."
        )
    return read


def day(value: str, option: str) -> pd.Timestamp:
    """Return the day of an option, such as 2015-01-01."""
    try:
        return pd.Timestamp(datetime.date.fromisoformat(value))
    except ValueError:
        raise InputError(f"{option} is '{value}', which is no date such as 2015-01-01.") from None


def is_shop(licences: pd.DataFrame, shop_kinds: tuple[str, ...], where: str) -> pd.Series:
    """Return whether each is a shop: of one of these kinds, or all if there are none."""
    if not shop_kinds:
        return pd.Series(True, index=licences.index)
    if "kind" not in licences:
        raise InputError("--shops names kinds, so --kind must name their column.")
    kinds = licences["kind"].astype("string")
    for kind in shop_kinds:
        if not (kinds == kind).any():
            hint = nearest(kind, map(str, kinds.dropna().unique()))
            raise InputError(f"{where}: there is no '{kind}' of --shops.{hint}")
    return kinds.isin(shop_kinds).fillna(False).astype(bool)


def read_register(
    path: Path,
    columns: Mapping[str, str],
    *,
    shop_kinds: tuple[str, ...] = (),
    since: str | None = None,
    until: str | None = None,
) -> Records:
    """Return a register as licences.

    Parameters
    ----------
    path
        A row for each occupancy of premises.
    columns
        The file's own column for ``place``, ``start`` and ``end`` (empty if running) and, where
        there are such, ``kind`` of user, ``x`` and ``y`` in metres (empty if unknown).
    shop_kinds
        Values of ``kind`` that are shops; by default all are.
    since, until
        Period in which starts and ends are complete; by default from the first to the last end.

    Raises
    ------
    InputError
        If a column is missing, or dates cannot be read.
    """
    table = read_table(path)
    taken = {}
    for name, column in columns.items():
        if column not in table:
            hint = nearest(column, map(str, table.columns))
            raise InputError(f"'{path}' has no column '{column}' for --{name}.{hint}")
        taken[name] = table[column]
    licences = pd.DataFrame(taken)
    for name in ("start", "end"):
        licences[name] = read_dates(licences[name], f"'{path}', column '{columns[name]}'")
    early = licences.index[licences["end"] < licences["start"]]
    if len(early):
        ends, starts = (licences[name][early[0]].date() for name in ("end", "start"))
        raise InputError(
            f"'{path}', row {early[0] + 1}: '{columns['end']}' {ends} is before"
            f" '{columns['start']}' {starts}."
        )
    for name in [name for name in ("x", "y") if name in licences]:
        if not pd.api.types.is_numeric_dtype(licences[name]):
            raise InputError(f"'{path}', column '{columns[name]}' for --{name} is not in metres.")
        licences[name] = licences[name].astype(float).replace([np.inf, -np.inf], np.nan)
    if ("x" in licences) != ("y" in licences):
        raise InputError("Positions need both --x and --y.")
    licences["is_shop"] = is_shop(licences, shop_kinds, f"'{path}', column '{columns.get('kind')}'")
    licences = licences.dropna(subset=["place", "start"])
    if not licences["is_shop"].any():
        raise InputError(f"'{path}' has no shop with a place and a start.")
    if licences["end"].isna().all() and (since is None or until is None):
        raise InputError(f"'{path}' has no end, so --since and --until must say what it covers.")
    begin = licences["end"].min() if since is None else day(since, "--since")
    last = licences["end"].max() if until is None else day(until, "--until")
    if begin >= last:
        raise InputError(f"--since {begin.date()} is not before --until {last.date()}.")
    if not ((licences["start"] < last) & ~(licences["end"] < begin)).any():
        raise InputError(f"'{path}' has nobody in place from {begin.date()} to {last.date()}.")
    return Records("licences", licences.reset_index(drop=True), path.name, begin, last)


def read_own(path: Path, columns: Mapping[str, str], **options: Any) -> list[Records]:
    """Return a register and, where it has positions, its premises on the last day that have one.

    Parameters and errors are those of `read_register`.
    """
    register = read_register(path, columns, **options)
    if "x" not in columns:
        return [register]
    premises = premises_at(register.table, register.until).dropna(subset=["x", "y"])
    return [register, Records("premises", premises, register.name)]
