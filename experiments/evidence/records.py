"""Records of each kind, as estimators take them, and what follows from licences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

YEAR = pd.Timedelta(days=365.25)

COLUMNS = {
    "lifetimes": ("start", "end", "is_shop"),
    "licences": ("place", "start", "end", "is_shop"),
    "premises": ("place", "x", "y", "is_vacant"),
    "choices": ("good", "at", "home", "shop", "km", "trips"),
    "purchases": ("good", "channel", "spending"),
    "towns": ("town", "year", "vacancy"),
}
"""Columns that each kind of records needs; the README describes them."""


@dataclass(frozen=True)
class Records:
    """A table of records and what an estimator must know of how they came about.

    Parameters
    ----------
    kind
        A key of ``COLUMNS``.
    table
        One row a record.
    name
        Where they come from: the mark of each figure.
    since, until
        Lifetimes and licences: the period in which starts and ends are recorded completely.
    """

    kind: str
    table: pd.DataFrame
    name: str
    since: pd.Timestamp | None = None
    until: pd.Timestamp | None = None

    def __post_init__(self) -> None:
        missing = [c for c in COLUMNS[self.kind] if c not in self.table]
        if missing:
            raise ValueError(f"{self.name}: {self.kind} lack the columns {', '.join(missing)}")


def years(start: pd.Series | pd.Timestamp, end: pd.Series | pd.Timestamp) -> pd.Series:
    """Return the years from ``start`` to ``end``."""
    return (end - start) / YEAR


def empty_spells(
    licences: pd.DataFrame, *, since: pd.Timestamp, until: pd.Timestamp
) -> pd.DataFrame:
    """Return the times for which premises stood empty after a shop.

    A spell begins when the last licence running at a place ends, if this was a shop's, and lasts
    until the next begins. Licences of other users fill a place as shops do.

    Returns
    -------
    DataFrame
        ``place``, ``start``, ``years``, ``is_let`` (false where the spell outlasts ``until``) and
        ``n_licences`` of the place.
    """
    known = licences[licences["start"] < until].sort_values(["place", "start"], kind="stable")
    place = known["place"]
    end = known["end"].where(known["end"] < until, until)
    last_end = end.groupby(place).cummax()
    was_shop = known["is_shop"].astype(float).where(end == last_end).groupby(place).ffill() == 1
    next_start = known["start"].groupby(place).shift(-1).fillna(until)
    is_last = place != place.shift(-1)
    spells = pd.DataFrame(
        {
            "place": place,
            "start": last_end,
            "years": years(last_end, next_start),
            "is_let": ~is_last,
            "n_licences": place.groupby(place).transform("size"),
        }
    )
    return spells[(last_end < next_start) & (last_end >= since) & was_shop].reset_index(drop=True)


def premises_at(
    licences: pd.DataFrame, day: pd.Timestamp, *, gone_after: float = 5.0
) -> pd.DataFrame:
    """Return the premises of a day, with ``is_vacant``, from licences with positions.

    Premises exist from their first licence on. Those empty for more than ``gone_after`` years are
    left out as demolished or used by somebody who needs no licence: a judgement.

    Returns
    -------
    DataFrame
        ``place``, ``x``, ``y``, ``is_vacant``, and ``from_centre`` where licences have it.
    """
    known = licences[licences["start"] < day]
    runs = known["end"].isna() | (known["end"] > day)
    empty_for = np.where(runs, 0.0, years(known["end"], day))
    positions = [c for c in ("x", "y", "from_centre") if c in known]
    by_place = known.assign(empty_for=empty_for).groupby("place", as_index=False)
    table = by_place.agg({**dict.fromkeys(positions, "first"), "empty_for": "min"})
    table["is_vacant"] = table["empty_for"] > 0
    return table[table["empty_for"] <= gone_after].drop(columns="empty_for").reset_index(drop=True)
