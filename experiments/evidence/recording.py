"""Record tenancies as licences in a register, with the faults of whoever keeps it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.evidence.records import YEAR


@dataclass(frozen=True)
class Register:
    """Faults of the observer who keeps the register; none by default.

    Parameters
    ----------
    renaming_rate
        New licences a year for shops that go on.
    end_delay
        Mean delay in years with which ends are recorded.
    is_yearly
        If each licence is known only from lists made on 1 January.
    unlicensed_share
        Share of tenants who need no licence.
    """

    renaming_rate: float = 0.0
    end_delay: float = 0.0
    is_yearly: bool = False
    unlicensed_share: float = 0.0


def record(
    shops: pd.DataFrame, register: Register, rng: np.random.Generator, *, first: int
) -> pd.DataFrame:
    """Return tenancies as the register holds them.

    Parameters
    ----------
    shops
        ``start`` and ``end`` in years since 1 January of ``first``, and any other columns, which
        licences keep.

    Returns
    -------
    DataFrame
        A row a licence, with dates.
    """
    shops = shops[rng.random(len(shops)) >= register.unlicensed_share]
    spent = (shops["end"] - shops["start"]).to_numpy()
    row = np.repeat(np.arange(len(shops)), 1 + rng.poisson(register.renaming_rate * spent))
    is_first = np.diff(row, prepend=-1) > 0
    within = np.where(is_first, 0.0, rng.random(len(row)) * spent[row])
    order = np.lexsort([within, row])
    row, within = row[order], within[order]
    start = shops["start"].to_numpy()[row] + within
    end = np.where(np.diff(row, append=-1) == 0, np.roll(start, -1), shops["end"].to_numpy()[row])
    end = end + rng.exponential(register.end_delay, len(end)) if register.end_delay else end
    if register.is_yearly:
        start, end = np.ceil(start), np.ceil(end)
    zero = pd.Timestamp(first, 1, 1)
    dates = [(zero + pd.to_timedelta(t * YEAR)).floor("D") for t in (start, end)]
    if register.is_yearly:
        dates = [pd.to_datetime({"year": first + t, "month": 1, "day": 1}) for t in (start, end)]
    table = shops.iloc[row].reset_index(drop=True).assign(start=dates[0], end=dates[1])
    return table[table["start"] < table["end"]]


def in_period(licences: pd.DataFrame, since: pd.Timestamp, until: pd.Timestamp) -> pd.DataFrame:
    """Return the licences known from ends since one day and starts until another."""
    known = licences[(licences["end"] >= since) & (licences["start"] < until)]
    return known.assign(end=known["end"].where(known["end"] < until)).reset_index(drop=True)
