"""Share of closures with a direct successor at the same place.

A successor begins within some days of the end, before or after it: owners apply for licences early
and report ends late. Some of these are ordinary lettings that happened soon. Their share follows
from the rate of letting in the half-year after, and is taken out of ``successors_direct``, the
share of closures that leave no vacant premises in a model where lettings are a separate process.

A renamed shop, or one with a new owner, is a successor too. The data cannot tell.

Source: own estimator; excess over a rate next to it, as in regression discontinuity designs (Imbens
and Lemieux 2008, :doi:`10.1016/j.jeconom.2007.05.001`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.evidence.estimates import Estimate, bootstrap, share
from experiments.evidence.records import years

FOLLOW_UP = 180
"""Days after the window in which lettings are ordinary."""


def next_starts(
    licences: pd.DataFrame, *, since: pd.Timestamp, until: pd.Timestamp, days: int
) -> pd.DataFrame:
    """Return for each closure the years to the next start at its place.

    Starts up to ``days`` before the end count too (negative years); without a next start it is
    missing. Closures too late for a follow-up are left out.
    """
    shops = licences[licences["is_shop"]]
    last = until - pd.Timedelta(days=days + FOLLOW_UP)
    closures = shops.loc[shops["end"].between(since, last), ["place", "start", "end"]]
    closures = closures.reset_index(names="closure").rename(columns={"start": "own_start"})
    others = licences[["place", "start"]].reset_index(names="other")
    pairs = closures.merge(others, on="place")
    pairs["years"] = years(pairs["end"], pairs["start"])
    after = pairs[
        (pairs["other"] != pairs["closure"])
        & (pairs["years"] >= -days / 365.25)
        & (pairs["start"] > pairs["own_start"])
    ]
    closures["years"] = closures["closure"].map(after.groupby("closure")["years"].min())
    return closures


def beyond_ordinary(rows: np.ndarray, days: int) -> np.ndarray:
    """Return the share of direct successors less ordinary lettings, from (direct, let, years)."""
    total = rows.sum(axis=-2)
    direct, let, waited = np.moveaxis(total, -1, 0)
    ordinary = -np.expm1(-let / np.maximum(waited, 1e-9) * days / 365.25)
    return (direct / rows.shape[-2] - ordinary) / (1 - ordinary)


def estimate(
    licences: pd.DataFrame,
    *,
    since: pd.Timestamp,
    until: pd.Timestamp,
    days: int = 30,
    wide: int = 90,
) -> list[Estimate]:
    """Estimate the share of closures with a direct successor.

    Parameters
    ----------
    licences
        Columns ``place``, ``start``, ``end`` and ``is_shop``.
    since, until
        Period of complete recording.
    days, wide
        Narrow and wide window around the end, in days.
    """
    waits = {
        window: next_starts(licences, since=since, until=until, days=window)["years"]
        for window in (days, wide)
    }
    found = [
        share(f"successors_{window}_days", int((wait <= window / 365.25).sum()), len(wait))
        for window, wait in waits.items()
    ]
    if waits[days].empty:
        return found
    wait = waits[days].fillna(np.inf).to_numpy() - days / 365.25
    is_direct = wait <= 0
    within = FOLLOW_UP / 365.25
    rows = np.column_stack(
        [is_direct, ~is_direct & (wait <= within), np.where(is_direct, 0, wait.clip(0, within))]
    )
    direct = bootstrap("successors_direct", lambda r: beyond_ordinary(r, days), rows, "1")
    return [*found, direct]
