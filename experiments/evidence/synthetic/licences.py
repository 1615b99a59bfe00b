"""Licences from known truth, as a register with its faults would hold them.

Premises are independent and alternate between shops and vacancy, so their states are drawn event by
event, exactly. `contagious_licences` lets closures follow those of neighbours instead, by years.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.evidence.closures import AGES
from experiments.evidence.recording import Register, in_period, record
from experiments.evidence.records import YEAR


@dataclass(frozen=True)
class Street:
    """Events in the lives of shops and premises.

    Parameters
    ----------
    closure_rates
        Closures a year by age, in the bands of `AGES`; the last lasts.
    letting_rates
        Lettings a year in the first, second, ... year empty; the last lasts.
    successor_share
        Share of closures after which somebody takes over within three weeks.
    frailty
        Variance of a gamma factor of mean 1 on the letting rates, which premises keep for ever:
        those hard to let stand empty again and again.
    """

    closure_rates: Sequence[float] = (0.13, 0.08, 0.05)
    letting_rates: Sequence[float] = (0.6, 0.35, 0.25, 0.2, 0.15)
    successor_share: float = 0.15
    frailty: float = 0.0


def waiting_times(
    rates: Sequence[float],
    bounds: Sequence[float],
    n: int,
    rng: np.random.Generator,
    factor: np.ndarray | float = 1.0,
) -> np.ndarray:
    """Draw n times in years to an event whose yearly rate changes at bounds (the first is 0).

    ``factor``, one for all or one each, multiplies the rates.
    """
    begin = np.asarray(bounds, dtype=float)
    rate = np.asarray(rates, dtype=float)
    cumulated = np.concatenate([[0.0], np.cumsum(rate[:-1] * np.diff(begin))])
    drawn = rng.exponential(size=n) / factor
    band = np.searchsorted(cumulated, drawn, side="right") - 1
    return begin[band] + (drawn - cumulated[band]) / rate[band]


def tenancies(
    street: Street, n_places: int, years: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Return ``place``, ``start`` and ``end`` (years from the beginning) of all shops."""
    spread = street.frailty
    ease = rng.gamma(1 / spread, spread, n_places) if spread else np.ones(n_places)
    now = rng.uniform(0, 5, n_places)
    place = np.arange(n_places)
    parts = []
    while len(place):
        n = len(place)
        end = now + waiting_times(street.closure_rates, AGES[:-1], n, rng)
        parts.append(pd.DataFrame({"place": place, "start": now, "end": end}))
        bounds = range(len(street.letting_rates))
        empty = waiting_times(street.letting_rates, bounds, n, rng, ease[place])
        is_taken = rng.random(n) < street.successor_share
        now = end + np.where(is_taken, rng.uniform(0, 20 / 365.25, n), empty)
        place, now = place[now < years], now[now < years]
    return pd.concat(parts, ignore_index=True)


def licences(
    street: Street | None = None,
    register: Register | None = None,
    *,
    n_places: int = 300,
    since: pd.Timestamp,
    until: pd.Timestamp,
    seed: int,
    history: int = 40,
) -> pd.DataFrame:
    """Return licences that ended after ``since`` or still run at ``until``.

    Earlier ends are missing as in real registers, where closures began to be recorded late.

    Parameters
    ----------
    history
        Years before ``since``, after which ages and vacancies have settled.
    """
    rng = np.random.default_rng(seed)
    first = since.year - history
    shops = tenancies(street or Street(), n_places, until.year - first + 1, rng)
    table = record(shops.assign(is_shop=True), register or Register(), rng, first=first)
    return in_period(table, since, until)


def contagious_licences(
    factor: float, *, n_streets: int = 40, n_along: int = 25, years: int = 18, seed: int
) -> pd.DataFrame:
    """Return licences with positions whose closures follow those of neighbours.

    Shops stand 20 m apart; those within 100 m along a street are neighbours. The yearly hazard of
    0.08 is multiplied by ``factor`` for each ten points of neighbours open a year before that
    closed in the year before. A vacant place is let on the next 1 January with a chance of 0.4.
    """
    rng = np.random.default_rng(seed)
    shape = (n_streets, n_along)
    is_open, start = np.ones(shape, bool), np.zeros(shape)
    had, lost = np.zeros(shape), np.zeros(shape)
    parts = []

    def around(state: np.ndarray) -> np.ndarray:
        padded = np.pad(state.astype(float), ((0, 0), (5, 5)))
        return sum(padded[:, k : k + n_along] for k in range(11) if k != 5)

    street, along = np.indices(shape)
    for year in range(years):
        share = np.divide(lost, had, out=np.zeros(shape), where=had > 0)
        hazard = 0.08 * factor ** (10 * share)
        closes = is_open & (rng.random(shape) < -np.expm1(-hazard))
        had, lost = around(is_open), around(closes)
        when = year + 0.01 + 0.98 * rng.random(shape)
        for kept, end in ((closes, when), (is_open & ~closes & (year == years - 1), np.nan * when)):
            columns = {"street": street, "along": along, "start": start, "end": end}
            parts.append(pd.DataFrame({k: v[kept] for k, v in columns.items()}))
        let = (~is_open) & (rng.random(shape) < 0.4)
        start = np.where(let, year + 1, start)
        is_open = (is_open & ~closes) | let
    table = pd.concat(parts, ignore_index=True)
    zero = pd.Timestamp(2000, 1, 1)
    return pd.DataFrame(
        {
            "place": table["street"] * n_along + table["along"],
            "start": pd.to_datetime({"year": 2000 + table["start"], "month": 1, "day": 1}),
            "end": zero + pd.to_timedelta(table["end"] * YEAR),
            "is_shop": True,
            "x": 20.0 * table["along"],
            "y": 1e4 * table["street"],
        }
    )
