"""What a measure of a run is: counts over a window of months, put into one number.

Flows are added up over the window, or are a ratio of such sums; stocks are means over its last
twelve months. The same formula serves the effects at a horizon (a window from the first month on)
and the courses over time (windows of a year that slide), so that both mean the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from sim.territory.territory import ZONES

__all__ = ["ELSEWHERE", "Measure", "Windows", "gini", "ratio", "theil"]

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

YEAR: Final = 12
"""Months over which stocks are averaged, or the whole window where that is shorter."""

ELSEWHERE: Final = tuple(z for z in ZONES if z != "town_centre")
"""Zones other than the town centre: where what happens in the centre may have come from."""


class Windows:
    """The counts of one run over some windows of months.

    Parameters
    ----------
    counts : mapping of str to (months,) float64 array
        By name in `sim.measures.indicators.COUNTS`, and the run's money
        (`sim.experiments.execution.MONEY`).
    first, last : (windows,) int array
        First month of each window, from 0, and the month after its last.

    Examples
    --------
    >>> w = Windows({"births": np.arange(24.0)}, np.array([0, 12]), np.array([12, 24]))
    >>> w.total("births"), w.recent("births"), w.years
    (array([ 66., 210.]), array([ 5.5, 17.5]), array([1., 1.]))
    """

    def __init__(self, counts: Mapping[str, Floats], first: Whole, last: Whole) -> None:
        self._counts = counts
        self._first, self._last = first, last
        self._recent_from = np.maximum(first, last - YEAR)
        self._sums: dict[str, Floats] = {}

    @classmethod
    def up_to(cls, counts: Mapping[str, Floats], horizons: tuple[int, ...]) -> Windows:
        """From the first month up to each horizon, in months."""
        last = np.array(horizons, np.int64)
        return cls(counts, np.zeros_like(last), last)

    @classmethod
    def of_a_year(cls, counts: Mapping[str, Floats], months: int) -> Windows:
        """The twelve months that end with each month; fewer in the first year."""
        last = np.arange(1, months + 1)
        return cls(counts, np.maximum(0, last - YEAR), last)

    @property
    def years(self) -> Floats:
        """Length of each window, years."""
        return np.asarray((self._last - self._first) / 12.0)

    def total(self, count: str, *zones: str) -> Floats:
        """Sum of a count over each window, in some zones or the whole territory."""
        return self._between(count, zones, self._first)

    def recent(self, count: str, *zones: str) -> Floats:
        """Mean of a count over the last year of each window."""
        months = self._last - self._recent_from
        return np.asarray(self._between(count, zones, self._recent_from) / months)

    def _between(self, count: str, zones: tuple[str, ...], first: Whole) -> Floats:
        if not zones and count in self._counts:
            sums = self._summed(count)
            return np.asarray(sums[self._last] - sums[first])
        parts = [self._summed(f"{count}_{zone}") for zone in zones or ZONES]
        return np.asarray(sum(p[self._last] - p[first] for p in parts))

    def _summed(self, count: str) -> Floats:
        if count not in self._sums:
            self._sums[count] = np.concatenate([[0.0], np.cumsum(self._counts[count])])
        return self._sums[count]


def ratio(part: Floats, whole: Floats) -> Floats:
    """Part of a whole; nan, which is to say missing, where there is no whole."""
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def gini(benefit: Floats, people: Floats) -> Floats:
    """Gini coefficient of a benefit per head between groups of people.

    Parameters
    ----------
    benefit, people : (groups, windows) float64 array
        What each group gets in all, and how many it counts.

    Returns
    -------
    (windows,) float64 array
        0 where everybody gets the same; nan where nobody gets anything.

    Examples
    --------
    >>> gini(np.array([[1.0, 4.0], [3.0, 0.0]]), np.array([[1.0, 1.0], [3.0, 3.0]]))
    array([0.  , 0.75])
    """
    share = ratio(people, people.sum(axis=0) + 0 * people)
    per_head = ratio(benefit, people)
    per_head = np.where(people > 0, per_head, 0.0)
    gaps = np.abs(per_head[:, None] - per_head[None, :])
    spread = np.einsum("iw,jw,ijw->w", share, share, gaps)
    return ratio(spread, 2 * (share * per_head).sum(axis=0))


def theil(benefit: Floats, people: Floats) -> Floats:
    """Theil's index T of a benefit per head between groups of people; arguments as for `gini`.

    Examples
    --------
    >>> theil(np.array([[1.0, 4.0], [3.0, 0.0]]), np.array([[1.0, 1.0], [3.0, 3.0]])).round(3)
    array([0.   , 1.386])
    """
    shares = ratio(benefit, benefit.sum(axis=0) + 0 * benefit)
    of_people = ratio(people, people.sum(axis=0) + 0 * people)
    relative = np.divide(shares, of_people, out=np.ones_like(shares), where=shares > 0)
    return np.asarray((shares * np.log(relative)).sum(axis=0))


@dataclass(frozen=True)
class Measure:
    """One number that a run is judged by.

    Attributes
    ----------
    name : str
        Column of the runs, and ``indicator`` of the effects.
    unit : str
        Unit.
    label, definition : mapping
        Words by language, "en" and "fr".
    good : {1, -1, 0}
        Whether more of it is wanted, less, or neither.
    formula : callable
        From `Windows` to a (windows,) array; nan where there is nothing to measure.
    relevant : float
        Smallest effect that matters, in the measure's unit. A judgement.
    relevant_share : float
        The same as a share of the baseline's mean; the larger of both counts.
    """

    name: str
    unit: str
    label: Mapping[str, str]
    definition: Mapping[str, str]
    good: Literal[1, -1, 0]
    formula: Callable[[Windows], Floats]
    relevant: float
    relevant_share: float = 0.0

    def smallest_relevant(self, baseline: float) -> float:
        """Smallest effect that matters where the baseline's mean is this."""
        if not np.isfinite(baseline):
            return self.relevant
        return max(self.relevant, self.relevant_share * abs(baseline))
