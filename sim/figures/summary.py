"""Summarise a run: start, end and flows by zone, over replications."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.experiments.results import Results
from sim.kernels.arrays import Floats
from sim.territory.territory import ZONES

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FEW_REPS",
    "Spread",
    "ZoneSummary",
    "by_rep",
    "kept_spending",
    "outer_quantiles",
    "summarise",
    "window",
]

FEW_REPS: Final = 10
"""Number of replications below which bands show the whole range instead of nine runs in ten."""


def outer_quantiles(reps: int) -> tuple[float, float]:
    """Return the quantiles of the outer band: nine runs in ten, or all if there are few."""
    return (0.0, 1.0) if reps < FEW_REPS else (0.05, 0.95)


@dataclass(frozen=True)
class Spread:
    """A number over replications: its median and its range (see `outer_quantiles`)."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Floats) -> Spread:
        """Return the spread of one value per replication."""
        low, high = np.quantile(values, outer_quantiles(values.size))
        return cls(float(np.median(values)), float(low), float(high))


@dataclass(frozen=True)
class ZoneSummary:
    """One zone, or the whole territory, in numbers.

    Attributes
    ----------
    premises : float
        Commercial premises.
    vacancy_start, vacancy_end : Spread
        Share of premises vacant before the first month and after the last.
    open_start, open_end : Spread
        Open shops before the first month and after the last.
    closures, successions, relettings : Spread
        Numbers over the whole run.
    closures_per_100 : Spread
        Closures per 100 open-shop-years.
    footfall_start, footfall_end : Spread
        Visits a day, mean of the first and of the last months (see `window`).
    """

    premises: float
    vacancy_start: Spread
    vacancy_end: Spread
    open_start: Spread
    open_end: Spread
    closures: Spread
    successions: Spread
    relettings: Spread
    closures_per_100: Spread
    footfall_start: Spread
    footfall_end: Spread


def summarise(results: Results) -> dict[str, ZoneSummary]:
    """Summarise a run by ``"territory"`` and the name of each zone that has premises."""
    frame = results.indicators
    found: dict[str, ZoneSummary] = {}
    for zone in ("", *(f"_{z}" for z in ZONES)):
        premises = float(frame[f"premises{zone}"].iloc[-1])
        if premises or not zone:
            found[zone[1:] or "territory"] = _zone(results, frame, zone, premises)
    return found


def window(months: int) -> int:
    """Return the months to average at either end of a run: a year, or half of a shorter run."""
    return max(1, min(12, months // 2))


def by_rep(frame: pd.DataFrame, column: str) -> Floats:
    """Return a column as a (reps, months) array."""
    reps = int(frame["rep"].iloc[-1]) + 1
    return frame[column].to_numpy(dtype=np.float64).reshape(reps, -1)


def _zone(results: Results, frame: pd.DataFrame, zone: str, premises: float) -> ZoneSummary:
    def start(name: str) -> Spread:
        return Spread.of(np.array(results.start[f"{name}{zone}"], dtype=np.float64))

    def over(name: str, measure: Callable[[Floats], Floats]) -> Spread:
        return Spread.of(measure(by_rep(frame, f"{name}{zone}")))

    ends = window(results.experiment.months)
    closed = by_rep(frame, f"closures{zone}").sum(axis=1)
    trading = by_rep(frame, f"open_shops{zone}").sum(axis=1) / 12
    per_100 = 100 * np.divide(closed, trading, out=np.zeros_like(closed), where=trading > 0)
    return ZoneSummary(
        premises=premises,
        vacancy_start=start("retail_vacancy"),
        vacancy_end=over("retail_vacancy", lambda v: v[:, -1]),
        open_start=start("open_shops"),
        open_end=over("open_shops", lambda v: v[:, -1]),
        closures=Spread.of(closed),
        successions=over("successions", lambda v: v.sum(axis=1)),
        relettings=over("relettings", lambda v: v.sum(axis=1)),
        closures_per_100=Spread.of(per_100),
        footfall_start=over("footfall", lambda v: v[:, :ends].mean(axis=1)),
        footfall_end=over("footfall", lambda v: v[:, -ends:].mean(axis=1)),
    )


def kept_spending(results: Results) -> tuple[Spread, Spread]:
    """Return the share of spending kept by the territory's shops in the first and last months."""
    kept = by_rep(results.indicators, "retail_spending_kept")
    ends = window(kept.shape[1])
    return Spread.of(kept[:, :ends].mean(axis=1)), Spread.of(kept[:, -ends:].mean(axis=1))
