"""Read a town's own register of shops, licences or premises, from CSV or Parquet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from experiments.evidence.records import Records
from sim.errors import InputError, nearest

NEEDED = ("place", "start", "end")

OPTIONAL = ("kind", "x", "y")


def read_table(path: Path) -> pd.DataFrame:
    """Return a table from a file ending in ``.csv`` or ``.parquet``."""
    if not path.is_file():
        raise InputError(f"There is no file '{path}'.")
    if path.suffix not in (".csv", ".parquet"):
        raise InputError(f"'{path}' is neither a .csv nor a .parquet file.")
    try:
        return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    except (ValueError, OSError) as error:  # among them those of parsers and of Arrow
        reason = str(error).strip().splitlines()[0]
        raise InputError(f"'{path}' cannot be read as {path.suffix[1:]}: {reason}") from None


def day(value: str, option: str) -> pd.Timestamp:
    """Return the day of an option, such as 2015-01-01."""
    try:
        return pd.Timestamp(value)
    except ValueError:
        raise InputError(f"{option} is '{value}', which is no date such as 2015-01-01.") from None


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
        there are such, ``kind`` of user, ``x`` and ``y`` in metres.
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
        read = pd.to_datetime(licences[name], errors="coerce")
        bad = licences.loc[read.isna() & licences[name].notna(), name]
        if len(bad):
            raise InputError(f"'{path}', column '{columns[name]}': '{bad.iloc[0]}' is no date.")
        licences[name] = read
    for name in ("x", "y"):
        if name in licences and not pd.api.types.is_numeric_dtype(licences[name]):
            raise InputError(f"'{path}', column '{columns[name]}' for --{name} is not in metres.")
    if ("x" in licences) != ("y" in licences):
        raise InputError("Positions need both --x and --y.")
    licences["is_shop"] = True
    if shop_kinds and "kind" not in licences:
        raise InputError("--shops names kinds, so --kind must name their column.")
    if shop_kinds:
        licences["is_shop"] = licences["kind"].isin(shop_kinds)
    licences = licences.dropna(subset=["place", "start"])
    if not licences["is_shop"].any():
        raise InputError(f"'{path}' has no shop with a place and a start.")
    if licences["end"].isna().all() and (since is None or until is None):
        raise InputError(f"'{path}' has no end, so --since and --until must say what it covers.")
    begin = licences["end"].min() if since is None else day(since, "--since")
    last = licences["end"].max() if until is None else day(until, "--until")
    if begin >= last:
        raise InputError(f"--since {begin.date()} is not before --until {last.date()}.")
    return Records("licences", licences.reset_index(drop=True), path.name, begin, last)
